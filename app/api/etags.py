"""`ETag`, `If-Match` and `If-None-Match` (RFC 9110, 8.8.3 and 13.1): nobody overwrites what they have not seen.

A tag is the version of the thing; an incident's also tells until when it is silenced, which changes what is shown of it
and is no change of it. `If-Match` compares versions alone. Weak tags are taken as strong ones: proxies that compress
weaken them on the way.
"""

import re
from typing import Annotated

from fastapi import Depends, Header

from app.domain.incident import Incident
from app.errors import UsageError
from app.services.held import Versions

_ONE = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST = re.compile(rf"\s*{_ONE}(?:\s*,\s*{_ONE}){{0,49}}\s*")
_TAG = re.compile(r'"([\x21\x23-\x7e]*)"')
_VERSION = re.compile(r"([0-9]{1,19})(?:-[0-9]{1,19})?")

_IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The `ETag` of what was seen: 412 where it was changed since. `*` or none: whatever it is now",
        examples=['"7"'],
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=1000, description="The `ETag` of what is known: 304 where it is the same"),
]


def incident_tag(incident: Incident) -> str:
    """The ETag of an incident."""
    until = incident.silenced_until
    return version_tag(incident.version) if until is None else f'"{incident.version}-{round(until)}"'


def version_tag(version: int) -> str:
    """The ETag of anything else that has a version."""
    return f'"{version}"'


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Whether the client has it already. Raises UsageError for a header that is none."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag.strip('"') in _tags("If-None-Match", if_none_match)


def _versions(if_match: _IfMatch = None) -> Versions:
    """The versions that a thing may have to be acted on; None: any. Raises UsageError for a header that is none."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = (_VERSION.fullmatch(tag) for tag in _tags("If-Match", if_match))
    # A tag that is none of ours fits nothing.
    return frozenset(int(one[1]) for one in found if one is not None)


IfMatch = Annotated[Versions, Depends(_versions)]


def _tags(header: str, text: str) -> list[str]:
    if _LIST.fullmatch(text) is None:
        raise UsageError(f"{header}: no entity tags", 'send the ETag as it came, such as "7", or *')
    return _TAG.findall(text)

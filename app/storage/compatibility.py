"""Which schemas a version of leakwatch can live with, told by their revisions alone.

An upgrade of the service is undone by running its version before again, on a schema that this version has never seen.
A revision is a number, such as `0007`: code of any earlier schema can live with it, since it only adds. One that takes
away or changes what earlier code relies on is named `0008_since_0008`: only code that knows schema 0008 can live with
it, and each one after it says so too, as `0009_since_0008`.
"""

import re

_REVISION = re.compile(r"(?P<number>\d{4})(?:_since_(?P<since>\d{4}))?")


def number_of(revision: str) -> int:
    """Its place in the order of revisions. Raises ValueError for what is none."""
    return int(_parts(revision)["number"])


def oldest_for(revision: str) -> int:
    """The number of the oldest schema whose code can live with it; 0 where any can. Raises ValueError."""
    return int(_parts(revision)["since"] or 0)


def can_live_with(known: str, present: str) -> bool:
    """Whether code whose newest schema is `known` can work on a database whose schema is `present`, a later one."""
    try:
        return oldest_for(present) <= number_of(known) < number_of(present)
    except ValueError:
        return False


def _parts(revision: str) -> re.Match[str]:
    found = _REVISION.fullmatch(revision)
    if found is None:
        raise ValueError(f"{revision!r} is no revision such as 0007 or 0009_since_0008")
    return found

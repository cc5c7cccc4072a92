"""What a server says when it does not give what was asked for."""

import re
from typing import Any

import orjson

from app.text import printable

# VictoriaMetrics repeats the query, which may be long, before it comes to what is wrong with it.
MOST_BYTES = 1 << 18
_SHOWN_BEGIN, _SHOWN_END = 100, 250
_ASKED = re.compile(r'\A\s*remoteAddr: "[^"]*"; requestURI: [^;]*; ')
# As Prometheus, Thanos, Mimir and VictoriaMetrics put it. The name of a metric may have "limit" in it.
_TOO_LARGE = re.compile(
    r"too many (samples|points)|maximum resolution|exceed|cannot select more than|\blimit\b", re.IGNORECASE
)


def told(body: bytes) -> str:
    """What an error's body says: in a document of the API, or in plain text; nothing where it is neither."""
    document = parse(body)
    if document is not None:
        return str(document.get("error", ""))
    # VictoriaMetrics says first who asked, and for what.
    text = _ASKED.sub("", body.decode(errors="replace")).strip()
    return "" if text.startswith("<") else text


def asks_too_much(said: str) -> bool:
    """Whether it is that more was asked for than the server gives at once."""
    return _TOO_LARGE.search(said) is not None


def in_short(said: str) -> str:
    """One printable line, of a long one the begin and the end."""
    line = printable(said, len(said))
    if len(line) <= _SHOWN_BEGIN + _SHOWN_END:
        return line
    return f"{line[:_SHOWN_BEGIN]} ... {line[-_SHOWN_END:]}"


def parse(body: bytes) -> dict[str, Any] | None:
    """A JSON object; None for anything else."""
    try:
        document = orjson.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None

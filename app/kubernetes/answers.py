"""Reading what the API answers: whole and no larger than it may be, or event by event."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from app.errors import ClusterError
from app.kubernetes.refusals import refusal_of
from app.text import printable

_CHUNK_BYTES, _PART_BYTES = 1 << 18, 1 << 16
_MOST_BYTES = 64 << 20
_MOST_EVENT_BYTES = 8 << 20
NOT_KUBERNETES = "is this the address of a Kubernetes API?"
# Makes a document of a body; the text says whose, for errors.
Parse = Callable[[bytes, str], dict[str, Any]]
_EVENTS = frozenset({"ADDED", "MODIFIED", "DELETED", "BOOKMARK"})


def read_whole(response: Any, what: str) -> bytes:
    """The body. Raises ClusterError where it is too large, urllib3's HTTPError or OSError where it is cut."""
    chunks, size = [], 0
    # Filled up: the server writes 4 KiB at a time, and to take each by itself costs twice the time.
    while chunk := response.read(_PART_BYTES):
        chunks.append(chunk)
        size += len(chunk)
        if size > _MOST_BYTES:
            raise ClusterError(f"{what}: the answer is larger than {_MOST_BYTES >> 20} MiB", NOT_KUBERNETES)
    return b"".join(chunks)


def read_events(response: Any, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a watch as they come. Raises as `read_whole` does, and what an ERROR event means."""
    rest = b""
    while chunk := response.read1(_CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _MOST_EVENT_BYTES:
            raise ClusterError(f"{what}: an event is larger than {_MOST_EVENT_BYTES >> 20} MiB", NOT_KUBERNETES)
        for line in lines:
            if line.strip():
                yield _event(line, what)


def document_in(body: bytes, what: str) -> dict[str, Any]:
    """The JSON object that the body is. Raises ClusterError."""
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ClusterError(f"{what}: the answer is no JSON object", NOT_KUBERNETES)
    return document


def _event(line: bytes, what: str) -> tuple[str, dict[str, Any]]:
    document = document_in(line, what)
    kind, of = document.get("type"), document.get("object")
    if not isinstance(of, dict):
        raise ClusterError(f"{what}: an event without an object", NOT_KUBERNETES)
    if kind == "ERROR":
        code = of.get("code")
        raise refusal_of(code if isinstance(code, int) else 500, printable(str(of.get("message", "")), 400), what)
    if kind not in _EVENTS:
        raise ClusterError(f"{what}: an event of an unknown type", NOT_KUBERNETES)
    return str(kind), of

"""What of protobuf a remote read needs: its request written, and where results and labels begin.

ReadRequest  {repeated Query queries = 1; repeated ResponseType accepted_response_types = 2}
Query        {int64 start_timestamp_ms = 1; int64 end_timestamp_ms = 2; repeated LabelMatcher matchers = 3;
              ReadHints hints = 4}
ReadHints    {string func = 2; int64 start_ms = 3; int64 end_ms = 4}
LabelMatcher {Type type = 1; string name = 2; string value = 3}
Label        {string name = 1; string value = 2}

(prompb/remote.proto and types.proto.)
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum

from app.prometheus.promql import LabelMatcher

_BYTES = 2
_RESULT_TAG = 0x0A
_OPERATORS = ("=", "!=", "=~", "!~")


class ResponseType(IntEnum):
    """What a server may answer with."""

    SAMPLES = 0
    STREAMED_XOR_CHUNKS = 1


def read_request(
    matchers: Sequence[LabelMatcher],
    start: int,
    end: int,
    accepted: Sequence[ResponseType] = tuple(ResponseType)[::-1],
    function: str = "",
) -> bytes:
    """A ReadRequest for what satisfies all matchers between two times, unix milliseconds; the best-liked type first.

    function: what the samples are for, which a server may heed as a hint.
    """
    query = _number(1, start) + _number(2, end)
    for one in matchers:
        matcher = _number(1, _OPERATORS.index(one.operator)) + _text(2, one.label) + _text(3, one.value)
        query += _message(3, matcher)
    if function:
        query += _message(4, _text(2, function) + _number(3, start) + _number(4, end))
    return _message(1, query) + b"".join(_number(2, kind) for kind in accepted)


def first_label_bytes(data: bytes) -> int:
    """How many bytes the first label takes where it is the metric's name, which sorts before most; else 0."""
    if data[2:12] != b"\x0a\x08__name__" or data[1] > 0x7F:
        return 0
    return 2 + data[1]


def result_spans(data: memoryview) -> Iterator[tuple[int, int]]:
    """Begin and end of each QueryResult in a ReadResponse. Raises ValueError where it is none."""
    at = 0
    while at < len(data):
        if data[at] != _RESULT_TAG:
            raise ValueError("a ReadResponse has results only")
        begin, size = _varint(data, at + 1)
        at = begin + size
        if at > len(data):
            raise ValueError("a result is cut")
        yield begin, at


def _varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return at, number
        shift += 7
    raise ValueError("a length is cut")


def _number(tag: int, number: int) -> bytes:
    """A varint field; what is below zero as 64 bits."""
    return _as_varint(tag << 3) + _as_varint(number & 0xFFFF_FFFF_FFFF_FFFF)


def _text(tag: int, text: str) -> bytes:
    return _message(tag, text.encode())


def _message(tag: int, data: bytes) -> bytes:
    return _as_varint(tag << 3 | _BYTES) + _as_varint(len(data)) + data


def _as_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)

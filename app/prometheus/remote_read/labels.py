"""Labels of many series, as protobuf writes them one after the other: only those that are wanted are taken out.

There are some ten labels to each of a fleet's series, most of them long and not wanted.
"""

from collections.abc import Sequence

import numpy as np

from app.prometheus.compiled import kernel, part
from app.prometheus.remote_read.chunks import PADDING, Bytes
from app.prometheus.remote_read.messages import field
from detectors.panel import Ints

_BYTES = 2
_NONE = -1


def read_labels(series: Sequence[bytes], wanted: Sequence[str]) -> list[dict[str, str]]:
    """The wanted labels of each series, from its fields `labels`. Raises ValueError where they are none.

    Old versions of Prometheus took any bytes: what is no UTF-8 is replaced.
    """
    blob = b"".join(series)
    ends = np.cumsum([0, *map(len, series)])
    names = [name.encode() for name in wanted]
    name_ends = np.cumsum([0, *map(len, names)])
    spans = np.full((len(series), len(names), 2), _NONE, dtype=np.int64)
    data, name_data = _padded(blob), _padded(b"".join(names))
    if not find_labels(data, ends, name_data, name_ends, spans):
        raise ValueError("they are no names and values")
    found: list[dict[str, str]] = [{} for _ in series]
    where = np.nonzero(spans[:, :, 0] != _NONE)
    # Flat lists: a nested one costs more than all else here.
    for row, label, begin, end in zip(*(column.tolist() for column in (*where, *spans[where].T)), strict=True):
        found[row][wanted[label]] = blob[begin:end].decode(errors="replace")
    return found


@kernel
def find_labels(data: Bytes, ends: Ints, names: Bytes, name_ends: Ints, spans: Ints) -> bool:
    """Write begin and end of each wanted label's value into spans, shape (series, wanted, 2); False where broken.

    ends: where in `data` each series ends and the next begins, from 0 on; name_ends: the same of wanted names.
    """
    for series in range(ends.size - 1):
        at, stop = ends[series], ends[series + 1]
        while at < stop:
            at, _, kind, start, end = field(data, at, stop)
            if at < 0 or kind != _BYTES:
                return False
            name_begin, name_end, begin, until = start, start, start, start
            while start < end:
                start, number, kind, first, last = field(data, start, end)
                if start < 0 or kind != _BYTES:
                    return False
                if number == 1:
                    name_begin, name_end = first, last
                elif number == 2:
                    begin, until = first, last
            wanted = _which(data, name_begin, name_end, names, name_ends)
            if wanted >= 0:
                spans[series, wanted, 0], spans[series, wanted, 1] = begin, until
    return True


@part
def _which(data: Bytes, begin: int, end: int, names: Bytes, name_ends: Ints) -> int:
    """Which of the names stands in data[begin:end]; -1 for none."""
    for number in range(name_ends.size - 1):
        first = name_ends[number]
        if end - begin != name_ends[number + 1] - first:
            continue
        same = True
        for offset in range(end - begin):
            if data[begin + offset] != names[first + offset]:
                same = False
                break
        if same:
            return number
    return -1


def _padded(text: bytes) -> Bytes:
    return np.frombuffer(text + bytes(PADDING), dtype=np.uint8)

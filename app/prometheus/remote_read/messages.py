"""The messages of an answer to a remote read, taken apart and reduced where they lie, without an object for each.

ChunkedReadResponse {repeated ChunkedSeries chunked_series = 1; int64 query_index = 2}
ChunkedSeries       {repeated Label labels = 1; repeated Chunk chunks = 2}
Chunk               {int64 min_time_ms = 1; int64 max_time_ms = 2; Encoding type = 3; bytes data = 4}
ReadResponse        {repeated QueryResult results = 1}
QueryResult         {repeated TimeSeries timeseries = 1}
TimeSeries          {repeated Label labels = 1; repeated Sample samples = 2}
Sample              {double value = 1; int64 timestamp = 2}

(prompb/remote.proto and types.proto.) A series' chunks may go on in the next message, under the same labels.
"""

import numpy as np

from app.prometheus.compiled import kernel, part
from app.prometheus.reduce import clear, finish, tell
from app.prometheus.remote_read.chunks import Bytes, as_int, decode, varint, word
from app.prometheus.remote_read.crc import Table, crc32c
from detectors.panel import Floats, Ints

# What `take` answers.
MORE, FULL, BAD_FRAME, TOO_LARGE, BAD_MESSAGE, BAD_CHUNK = 0, 1, 2, 3, 4, 5
# Where the members of its state are: the next byte; the end of the message it is in, 0 in none; how many series are
# complete; whether another one is not; how many bytes of labels there are; how many samples were in a step.
STATE = 6
AT, WITHIN, SERIES, OPEN, LABELS, SAMPLES = range(STATE)

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_XOR = 1
_HEADER_BYTES = 14  # the longest varint and a sum


@kernel
def take(
    data: Bytes,
    filled: int,
    state: Ints,
    framed: bool,
    most_bytes: int,
    table: Table,
    first: int,
    step: int,
    lookback: int,
    tally: Floats,
    times: Ints,
    values: Floats,
    labels: Bytes,
    label_ends: Ints,
    low: Floats,
    mean: Floats,
    high: Floats,
    last: Floats,
) -> int:
    """Take in all whole messages of data[state[AT]:filled]; why it stopped.

    framed: each message is a frame of its own and has chunks; else all of data is one, and has samples
    most_bytes: of a frame; first, step, lookback: the grid's, milliseconds
    tally, times, values: room to work in; labels, label_ends, low, mean, high, last: room for complete series
    """
    while True:
        if state[WITHIN] == 0:
            if not framed:
                return MORE
            why = _enter(data, filled, state, most_bytes, table)
            if why != MORE or state[WITHIN] == 0:
                return why
        while state[AT] < state[WITHIN]:
            at, number, kind, start, stop = field(data, state[AT], state[WITHIN])
            if at < 0:
                return BAD_MESSAGE
            if number == 1 and kind == _BYTES:
                why = _take_series(
                    *(data, start, stop, state, framed, first, step, lookback, tally, times, values),
                    *(labels, label_ends, low, mean, high, last),
                )
                if why != MORE:
                    return why
            state[AT] = at
        state[WITHIN] = 0


@kernel
def close(
    state: Ints,
    label_ends: Ints,
    first: int,
    step: int,
    lookback: int,
    tally: Floats,
    low: Floats,
    mean: Floats,
    high: Floats,
    last: Floats,
) -> None:
    """Complete the last series: none follows."""
    if state[OPEN]:
        _complete(state, label_ends, first, step, lookback, tally, low, mean, high, last)


@part
def _enter(data: Bytes, filled: int, state: Ints, most_bytes: int, table: Table) -> int:
    """Step into the frame that begins at state[AT], if it is there as a whole and is what its sum says."""
    at, size = varint(data, state[AT], filled)
    if at < 0:
        return BAD_FRAME if filled - state[AT] >= _HEADER_BYTES else MORE
    if size > np.uint64(most_bytes):
        return TOO_LARGE
    stop = at + 4 + as_int(size)
    if stop > filled:
        return MORE
    if np.uint64(crc32c(data, at + 4, stop, table)) != word(data, at) >> np.uint64(32):
        return BAD_FRAME
    if size == np.uint64(0):
        return BAD_FRAME  # nobody writes an empty one, and a stream of zeros is made of them
    state[AT], state[WITHIN] = at + 4, stop
    return MORE


@part
def _take_series(
    data: Bytes,
    start: int,
    stop: int,
    state: Ints,
    framed: bool,
    first: int,
    step: int,
    lookback: int,
    tally: Floats,
    times: Ints,
    values: Floats,
    labels: Bytes,
    label_ends: Ints,
    low: Floats,
    mean: Floats,
    high: Floats,
    last: Floats,
) -> int:
    """Take in one message of a series: labels, then chunks or samples."""
    begin = _after_labels(data, start, stop)
    if begin < 0 or begin == start:
        return BAD_MESSAGE
    if state[OPEN] and not _same(data, start, begin, labels, state[LABELS], label_ends[state[SERIES]]):
        _complete(state, label_ends, first, step, lookback, tally, low, mean, high, last)
    if not state[OPEN]:
        size, used = begin - start, state[LABELS]
        if size > labels.size:
            return TOO_LARGE
        if state[SERIES] == low.shape[0] or size > labels.size - used:
            return FULL
        labels[used : used + size] = data[start:begin]
        label_ends[state[SERIES]] = used + size
        state[OPEN] = 1
        clear(tally)
    if framed:
        return _take_chunks(data, begin, stop, state, first, step, tally, times, values)
    return _take_samples(data, begin, stop, state, first, step, tally, times, values)


@part
def _complete(
    state: Ints,
    label_ends: Ints,
    first: int,
    step: int,
    lookback: int,
    tally: Floats,
    low: Floats,
    mean: Floats,
    high: Floats,
    last: Floats,
) -> None:
    series = state[SERIES]
    finish(tally, first, step, lookback, low[series], mean[series], high[series], last[series])
    state[LABELS], state[SERIES], state[OPEN] = label_ends[series], series + 1, 0


@part
def _after_labels(data: Bytes, start: int, stop: int) -> int:
    """Where the labels of a series end; negative where its message is broken."""
    while start < stop:
        at, number, kind, _, _ = field(data, start, stop)
        if at < 0:
            return at
        if number != 1 or kind != _BYTES:
            break
        start = at
    return start


@part
def _same(data: Bytes, start: int, stop: int, labels: Bytes, begin: int, end: int) -> bool:
    if stop - start != end - begin:
        return False
    for offset in range(stop - start):  # noqa: SIM110 (numba compiles no generators)
        if data[start + offset] != labels[begin + offset]:
            return False
    return True


@part
def _take_chunks(
    data: Bytes, at: int, stop: int, state: Ints, first: int, step: int, tally: Floats, times: Ints, values: Floats
) -> int:
    """Decode each XOR chunk into the tally; those of histograms are not memory's."""
    while at < stop:
        at, number, kind, start, end = field(data, at, stop)
        if at < 0 or number == 1:
            return BAD_MESSAGE
        if number != 2 or kind != _BYTES:
            continue
        encoding, begin, until = _chunk(data, start, end)
        if encoding < 0:
            return BAD_MESSAGE
        if encoding != _XOR:
            continue
        count = decode(data, begin, until, times, values)
        if count < 0:
            return BAD_CHUNK
        state[SAMPLES] += tell(tally, times, values, 0, count, first, step)
    return MORE


@part
def _chunk(data: Bytes, at: int, stop: int) -> tuple[int, int, int]:
    """Encoding, begin and end of a chunk; a negative encoding where its message is broken."""
    encoding, begin, until = 0, at, at
    while at < stop:
        at, number, kind, start, end = field(data, at, stop)
        if at < 0:
            return -1, 0, 0
        if number == 3 and kind == _VARINT:
            encoding = min(start, 255)
        elif number == 4 and kind == _BYTES:
            begin, until = start, end
    return encoding, begin, until


@part
def _take_samples(
    data: Bytes, at: int, stop: int, state: Ints, first: int, step: int, tally: Floats, times: Ints, values: Floats
) -> int:
    """Read each sample into the tally, as many at once as there is room for."""
    count = 0
    while at < stop:
        at, number, kind, start, end = field(data, at, stop)
        if at < 0 or number == 1:
            return BAD_MESSAGE
        if number != 2 or kind != _BYTES:
            continue
        if count == times.size:
            state[SAMPLES] += tell(tally, times, values, 0, count, first, step)
            count = 0
        if not _sample(data, start, end, times, values, count):
            return BAD_MESSAGE
        count += 1
    state[SAMPLES] += tell(tally, times, values, 0, count, first, step)
    return MORE


@part
def _sample(data: Bytes, at: int, stop: int, times: Ints, values: Floats, index: int) -> bool:
    times[index], values[index] = 0, 0.0  # a zero is not written
    while at < stop:
        at, number, kind, start, _ = field(data, at, stop)
        if at < 0:
            return False
        if number == 1 and kind == _EIGHT_BYTES:
            bits = np.uint64(0)
            for byte in range(8):
                bits |= np.uint64(data[start + byte]) << np.uint64(8 * byte)
            values[index] = np.uint64(bits).view(np.float64)
        elif number == 2 and kind == _VARINT:
            times[index] = start
    return True


@part
def field(data: Bytes, at: int, stop: int) -> tuple[int, int, int, int, int]:
    """One field of a message: where the next is, its number, its kind, and begin and end of its bytes.

    A varint's value stands in place of the begin. The first is negative where the field does not end before `stop`.
    """
    at, tag = varint(data, at, stop)
    if at < 0:
        return -1, 0, 0, 0, 0
    number, kind = as_int(tag >> np.uint64(3)), as_int(tag & np.uint64(7))
    if kind == _VARINT:
        at, value = varint(data, at, stop)
        return at, number, kind, as_int(value), 0
    if kind == _BYTES:
        at, size = varint(data, at, stop)
        if at < 0 or size > np.uint64(stop - at):
            return -1, 0, 0, 0, 0
        return at + as_int(size), number, kind, at, at + as_int(size)
    size = np.uint64(8) if kind == _EIGHT_BYTES else np.uint64(4)
    if kind not in (_EIGHT_BYTES, _FOUR_BYTES) or size > np.uint64(stop - at):
        return -1, 0, 0, 0, 0
    return at + as_int(size), number, kind, at, at + as_int(size)

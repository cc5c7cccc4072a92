"""Prometheus' XOR chunks, decoded: Facebook's Gorilla with milliseconds, as tsdb/chunkenc has it.

A chunk: two bytes, how many samples there are; the first time as a zigzag varint and the first value as 64 bits; then
for the second a varint of the time since, and for each after it the difference of that from the one before it, in 1,
16, 20, 24 or 68 bits; and for each value after the first the XOR with the one before, without its zeros on both sides.

Whatever the bytes are, nothing outside of `data` is read: each read is held against the chunk's end, and `data` has
PADDING bytes behind all chunks.
"""

import numpy as np
from numpy.typing import NDArray

from app.prometheus.compiled import kernel, part
from detectors.panel import Floats, Ints

Bytes = NDArray[np.uint8]

# A look at 64 bits from any bit on takes nine bytes.
PADDING = 16
# As many as the two bytes of its header can say.
MOST_SAMPLES = 65_535
BROKEN = -1


@kernel
def decode_chunk(data: Bytes, start: int, stop: int, times: Ints, values: Floats) -> int:
    """Decode the chunk in data[start:stop] into times (unix milliseconds) and values; how many samples, or BROKEN.

    times, values: room for MOST_SAMPLES; data: with PADDING bytes behind `stop`
    """
    return decode(data, start, stop, times, values)


@part
def decode(data: Bytes, start: int, stop: int, times: Ints, values: Floats) -> int:
    """As decode_chunk, for compiled callers."""
    if stop - start < 2:
        return BROKEN
    count = as_int(word(data, start) >> np.uint64(48))
    if count == 0:
        return 0
    at, time = varint(data, start + 2, stop)
    if at < 0 or at + 8 > stop:
        return BROKEN
    time = (time >> np.uint64(1)) ^ (~(time & np.uint64(1)) + np.uint64(1))
    bits = word(data, at)
    at += 8
    times[0], values[0] = as_int(time), _float(bits)
    if count == 1:
        return 1
    at, delta = varint(data, at, stop)
    if at < 0:
        return BROKEN
    return _rest(data, at * 8, stop * 8, time, delta, bits, count, times, values)


@part
def _rest(
    data: Bytes,
    bit: int,
    end: int,
    time: np.uint64,
    delta: np.uint64,
    bits: np.uint64,
    count: int,
    times: Ints,
    values: Floats,
) -> int:
    """All samples but the first; at `bit` the second one's value."""
    leading, trailing = 0, 0
    for index in range(1, count):
        if index > 1:
            change, width = _change(data, bit)
            bit += width
            delta += change
        time += delta
        if bit >= end:
            return BROKEN
        window = _peek(data, bit)
        if window >> np.uint64(63) == np.uint64(0):
            bit += 1
        else:
            bit += 2
            if (window >> np.uint64(62)) & np.uint64(1) == np.uint64(1):
                leading = as_int((window >> np.uint64(57)) & np.uint64(31))
                width = as_int((window >> np.uint64(51)) & np.uint64(63))
                width = 64 if width == 0 else width
                trailing = 64 - leading - width
                bit += 11
                if trailing < 0:
                    return BROKEN
            width = 64 - leading - trailing
            if bit + width > end:
                return BROKEN
            bits ^= (_peek(data, bit) >> np.uint64(64 - width)) << np.uint64(trailing)
            bit += width
        times[index], values[index] = as_int(time), _float(bits)
    return count


@part
def _change(data: Bytes, bit: int) -> tuple[np.uint64, int]:
    """The difference of two differences of times that is written at `bit`, modulo 2**64, and in how many bits."""
    window = _peek(data, bit)
    if window >> np.uint64(63) == np.uint64(0):
        return np.uint64(0), 1
    if window >> np.uint64(62) == np.uint64(2):
        return _signed((window >> np.uint64(48)) & np.uint64(0x3FFF), 14), 16
    if window >> np.uint64(61) == np.uint64(6):
        return _signed((window >> np.uint64(44)) & np.uint64(0x1FFFF), 17), 20
    if window >> np.uint64(60) == np.uint64(14):
        return _signed((window >> np.uint64(40)) & np.uint64(0xFFFFF), 20), 24
    return _peek(data, bit + 4), 68


@part
def _signed(number: np.uint64, width: int) -> np.uint64:
    """What a number of so many bits stands for, modulo 2**64: beyond the middle, which is above zero, negative ones."""
    if number > np.uint64(1) << np.uint64(width - 1):
        return number - (np.uint64(1) << np.uint64(width))
    return number


@part
def varint(data: Bytes, at: int, stop: int) -> tuple[int, np.uint64]:
    """The varint at data[at], and where the next byte is: -1 where it does not end before `stop`, or is too large."""
    number, shift = np.uint64(0), 0
    while at < stop and shift < 64:
        byte = np.uint64(data[at])
        number |= (byte & np.uint64(0x7F)) << np.uint64(shift)
        at += 1
        if byte < np.uint64(0x80):
            return at, number
        shift += 7
    return -1, np.uint64(0)


@part
def as_int(number: np.uint64) -> int:
    """The same 64 bits with a sign: numba makes floats of what mixes both kinds."""
    return np.int64(number)  # type: ignore[return-value]


@part
def word(data: Bytes, at: int) -> np.uint64:
    """Eight bytes, the first the most significant."""
    number, first = np.uint64(0), np.uint64(at)
    for byte in range(8):
        # Without a sign: numba counts negative places from the end, and the eight bytes could not be loaded as one.
        number = (number << np.uint64(8)) | np.uint64(data[first + np.uint64(byte)])
    return number


@part
def _peek(data: Bytes, bit: int) -> np.uint64:
    """The 64 bits from `bit` on."""
    at, off = bit >> 3, np.uint64(bit & 7)
    window = word(data, at)
    if off == np.uint64(0):
        return window
    return (window << off) | (np.uint64(data[np.uint64(at + 8)]) >> (np.uint64(8) - off))


@part
def _float(bits: np.uint64) -> float:
    return np.uint64(bits).view(np.float64)

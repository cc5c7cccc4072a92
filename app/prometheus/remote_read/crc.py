"""CRC32-Castagnoli, as frames carry it: eight bytes a step by eight tables (Kounavis and Berry, 2005)."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.prometheus.compiled import part
from app.prometheus.remote_read.chunks import Bytes

Table = NDArray[np.uint32]

_POLYNOMIAL = 0x82F63B78


@cache
def crc_table() -> Table:
    """What each byte does to the sum, that many bytes further on: shape (8, 256)."""
    table = np.zeros((8, 256), dtype=np.uint32)
    one = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        one = np.where(one & 1, (one >> 1) ^ np.uint32(_POLYNOMIAL), one >> 1)
    table[0] = one
    for row in range(1, 8):
        table[row] = (table[row - 1] >> 8) ^ one[table[row - 1] & 0xFF]
    return table


@part
def crc32c(data: Bytes, start: int, stop: int, table: Table) -> np.uint32:
    """The sum of data[start:stop]."""
    crc, at = np.uint32(0xFFFFFFFF), start
    while at + 8 <= stop:
        low = crc ^ (
            np.uint32(data[at])
            | np.uint32(data[at + 1]) << np.uint32(8)
            | np.uint32(data[at + 2]) << np.uint32(16)
            | np.uint32(data[at + 3]) << np.uint32(24)
        )
        crc = np.uint32(
            table[7, low & np.uint32(0xFF)]
            ^ table[6, (low >> np.uint32(8)) & np.uint32(0xFF)]
            ^ table[5, (low >> np.uint32(16)) & np.uint32(0xFF)]
            ^ table[4, low >> np.uint32(24)]
            ^ table[3, data[at + 4]]
            ^ table[2, data[at + 5]]
            ^ table[1, data[at + 6]]
            ^ table[0, data[at + 7]]
        )
        at += 8
    while at < stop:
        crc = table[0, (crc ^ data[at]) & np.uint32(0xFF)] ^ (crc >> np.uint32(8))
        at += 1
    return np.uint32(crc ^ np.uint32(0xFFFFFFFF))

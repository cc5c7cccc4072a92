"""Lifetimes of one subject at the same moments, so that what each does can be held against the others."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.blocks import BLOCKS, Blocks
from detectors.evidence import Evidence
from detectors.panel import Floats, Ints
from detectors.rows import last_of

# At so many moments of the time that any of them was there: two a block.
POINTS = 2 * BLOCKS


@dataclass(frozen=True, slots=True)
class SideBySide:
    """time: hours, shape (POINTS,); value: bytes with load removed, shape (lifetimes, POINTS), that of the first or
    last block where a lifetime was not there
    begins, ends: hours, of the first and the last block; width: hours between blocks; all of shape (lifetimes,)
    """

    time: Floats
    value: Floats
    begins: Floats
    ends: Floats
    width: Floats

    @classmethod
    def of(cls, blocks: Blocks, adjusted: Floats, lives: Ints) -> Self:
        """Some lifetimes, in that order. adjusted: see `without_load_of`."""
        begins, ends = blocks.time[lives, 0], last_of(blocks.time[lives], blocks.count[lives])
        width = (ends - begins) / np.maximum(blocks.count[lives] - 1, 1)
        time = np.linspace(begins.min(), ends.max(), POINTS)
        value = np.stack([_at(blocks, adjusted, one, time) for one in lives.tolist()])
        return cls(time, value, begins, ends, width)


def without_load_of(blocks: Blocks, evidence: Evidence) -> Floats:
    """Bytes of the floor with load removed, shape (lifetimes, BLOCKS).

    What a view behind a step takes the load from begins there, and not with the blocks: it stays in.
    """
    return np.where(evidence.since[:, None] > 0, blocks.floor, evidence.adjusted)


def _at(blocks: Blocks, adjusted: Floats, lifetime: int, time: Floats) -> Floats:
    """Bytes of a lifetime at some times, in hours."""
    known = slice(0, int(blocks.count[lifetime]))
    value: Floats = np.interp(time, blocks.time[lifetime, known], adjusted[lifetime, known])
    return value

"""Blocks: a lifetime cut into equal spans, each told by its floor. Everything after this looks at blocks only."""

from dataclasses import dataclass

import numpy as np

from detectors.lifetimes import Lifetimes
from detectors.panel import Floats, Ints, Panel

BLOCKS = 48
# A floor needs a few samples to lie under a saw-tooth; a life of minutes has none to spare, and makes do with one each.
_SAMPLES_A_BLOCK = 3
_LEAST_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class Blocks:
    """Members have shape (lifetimes, BLOCKS), blocks in order of time, packed to the left, NaN where there is none.

    time: hours since the panel's first column, middle of the block
    floor: bytes, the smallest value, under every saw-tooth shorter than a block
    peak: bytes, the largest value; cpu: cores, mean
    count: shape (lifetimes,), how many blocks there are
    """

    time: Floats
    floor: Floats
    peak: Floats
    cpu: Floats
    count: Ints


def cut(panel: Panel, memory: Floats, lifetimes: Lifetimes, skip: Ints) -> Blocks:
    """Cut each lifetime, but for its first `skip` columns (shape (lifetimes,)), into up to BLOCKS blocks.

    A block without a sample is left out.
    """
    first = np.minimum(lifetimes.first + skip, lifetimes.last)
    length = lifetimes.last - first + 1
    owner, column = _columns(first, length)
    row = lifetimes.row[owner]
    value = memory[row, column]
    known = np.isfinite(value)
    owner, column, row, value = owner[known], column[known], row[known], value[known]
    blocks = np.clip(length // _SAMPLES_A_BLOCK, np.minimum(length, _LEAST_BLOCKS), BLOCKS)[owner]
    flat = owner * BLOCKS + (column - first[owner]) * blocks // np.maximum(length[owner], 1)
    # Columns are in order of time, so that each block is a run.
    starts = np.flatnonzero(np.diff(flat, prepend=-1))
    seen = np.diff(starts, append=flat.size)
    cpu = panel.cpu[row, column]
    cpu_known = np.isfinite(cpu)
    cpu_seen = _sums(cpu_known.astype(np.float64), starts)
    cpu_sum = _sums(np.where(cpu_known, cpu, 0.0), starts)
    return _pack(
        lifetimes.count,
        flat[starts] // BLOCKS,
        time=_sums(column.astype(np.float64), starts) / np.maximum(seen, 1) * panel.grid.step / 3600.0,
        floor=np.minimum.reduceat(value, starts) if starts.size else value,
        peak=np.maximum.reduceat(value, starts) if starts.size else value,
        cpu=np.where(cpu_seen > 0, cpu_sum / np.maximum(cpu_seen, 1.0), np.nan),
    )


def coarser(values: Floats, times: int) -> Floats:
    """The smallest of each so many neighbours, shape (lifetimes, BLOCKS / times); NaN where all are.

    Under the floor of a long saw-tooth, of which a block sees only a part.
    """
    smallest: Floats = np.fmin.reduce(values.reshape(values.shape[0], -1, times), axis=2)
    return smallest


def _columns(first: Ints, length: Ints) -> tuple[Ints, Ints]:
    """The lifetime and the column of each column of each lifetime, flat."""
    owner = np.repeat(np.arange(first.size), length)
    begins = np.cumsum(length) - length
    return owner, np.arange(owner.size) - begins[owner] + first[owner]


def _sums(values: Floats, starts: Ints) -> Floats:
    return np.add.reduceat(values, starts) if starts.size else values


def _pack(lifetimes: int, owner: Ints, **members: Floats) -> Blocks:
    """Each lifetime's blocks side by side from the left. owner: the lifetime of each, in order."""
    place = np.arange(owner.size) - np.searchsorted(owner, owner)
    packed = {}
    for name, values in members.items():
        packed[name] = np.full((lifetimes, BLOCKS), np.nan)
        packed[name][owner, place] = values
    return Blocks(count=np.bincount(owner, minlength=lifetimes).astype(np.int64), **packed)

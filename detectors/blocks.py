"""Blocks: a lifetime cut into equal spans, each told by its floor. Everything after this looks at blocks only."""

from dataclasses import dataclass

import numpy as np

from detectors.lifetimes import Lifetimes
from detectors.panel import Floats, Ints, Panel

BLOCKS = 48


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

    Lifetimes with fewer columns than that have blocks of one column. A block without a sample is left out.
    """
    shape = (lifetimes.count, BLOCKS)
    first = np.minimum(lifetimes.first + skip, lifetimes.last)
    length = lifetimes.last - first + 1
    owner, column = _columns(first, length)
    row = lifetimes.row[owner]
    value = memory[row, column]
    known = np.isfinite(value)
    owner, column, row, value = owner[known], column[known], row[known], value[known]
    blocks = np.minimum(length, BLOCKS)[owner]
    block = (column - first[owner]) * blocks // length[owner]
    flat = owner * BLOCKS + block

    floor = np.full(shape, np.inf)
    np.minimum.at(floor.reshape(-1), flat, value)
    peak = np.full(shape, -np.inf)
    np.maximum.at(peak.reshape(-1), flat, value)
    cpu_value = panel.cpu[row, column]
    cpu_known = np.isfinite(cpu_value)
    size = shape[0] * BLOCKS
    seen = np.bincount(flat, minlength=size)
    cpu_seen = np.bincount(flat[cpu_known], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        cpu = np.bincount(flat[cpu_known], cpu_value[cpu_known], minlength=size) / cpu_seen
        time = np.bincount(flat, column.astype(np.float64), minlength=size) / seen
    exists = (seen > 0).reshape(shape)
    return _pack(
        exists,
        time=time.reshape(shape) * panel.grid.step / 3600.0,
        floor=floor,
        peak=peak,
        cpu=cpu.reshape(shape),
    )


def _columns(first: Ints, length: Ints) -> tuple[Ints, Ints]:
    """The lifetime and the column of each column of each lifetime, flat."""
    owner = np.repeat(np.arange(first.size), length)
    begins = np.cumsum(length) - length
    return owner, np.arange(owner.size) - begins[owner] + first[owner]


def _pack(exists: np.ndarray, **members: Floats) -> Blocks:
    """Move the blocks that exist to the left."""
    order = np.argsort(~exists, axis=1, kind="stable")
    kept = np.take_along_axis(exists, order, axis=1)
    packed = {name: np.where(kept, np.take_along_axis(value, order, axis=1), np.nan) for name, value in members.items()}
    return Blocks(count=exists.sum(axis=1), **packed)

"""Blocks: a lifetime cut into equal spans, each told by its floor. Everything after this looks at blocks only."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detectors.lifetimes import Lifetimes
from detectors.memory import peaks
from detectors.panel import Bools, Floats, Ints, Panel
from detectors.rows import from_point, last_of

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

    @property
    def span_hours(self) -> Floats:
        """Hours between the middle of the first and the last block, shape (lifetimes,); 0 where there is none."""
        span: Floats = np.nan_to_num(last_of(self.time, self.count) - self.time[:, 0])
        return span

    def since(self, chosen: Ints, first: Ints) -> Self:
        """Those of some lifetimes from a block on. chosen, first: shape (chosen,)."""
        count = self.count[chosen]

        def rest(values: Floats) -> Floats:
            return from_point(values[chosen], first, count)

        return type(self)(rest(self.time), rest(self.floor), rest(self.peak), rest(self.cpu), count - first)


def cut(panel: Panel, memory: Floats, lifetimes: Lifetimes, skip: Ints) -> Blocks:
    """Cut each lifetime, but for its first `skip` columns (shape (lifetimes,)), into up to BLOCKS blocks.

    A block without a sample is left out.
    """
    first = np.minimum(lifetimes.first + skip, lifetimes.last)
    length = lifetimes.last - first + 1
    blocks = np.clip(length // _SAMPLES_A_BLOCK, np.minimum(length, _LEAST_BLOCKS), BLOCKS)
    owner, starts, is_block = _runs(lifetimes.row * panel.grid.steps + first, length, blocks)

    def over(reduce: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        runs: NDArray[Any] = reduce.reduceat(values.reshape(-1), starts) if starts.size else values.reshape(-1)
        return runs[is_block]

    known = np.isfinite(memory)
    cpu_known = known & np.isfinite(panel.cpu)
    seen, cpu_seen = over(np.add, known.astype(np.float64)), over(np.add, cpu_known.astype(np.float64))
    columns = over(np.add, np.where(known, np.arange(panel.grid.steps, dtype=np.float64), 0.0))
    cpu = over(np.add, np.where(cpu_known, panel.cpu, 0.0))
    there = seen > 0
    return _pack(
        lifetimes.count,
        owner[there],
        time=columns[there] / seen[there] * panel.grid.step / 3600.0,
        floor=over(np.fmin, memory)[there],
        peak=over(np.fmax, peaks(panel, memory))[there],
        cpu=np.where(cpu_seen > 0, cpu / np.maximum(cpu_seen, 1.0), np.nan)[there],
    )


def coarser(values: Floats, times: int) -> Floats:
    """The smallest of each so many neighbours, shape (lifetimes, BLOCKS / times); NaN where all are.

    Under the floor of a long saw-tooth, of which a block sees only a part.
    """
    smallest: Floats = np.fmin.reduce(values.reshape(values.shape[0], -1, times), axis=2)
    return smallest


def _runs(first: Ints, length: Ints, blocks: Ints) -> tuple[Ints, Ints, Bools]:
    """The lifetime of each block; where blocks start in the flat panel, and what follows a lifetime; which is which.

    first: of each lifetime, in the flat panel, ascending. After the last lifetime there is no sample left to keep out.
    """
    owner = np.repeat(np.arange(first.size), blocks + 1)
    begins = np.cumsum(blocks + 1) - (blocks + 1)
    number = np.arange(owner.size) - begins[owner]
    starts = first[owner] - -number * length[owner] // blocks[owner]  # rounded up
    is_block = number < blocks[owner]
    return owner[is_block], starts[:-1], is_block[:-1]


def _pack(lifetimes: int, owner: Ints, **members: Floats) -> Blocks:
    """Each lifetime's blocks side by side from the left. owner: the lifetime of each, in order."""
    place = np.arange(owner.size) - np.searchsorted(owner, owner)
    packed = {}
    for name, values in members.items():
        packed[name] = np.full((lifetimes, BLOCKS), np.nan)
        packed[name][owner, place] = values
    return Blocks(count=np.bincount(owner, minlength=lifetimes).astype(np.int64), **packed)

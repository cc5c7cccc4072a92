"""A leak that has run into a bound of its own: memory stands still, and CPU is spent on collecting garbage.

GOMEMLIMIT, a JVM's heap, .NET's hard limit: below the container's limit, so that nothing is killed, while the collector
takes what CPU it may for the little that it frees. That looks as if growth had come to rest; it is the leak's end.
"""

from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from detectors.blocks import Blocks
from detectors.evidence import Evidence, growing
from detectors.panel import Bools, Floats, Ints
from detectors.ranked import middle_of
from detectors.rows import TINY
from detectors.view import take_views, told_of

# At the wall CPU leaps by so much within two blocks, and stays by so much above what it was: more work done raises both
# CPU and memory, a collector that finds nothing to free raises CPU alone.
_LEAPS, _STAYS, _NEARLY = 1.5, 1.6, 0.15
# Memory climbed up to there: in the last blocks before by most of its usual rate; and from two blocks later on by no
# more than a quarter of that, at once and in all.
_CLIMBED, _STANDS = 0.75, 0.25
_LAST_BLOCKS, _UNTIL_FLAT = 3, 2
# It stands for so many blocks, and for no more than half of the life, of which the climb must tell the leak.
_LEAST_BLOCKS, _LONGEST_SHARE = 4, 0.5
# What it gives back of its climb while it stands.
_GIVES_BACK = 0.1
_LEAST_KNOWN = 0.9
# Load that happens to come in that hour looks the same.
_MOST = 0.9


def look_up_to_the_wall(blocks: Blocks, evidence: Evidence, doubtful: float) -> Blocks:
    """Look at lifetimes that stand at a bound of their own without the time since they reached it, and keep of the two
    views the one that says more; the blocks as they are in the views that were kept.

    doubtful: what a view must say more than, see also `ask_without_last_window`, which holds for it.
    """
    counts = blocks.count.copy()
    known = np.isfinite(blocks.cpu).sum(axis=1) >= _LEAST_KNOWN * blocks.count
    asked = known & (blocks.count >= 3 * _LEAST_BLOCKS) & growing(evidence) & _ends_busier(blocks)
    for one in np.flatnonzero(asked).tolist():
        count = int(blocks.count[one])
        counts[one] = reached_at(blocks.floor[one, :count], blocks.cpu[one, :count]) or count
    views = np.flatnonzero(counts < blocks.count)
    if views.size == 0:
        return blocks
    part = _until(blocks.since(views, views * 0), counts[views])
    told = told_of(part, evidence.refills[views], doubtful)
    told.probability[:] = np.minimum(told.probability, _MOST)
    kept = told.probability >= np.clip(evidence.probability[views], doubtful, _MOST)
    take_views(evidence, views, part, told, kept, frozenset())
    counts = np.where(np.isin(np.arange(counts.size), views[kept]), counts, blocks.count)
    return _until(blocks, counts) if kept.any() else blocks


def _ends_busier(blocks: Blocks) -> Bools:
    """Whether the last blocks take more CPU than the first half, shape (lifetimes,): no others need be looked at."""
    at = np.arange(blocks.cpu.shape[1])
    halves = (
        at < blocks.count[:, None] // 2,
        (at >= blocks.count[:, None] - _LEAST_BLOCKS) & (at < blocks.count[:, None]),
    )
    cpu = np.nan_to_num(blocks.cpu)
    first, last = ((cpu * part).sum(axis=1) / np.maximum(part.sum(axis=1), 1) for part in halves)
    busier: Bools = last >= _LEAPS * first
    return busier


def reached_at(floor: Floats, cpu: Floats) -> int | None:
    """The block in which a life reached the wall, None where there is none. floor: bytes; cpu: cores; of shape
    (blocks,), the floor finite."""
    first, last = max(int((1 - _LONGEST_SHARE) * floor.size), _LAST_BLOCKS + 1), floor.size - _LEAST_BLOCKS
    known = np.isfinite(cpu)
    if last < first or not known.any():
        return None
    cpu = np.interp(np.arange(cpu.size), np.flatnonzero(known), cpu[known])
    pairs = sliding_window_view(cpu, 2).mean(axis=1)
    leaps = pairs[first : last + 1] / np.maximum(pairs[first - 2 : last - 1], TINY)
    at = first + int(leaps.argmax())
    if leaps.max() < _LEAPS:
        return None
    if not middle_of(cpu[at:]) >= _STAYS * middle_of(cpu[:at]) or not _unlike_before(cpu[:at], cpu[at:]):
        return None
    climb = float(floor[at] - floor[:2].min())
    rate = climb / at
    climbed = floor[at - 1] - floor[at - 1 - _LAST_BLOCKS] >= _CLIMBED * rate * _LAST_BLOCKS
    flat = floor[at + _UNTIL_FLAT :]
    soon, late = (flat[:blocks].max() - flat[0] <= _STANDS * rate * blocks for blocks in (_LAST_BLOCKS, flat.size))
    kept = flat.min() >= floor[at] - _GIVES_BACK * climb
    return at + 1 if climb > 0 and climbed and soon and late and kept else None


def _unlike_before(before: Floats, since: Floats) -> bool:
    """Whether CPU is nearly always higher than it nearly ever was, as no day's load is that has been seen before."""
    return bool(np.quantile(since, _NEARLY) > np.quantile(before, 1 - _NEARLY))


def _until(blocks: Blocks, count: Ints) -> Blocks:
    """The blocks up to so many of each life."""
    gone = np.arange(blocks.floor.shape[1]) >= count[:, None]
    values = (np.where(gone, np.nan, one) for one in (blocks.time, blocks.floor, blocks.peak, blocks.cpu))
    return replace(blocks, **dict(zip(("time", "floor", "peak", "cpu"), values, strict=True)), count=count)

"""Busy hours by themselves: what grows by the request stands still at night, and the swing of the day hides it.

Where memory takes a step up with the load of each day and gives it back each evening, a leak that grows only while
requests come is a stair under a swing. The busy hours, put behind each other, show one line; and what they have grown
is still there in the calm hours that follow.
"""

from itertools import pairwise

import numpy as np

from detectors.blocks import BLOCKS, Blocks
from detectors.evidence import Evidence, growing
from detectors.late import OF_THE_WHOLE
from detectors.panel import Bools, Floats, Ints
from detectors.ranked import quantile
from detectors.rows import TINY, from_chosen
from detectors.view import may_grow, take_views, told_of

# Load has busy hours and calm ones where its highest tenth is so many times its lowest.
_TENTH, _UNEVEN = 0.1, 3.0
_LEAST_KNOWN = 0.8
# Of what lies between the two: more is busy, less is calm.
_BUSY, _CALM = 0.6, 0.25
# So many blocks of busy hours at least, and in how many stretches, between as many calm ones.
_LEAST_BLOCKS, _LEAST_STRETCHES = 10, 2
# What was grown is kept, if the calm hours stand higher by at least so much of it; a busier day is not.
_KEPT = 0.5
# Two or three days are few comparisons, however plain.
_MOST = 0.9
_PLAIN = 0.9
_WEIGHED_ALONE = OF_THE_WHOLE | {"slope", "raw_slope", "explained"}


def look_at_busy_hours(blocks: Blocks, evidence: Evidence, doubtful: float) -> None:
    """Look at the busy hours of lifetimes by themselves, and keep of the two views the one that says more.

    doubtful: what a view must say more than, see also `ask_without_last_window`, which holds for it. Only where calm
    hours have kept what busy ones have grown. The hours in between are cut out of the clock; what is told of growth
    stays that of the whole.
    """
    known = np.isfinite(blocks.cpu).sum(axis=1)
    told_of_load = (known >= _LEAST_KNOWN * blocks.count) & (blocks.count >= 2 * _LEAST_BLOCKS)
    asked = np.flatnonzero(told_of_load & (evidence.probability < _PLAIN) & growing(evidence) & may_grow(blocks))
    if asked.size == 0:
        return
    low, high = (quantile(blocks.cpu[asked], known[asked], share) for share in (_TENTH, 1 - _TENTH))
    uneven = high >= _UNEVEN * low
    views, busy_hours = [], []
    for one, least, most in zip(asked[uneven].tolist(), low[uneven], high[uneven], strict=True):
        count = int(blocks.count[one])
        cpu, floor = blocks.cpu[one, :count], blocks.floor[one, :count]
        share = (cpu - least) / max(most - least, TINY)
        busy = _within(share >= _BUSY)
        if busy.sum() >= _LEAST_BLOCKS and _keeps(floor, busy, _within(share <= _CALM)):
            views.append(one)
            busy_hours.append(np.pad(busy, (0, BLOCKS - count)))
    if not views:
        return
    chosen = np.array(views)
    part = _only(blocks.since(chosen, chosen * 0), np.array(busy_hours))
    told = told_of(part, evidence.refills[chosen], doubtful)
    told.probability[:] = np.minimum(told.probability, _MOST)
    kept = told.probability > np.maximum(evidence.probability[chosen], doubtful)
    take_views(evidence, chosen, part, told, kept, _WEIGHED_ALONE)


def _within(hours: Bools) -> Bools:
    """Those beside which there is no other: where load changes within a block, its floor is that of either load."""
    beside = np.pad(hours, 1, mode="edge")
    return hours & beside[:-2] & beside[2:]


def _keeps(floor: Floats, busy: Bools, calm: Bools) -> bool:
    """Whether each calm stretch stands above the one before by what the busy hours in between have grown, or half."""
    levels = [(where[0], float(floor[where].min())) for where in _stretches(calm)]
    grown = [(where[0], float(floor[where[-2:]].mean() - floor[where[:2]].mean())) for where in _stretches(busy)]
    if len(levels) < _LEAST_STRETCHES or len(grown) < _LEAST_STRETCHES:
        return False
    for (before, low), (after, high) in pairwise(levels):
        between = sum(growth for at, growth in grown if before < at < after)
        if between <= 0 or high - low < _KEPT * between:
            return False
    return True


def _stretches(hours: Bools) -> list[Ints]:
    """The blocks of each stretch, in order."""
    at = np.flatnonzero(hours)
    return np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if at.size else []


def _only(blocks: Blocks, hours: Bools) -> Blocks:
    """The blocks of those hours alone, one behind the other. hours: of the blocks' shape."""
    floor, peak, cpu = (from_chosen(values, hours) for values in (blocks.floor, blocks.peak, blocks.cpu))
    each = blocks.span_hours / np.maximum(blocks.count - 1, 1)
    there = np.arange(hours.shape[1]) < hours.sum(axis=1)[:, None]
    time = np.where(there, blocks.time[:, :1] + each[:, None] * np.arange(hours.shape[1]), np.nan)
    return Blocks(time=time, floor=floor, peak=peak, cpu=cpu, count=hours.sum(axis=1).astype(np.int64))

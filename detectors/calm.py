"""Growth that only the calm hours show: between office hours that work many times as much, and hold what they like.

By day bursts and plateaus of requests lie over the floor and hide it; in the nights between them it is bare. Where it
rises in each night, and as fast from night to night, they are one line: a leak. What came but once, between two nights,
is a step; what each night builds up and the day takes back is none.
"""

import numpy as np

from detectors.blocks import BLOCKS, Blocks
from detectors.evidence import Evidence, weigh, weighed
from detectors.load import IDLE_CORES, LEVELS_APART
from detectors.panel import Bools, Floats, Ints
from detectors.ranked import middle_of
from detectors.rows import from_chosen
from detectors.trend import slope
from detectors.view import take_views

# Two hours a day at least: what is busy for less hides little, and of what is calm for less nothing can be told.
_LEAST_SHARE = 1 / 12
# Each calm has to be long enough to rise by itself, and two of them to have most of a day between their ends.
_LEAST_HOURS, _LEAST_BLOCKS, _LEAST_SPAN_HOURS = 4.0, 4, 24.0
# The rise within each calm is that of the whole line: nearly twice that where the hours between add nothing, and more
# than that where they take it back.
_LEAST_OF_LINE, _MOST_OF_LINE = 0.5, 2.0
# Memory is what load takes and what it does not: it can grow by no larger share than load does. One that grows by
# twice as much, or more, grows for another reason.
_MORE_THAN_LOAD = 2.0
# What came since the last calm may fall short of the line by this share of what that rose in the meantime.
_FALLS_SHORT = 0.25
# Two nights are one comparison, however plain.
_MOST = 0.9
# No view is needed where a leak is plain.
_PLAIN = 0.9


def look_in_calm_hours(blocks: Blocks, evidence: Evidence, doubtful: float) -> None:
    """Look at lifetimes that work in shifts in the calm hours alone, and keep of the two views the one that says more.

    doubtful: what a view must say more than. Only of those of which each calm rises by itself, the last one too, and
    all together, at one rate, and by more than load does there.
    """
    calm = _calm(blocks)
    seen = calm.sum(axis=1)
    asked = np.flatnonzero((seen >= 2 * _LEAST_BLOCKS) & (evidence.probability < _PLAIN))
    views = [one for one in asked.tolist() if _one_line(blocks, one, np.flatnonzero(calm[one]))]
    if not views:
        return
    chosen = np.array(views)
    part = _only(blocks, chosen, calm[chosen])
    told = weighed(part)
    told.refills[:] = evidence.refills[chosen]
    weigh(told)
    told.probability[:] = np.minimum(told.probability, _MOST)
    kept = told.probability > np.maximum(evidence.probability[chosen], doubtful)
    take_views(evidence, chosen, part, told, kept)
    for view in np.flatnonzero(kept).tolist():
        one, count, points = views[view], int(blocks.count[views[view]]), int(part.count[view])
        # Under the busy hours, which may be the last ones, the line goes on.
        line, time, known = evidence.slope[one], blocks.time[one, :count], part.time[view, :points]
        beside = told.adjusted[view, :points] - line * known
        evidence.adjusted[one, :count] = line * time + np.interp(time, known, beside)


def _calm(blocks: Blocks) -> Bools:
    """Which blocks are of the calm hours, and next to no busy one, shape (lifetimes, BLOCKS); none where load has not
    two levels that come and go."""
    cpu = np.log(np.maximum(blocks.cpu, IDLE_CORES))
    known = np.isfinite(cpu)
    points = known.sum(axis=1, keepdims=True)
    ordered = np.sort(np.where(known, cpu, np.inf), axis=1)
    ordered = np.where(np.isfinite(ordered), ordered, 0.0)
    # Two levels, split where they are furthest apart (Otsu, IEEE Transactions SMC 9, 1979).
    number = np.arange(1, BLOCKS + 1)
    sums = np.cumsum(ordered, axis=1)
    left = np.maximum(points - number, 1)
    low, high = sums / number, (sums[:, -1:] - sums) / left
    able = (number >= _LEAST_SHARE * points) & (points - number >= _LEAST_SHARE * points)
    apart = np.where(able, number * left * (high - low) ** 2, -1.0)
    split = apart.argmax(axis=1)
    rows = np.arange(split.size)
    shifts = able.any(axis=1) & ((high - low)[rows, split] >= np.log(LEVELS_APART))
    middle = ((high + low) / 2)[rows, split]
    busy = known & (cpu > middle[:, None])
    # A block beside a busy one has a part of it, or of what is given back since.
    beside = busy.copy()
    beside[:, 1:] |= busy[:, :-1]
    beside[:, :-1] |= busy[:, 1:]
    calm: Bools = known & ~beside & shifts[:, None]
    return calm


def _one_line(blocks: Blocks, one: int, calm: Ints) -> bool:
    """Whether the calms of a lifetime rise each by itself, and all together, at one rate, and by more than load does.

    calm: the blocks of its calm hours.
    """
    time, floor, cpu = blocks.time[one], blocks.floor[one], blocks.cpu[one]
    runs = [run for run in np.split(calm, np.flatnonzero(np.diff(calm) > 1) + 1) if _long_enough(time, run)]
    if len(runs) < 2 or time[runs[-1][-1]] - time[runs[0][0]] < _LEAST_SPAN_HOURS:
        return False
    calm = np.concatenate(runs)
    line = _slope(time, floor, calm)
    if line <= 0 or not all(_LEAST_OF_LINE <= _slope(time, floor, run) / line <= _MOST_OF_LINE for run in runs):
        return False
    count = int(blocks.count[one])
    if not _lies_under(time[:count], floor[:count], runs, line):
        return False
    by_load = _slope(time, cpu, calm) / max(middle_of(cpu[calm]), IDLE_CORES)
    return line >= _MORE_THAN_LOAD * by_load * middle_of(floor[calm])


def _lies_under(time: Floats, floor: Floats, runs: list[Ints], line: float) -> bool:
    """Whether what came since the last calm lies over the line, or no further below it than where other calms began.

    Busy hours hide a floor, they do not lower it. time, floor: of all blocks of a lifetime; runs: those of each calm.
    """
    since = float(time[-1] - time[runs[-1][-1]])
    if since < _LEAST_HOURS:
        return True
    beside = floor - line * time
    begin = min(middle_of(beside[run[:_LEAST_BLOCKS]]) for run in runs)
    return middle_of(beside[-_LEAST_BLOCKS:]) >= begin - _FALLS_SHORT * line * since


def _long_enough(time: Floats, run: Ints) -> bool:
    return run.size >= _LEAST_BLOCKS and bool(time[run[-1]] - time[run[0]] >= _LEAST_HOURS)


def _slope(time: Floats, value: Floats, chosen: Ints) -> float:
    """Units of value an hour, of the chosen blocks."""
    return float(slope(time[None, chosen], value[None, chosen], np.array([chosen.size]))[0])


def _only(blocks: Blocks, chosen: Ints, kept: Bools) -> Blocks:
    """Some blocks of some lifetimes, side by side from the left, without load, which was asked. kept: shape (chosen,
    BLOCKS)."""
    time, floor, peak = (from_chosen(values[chosen], kept) for values in (blocks.time, blocks.floor, blocks.peak))
    unknown = np.full(time.shape, np.nan)
    return Blocks(time=time, floor=floor, peak=peak, cpu=unknown, count=kept.sum(axis=1).astype(np.int64))

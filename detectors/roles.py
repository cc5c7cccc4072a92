"""A change of role: a standby that takes over works many times as much at once, and goes on doing so.

The leader of a group, the primary of a database, the replica that traffic is switched to: what it holds before is of
one role and what it holds after of another. CPU tells the moment, and in a life of two levels of CPU it would explain
all that grew since as load.
"""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.load import IDLE_CORES, LEVELS_APART
from detectors.panel import Floats, Ints
from detectors.trend import slope
from detectors.view import take_views, views_from

# Some blocks on each side tell the two levels, and nearly all the others are of the level of their side.
_LEAST_BEFORE, _BESIDE, _MOSTLY = 4, 3, 0.9
# What comes with a role, state that is loaded and connections that come over, settles as a start does: in an hour.
_SETTLES_HOURS = 1.0
_LEAST_BLOCKS = 16
# A cache that is filled in the new role does so for some hours: half a day has to go on growing, and most of a day, in
# which load has both risen and fallen, before that says more than the whole does.
_LEAST_HOURS, _DAY_HOURS = 12.0, 20.0
# What grew before the role by this share of how fast it grows since grows in either.
_LEAST_BEFORE_SHARE = 0.25
# Two views that are so plain say the same, and the one since the role has the rate of now.
_PLAIN = 0.9


def role_taken(blocks: Blocks) -> Ints:
    """The first block wholly in a role that a lifetime took for good, shape (lifetimes,); 0 where it took none.

    Two levels of CPU, fitted as one step: the second is three times the first or more, beside the step as well as of
    all blocks, so that what rises with the hours is none.
    """
    cpu, count = np.log(np.maximum(blocks.cpu, IDLE_CORES)), blocks.count
    known = np.isfinite(cpu)
    number = np.arange(cpu.shape[1])
    value, points = np.where(known, cpu, 0.0), known.astype(np.float64)
    # Of what is before each block, and from it on.
    sums, seen = _before(value), _before(points)
    rest, left = value.sum(axis=1, keepdims=True) - sums, points.sum(axis=1, keepdims=True) - seen
    low, high = sums / np.maximum(seen, 1.0), rest / np.maximum(left, 1.0)
    able = (number >= _LEAST_BEFORE) & (number <= count[:, None] - _BESIDE) & (seen > 0) & (left > 0)
    apart = np.where(able & (high > low), seen * left * (high - low) ** 2, 0.0)
    split = apart.argmax(axis=1)
    rows = np.arange(split.size)
    middle = ((low + high) / 2)[rows, split]
    after = number >= split[:, None]
    on_its_side = known & (after == (cpu > middle[:, None]))
    rises = (high - low)[rows, split]
    rises = np.minimum(rises, _beside(cpu, split) - _beside(cpu, split - _BESIDE - 1))
    taken = (apart.max(axis=1) > 0) & (np.nan_to_num(rises) >= np.log(LEVELS_APART))
    for side in (after, ~after):
        taken &= (on_its_side & side).sum(axis=1) >= _MOSTLY * (known & side).sum(axis=1)
    return np.where(taken, split, 0).astype(np.int64)


def settled(blocks: Blocks, taken: Ints) -> Ints:
    """The block from which on what came with a role has settled, shape (lifetimes,); taken: see `role_taken`."""
    at = blocks.time[np.arange(taken.size), taken]
    first: Ints = (blocks.time < (at + _SETTLES_HOURS)[:, None]).sum(axis=1)
    return first


def look_since_role(blocks: Blocks, evidence: Evidence, taken: Ints, doubtful: float, min_hours: float) -> None:
    """Look at lifetimes that took a role for good from there on, with the load that they had since: what that says
    stands, unless they grew before as well, where of the two views the one that says more does.

    taken: see `role_taken`; doubtful: what a view must say more than, see also `ask_without_last_window`, which holds
    for it; min_hours: one of fewer tells nothing. The view has the hours since only, and is weighed so.
    """
    first = settled(blocks, taken)
    asked = (taken > 0) & (blocks.count - first >= _LEAST_BLOCKS)
    views = np.flatnonzero(asked)
    if views.size == 0:
        return
    part, since = views_from(blocks, evidence, views, first[views], doubtful)
    # A leak that has nothing to do with the role shows before it was taken, too: both views are of it.
    before = _slope_before(blocks, views, taken[views])
    grew_before = before >= _LEAST_BEFORE_SHARE * slope(part.time, since.adjusted, part.count)
    kept = ~grew_before | (since.probability > np.clip(evidence.probability[views], doubtful, _PLAIN))
    says_more = since.probability > evidence.probability[views]
    kept &= since.span_hours >= np.where(says_more, _DAY_HOURS, max(_LEAST_HOURS, min_hours))
    take_views(evidence, views, part, since, kept)
    for view in np.flatnonzero(kept).tolist():
        one, points = views[view], int(part.count[view])
        evidence.since[one] = first[one]
        # Load taken off the whole has taken the growth with it.
        evidence.adjusted[one, first[one] : first[one] + points] = since.adjusted[view, :points]


def _slope_before(blocks: Blocks, chosen: Ints, taken: Ints) -> Floats:
    """Bytes an hour of floor of some lifetimes until they took their role, shape (chosen,)."""
    earlier = np.arange(blocks.floor.shape[1]) < taken[:, None] - 1
    time, floor = (np.where(earlier, values[chosen], np.nan) for values in (blocks.time, blocks.floor))
    return slope(time, floor, earlier.sum(axis=1))


def _before(values: Floats) -> Floats:
    """Sums of all before each block, shape (lifetimes, blocks)."""
    return np.cumsum(values, axis=1) - values


def _beside(cpu: Floats, first: Ints) -> Floats:
    """The middle of the blocks from one on, but for that one, in which the level may change; shape (lifetimes,)."""
    index = np.clip(first[:, None] + 1 + np.arange(_BESIDE - 1), 0, cpu.shape[1] - 1)
    near: Floats = np.take_along_axis(cpu, index, axis=1).mean(axis=1)
    return near

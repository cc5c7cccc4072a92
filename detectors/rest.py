"""Growth that has come to rest for longer than it ever did while it grew: a bound was reached, or a leak mended.

How long a rest must be to mean that is not the same for all: a leak in steps rests for hours between them, one by the
request rests at night. A life is its own measure: each earlier stretch of its climb as long as the rest, and with no
more work done in it, has risen; the last one has not.
"""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.panel import Floats, Ints
from detectors.rows import TINY

# Where growth is over, evidence of it leaves no more than this probability, below what is suspected: it
# may begin again.
_RESTED = 0.15
# Rests that are looked for, in blocks, which are an hour each of two days; none is shorter than four hours.
_LENGTHS = range(6, 17)
_LEAST_HOURS = 4.0
# A rest rises by less than this share of what the least of the stretches before it did.
_RISES = 0.25
# The climb begins where memory leaves its lowest tenth for good.
_BEGINS = 0.1
# Memory that has come so near to its limit can rise no further.
AT_LIMIT = 0.95
# Work that differs by less is the same; where less of it is known, the clock alone tells.
_SAME_WORK = 1.1
_LEAST_KNOWN = 0.8


def lower_what_came_to_rest(blocks: Blocks, evidence: Evidence, limit: Floats, doubtful: float) -> Floats:
    """Set a bound to the probability of lifetimes whose floor has come to rest, and so with load removed; for how
    many hours each has rested, shape (lifetimes,), 0 where it has not.

    limit: bytes of each lifetime, shape (lifetimes,), NaN where there is none: what stands there rests because it must.
    Those that say no more than `doubtful` are left as they are.
    """
    at_limit = np.fmax.reduce(blocks.peak, axis=1, initial=0.0) >= AT_LIMIT * limit
    asked = np.flatnonzero((evidence.probability > doubtful) & (blocks.count > 3 * _LENGTHS.start) & ~at_limit)
    rested = np.zeros(blocks.count.shape)
    if asked.size == 0:
        return rested
    count = blocks.count[asked]
    time, cpu = _last_to_the_right(blocks.time[asked], count), _last_to_the_right(blocks.cpu[asked], count)
    values = blocks.floor[asked], evidence.adjusted[asked]
    raw, adjusted = (_rests(time, _last_to_the_right(value, count), cpu) for value in values)
    rested[asked] = np.minimum(raw, adjusted)
    over = rested > 0
    evidence.probability[over] = np.minimum(evidence.probability[over], _RESTED)
    return rested


def _rests(time: Floats, value: Floats, cpu: Floats) -> Floats:
    """Hours of the rest that each series ends in, 0 where it does not; all of shape (series, blocks), the last block in
    the last column, NaN before."""
    level = _middle_of_three(value)
    work = np.cumsum(np.nan_to_num(cpu), axis=1)
    told = np.isfinite(cpu).sum(axis=1) >= _LEAST_KNOWN * np.isfinite(value).sum(axis=1)
    begins = _begin_of_climb(level)[:, None]
    last = value.shape[1] - 1
    found = np.zeros(len(value))
    for length in _LENGTHS:
        before = last - length
        # A hump at its begin hides what rises since: the end may not stand above the lowest since then either.
        since = level[:, before:]
        rose = np.fmax(np.fmax.reduce(since[:, 1:], axis=1) - since[:, 0], since[:, -1] - np.fmin.reduce(since, axis=1))
        ends = np.arange(length, before + 1)
        stretches = level[:, length : before + 1] - level[:, : before + 1 - length]
        done = work[:, length : before + 1] - work[:, : before + 1 - length]
        no_more = (done <= _SAME_WORK * (work[:, last] - work[:, before])[:, None]) | ~told[:, None]
        climb = ends - length >= begins
        compared = climb & no_more & np.isfinite(stretches)
        least = np.where(compared, stretches, np.inf).min(axis=1, initial=np.inf)
        hours = time[:, last] - time[:, before]
        enough = (compared.sum(axis=1) >= length) & (hours >= _LEAST_HOURS)
        found = np.where(enough & (least > 0) & (rose < _RISES * least), hours, found)
    return found


def _begin_of_climb(level: Floats) -> Ints:
    """The first block after which a series never comes back to the lowest tenth of what it rose, shape (series,)."""
    low = np.fmin.reduce(level, axis=1, keepdims=True)
    rise = np.maximum(np.fmax.reduce(level, axis=1, keepdims=True) - low, TINY)
    in_lowest = np.nan_to_num(level, nan=-np.inf) <= low + _BEGINS * rise
    begins: Ints = level.shape[1] - 1 - in_lowest[:, ::-1].argmax(axis=1)
    return begins


def _middle_of_three(value: Floats) -> Floats:
    """Each block with its neighbours: one that is off by itself neither ends a rest nor makes one."""
    around = np.stack([np.roll(value, 1, axis=1), value, np.roll(value, -1, axis=1)])
    around[0, :, 0], around[2, :, -1] = value[:, 0], value[:, -1]
    around = np.where(np.isfinite(around), around, value)
    middle: Floats = np.median(around, axis=0)
    return middle


def _last_to_the_right(value: Floats, count: Ints) -> Floats:
    """The same with the last block of each row in the last column, NaN before the first."""
    columns = value.shape[1]
    index = np.arange(columns) - (columns - count[:, None])
    return np.where(index >= 0, np.take_along_axis(value, np.maximum(index, 0), axis=1), np.nan)

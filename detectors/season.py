"""The same hour on another day: what a daily swing cannot explain."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Floats, Ints
from detectors.rows import last_of

_DAY_HOURS = 24.0
# A quarter of another day says nothing of the rest, half of one does.
_LEAST_HOURS = 6.0
_ENOUGH_HOURS = 12.0


@dataclass(frozen=True, slots=True)
class Season:
    """told: how much of a day can be compared, 0 to 1, half a day being enough; rise: share of hours above the same
    hour of the day before, less the share below it, times that, -1 to 1. Both of shape (series,).
    """

    told: Floats
    rise: Floats


def day_on_day(time: Floats, value: Floats, count: Ints, tolerance: Floats) -> Season:
    """Compare each block with the one a day before it.

    time: hours; value: any unit; both of shape (series, blocks), the first `count` finite, NaN after; tolerance: shape
    (series,), a difference of less than twice that is none. The sign test on seasonal differences (Hirsch, Slack and
    Smith, Water Resources Research 18, 1982), by its share rather than its significance, since hours are not
    independent.
    """
    blocks = np.arange(value.shape[1])
    span = np.nan_to_num(last_of(time, count) - time[:, 0])
    width = span / np.maximum(count - 1, 1)
    lag = np.rint(_DAY_HOURS / np.maximum(width, 1e-6))
    able = (span > _DAY_HOURS + _LEAST_HOURS) & (lag < value.shape[1])
    beyond = span - _DAY_HOURS - _LEAST_HOURS
    told = np.where(able, np.clip(beyond / (_ENOUGH_HOURS - _LEAST_HOURS), 0.0, 1.0), 0.0)
    later = blocks + np.where(able, lag, 0).astype(np.int64)[:, None]
    inside = able[:, None] & (later < count[:, None])
    next_day = np.take_along_axis(value, np.minimum(later, value.shape[1] - 1), axis=1)
    change = np.where(inside, next_day - value, np.nan)
    pairs = np.isfinite(change).sum(axis=1)
    above = (change > 2 * tolerance[:, None]).sum(axis=1)
    below = (change < -2 * tolerance[:, None]).sum(axis=1)
    return Season(told, told * (above - below) / np.maximum(pairs, 1))

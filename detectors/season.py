"""The same hour on another day: what a daily swing cannot explain."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints
from detectors.rows import last_of

_DAY_HOURS = 24.0
# With fewer hours than that beyond a day, too few of them can be compared.
LEAST_HOURS = 27.0
_ENOUGH_PAIRS = 12.0


@dataclass(frozen=True, slots=True)
class Season:
    """told: whether the lifetime is long enough; rise: share of hours above the same hour of the day before, less the
    share below it, -1 to 1, 0 where not told. Both of shape (series,).
    """

    told: Bools
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
    told = (span >= LEAST_HOURS) & (lag < value.shape[1])
    later = blocks + np.where(told, lag, 0).astype(np.int64)[:, None]
    inside = told[:, None] & (later < count[:, None])
    next_day = np.take_along_axis(value, np.minimum(later, value.shape[1] - 1), axis=1)
    change = np.where(inside, next_day - value, np.nan)
    pairs = np.isfinite(change).sum(axis=1)
    above = (change > 2 * tolerance[:, None]).sum(axis=1)
    below = (change < -2 * tolerance[:, None]).sum(axis=1)
    rise = (above - below) / np.maximum(pairs, 1) * np.minimum(pairs / _ENOUGH_PAIRS, 1.0)
    return Season(told, rise)

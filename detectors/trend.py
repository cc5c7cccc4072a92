"""A robust slope with an interval, and a trend test that is not fooled by autocorrelation."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri

from detectors.panel import Floats, Ints
from detectors.ranked import median
from detectors.rows import correlation_of_neighbours

_COVERAGE = 0.8
# The pairs of a series of 48 points take up 9 kB; those of so many stay in a core's cache.
_SERIES_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Trend:
    """Members have shape (series,).

    slope: units of value an hour, the median over all pairs of points; low, high: its 80 % interval
    z: the Mann-Kendall statistic, standardised with the effective number of points; 0 where there are too few
    """

    slope: Floats
    low: Floats
    high: Floats
    z: Floats


def slope(time: Floats, value: Floats, count: Ints) -> Floats:
    """Theil and Sen's slope of each series alone, shape (series,), units of value an hour; NaN with fewer than two.

    time: hours, value: any unit, both of shape (series, points), the first `count` of each row finite, NaN after.
    """
    middle = np.full(value.shape[0], np.nan)
    for points in np.unique(count[count >= 2]):
        of_that_length = np.flatnonzero(count == points)
        for first in range(0, of_that_length.size, _SERIES_AT_ONCE):
            rows = of_that_length[first : first + _SERIES_AT_ONCE]
            slopes = _pairwise(time[rows, :points], value[rows, :points])
            lower, upper = (slopes.shape[1] - 1) // 2, slopes.shape[1] // 2
            slopes.partition((lower, upper), axis=1)
            middle[rows] = (slopes[:, lower] + slopes[:, upper]) / 2
    return middle


def trend(time: Floats, value: Floats, count: Ints) -> Trend:
    """Theil and Sen's slope and Mann and Kendall's test of each series.

    time: hours, value: any unit, both of shape (series, points), the first `count` of each row finite, NaN after.

    Slope: Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968); the interval is
    that of ranks (Gilbert, Statistical Methods for Environmental Pollution Monitoring, 1987, 16.4). Both are widened
    by the variance inflation of an AR(1) process, n/n_eff = (1 + r)/(1 - r), with r from the residuals about the
    slope (Bayley and Hammersley 1946; for this test Yue and Wang, Water Resources Management 18, 2004).
    """
    slopes = _pairwise(time, value)
    sign = np.count_nonzero(slopes > 0, axis=1) - np.count_nonzero(slopes < 0, axis=1)
    slopes.sort(axis=1)  # NaN goes last
    pairs = np.isfinite(slopes).sum(axis=1)
    middle = _at_rank(slopes, pairs, pairs / 2 - 0.5)

    count_ = count.astype(np.float64)
    inflation = _variance_inflation(time, value, middle, count)
    spread = np.sqrt(np.maximum(count_ * (count_ - 1) * (2 * count_ + 5) / 18, 0.0) * inflation)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(spread > 0, (sign - np.sign(sign)) / spread, 0.0)
    reach = ndtri(0.5 + _COVERAGE / 2) * spread / 2
    low = _at_rank(slopes, pairs, pairs / 2 - 0.5 - reach)
    high = _at_rank(slopes, pairs, pairs / 2 - 0.5 + reach)
    return Trend(middle, low, high, np.where(count >= 4, z, 0.0))


def _pairwise(time: Floats, value: Floats) -> Floats:
    """The slope between each two points, shape (series, pairs), NaN where one is unknown."""
    earlier, later = _pairs(value.shape[1])
    step = time.take(later, axis=1) - time.take(earlier, axis=1)
    slopes: Floats = value.take(later, axis=1) - value.take(earlier, axis=1)
    ascends = step > 0
    if not ascends.all():
        step[~ascends] = np.nan
    slopes /= step
    return slopes


@cache
def _pairs(points: int) -> tuple[Ints, Ints]:
    earlier, later = np.triu_indices(points, k=1)
    return earlier, later


def _at_rank(ordered: Floats, pairs: Ints, rank: Floats) -> Floats:
    """The value between ranks of each row's first `pairs`, NaN for an empty row."""
    if ordered.shape[1] == 0:
        return np.full(ordered.shape[0], np.nan)
    last = np.maximum(pairs - 1, 0)
    rank = np.clip(rank, 0, last)
    lower = np.floor(rank).astype(np.int64)
    upper = np.minimum(lower + 1, last)
    rows = np.arange(ordered.shape[0])
    weight = rank - lower
    value = ordered[rows, lower] * (1 - weight) + ordered[rows, upper] * weight
    return np.where(pairs > 0, value, np.nan)


def _variance_inflation(time: Floats, value: Floats, slope: Floats, count: Ints) -> Floats:
    residual = value - slope[:, None] * time
    centre = median(residual, count)
    r = correlation_of_neighbours(np.where(np.isfinite(residual), residual - centre[:, None], 0.0))
    # Never fewer than three effective points, as no correlation can be told from less.
    inflation: Floats = np.minimum((1 + r) / (1 - r), np.maximum(count / 3.0, 1.0))
    return inflation

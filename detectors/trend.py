"""A robust slope with an interval, and a trend test that is not fooled by autocorrelation."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from detectors.panel import Floats, Ints
from detectors.ranked import median

_COVERAGE = 0.8


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


def trend(time: Floats, value: Floats, count: Ints) -> Trend:
    """Theil and Sen's slope and Mann and Kendall's test of each series.

    time: hours, value: any unit, both of shape (series, points), the first `count` of each row finite, NaN after.

    Slope: Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968); the interval is
    that of ranks (Gilbert, Statistical Methods for Environmental Pollution Monitoring, 1987, 16.4). Both are widened
    by the variance inflation of an AR(1) process, n/n_eff = (1 + r)/(1 - r), with r from the residuals about the
    slope (Bayley and Hammersley 1946; for this test Yue and Wang, Water Resources Management 18, 2004).
    """
    points = value.shape[1]
    earlier, later = np.triu_indices(points, k=1)
    step, rise = time[:, later] - time[:, earlier], value[:, later] - value[:, earlier]
    slopes = np.where(step > 0, rise / np.where(step > 0, step, 1.0), np.nan)
    slopes.sort(axis=1)  # NaN goes last
    pairs = np.isfinite(slopes).sum(axis=1)
    slope = _at_rank(slopes, pairs, pairs / 2 - 0.5)

    count_ = count.astype(np.float64)
    inflation = _variance_inflation(time, value, slope, count)
    spread = np.sqrt(np.maximum(count_ * (count_ - 1) * (2 * count_ + 5) / 18, 0.0) * inflation)
    sign = np.nansum(np.sign(rise), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(spread > 0, (sign - np.sign(sign)) / spread, 0.0)
    reach = ndtri(0.5 + _COVERAGE / 2) * spread / 2
    low = _at_rank(slopes, pairs, pairs / 2 - 0.5 - reach)
    high = _at_rank(slopes, pairs, pairs / 2 - 0.5 + reach)
    return Trend(slope, low, high, np.where(count >= 4, z, 0.0))


def _at_rank(ordered: Floats, pairs: Ints, rank: Floats) -> Floats:
    """The value between ranks of each row's first `pairs`, NaN for an empty row."""
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
    residual = np.where(np.isfinite(residual), residual - centre[:, None], 0.0)
    power = np.sum(residual**2, axis=1)
    lagged = np.sum(residual[:, 1:] * residual[:, :-1], axis=1)
    r = np.clip(np.where(power > 0, lagged / np.where(power > 0, power, 1.0), 0.0), 0.0, 0.9)
    # Never fewer than three effective points, as no correlation can be told from less.
    inflation: Floats = np.minimum((1 + r) / (1 - r), np.maximum(count / 3.0, 1.0))
    return inflation

"""The figures of each lifetime that speak for or against a leak."""

from dataclasses import dataclass

import numpy as np

from detectors.blocks import Blocks
from detectors.coefficients import LIFETIME
from detectors.load import without_load
from detectors.panel import Floats, Ints
from detectors.ranked import median
from detectors.records import Records, records
from detectors.trend import Trend, trend

# A record that beats the one before by less than a thousandth of the level is noise of the accounting (pages are
# charged in batches).
_RECORD_TOLERANCE = 0.001


@dataclass(frozen=True, slots=True)
class Evidence:
    """Each member's arrays have shape (lifetimes,).

    level: bytes, median floor; span_hours: between the first and the last block
    raw, adjusted: records of the floor, and of the floor with load removed
    raw_later, adjusted_later: the same, of the later half of the lifetime alone
    trend, trend_later: of the floor with load removed, over the whole lifetime and its later half
    probability: that this lifetime leaks
    """

    level: Floats
    span_hours: Floats
    raw: Records
    raw_later: Records
    adjusted: Records
    adjusted_later: Records
    trend: Trend
    trend_later: Trend
    probability: Floats

    @property
    def persistence(self) -> Floats:
        """The later half's slope over the whole one's, 0 to 1.5: near 1 for a straight leak, near 0 for a warm-up."""
        whole = self.trend.slope
        ratio = np.where(whole > 0, self.trend_later.slope / np.where(whole > 0, whole, 1.0), 0.0)
        clipped: Floats = np.clip(np.nan_to_num(ratio), 0.0, 1.5)
        return clipped


def gather(blocks: Blocks) -> Evidence:
    """The evidence of each lifetime, from its blocks."""
    adjusted = without_load(blocks.floor, blocks.cpu)
    level = median(blocks.floor, blocks.count)
    tolerance = _RECORD_TOLERANCE * np.nan_to_num(level)
    half = blocks.count // 2
    later_time, later_count = _from(blocks.time, half, blocks.count), blocks.count - half
    later_raw, later_adjusted = _from(blocks.floor, half, blocks.count), _from(adjusted, half, blocks.count)
    raw = records(blocks.floor, blocks.count, tolerance)
    raw_later = records(later_raw, later_count, tolerance)
    whole = records(adjusted, blocks.count, tolerance)
    later = records(later_adjusted, later_count, tolerance)
    evidence = Evidence(
        level=level,
        span_hours=_span(blocks),
        raw=raw,
        raw_later=raw_later,
        adjusted=whole,
        adjusted_later=later,
        trend=trend(blocks.time, adjusted, blocks.count),
        trend_later=trend(later_time, later_adjusted, later_count),
        probability=np.zeros(blocks.count.shape),
    )
    evidence.probability[:] = _probability(evidence)
    return evidence


def logistic(log_odds: Floats) -> Floats:
    """Probabilities of log-odds."""
    probability: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))
    return probability


def _probability(evidence: Evidence) -> Floats:
    c = LIFETIME
    both = np.minimum(evidence.adjusted_later.late, evidence.raw_later.late)
    return logistic(
        c.intercept
        + c.late_records * evidence.adjusted.late
        + c.late_records_raw * evidence.raw.late
        + c.late_records_both * both
        + c.rest * evidence.adjusted.rest
        + c.rest_raw * evidence.raw.rest
        + c.z * np.clip(evidence.trend.z, 0.0, 7.0)
        + c.drift * np.log1p(np.clip(evidence.adjusted_later.drift, 0.0, 20.0))
        + c.persistence * evidence.persistence
    )


def _from(values: Floats, start: Ints, count: Ints) -> Floats:
    """The values from block `start` on, packed to the left, NaN after."""
    index = np.arange(values.shape[1]) + start[:, None]
    inside = index < count[:, None]
    return np.where(inside, np.take_along_axis(values, np.minimum(index, values.shape[1] - 1), axis=1), np.nan)


def _span(blocks: Blocks) -> Floats:
    rows = np.arange(blocks.count.size)
    last = blocks.time[rows, np.maximum(blocks.count - 1, 0)]
    return np.nan_to_num(last - blocks.time[:, 0])

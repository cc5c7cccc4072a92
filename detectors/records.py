"""Records: how often the floor goes where it has never been, how long ago it last did, and how far it fell back.

A stationary series sets few records (about the logarithm of their number), a walk without drift about its square
root, a warm-up none late, a refill none beyond the old level; a leak sets nearly all of them.
Glick, "Breaking records and breaking boards", American Mathematical Monthly 85 (1978).
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Floats, Ints


@dataclass(frozen=True, slots=True)
class Records:
    """Members have shape (series,).

    late: share of the points in the later half that set a record; rest: share of the span since the last one
    draw_down: deepest fall below an earlier record, as a share of the growth; drift: mean increment over its
    long-run standard error, which for a walk without drift is about standard normal
    growth: last level less the first, in the value's unit
    """

    late: Floats
    rest: Floats
    draw_down: Floats
    drift: Floats
    growth: Floats


def records(value: Floats, count: Ints, tolerance: Floats) -> Records:
    """The records of each series.

    value: shape (series, points), the first `count` of each row finite, NaN after; tolerance: shape (series,), by how
    much a record must exceed the one before, in the value's unit.
    """
    series, points = value.shape
    index = np.arange(points)
    filled = np.where(np.isfinite(value), value, -np.inf)
    best = np.maximum.accumulate(filled, axis=1)
    before = np.concatenate((np.full((series, 1), np.inf), best[:, :-1]), axis=1)
    is_record = filled > before + tolerance[:, None]

    in_late_half = (index >= (count[:, None] + 1) // 2) & (index < count[:, None])
    late = (is_record & in_late_half).sum(axis=1) / np.maximum(in_late_half.sum(axis=1), 1)
    last_record = np.where(is_record.any(axis=1), points - 1 - is_record[:, ::-1].argmax(axis=1), 0)
    rest = np.clip((count - 1 - last_record) / np.maximum(count - 1, 1), 0.0, 1.0)

    growth = _level(value, count, last=True) - _level(value, count, last=False)
    with np.errstate(invalid="ignore"):
        fall = np.where(np.isfinite(value), best - filled, 0.0).max(axis=1, initial=0.0)
    draw_down = np.where(growth > 0, np.minimum(fall / np.where(growth > 0, growth, 1.0), 10.0), 10.0)
    return Records(late, rest, draw_down, _drift(value, count), growth)


def _level(value: Floats, count: Ints, *, last: bool) -> Floats:
    """The median of the first or the last eighth of the points (at least two), so that no single one decides."""
    points = value.shape[1]
    width = np.maximum(count // 8, np.minimum(count, 2))[:, None]
    index = np.arange(points)
    inside = (index >= count[:, None] - width) & (index < count[:, None]) if last else index < width
    chosen = np.sort(np.where(inside, value, np.nan), axis=1)
    middle = np.maximum(width[:, 0] - 1, 0) / 2
    rows = np.arange(value.shape[0])
    lower, upper = np.floor(middle).astype(np.int64), np.ceil(middle).astype(np.int64)
    return np.where(count > 0, (chosen[rows, lower] + chosen[rows, upper]) / 2, np.nan) if points else np.zeros(0)


def _drift(value: Floats, count: Ints) -> Floats:
    step = np.diff(value, axis=1)
    steps = np.maximum(count - 1, 1)
    mean = np.nansum(step, axis=1) / steps
    centred = np.where(np.isfinite(step), step - mean[:, None], 0.0)
    variance = np.sum(centred**2, axis=1) / steps
    for lag, weight in ((1, 0.75), (2, 0.5), (3, 0.25)):  # Newey and West's weights
        variance = variance + 2 * weight * np.sum(centred[:, lag:] * centred[:, :-lag], axis=1) / steps
    # The increments of a straight line have no spread at all; a hundredth of the mean keeps the ratio finite.
    error = np.sqrt(np.maximum(variance, (0.01 * mean) ** 2) / steps)
    return np.where((count >= 4) & (error > 0), mean / np.where(error > 0, error, 1.0), 0.0)

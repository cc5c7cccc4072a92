"""Precog (Jindal et al., 2021, arXiv 2101.09799), written anew from a description of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bench.methods.method import Method
from bench.methods.witness import DAY, HOUR, Witness, flagged, line, pods
from detectors.panel import Floats

_STEP_SECONDS = 60.0
_BIN_SECONDS = 300.0
_ROLLING_BINS = 12
_MODIFIED_Z = 3.5
_MERGED_SECONDS = 6 * HOUR
_LEAST_SECONDS = 6 * HOUR
_R2 = 0.8
_HORIZON_SECONDS = 7 * DAY


@dataclass(frozen=True, slots=True)
class _Rise:
    slope: float
    level: float
    seconds: float


def precog(witness: Witness) -> bool:
    """RSS that has climbed straight since one of its changes until now, steeper or longer than before.

    Thresholds: medians of 5 minutes, then a rolling median of an hour; a change is where the size of the difference
    has a modified z-score above 3.5, of changes less than 6 h apart the last counts; from a change until now it is
    6 h or more with R² above 0.8, and the line reaches the limit within 7 days. A rise that is no steeper than the
    steepest and no longer than the longest of those that ended before it ("max filter") is taken for normal. The
    window's own earlier pieces are its history, since no other is known to be healthy. Silent without a limit.
    """
    if not np.isfinite(witness.limit):
        return False
    times, value = _smoothed(witness)
    bounds = [0, *_changes(times, value)]
    for number in range(len(bounds) - 1, -1, -1):
        rise = _rise(times[bounds[number] :], value[bounds[number] :])
        if rise is None or witness.limit - rise.level > rise.slope * _HORIZON_SECONDS:
            continue
        if not _is_normal(rise, _learned(times, value, bounds[: number + 1])):
            return True
    return False


def _rise(times: Floats, value: Floats) -> _Rise | None:
    if times.size < 2 or times[-1] - times[0] < _LEAST_SECONDS:
        return None
    slope, level, explained = line(times, value)
    return _Rise(slope, level, float(times[-1] - times[0])) if slope > 0 and explained > _R2 else None


def _learned(times: Floats, value: Floats, bounds: Sequence[int]) -> list[_Rise]:
    pieces = (_rise(times[a:b], value[a:b]) for a, b in pairwise(bounds))
    return [piece for piece in pieces if piece is not None]


def _is_normal(rise: _Rise, learned: Sequence[_Rise]) -> bool:
    steepest = max((one.slope for one in learned), default=0.0)
    longest = max((one.seconds for one in learned), default=0.0)
    return rise.slope <= steepest and rise.seconds <= longest


def _smoothed(witness: Witness) -> tuple[Floats, Floats]:
    """Times and bytes of the 5-minute bins that have samples, each the median of the hour before it."""
    per_bin = int(_BIN_SECONDS / _STEP_SECONDS)
    at = np.rint((witness.times - witness.times[0]) / _STEP_SECONDS).astype(np.int64)
    bins = int(at[-1]) // per_bin + 1
    value = np.full(bins * per_bin, np.nan)
    value[at] = witness.value
    table = np.sort(value.reshape(bins, per_bin), axis=1)
    count = np.isfinite(table).sum(axis=1)
    known = np.nonzero(count)[0]
    low, high = table[known, (count[known] - 1) // 2], table[known, count[known] // 2]
    padded = np.concatenate((np.full(_ROLLING_BINS - 1, (low[0] + high[0]) / 2), (low + high) / 2))
    rolling: Floats = np.median(sliding_window_view(padded, _ROLLING_BINS), axis=1)
    return witness.times[0] + known * _BIN_SECONDS, rolling


def _changes(times: Floats, value: Floats) -> list[int]:
    """Where the series changes, oldest first."""
    size = np.abs(np.diff(value))
    if size.size == 0:
        return []
    away = size - np.median(size)
    # Iglewicz and Hoaglin (1993); where more than half are alike, by the mean deviation.
    scale = np.median(np.abs(away)) / 0.6745 or np.abs(away).mean() * 1.253314
    found = np.nonzero(away > _MODIFIED_Z * scale)[0] + 1 if scale > 0 else np.zeros(0, dtype=np.int64)
    kept: list[int] = []
    for one in found[::-1]:
        if not kept or times[kept[-1]] - times[one] >= _MERGED_SECONDS:
            kept.append(int(one))
    return kept[::-1]


PRECOG = Method("Precog", _STEP_SECONDS, lambda panel: flagged(panel, pods(panel, panel.rss), precog))

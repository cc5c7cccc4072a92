"""How fast a lifetime grows, since when, and whether that matters."""

from dataclasses import dataclass

import numpy as np

from detectors.coefficients import GROWTH
from detectors.forecast import Swing, time_to_limit
from detectors.judgement import Quantiles
from detectors.late import LATE
from detectors.onset import onset_block, onset_bounds
from detectors.panel import Floats, Ints
from detectors.pool import Pooled
from detectors.ranked import middle_of, quantiles_of
from detectors.scene import Scene
from detectors.trend import trend

_MOST_ERROR = 20.0
# Lives that are laid over each other leak from their first hour, which is left out of what is compared.
_WARM_UP_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Growth:
    """rate, low, high: bytes/hour, with an 80 % interval; onset: unix seconds; matters: it gets somewhere in time.

    onset_interval: unix seconds between which it may have set in; -inf where it may be older than all that is known.
    fit: bytes of the fitted line at the onset and at the lifetime's end; estimate_error: half of the estimate's own
    interval, in shares of the rate, before what the floor itself may be off is added.
    """

    rate: float
    low: float
    high: float
    onset: float
    onset_interval: tuple[float, float]
    fit: tuple[float, float]
    time_to_limit: Quantiles | None
    matters: bool
    estimate_error: float


def growths_of(scene: Scene, chosen: Ints, present: Ints | None = None) -> dict[int, Growth]:
    """The growth of each of these lifetimes by itself.

    present: for each, the lifetime that runs now, from where the time to the limit is told: itself, or, where it is
    over, one that took its place. None where each stands for itself.
    """
    present = chosen if present is None else present
    blocks, adjusted = scene.blocks, scene.evidence.adjusted
    starts = np.array([_onset_block(scene, int(one)) for one in chosen], dtype=np.int64)
    count = blocks.count[chosen]
    inside = (np.arange(adjusted.shape[1]) >= starts[:, None]) & (np.arange(adjusted.shape[1]) < count[:, None])
    time, value = np.where(inside, blocks.time[chosen], np.nan), np.where(inside, adjusted[chosen], np.nan)
    since = trend(time, value, inside.sum(axis=1))
    return {
        int(one): _growth(
            scene,
            int(one),
            int(present[i]),
            int(starts[i]),
            float(since.slope[i]),
            (float(since.low[i]), float(since.high[i])),
        )
        for i, one in enumerate(chosen)
    }


def pooled_growth(scene: Scene, lifetime: int, pooled: Pooled) -> Growth:
    """The growth of the lifetimes that were laid over each other, seen from where one that runs stands now."""
    first = min(pooled.lifetimes, key=lambda one: float(scene.lifetimes.began[one]))
    began = float(scene.lifetimes.began[first])
    onset = max(began, scene.panel.grid.start)
    low, high = widened(pooled.growth, pooled.low, pooled.high)
    floor, _ = scene.latest(lifetime)
    hours = float(scene.evidence.span_hours[lifetime])
    until = _time_to_limit(scene, lifetime, floor, (pooled.growth, low, high), pooled.life)
    matters = _matters(scene, pooled.growth, floor, until)
    return Growth(
        pooled.growth,
        low,
        high,
        onset,
        (since(scene, first), began + _WARM_UP_SECONDS),
        (floor - pooled.growth * hours, floor),
        until,
        matters,
        _error(pooled.growth, pooled.low, pooled.high),
    )


def widened(rate: float, low: float, high: float) -> tuple[float, float]:
    """The 80 % interval of a rate: that of its estimate, and what the floor itself may be off from what is leaked.

    Heaps grow by more than what they hold, caches and arenas along with it: errors in proportion to the rate, which no
    number of samples averages out. Both widths were fitted to cover 80 % of known rates.
    """
    if rate <= 0:
        return min(low, rate), max(high, rate)
    width = float(np.sqrt(GROWTH.proportional**2 + (GROWTH.per_estimate * _error(rate, low, high)) ** 2))
    return rate * float(np.exp(-width)), rate * float(np.exp(width))


def _growth(
    scene: Scene, lifetime: int, present: int, start: int, rate: float, estimated: tuple[float, float]
) -> Growth:
    grid, blocks = scene.panel.grid, scene.blocks
    rate = rate if np.isfinite(rate) else 0.0
    of_estimate = [value if np.isfinite(value) else 0.0 for value in estimated]
    low, high = widened(rate, *of_estimate)
    count = int(blocks.count[lifetime])
    times = blocks.time[lifetime, :count]
    onset = grid.start + float(times[start]) * 3600.0 if start else float(scene.lifetimes.began[lifetime])
    line = scene.evidence.adjusted[lifetime, start:count] - rate * (times[start:] - times[-1])
    now = middle_of(line)
    floor, _ = scene.latest(present)
    stands = now if present == lifetime else floor
    until = _time_to_limit(scene, present, stands, (rate, low, high), _life(scene, lifetime, present))
    began = now - rate * float(times[-1] - times[start])
    matters = _matters(scene, rate, floor, until)
    error = _error(rate, *of_estimate)
    bounds = onset_bounds(times, scene.evidence.adjusted[lifetime, :count], start)
    earliest = since(scene, lifetime) if bounds[0] == 0 else grid.start + float(times[bounds[0]]) * 3600.0
    interval = earliest, grid.start + float(times[bounds[1]]) * 3600.0
    return Growth(rate, low, high, max(onset, grid.start), interval, (began, now), until, matters, error)


def since(scene: Scene, lifetime: int) -> float:
    """When a lifetime began, unix seconds; -inf where that is not known."""
    lifetimes = scene.lifetimes
    told = np.isfinite(scene.panel.start_time[lifetimes.row[lifetime], lifetimes.first[lifetime]])
    return float(lifetimes.began[lifetime]) if told or lifetimes.seen_from_start[lifetime] else -np.inf


def _error(rate: float, low: float, high: float) -> float:
    """Half of an estimate's interval in shares of the rate; beyond some tens it says no more."""
    return min(max(high - low, 0.0) / 2 / rate, _MOST_ERROR) if rate > 0 else _MOST_ERROR


def _onset_block(scene: Scene, lifetime: int) -> int:
    """The block at which growth set in: the first, unless a late onset describes it better than anything else."""
    if int(scene.evidence.shapes.best[lifetime]) != LATE:
        return 0
    count = int(scene.blocks.count[lifetime])
    return onset_block(scene.blocks.time[lifetime, :count], scene.evidence.adjusted[lifetime, :count])


def _swing(scene: Scene, lifetime: int, now: float, rate: float) -> Swing:
    """How far peaks go above the line of growth, in the later half of the lifetime."""
    count = int(scene.blocks.count[lifetime])
    later = slice(count // 2, count)
    times, peak = scene.blocks.time[lifetime, later], scene.blocks.peak[lifetime, later]
    above: Floats = peak - (now + rate * (times - times[-1]))
    low, middle, high = quantiles_of(above, (0.5, 0.9, 1.0))
    return Swing(now, low, middle, high)


def _life(scene: Scene, lifetime: int, present: int) -> tuple[float, float, float] | None:
    """How long a life lasted that ended in an OOM kill and stands for the one that runs now, seconds."""
    if present == lifetime or not scene.lifetimes.killed[lifetime]:
        return None
    lasted = float(scene.lifetimes.began[lifetime + 1] - scene.lifetimes.began[lifetime])
    return lasted, lasted, lasted


def _time_to_limit(
    scene: Scene,
    lifetime: int,
    now: float,
    rates: tuple[float, float, float],
    life: tuple[float, float, float] | None,
) -> Quantiles | None:
    limit = float(scene.panel.limit[scene.lifetimes.row[lifetime]])
    if not np.isfinite(limit):
        return None
    age = scene.panel.grid.end - float(scene.lifetimes.began[lifetime])
    return time_to_limit(limit, _swing(scene, lifetime, now, rates[0]), *rates, age, life)


def _matters(scene: Scene, rate: float, floor: float, until: Quantiles | None) -> bool:
    if rate <= 0:
        return False
    if until is not None:
        return until.p50 <= scene.options.limit_horizon_hours * 3600.0
    return floor / rate <= scene.options.doubling_horizon_hours

"""How fast a lifetime grows, since when, and whether that matters."""

from dataclasses import dataclass

import numpy as np

from detectors.judgement import Quantiles
from detectors.late import LATE
from detectors.onset import onset_block, onset_bounds
from detectors.outlook import climbed_to_the_limit, outlook
from detectors.panel import Ints
from detectors.pool import Pooled
from detectors.ranked import middle_of
from detectors.rate import estimate_error, widened
from detectors.scene import Scene
from detectors.trend import trend

# Lives that are laid over each other leak from their first hour, which is left out of what is compared.
_WARM_UP_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Growth:
    """rate, low, high: bytes/hour, with an 80 % interval; onset: unix seconds; matters: it gets somewhere in time.

    fit: bytes of the fitted line at the onset and at the lifetime's end; estimate_error: half of the estimate's own
    interval, in shares of the rate, before what the floor itself may be off is added.
    """

    rate: float
    low: float
    high: float
    onset: float
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
    onset = max(_begins(scene, _first(scene, pooled), pooled), scene.panel.grid.start)
    rate = widened(pooled.growth, pooled.low, pooled.high)
    floor, _ = scene.latest(lifetime)
    hours = float(scene.evidence.span_hours[lifetime])
    lives = np.array(pooled.lifetimes) if pooled.end_at_limit else climbed_to_the_limit(scene, lifetime)
    until = outlook(scene, lifetime, floor, rate, lives, of_others=True)
    matters = _matters(scene, pooled.growth, floor, until.by_line)
    return Growth(
        *rate,
        onset,
        (floor - pooled.growth * hours, floor),
        until.told,
        matters,
        estimate_error(pooled.growth, pooled.low, pooled.high),
    )


def _growth(
    scene: Scene, lifetime: int, present: int, start: int, rate: float, estimated: tuple[float, float]
) -> Growth:
    grid, blocks = scene.panel.grid, scene.blocks
    rate = rate if np.isfinite(rate) else 0.0
    of_estimate = [value if np.isfinite(value) else 0.0 for value in estimated]
    wide = widened(rate, *of_estimate)
    count = int(blocks.count[lifetime])
    times = blocks.time[lifetime, :count]
    onset = grid.start + float(times[start]) * 3600.0 if start else float(scene.lifetimes.began[lifetime])
    line = scene.evidence.adjusted[lifetime, start:count] - rate * (times[start:] - times[-1])
    now = middle_of(line)
    floor, _ = scene.latest(present)
    stands = now if present == lifetime else floor
    until = outlook(scene, present, stands, wide, climbed_to_the_limit(scene, present), of_others=present != lifetime)
    began = now - rate * float(times[-1] - times[start])
    matters = _matters(scene, rate, floor, until.by_line)
    error = estimate_error(rate, *of_estimate)
    return Growth(*wide, max(onset, grid.start), (began, now), until.told, matters, error)


def onset_interval(scene: Scene, lifetime: int, pooled: Pooled | None) -> tuple[float, float]:
    """Unix seconds between which growth may have set in; -inf where it may be older than all that is known.

    lifetime: the one that tells it, unless it was lifetimes laid over each other.
    """
    if pooled is not None:
        first = _first(scene, pooled)
        begins = _begins(scene, first, pooled)
        return begins if pooled.terms else since(scene, first), begins + _WARM_UP_SECONDS
    count = int(scene.blocks.count[lifetime])
    times, adjusted = scene.blocks.time[lifetime, :count], scene.evidence.adjusted[lifetime, :count]
    step = int(scene.evidence.since[lifetime])
    first, last = (step - 1, step + 1) if step else onset_bounds(times, adjusted, _onset_block(scene, lifetime))
    start = scene.panel.grid.start
    earliest = since(scene, lifetime) if first == 0 else start + float(times[first]) * 3600.0
    return earliest, start + float(times[last]) * 3600.0


def since(scene: Scene, lifetime: int) -> float:
    """When a lifetime began, unix seconds; -inf where that is not known."""
    lifetimes = scene.lifetimes
    told = np.isfinite(scene.panel.start_time[lifetimes.row[lifetime], lifetimes.first[lifetime]])
    return float(lifetimes.began[lifetime]) if told or lifetimes.seen_from_start[lifetime] else -np.inf


def _first(scene: Scene, pooled: Pooled) -> int:
    """The lifetime that began first."""
    return min(pooled.lifetimes, key=lambda one: _begins(scene, one, pooled))


def _begins(scene: Scene, lifetime: int, pooled: Pooled) -> float:
    """When what was laid over each other began, unix seconds: with the life, or with the lead that it took."""
    if pooled.terms:
        before = int(scene.taken[lifetime]) - 1  # of the last block before it nearly all lies before it, too
        return scene.panel.grid.start + float(scene.blocks.time[lifetime, before]) * 3600.0
    return float(scene.lifetimes.began[lifetime])


def _onset_block(scene: Scene, lifetime: int) -> int:
    """The block at which growth set in: the first, unless a late onset describes it better than anything else, or it
    was told behind a step."""
    if scene.evidence.since[lifetime]:
        return int(scene.evidence.since[lifetime])
    if int(scene.evidence.shapes.best[lifetime]) != LATE:
        return 0
    count = int(scene.blocks.count[lifetime])
    return onset_block(scene.blocks.time[lifetime, :count], scene.evidence.adjusted[lifetime, :count])


def _matters(scene: Scene, rate: float, floor: float, until: Quantiles | None) -> bool:
    if rate <= 0:
        return False
    if until is not None:
        return until.p50 <= scene.options.limit_horizon_hours * 3600.0
    return floor / rate <= scene.options.doubling_horizon_hours

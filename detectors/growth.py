"""How fast a lifetime grows, since when, and whether that matters."""

from dataclasses import dataclass

import numpy as np

from detectors.forecast import time_to_limit
from detectors.judgement import Quantiles
from detectors.load import without_load
from detectors.onset import onset_block
from detectors.pool import Pooled
from detectors.scene import Scene
from detectors.trend import trend


@dataclass(frozen=True, slots=True)
class Growth:
    """rate, low, high: bytes/hour, with an 80 % interval; onset: unix seconds; matters: it gets somewhere in time."""

    rate: float
    low: float
    high: float
    onset: float
    time_to_limit: Quantiles | None
    matters: bool


def growth_of(scene: Scene, lifetime: int, pooled: Pooled | None) -> Growth:
    """The growth of one lifetime, or of the pool it belongs to, seen from where the lifetime stands now."""
    grid, limit = scene.panel.grid, float(scene.panel.limit[scene.lifetimes.row[lifetime]])
    if pooled is None:
        rate, low, high, onset = _since_onset(scene, lifetime)
    else:
        rate, low, high = pooled.growth, pooled.low, pooled.high
        onset = float(scene.lifetimes.began[list(pooled.lifetimes)].min())
    floor, peak = scene.latest(lifetime)
    until = time_to_limit(limit - peak, rate, low, high) if np.isfinite(limit) else None
    return Growth(rate, low, high, max(onset, grid.start), until, _matters(scene, rate, floor, until))


def _since_onset(scene: Scene, lifetime: int) -> tuple[float, float, float, float]:
    count = int(scene.blocks.count[lifetime])
    time = scene.blocks.time[lifetime : lifetime + 1, :count]
    adjusted = without_load(
        scene.blocks.floor[lifetime : lifetime + 1, :count], scene.blocks.cpu[lifetime : lifetime + 1, :count]
    )
    block = onset_block(time[0], adjusted[0])
    onset = scene.panel.grid.start + float(time[0, block]) * 3600.0 if block else float(scene.lifetimes.began[lifetime])
    since = trend(time[:, block:], adjusted[:, block:], np.array([count - block]))
    return float(since.slope[0]), float(since.low[0]), float(since.high[0]), onset


def _matters(scene: Scene, rate: float, floor: float, until: Quantiles | None) -> bool:
    if rate <= 0:
        return False
    if until is not None:
        return until.p50 <= scene.options.limit_horizon_hours * 3600.0
    return floor / rate <= scene.options.doubling_horizon_hours

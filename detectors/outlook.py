"""When the lifetime that runs now reaches its limit: by its line, its peaks, and how the lives before it ended."""

import numpy as np

from detectors.forecast import EarlierLives, Swing, time_to_limit
from detectors.judgement import Quantiles
from detectors.panel import Floats, Ints
from detectors.ranked import quantiles_of
from detectors.rate import Rate, of_both, widened
from detectors.scene import Scene
from detectors.trend import trend

# Fewer blocks of a life tell no rate of its own.
_LEAST_BLOCKS = 4


def outlook(
    scene: Scene, present: int, now: float, rate: Rate, lives: Ints | None, *, of_others: bool
) -> Quantiles | None:
    """Seconds until the lifetime `present` reaches its limit; None without a limit or without growth.

    now: bytes where its line of growth stands; rate: bytes/hour and its 80 % interval; of_others: whether other
    lifetimes told it, from which this one may differ; lives: lifetimes that ended in OOM kills as this one will, None
    for those of its subject, of the revision that it runs where there are such.
    """
    lifetimes = scene.lifetimes
    limit = float(scene.panel.limit[lifetimes.row[present]])
    if not np.isfinite(limit):
        return None
    own = _own(scene, present) if of_others else None
    if own is not None:
        rate = of_both(rate, own)
    age = scene.panel.grid.end - float(lifetimes.began[present])
    return time_to_limit(limit, _swing(scene, present, now, rate[0]), *rate, age, _earlier(scene, present, lives))


def _own(scene: Scene, lifetime: int) -> Rate | None:
    """The rate of a lifetime that may be too young to tell a leak, None where it has hardly a sample.

    Of its floor as it is: load that comes with the day takes room as well, and in so short a time the two are one.
    """
    count = int(scene.blocks.count[lifetime])
    if count < _LEAST_BLOCKS:
        return None
    time, floor = scene.blocks.time[lifetime, :count], scene.blocks.floor[lifetime, :count]
    told = trend(time[None], floor[None], np.array([count]))
    return widened(float(told.slope[0]), float(told.low[0]), float(told.high[0]))


def _earlier(scene: Scene, present: int, lives: Ints | None) -> EarlierLives | None:
    """What the lives say that are known from beginning to end."""
    lifetimes, panel = scene.lifetimes, scene.panel
    if lives is None:
        lives = np.flatnonzero(lifetimes.killed)
        lives = lives[panel.subject[lifetimes.row[lives]] == panel.subject[lifetimes.row[present]]]
        if lives.size == 0:
            return None
        alike = panel.revision[lifetimes.row[lives]] == panel.revision[lifetimes.row[present]]
        lives = lives[alike] if alike.any() else lives
    told = np.isfinite(panel.start_time[lifetimes.row[lives], lifetimes.first[lives]])
    lives = lives[told | lifetimes.seen_from_start[lives]]
    # Lifetimes of a row stand in order of time, and one that was killed has one after it.
    return EarlierLives.of(lifetimes.began[lives + 1] - lifetimes.began[lives])


def _swing(scene: Scene, lifetime: int, now: float, rate: float) -> Swing:
    """How far peaks go above the line of growth, in the later half of the lifetime."""
    count = int(scene.blocks.count[lifetime])
    later = slice(count // 2, count)
    times, peak = scene.blocks.time[lifetime, later], scene.blocks.peak[lifetime, later]
    above: Floats = peak - (now + rate * (times - times[-1]))
    low, middle, high = quantiles_of(above, (0.5, 0.9, 1.0))
    return Swing(now, low, middle, high)

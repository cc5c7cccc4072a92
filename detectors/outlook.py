"""When the lifetime that runs now reaches its limit: by its line, its peaks, and how the lives before it ended."""

from dataclasses import dataclass

import numpy as np

from detectors.forecast import EarlierLives, Swing, time_to_limit
from detectors.judgement import Quantiles
from detectors.panel import Floats, Ints
from detectors.ranked import quantiles_of
from detectors.rate import Rate, of_both, widened
from detectors.rows import TINY, last_of
from detectors.scene import Scene
from detectors.trend import trend

# Fewer blocks of a life tell no rate of its own.
_LEAST_BLOCKS = 4
# The floor of a life that was climbed to its end comes so near to the limit; what is killed below leapt.
CLIMBED = 0.8


@dataclass(frozen=True, slots=True)
class Outlook:
    """Seconds until the limit is reached. by_line: by this growth alone, which is what says whether that matters; told:
    with all that is known. Both None without a limit or without growth.
    """

    by_line: Quantiles | None
    told: Quantiles | None


_NONE = Outlook(None, None)


def outlook(scene: Scene, present: int, now: float, rate: Rate, lives: Ints, *, of_others: bool) -> Outlook:
    """When the lifetime `present` reaches its limit.

    now: bytes where its line of growth stands; rate: bytes/hour and its 80 % interval; of_others: whether other
    lifetimes told it, from which this one may differ; lives: lifetimes that ended in OOM kills as this one will. Of
    these a life that is older already says nothing of how this one ends, nor does one whose beginning nobody saw.
    """
    lifetimes = scene.lifetimes
    limit = float(scene.panel.limit[lifetimes.row[present]])
    if not np.isfinite(limit):
        return _NONE
    age = scene.panel.grid.end - float(lifetimes.began[present])
    by_line = time_to_limit(limit, _swing(scene, present, now, rate[0]), *rate, age, None)
    own = _own(scene, present) if of_others else None
    earlier = _earlier(scene, lives, age)
    if own is None and earlier is None:
        return Outlook(by_line, by_line)
    if own is not None:
        hours = float(scene.evidence.span_hours[present])
        rate = of_both(rate, own, young=scene.options.min_hours / max(hours, TINY))
    return Outlook(by_line, time_to_limit(limit, _swing(scene, present, now, rate[0]), *rate, age, earlier))


def climbed_to_the_limit(scene: Scene, present: int) -> Ints:
    """The lifetimes of a subject that ran what `present` runs, and were OOM-killed where their floor had climbed to.

    A spike kills as well, and so did what the revision before leaked: neither tells how this one ends.
    """
    lifetimes, panel, blocks = scene.lifetimes, scene.panel, scene.blocks
    killed = np.flatnonzero(lifetimes.killed)
    if killed.size == 0:
        return killed
    row, here = lifetimes.row[killed], lifetimes.row[present]
    alike = (panel.subject[row] == panel.subject[here]) & (panel.revision[row] == panel.revision[here])
    killed = killed[alike]
    floor = last_of(blocks.floor[killed], blocks.count[killed])
    climbed: Ints = killed[floor >= CLIMBED * panel.limit[here]]
    return climbed


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


def _earlier(scene: Scene, lives: Ints, age: float) -> EarlierLives | None:
    """What those of the lives say that are known from beginning to end and lasted for longer than `age`, seconds."""
    if lives.size == 0:
        return None
    lifetimes = scene.lifetimes
    told = np.isfinite(scene.panel.start_time[lifetimes.row[lives], lifetimes.first[lives]])
    lives = lives[told | lifetimes.seen_from_start[lives]]
    # Lifetimes of a row stand in order of time, and one that was killed has one after it.
    lasted = lifetimes.began[lives + 1] - lifetimes.began[lives]
    return EarlierLives.of(lasted[lasted > age])


def _swing(scene: Scene, lifetime: int, now: float, rate: float) -> Swing:
    """How far peaks go above the line of growth, in the later half of the lifetime."""
    count = int(scene.blocks.count[lifetime])
    later = slice(count // 2, count)
    times, peak = scene.blocks.time[lifetime, later], scene.blocks.peak[lifetime, later]
    above: Floats = peak - (now + rate * (times - times[-1]))
    low, middle, high = quantiles_of(above, (0.5, 0.9, 1.0))
    return Swing(now, low, middle, high)

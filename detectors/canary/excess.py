"""By how much the canary grows beyond the stable revision, and how much of that may be chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.canary.floors import Ages, Curves, at_the_time, curves, slopes, windows
from detectors.canary.lives import AgedLife
from detectors.canary.load import Sensitivity
from detectors.panel import Floats

# What memory wanders by in an hour where nothing is known of this one, as a share of its level, and how many stretches
# that were looked at it counts as.
_USUAL_WANDERING = 0.004
_USUAL_COUNTS = 3.0
# Two starts of the same revision warm up by as much, give or take this share, and a canary may warm up by so much more.
_BETWEEN_STARTS = 0.25
LARGER_WARM_UP = 0.5
# Pods share their load, and say less together than they would apart: each beyond the first counts as half a one.
_FURTHER_POD = 0.5
# Stretches lie half over each other.
_STRETCH_COUNTS = 0.5
# Without CPU load is unknown, and may have moved memory by this share of its level.
_UNKNOWN_LOAD = 0.1


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is compared over some ages: the canary's lives, the stable's at the same ages, at the same time, and at
    any other time since, in stretches as long."""

    ages: Ages
    canary: Curves
    same_age: Curves
    same_time: Curves
    any_time: Curves

    @classmethod
    def of(cls, stable: Sequence[AgedLife], canary: Sequence[AgedLife], ages: Ages) -> "Stretch":
        """Cut them. canary: lives that have reached the last of the ages."""
        reached = [life for life in stable if life.from_start and life.age >= ages.high]
        told = [life for life in stable if life.told_age]
        began = float(np.median([life.began for life in canary]))
        return cls(
            ages, curves(canary, ages), curves(reached, ages), at_the_time(told, ages, began), windows(told, ages)
        )

    def later_half(self) -> "Stretch":
        """The older half of the ages, and the later half of each stretch."""
        cut = (one.later_half() for one in (self.canary, self.same_age, self.same_time, self.any_time))
        return Stretch(self.ages.later_half(), *cut)


@dataclass(frozen=True, slots=True)
class Excess:
    """Bytes/hour of one pod. growth: the canary's; same_age, same_time: the stable's, None where there is none;
    by_load: what the canary's load explains beyond the stable's; excess: what is left; error: one standard error of it.

    stretches: how many of the stable's say what is chance; starts: how many of the stable's lives say what a warm-up is
    """

    growth: float
    same_age: float | None
    same_time: float | None
    by_load: float
    excess: float
    error: float
    stretches: int
    starts: int

    @property
    def beyond_warm_up(self) -> float:
        """The excess over a warm-up that is half as large again as the stable's, in standard errors."""
        return (self.excess - LARGER_WARM_UP * max(self.same_age or 0.0, 0.0)) / self.error


def excess_of(stretch: Stretch, level: float, load: Sensitivity) -> Excess | None:
    """The excess over the stretch's ages; None where the canary has too few samples. level: bytes of a canary's pod.

    The stable's growth at the same age is its warm-up, which the canary has too; at the same time, what the hour does
    to all. What the stable did over any other stretch as long says what is chance: wandering, collections, the load of
    the day. Its spread is mixed with what is usual as by Smyth (Statistical Applications in Genetics 3, 2004), so that
    few stretches do not pass for calm.
    """
    width = stretch.ages.width
    growths = _known(slopes(stretch.canary.floor, width))
    if growths.size == 0:
        return None
    starts, together = _known(slopes(stretch.same_age.floor, width)), _known(slopes(stretch.same_time.floor, width))
    growth = float(growths.mean())
    same_age = float(starts.mean()) if starts.size else None
    same_time = float(together.mean()) if together.size else None
    cores = _cores(stretch)
    by_load = max(load.bytes_per_core * cores, 0.0)
    stretches = _without_load(stretch.any_time, width, load)
    usual = (_USUAL_WANDERING * level) ** 2 / stretch.ages.span
    variance = _mixed(stretches, usual, _USUAL_COUNTS, _STRETCH_COUNTS)
    of_starts = max(_mixed(starts, variance, 2.0, 1.0, lost=1), variance) / _pods(starts.size) if starts.size else 0.0
    error = variance / _pods(growths.size) + of_starts + (_BETWEEN_STARTS * (same_age or 0.0)) ** 2
    error += (load.error * cores) ** 2
    if not load.known:
        error += (_UNKNOWN_LOAD * level / stretch.ages.span) ** 2
    # What fell of the stable, or of the load, makes no growth of what did not grow.
    excess = growth - max(same_age or 0.0, 0.0) - max(same_time or 0.0, 0.0) - by_load
    return Excess(
        growth, same_age, same_time, by_load, excess, float(np.sqrt(error)), int(stretches.size), int(starts.size)
    )


def excess_curve(stretch: Stretch, load: Sensitivity) -> Floats:
    """The canary's mean floor less what is expected of it, shape (bins,), bytes about their own middle."""
    floor, cpu = _middle(stretch.canary.floor), _middle(stretch.canary.cpu)
    same_age, same_time = _middle(stretch.same_age.floor), _middle(stretch.same_time.floor)
    shares = ((cpu, load.bytes_per_core), (same_age, 1 + LARGER_WARM_UP), (same_time, 1.0))
    expected = sum((share * np.nan_to_num(one) for one, share in shares if _rise(one) > 0), np.zeros(floor.size))
    return floor - expected


def _cores(stretch: Stretch) -> float:
    """Cores an hour by which the canary's CPU rose beyond what the start and the hour did to the stable's."""
    width = stretch.ages.width
    mine, theirs, now = (
        _known(slopes(one.cpu, width)) for one in (stretch.canary, stretch.same_age, stretch.same_time)
    )
    if not mine.size:
        return 0.0
    of_hour = max(float(now.mean()), 0.0) if now.size else 0.0
    # Where the stable's start is not known, CPU that falls after the canary's own start explains no growth.
    beyond = float(mine.mean()) - of_hour
    return beyond - float(theirs.mean()) if theirs.size else max(beyond, 0.0)


def _without_load(any_time: Curves, width: float, load: Sensitivity) -> Floats:
    """The stable's growth over each stretch less what its load explains, about their middle."""
    growths = slopes(any_time.floor, width)
    known = np.isfinite(growths)
    left = growths[known] - load.bytes_per_core * np.nan_to_num(slopes(any_time.cpu[known], width))
    return left - np.median(left) if left.size else left


def _mixed(values: Floats, usual: float, usual_counts: float, each_counts: float, lost: int = 0) -> float:
    """The mean square, mixed with what is usual. lost: degrees of freedom that a mean took."""
    counts = each_counts * max(values.size - lost, 0)
    total = float(np.sum((values - (values.mean() if lost else 0.0)) ** 2)) * each_counts if values.size else 0.0
    return (usual_counts * usual + total) / (usual_counts + counts)


def _pods(count: int) -> float:
    return 1 + _FURTHER_POD * (count - 1)


def _known(values: Floats) -> Floats:
    known: Floats = values[np.isfinite(values)]
    return known


def _middle(values: Floats) -> Floats:
    """The mean of rows about their own middles, shape (bins,); zeros where there are none."""
    if not np.isfinite(values).any():
        return np.zeros(values.shape[1])
    rows = values[np.isfinite(values).any(axis=1)]
    about = rows - np.nanmedian(rows, axis=1, keepdims=True)
    seen = np.isfinite(about).sum(axis=0)
    return np.where(seen > 0, np.nansum(about, axis=0) / np.maximum(seen, 1), np.nan)


def _rise(values: Floats) -> float:
    return float(np.nan_to_num(slopes(values[None, :], 1.0))[0])

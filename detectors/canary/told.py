"""How surely a canary grows where the stable revision did not, and whether it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr, stdtrit

from detectors.canary.excess import Excess, Stretch, excess_curve, excess_of
from detectors.canary.floors import LEAST_BINS, Ages, slopes
from detectors.canary.lives import AgedLife
from detectors.canary.load import Sensitivity, sensitivity
from detectors.valleys import valleys

# Memory leaps now and then by far more than it wanders by as a rule: the tails are those of so few degrees of freedom,
# however many stretches were looked at. Fitted so that one look in some hundreds is wrong at probability 0.99.
FREEDOM = 4
# The later half has half of the time to tell, and its excess is as many standard errors when multiplied by this.
_LATER_HALF = 1.5
# Growth that goes on rose for good in five of six windows, has hardly slowed in the later half, and was there in the
# earlier one: what leaps once has not.
_AGREES, LASTS, _WAS_THERE = 0.8, 0.7, 0.3
# Without a start of the stable to compare with, growth below this age may be a warm-up.
_LONGEST_WARM_UP_HOURS = 2.0
# What does not go on is no better than open.
OPEN = 0.5
# Pods that are much younger than the oldest are left for later.
_OLD_ENOUGH = 0.6
_FLAT = 1e-4
# No process holds less than a page.
_LEAST_LEVEL = 4096.0


@dataclass(frozen=True, slots=True)
class Told:
    """Of the canary's lives that are old enough: what they grow by beyond the stable, and how it looks.

    level: bytes of one pod; agreement: in which share of six windows the excess rose for good; earlier, later: its
    slope in either half over that of the whole; probability: that it grows, and goes on, where the stable did not
    """

    stretch: Stretch
    level: float
    load: Sensitivity
    excess: Excess
    agreement: float
    earlier: float
    later: float
    probability: float

    @property
    def doubt(self) -> float:
        """The probability that it grows beyond the stable at all, be it without an end or not."""
        return float(stdtr(FREEDOM, self.excess.beyond_warm_up))

    @property
    def goes_on(self) -> bool:
        """Whether the excess looks like growth without an end."""
        return self.agreement >= _AGREES and self.later >= LASTS and self.earlier >= _WAS_THERE

    def at_most(self, probability: float) -> float:
        """Bytes/hour that the excess is below with that probability."""
        return self.excess.excess + float(stdtrit(FREEDOM, probability)) * self.excess.error

    @property
    def warm_up_is_known(self) -> bool:
        """Whether what a start does has been seen of the stable, or is over for long."""
        return self.excess.starts > 0 or self.stretch.ages.low + self.stretch.ages.span / 2 >= _LONGEST_WARM_UP_HOURS


def old_enough(canary: Sequence[AgedLife]) -> list[AgedLife]:
    """The longest life of each pod, of those that are not much younger than the oldest."""
    longest: dict[int, AgedLife] = {}
    for life in canary:
        if life.pod not in longest or life.age > longest[life.pod].age:
            longest[life.pod] = life
    oldest = max((life.age for life in longest.values()), default=0.0)
    return [life for life in longest.values() if life.age >= _OLD_ENOUGH * oldest]


def spacing(lives: Sequence[AgedLife]) -> float:
    """Seconds from one sample to the next, as they are at most times; 0 where no life has two."""
    steps = [float(np.median(np.diff(life.hours))) for life in lives if life.hours.size > 1]
    return max(steps, default=0.0) * 3600.0


def tell(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> Told | None:
    """What the canary's lives, as `old_enough` gives them, tell; None where they are too young."""
    if not canary or not stable:
        return None
    step_seconds = spacing(canary)
    ages = Ages.up_to(min(life.age for life in canary), step_seconds) if step_seconds > 0 else None
    if ages is None or ages.bins < LEAST_BINS:
        return None
    stretch = Stretch.of(stable, canary, ages)
    if not np.isfinite(stretch.canary.floor).any():
        return None
    level = max(float(np.nanmedian(stretch.canary.floor)), _LEAST_LEVEL)
    cpu = stretch.canary.cpu
    load = sensitivity(stable, level, float(np.nanmedian(cpu)) if np.isfinite(cpu).any() else 0.0)
    whole, later = excess_of(stretch, level, load), excess_of(stretch.later_half(), level, load)
    if whole is None or later is None:
        return None
    probability = float(stdtr(FREEDOM, min(whole.beyond_warm_up, _LATER_HALF * later.beyond_warm_up)))
    told = Told(stretch, level, load, whole, *_course(stretch, level, load), probability)
    return told if told.goes_on and told.warm_up_is_known else replace(told, probability=min(probability, OPEN))


def _course(stretch: Stretch, level: float, load: Sensitivity) -> tuple[float, float, float]:
    """Agreement of windows, and the slope in the earlier and the later half over that of the whole, 0 for a fall."""
    curve, width = excess_curve(stretch, load), stretch.ages.width
    known = curve[np.isfinite(curve)]
    rise = valleys(known[None, :], np.array([known.size]), np.array([_FLAT * level]))
    whole = float(slopes(curve[None, :], width)[0])
    halves = slopes(np.array([curve[: curve.size // 2], curve[curve.size // 2 :]]), width)
    earlier, later = (float(half) / whole if whole > 0 and np.isfinite(half) else 0.0 for half in halves)
    return float(rise.agreement[0]), earlier, later

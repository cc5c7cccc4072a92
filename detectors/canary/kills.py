"""OOM kills, and memory close under the limit: what a canary may not do whether it leaks or not."""

from collections.abc import Sequence

import numpy as np
from scipy.special import bdtr

from detectors.canary.lives import AgedLife

# Pods are not killed as a rule: the stable counts as if it had been seen for so many more hours without a kill.
_USUAL_HOURS = 24.0
_NEAR_LIMIT = 0.95
_FAR_FROM_LIMIT = 0.85


def kills_of(lives: Sequence[AgedLife]) -> int:
    """How many of the lives ended in an OOM kill."""
    return sum(life.killed for life in lives)


def more_killed(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> float:
    """The probability that the canary is OOM-killed more often than the stable; 0 where it never was.

    Of all kills, as many fall to the canary by chance as it has of all hours (Przyborowski and Wilenski, Biometrika 31,
    1940, on the ratio of two Poisson means).
    """
    killed, of_stable = kills_of(canary), kills_of(stable)
    if not killed:
        return 0.0
    hours, of_stable_hours = _hours(canary), _hours(stable) + _USUAL_HOURS
    share = hours / (hours + of_stable_hours)
    return float(bdtr(killed - 1, killed + of_stable, share))


def near_limit(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> tuple[float, float] | None:
    """The shares of its limit that a canary's pod and the stable's have reached, where only the first is near it.

    canary: lives that are old enough. Of each life what it held at most in its last third, which a last spike may be.
    """
    mine, theirs = _reached(canary), _reached(stable)
    if mine is None or mine < _NEAR_LIMIT or (theirs is not None and theirs > _FAR_FROM_LIMIT):
        return None
    return mine, theirs or 0.0


def _reached(lives: Sequence[AgedLife]) -> float | None:
    shares = []
    for life in lives:
        if np.isfinite(life.limit):
            late = life.hours >= life.hours[0] + (life.age - life.hours[0]) * 2 / 3
            # The middle of the last third: half of the time is spent above it.
            shares.append(float(np.median(life.peak[late])) / life.limit)
    return max(shares, default=None)


def _hours(lives: Sequence[AgedLife]) -> float:
    return sum(life.age - float(life.hours[0]) for life in lives)

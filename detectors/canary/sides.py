"""What was seen of each revision, in the figures that a reader lays side by side."""

from collections.abc import Sequence

import numpy as np

from detectors.canary.floors import LEAST_BINS, Ages, Curves, last_curves, slopes
from detectors.canary.kills import kills_of
from detectors.canary.lives import AgedLife
from detectors.canary.outcome import Basis, Side
from detectors.canary.told import Told, spacing
from detectors.panel import Floats

_LAST_HOURS = 1.0


def canary_side(canary: Sequence[AgedLife], old: Sequence[AgedLife], told: Told | None) -> Side:
    """The canary's: at the ages that were compared, else of its last hour. old: of its lives those to compare."""
    age = min((life.age for life in old), default=0.0)
    if told is None:
        return _last_seen(canary, old, age)
    ages = told.stretch.canary
    return _side(canary, old, age, ages, told.excess.growth, Basis.SAME_AGE)


def stable_side(stable: Sequence[AgedLife], told: Told | None) -> Side:
    """The stable's: at the same ages, else at the same time, else, where it ran neither so young nor beside the canary,
    of its last hour."""
    oldest = max((life.age for life in stable), default=0.0)
    if told is not None and told.excess.starts > 0:
        ages = told.stretch.same_age
        return _side(stable, stable, told.stretch.ages.high, ages, told.excess.same_age, Basis.SAME_AGE)
    if told is not None and told.excess.same_time is not None:
        return _side(stable, stable, oldest, told.stretch.same_time, told.excess.same_time, Basis.SAME_TIME)
    return _last_seen(stable, stable, oldest)


def last_level(floor: Floats) -> float | None:
    """The mean of what each life stood at last, bytes; None where nothing is known. floor: shape (lives, bins)."""
    lasts = [float(row[np.isfinite(row)][-1]) for row in floor if np.isfinite(row).any()]
    return float(np.mean(lasts)) if lasts else None


def _last_seen(lives: Sequence[AgedLife], compared: Sequence[AgedLife], age: float) -> Side:
    """The last hour of each pod's latest life, or as much of it as all of them have. A few samples show no growth."""
    latest = list({life.pod: life for life in sorted(compared, key=lambda life: life.began)}.values())
    hours = min((life.age - float(life.hours[0]) for life in latest), default=0.0)
    step = spacing(latest)
    stretch = Ages.of_last(min(hours, _LAST_HOURS), step) if step > 0 else None
    if stretch is not None and stretch.bins >= LEAST_BINS:
        at = last_curves(latest, stretch)
        growths = slopes(at.floor, stretch.width)
        return _side(lives, compared, age, at, _mean(growths), Basis.LAST_HOUR)
    return _side(lives, compared, age, _as_one_bin(latest), None, Basis.LAST_HOUR if latest else None)


def _as_one_bin(lives: Sequence[AgedLife]) -> Curves:
    """Of each life what it held at last, and its mean CPU: of a few samples the last rate may not be in yet."""
    floor = np.array([life.memory[-1] for life in lives], dtype=np.float64)
    cpu = np.array([np.nan if (mean := _mean(life.cpu)) is None else mean for life in lives], dtype=np.float64)
    return Curves(floor.reshape(-1, 1), cpu.reshape(-1, 1))


def _side(
    lives: Sequence[AgedLife],
    compared: Sequence[AgedLife],
    age: float,
    at: Curves,
    growth: float | None,
    basis: Basis | None,
) -> Side:
    return Side(
        pods=len({one.pod for one in compared}),
        age_seconds=age * 3600,
        level_bytes=last_level(at.floor),
        growth_bytes_per_hour=growth,
        cores=_mean(at.cpu),
        limit_bytes=_limit(compared),
        oom_kills=kills_of(lives),
        basis=basis,
    )


def _mean(values: Floats) -> float | None:
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


def _limit(lives: Sequence[AgedLife]) -> float | None:
    limits = [life.limit for life in lives if np.isfinite(life.limit)]
    return min(limits) if limits else None

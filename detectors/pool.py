"""Lifetimes laid over each other: what each shows faintly, all together show plainly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.blocks import Blocks
from detectors.coefficients import POOL
from detectors.evidence import Evidence, logistic
from detectors.lifetimes import Lifetimes
from detectors.panel import Floats, Ints

MIN_LIFETIMES = 3
MIN_LIFETIME_HOURS = 5.0
# Slower than this, lifetimes that each end in a deploy or a restart cannot be told from chance.
_MIN_GROWTH_PER_DAY = 0.05
MIN_KILLED = 2
_MIN_CLIMB = 0.3
_MIN_BLOCKS = 4


@dataclass(frozen=True, slots=True)
class Pooled:
    """What a subject's lifetimes say together. growth: bytes/hour; the interval is of 80 %."""

    probability: float
    lifetimes: tuple[int, ...]
    growth: float
    low: float
    high: float


def same_slope(evidence: Evidence, members: Ints) -> Pooled | None:
    """Whether lifetimes that end before they show much all grow alike; None when there are too few.

    A warm-up is over when the later half of a lifetime begins; a leak goes on at the same rate, each time. The mean
    slope is compared with its standard error between lifetimes, once for the whole and once for the later half, and
    the weaker of the two decides.
    """
    grown = members[evidence.span_hours[members] >= MIN_LIFETIME_HOURS]
    if grown.size < MIN_LIFETIMES:
        return None
    level = evidence.level[grown]
    usable = level > 0
    grown, level = grown[usable], level[usable]
    if grown.size < MIN_LIFETIMES:
        return None
    whole, later = evidence.trend.slope[grown] / level, evidence.trend_later.slope[grown] / level
    t = min(_t(whole), _t(later))
    if float(np.median(later)) * 24 < _MIN_GROWTH_PER_DAY:
        t = min(t, 0.0)
    slopes = evidence.trend.slope[grown]
    return Pooled(_bounded(POOL.per_t * (t - POOL.even_t)), tuple(grown.tolist()), *_spread(slopes))


def oom_loop(blocks: Blocks, lifetimes: Lifetimes, limit: Floats, members: Ints) -> Pooled | None:
    """Whether lifetimes that ended in OOM kills climbed there, or leapt; None with fewer than two such.

    limit: bytes of each row of the panel. The climb is how much of the room to the limit was used up between the
    third and the eighth tenth of the lifetime: 0.6 for a straight leak, none for a spike after calm and little for a
    warm-up.
    """
    killed = members[lifetimes.killed[members] & (blocks.count[members] >= _MIN_BLOCKS)]
    if killed.size < MIN_KILLED:
        return None
    early, late = _at_share(blocks, killed, 0.3), _at_share(blocks, killed, 0.8)
    room = np.fmax(limit[lifetimes.row[killed]], late) - early
    climb = np.where(room > 0, (late - early) / np.where(room > 0, room, 1.0), 0.0)
    typical = float(np.median(climb))
    # Certainty grows with the number of kills that look the same.
    probability = _bounded(POOL.per_climb * (typical - _MIN_CLIMB) * np.sqrt(killed.size / MIN_KILLED))
    hours = blocks.time[killed, np.maximum(blocks.count[killed] - 1, 0)] - blocks.time[killed, 0]
    slopes = (late - early) / np.maximum(0.5 * hours, 1e-6)
    return Pooled(probability, tuple(killed.tolist()), *_spread(slopes))


def climbing(pooled: Sequence[Pooled | None]) -> Pooled | None:
    """The one that says "leak" most plainly."""
    return max((one for one in pooled if one is not None), key=lambda one: one.probability, default=None)


def _bounded(log_odds: float) -> float:
    return float(logistic(np.clip(np.array(log_odds), -POOL.bound, POOL.bound)))


def _at_share(blocks: Blocks, members: Ints, share: float) -> Floats:
    floor: Floats = blocks.floor[members, np.rint(share * (blocks.count[members] - 1)).astype(np.int64)]
    return floor


def _t(values: Floats) -> float:
    error = float(np.std(values, ddof=1)) / float(np.sqrt(values.size))
    mean = float(np.mean(values))
    return mean / max(error, 0.02 * abs(mean), 1e-12)


def _spread(slopes: Floats) -> tuple[float, float, float]:
    """Median, and the 80 % interval of the middle: between the tenth and ninetieth percentile of the lifetimes."""
    middle, low, high = np.quantile(slopes, [0.5, 0.1, 0.9])
    return float(middle), float(low), float(high)

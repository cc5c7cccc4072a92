"""When memory runs out."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.coefficients import FORECAST
from detectors.judgement import Quantiles
from detectors.panel import Floats
from detectors.rows import TINY

# Ten times the middle stands for "much later".
_LATEST = 10.0
# Half of a normal distribution's 80 % interval, in standard deviations.
NORMAL_80 = 1.2816
# Of the variance between the lives of a workload as much is known beforehand as so many lives would tell.
_LIVES_BEFOREHAND = 2.0
_SHORTEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Swing:
    """Bytes: where the line of growth stands now, and how far peaks go above it: as a rule, often, and at most."""

    now: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class EarlierLives:
    """Lives that ended in OOM kills. typical: seconds that they lasted; error: that of the next, of its logarithm."""

    typical: float
    error: float

    @classmethod
    def of(cls, seconds: Floats) -> Self | None:
        """From how long each lasted, shape (lives,); None without one.

        The error is that of a prediction: what lives differ by, and what so few tell of their middle. A single life
        tells nothing of the former, so it is taken from what other workloads' lives differ by, the less the more there
        are (Gelman and others, Bayesian Data Analysis, 3rd edition, 3.3).
        """
        if seconds.size == 0:
            return None
        seconds = np.maximum(seconds, _SHORTEST_SECONDS)
        logarithm = np.log(seconds)
        apart = float(((logarithm - logarithm.mean()) ** 2).sum()) + _LIVES_BEFOREHAND * FORECAST.between_lives**2
        variance = apart / (_LIVES_BEFOREHAND + seconds.size - 1) * (1 + 1 / seconds.size)
        return cls(float(np.median(seconds)), float(np.sqrt(variance)))


def time_to_limit(
    limit: float,
    swing: Swing,
    rate: float,
    low: float,
    high: float,
    age: float,
    lives: EarlierLives | None,
) -> Quantiles | None:
    """Seconds until the limit (bytes) is reached at `rate` bytes/hour with its 80 % interval; None without growth.

    The floor tells how fast it grows, the peak when that ends: what gets killed is the first peak that goes over the
    limit. Where earlier lives of the same kind ended in OOM kills (age: seconds since this one began), what the line
    says and what is left of such a life are averaged, each weighing by the inverse of its variance. How far the two are
    apart is open as well.
    """
    if rate <= 0:
        return None
    middle = max(limit - swing.now - swing.middle, 0.0) / rate * 3600.0
    spread = _spread(limit, swing, rate, low, high)
    if lives is not None:
        middle, spread = _with_lives(middle, spread, lives, age)
    as_a_rule = max(limit - swing.now - swing.low, 0.0) / rate * 3600.0
    soonest, latest = middle * float(np.exp(-spread)), middle * min(float(np.exp(spread)), _LATEST)
    # Where a high peak already reaches it, what peaks do as a rule is what is left.
    return Quantiles(soonest, middle, latest if middle > 0 else as_a_rule)


def _spread(limit: float, swing: Swing, rate: float, low: float, high: float) -> float:
    """Half of the 80 % interval, of the logarithm: what the rate, the peaks, and all that is to come leave open."""
    of_rate = np.log(max(high, rate) / rate) if low > 0 else np.log(_LATEST)
    rooms = [max(limit - swing.now - above, 0.0) for above in (swing.low, swing.high)]
    of_peaks = np.log(rooms[0] / rooms[1]) / 2 if min(rooms) > 0 else np.log(_LATEST)
    return float(np.sqrt(of_rate**2 + of_peaks**2 + FORECAST.to_come**2))


def _with_lives(middle: float, spread: float, lives: EarlierLives, age: float) -> tuple[float, float]:
    left = max(lives.typical - age, 0.0)
    error_of_life = lives.error * lives.typical
    error_of_line = middle * (np.exp(spread / NORMAL_80) - 1)
    share = error_of_life**2 / max(error_of_life**2 + error_of_line**2, TINY)
    both = share * middle + (1 - share) * left
    between = share * (1 - share) * (middle - left) ** 2
    error = float(np.sqrt(share * error_of_line**2 + (1 - share) * error_of_life**2 + between))
    return float(both), float(np.log1p(error * NORMAL_80 / max(both, 1.0)))

"""When memory runs out."""

from dataclasses import dataclass

import numpy as np

from detectors.coefficients import FORECAST
from detectors.judgement import Quantiles

# Ten times the middle stands for "much later".
_LATEST = 10.0
_NORMAL_80 = 1.2816


@dataclass(frozen=True, slots=True)
class Swing:
    """Bytes: where the line of growth stands now, and how far peaks go above it: as a rule, often, and at most."""

    now: float
    low: float
    middle: float
    high: float


def time_to_limit(
    limit: float,
    swing: Swing,
    rate: float,
    low: float,
    high: float,
    age: float,
    life: tuple[float, float, float] | None,
) -> Quantiles | None:
    """Seconds until the limit (bytes) is reached at `rate` bytes/hour with its 80 % interval; None without growth.

    The floor tells how fast it grows, the peak when that ends: what gets killed is the first peak that goes over the
    limit. Where earlier lives of the same kind ended in OOM kills (`life`: seconds that they lasted, shortest, middle,
    longest; `age`: seconds since this one began), what the line says and what is left of such a life are averaged, each
    weighing by the inverse of its variance.
    """
    if rate <= 0:
        return None
    middle = max(limit - swing.now - swing.middle, 0.0) / rate * 3600.0
    spread = _spread(limit, swing, rate, low, high)
    if life is not None:
        middle, spread = _with_life(middle, spread, life, age)
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


def _with_life(middle: float, spread: float, life: tuple[float, float, float], age: float) -> tuple[float, float]:
    shortest, typical, longest = life
    left = max(typical - age, 0.0)
    error_of_life = (longest - shortest) / 2 / _NORMAL_80 + FORECAST.of_life * typical
    error_of_line = middle * (np.exp(spread / _NORMAL_80) - 1) + FORECAST.of_life * typical
    share = error_of_life**2 / (error_of_life**2 + error_of_line**2)
    both = share * middle + (1 - share) * left
    error = float(np.sqrt(share * error_of_line**2 + (1 - share) * error_of_life**2) * FORECAST.both)
    return float(both), float(np.log1p(error * _NORMAL_80 / max(both, 1.0)))

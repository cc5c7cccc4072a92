"""When memory runs out."""

from dataclasses import dataclass

from detectors.coefficients import GROWTH
from detectors.judgement import Quantiles

# Growth that may be nothing at all never gets there; ten times as long stands for "much later".
_LATEST = 10.0


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
    limit. Where earlier lives of the same kind ended in OOM kills, how long they lasted (`life`: seconds, shortest,
    middle, longest) tells more than any line; `age`: seconds since this one began.
    """
    if rate <= 0:
        return None
    if life is not None and age < life[2]:
        shortest, typical, longest = (max(one - age, 0.0) for one in life)
        spread = GROWTH.proportional * typical
        return Quantiles(max(min(shortest, typical - spread), 0.0), typical, max(longest, typical + spread))
    middle = max(limit - swing.now - swing.middle, 0.0) / rate * 3600.0
    soonest = max(limit - swing.now - swing.high, 0.0) / max(high, rate) * 3600.0
    as_a_rule = max(limit - swing.now - swing.low, 0.0) / rate * 3600.0
    latest = as_a_rule * (min(rate / low, _LATEST) if low > 0 else _LATEST)
    return Quantiles(min(soonest, middle), middle, max(latest, middle))

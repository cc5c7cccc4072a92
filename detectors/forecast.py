"""When memory runs out."""

from detectors.judgement import Quantiles

# Growth that may be nothing at all never gets there; ten times the middle stands for "much later".
_LATEST = 10.0


def time_to_limit(headroom_bytes: float, growth: float, low: float, high: float) -> Quantiles | None:
    """Seconds until `headroom_bytes` are used up at `growth` bytes/hour with its 80 % interval; None without growth.

    The headroom is of the peak, not of the floor: the peak is what gets killed.
    """
    if growth <= 0:
        return None
    headroom = max(headroom_bytes, 0.0)
    middle = headroom / growth * 3600.0
    soonest = headroom / max(high, growth) * 3600.0
    latest = headroom / low * 3600.0 if low > 0 else _LATEST * middle
    return Quantiles(soonest, middle, min(max(latest, middle), _LATEST * middle))

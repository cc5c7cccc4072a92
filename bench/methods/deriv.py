"""The alert for growth where no limit is known."""

from bench.methods.method import Method
from bench.methods.witness import DAY, Witness, flagged, line, pods

_GROWTH_RATIO_A_DAY = 0.1


def deriv(witness: Witness) -> bool:
    """`deriv(container_memory_working_set_bytes[24h]) * 86400 > 0.1 * avg_over_time(...[24h])`.

    Thresholds: a least-squares line through the last 24 h, or what there is of them, rises by more than 10 % of
    their mean a day. Restarts are not seen: PromQL takes the range as one series.
    """
    day = witness.last(DAY)
    slope, _, _ = line(day.times, day.value)
    return slope * DAY > _GROWTH_RATIO_A_DAY * float(day.value.mean())


DERIV = Method(
    "deriv over 24 h above 10 % a day",
    60.0,
    lambda panel: flagged(panel, pods(panel, panel.working_set), deriv),
)

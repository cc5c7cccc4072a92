"""The alert that most rule collections have: will memory be over its limit tomorrow?"""

from bench.methods.method import Method
from bench.methods.witness import DAY, HOUR, Witness, flagged, line, pods

_RANGE_SECONDS = 6 * HOUR
_AHEAD_SECONDS = DAY


def predict_linear(witness: Witness) -> bool:
    """`predict_linear(container_memory_working_set_bytes[6h], 86400) > limit`.

    Thresholds: a least-squares line through the last 6 h; its value 24 h after the last sample is over the limit.
    Silent where there is no limit. Restarts are not seen: PromQL takes the range as one series.
    """
    slope, level, _ = line(witness.last(_RANGE_SECONDS).times, witness.last(_RANGE_SECONDS).value)
    return level + slope * _AHEAD_SECONDS > witness.limit


PREDICT_LINEAR = Method(
    "predict_linear over 6 h is over the limit in 24 h",
    60.0,
    lambda panel: flagged(panel, pods(panel, panel.working_set), predict_linear),
)

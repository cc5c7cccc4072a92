"""The rules that people run today, as arrays: what each says of a series at the window's end.

`predict_linear` and `deriv` are PromQL's (least squares over the range); the thresholds are those of widely copied
alert rules.
"""

from collections.abc import Callable, Mapping

import numpy as np

from detectors.panel import Floats

HOUR = 3600.0
# (times in unix seconds, bytes, limit in bytes or NaN) of one container -> whether the rule fires
Rule = Callable[[Floats, Floats, float], bool]


def predict_linear(times: Floats, value: Floats, limit: float) -> bool:
    """`predict_linear(working_set[6h], 24h) > limit`."""
    inside = times >= times[-1] - 6 * HOUR
    slope, level = _line(times[inside] - times[-1], value[inside])
    return bool(level + slope * 24 * HOUR > limit)


def growth_in_a_day(times: Floats, value: Floats, limit: float) -> bool:
    """`deriv(working_set[24h]) * 86400 > 0.1 * avg_over_time(working_set[24h])`."""
    inside = times >= times[-1] - 24 * HOUR
    slope, _ = _line(times[inside] - times[-1], value[inside])
    return bool(slope * 24 * HOUR > 0.1 * value[inside].mean())


def straight_line(times: Floats, value: Floats, limit: float) -> bool:
    """A least-squares line over the whole window that rises and explains 70 % of the variance."""
    slope, level = _line(times - times[-1], value)
    left = value - (level + slope * (times - times[-1]))
    return bool(slope > 0 and 1 - left.var() / max(value.var(), 1e-9) > 0.7)


RULES: Mapping[str, Rule] = {
    "predict_linear over 6 h exceeds the limit in 24 h": predict_linear,
    "deriv over 24 h above 10 % a day": growth_in_a_day,
    "least squares with R² above 0.7": straight_line,
}


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    if x.size < 2:
        return 0.0, float(y[-1]) if y.size else 0.0
    slope, level = np.polyfit(x, y, 1)
    return float(slope), float(level)

"""Thresholds as people write them: 90%, 5MiB, 5MiB/h, 24h, 300/m, 3."""

import math
import re

from alert_rules.pack import Threshold, Unit
from app.durations import parse_duration

_BYTES = {
    "B": 1.0,
    **{name: 10.0**power for power, name in ((3, "kB"), (3, "KB"), (6, "MB"), (9, "GB"), (12, "TB"))},
    **{name: 2.0**power for power, name in ((10, "KiB"), (20, "MiB"), (30, "GiB"), (40, "TiB"))},
    **{name: 2.0**power for power, name in ((10, "Ki"), (20, "Mi"), (30, "Gi"), (40, "Ti"))},
}
_PER = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_FORMS = (
    (Unit.RATIO, re.compile(rf"{_NUMBER}\s*%")),
    (Unit.BYTES_PER_SECOND, re.compile(rf"{_NUMBER}\s*(?P<bytes>{'|'.join(_BYTES)})\s*/\s*(?P<per>min|[smhd])")),
    (Unit.BYTES, re.compile(rf"{_NUMBER}\s*(?P<bytes>{'|'.join(_BYTES)})")),
    (Unit.PER_SECOND, re.compile(rf"{_NUMBER}\s*/\s*(?P<per>min|[smhd])")),
    (Unit.COUNT, re.compile(_NUMBER)),
)
_NAMES = {
    Unit.BYTES: "bytes",
    Unit.BYTES_PER_SECOND: "bytes in a time",
    Unit.SECONDS: "a time",
    Unit.RATIO: "a ratio",
    Unit.COUNT: "a number",
    Unit.PER_SECOND: "a number in a time",
}
_BYTE_STEPS = tuple(
    (2.0**power, name) for power, name in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB"), (0, "B"))
)
_FREQUENCIES = ((1.0, "s"), (60.0, "m"), (3600.0, "h"))
# Prometheus itself refuses 300 years.
_LONGEST_SECONDS = 10 * 365 * 86_400.0
_TIME_STEPS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s"))


def parse_threshold(threshold: Threshold, written: str | float) -> float:
    """What a value means in the threshold's unit. Raises ValueError: what it is, what it should be, how to write it."""
    text = str(written).strip()
    unit, value = _read(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number; write it as {_example(threshold)}")
    if unit is threshold.unit:
        _check_reach(threshold, text, value)
        return value
    if unit is Unit.COUNT:
        raise ValueError(f"{text} has no unit, and this is {_NAMES[threshold.unit]}; write it as {_example(threshold)}")
    raise ValueError(
        f"{text} is {_NAMES[unit]}, and this is {_NAMES[threshold.unit]}; write it as {_example(threshold)}"
    )


def format_value(value: float, unit: Unit) -> str:
    """A value as it is written in settings, so that reading it again gives the same."""
    if unit is Unit.RATIO:
        return f"{value * 100:.10g}%"
    if unit is Unit.BYTES:
        return _bytes(value)
    if unit is Unit.BYTES_PER_SECOND:
        return f"{_bytes(value * 3600)}/h"
    if unit is Unit.SECONDS:
        return _time(value)
    if unit is Unit.PER_SECOND:
        step, name = next((one for one in _FREQUENCIES if value * one[0] >= 1), _FREQUENCIES[0])
        return f"{value * step:.10g}/{name}"
    return f"{value:.10g}"


def _read(text: str) -> tuple[Unit, float]:
    for unit, form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            parts = match.groupdict()
            scale = _BYTES[parts["bytes"]] if "bytes" in parts else 1.0
            per = _PER[parts["per"]] if "per" in parts else 1.0
            number = float(parts["number"])
            return unit, number / 100 if unit is Unit.RATIO else number * scale / per
    try:
        return Unit.SECONDS, parse_duration(text)
    except ValueError:
        return Unit.COUNT, math.nan


def _check_reach(threshold: Threshold, text: str, value: float) -> None:
    """Raise ValueError where no series could ever be compared with it, so that the alert would never fire."""
    if threshold.unit is Unit.RATIO and value > 1 and not threshold.beyond_whole:
        raise ValueError(f"{text} is more than there can be; write 100% or less, such as {_example(threshold)}")
    if threshold.unit is Unit.SECONDS and value > _LONGEST_SECONDS:
        raise ValueError(f"{text} is longer than Prometheus looks back; write 10y or less, as {_example(threshold)}")


def _example(threshold: Threshold) -> str:
    return format_value(threshold.default, threshold.unit)


def _bytes(value: float) -> str:
    step, name = next((one for one in _BYTE_STEPS if value >= one[0]), _BYTE_STEPS[-1])
    return f"{value / step:.10g}{name}"


def _time(value: float) -> str:
    step, name = next((one for one in _TIME_STEPS if value >= one[0] and value % one[0] == 0), _TIME_STEPS[-1])
    return f"{value / step:.10g}{name}"

"""Where the axes of a plot have their ticks, and what is written there."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from detectors.panel import Floats

_UNITS = ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_TIME_STEPS = (
    *(_MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR),
    *(_DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY, 91 * _DAY, 364 * _DAY),
)
# Memory that moves by less than this share is drawn as the flat line that it is.
_LEAST_SPAN_RATIO = 0.05
# Above this share of the top the axis does not begin at zero: growth would be too small to see.
_ZERO_BELOW_RATIO = 0.4
_MARGIN_RATIO = 0.04


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, in its own unit, and what is written there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Range:
    """The values that an axis shows, bytes."""

    bottom: float
    top: float

    def holds(self, value: float | None) -> bool:
        """Whether a value is on it; none is not."""
        return value is not None and self.bottom <= value <= self.top


def value_range(low: float, high: float, limit: float | None) -> Range:
    """Bytes to show so that all between low and high is seen, and the limit where memory came half way to it."""
    if limit is not None and high > limit / 2:
        low, high = min(low, limit), max(high, limit)
    least, middle = max(_LEAST_SPAN_RATIO * high, 1.0), (low + high) / 2
    bottom, top = min(low, middle - least / 2), max(high, middle + least / 2)
    margin = _MARGIN_RATIO * (top - bottom)
    bottom = 0.0 if bottom < _ZERO_BELOW_RATIO * top else bottom - margin
    return Range(max(bottom, 0.0), top + margin)


def value_ticks(shown: Range, most: int) -> list[Tick]:
    """At most so many ticks at round sizes, each the same power of two bytes from the next."""
    step = 2.0 ** math.ceil(math.log2((shown.top - shown.bottom) / max(most, 1)))
    first, last = math.ceil(shown.bottom / step), math.floor(shown.top / step)
    values = [step * number for number in range(first, last + 1)]
    return [Tick(value, _size(value, values)) for value in values]


def time_ticks(times: Floats, most: int) -> list[Tick]:
    """At most so many ticks at round times, UTC: the date at midnight and at the first one, else the time of day."""
    start, end = float(times[0]), float(times[-1])
    steps = (step for step in _TIME_STEPS if (end - start) / step <= max(most, 1))
    step = next(steps, _TIME_STEPS[-1])
    first = math.ceil(start / step) * step
    places = range(first, math.floor(end) + 1, step)
    return [Tick(place, _moment(place, begins=number == 0)) for number, place in enumerate(places)]


def _size(value: float, among: list[float]) -> str:
    """The size in the largest unit that all of them can be told in with two digits after the point."""
    if value == 0:
        return "0"
    for unit, name in _UNITS:
        if max(among) >= unit and all(round(one / unit, 2) == one / unit for one in among):
            return f"{value / unit:.10g} {name}"
    return f"{value:.10g} B"


def _moment(seconds: float, *, begins: bool) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    if moment.hour == moment.minute == 0:
        return f"{moment:%m-%d}"
    return f"{moment:%m-%d %H:%M}" if begins else f"{moment:%H:%M}"

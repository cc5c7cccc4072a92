"""How traffic changes over a recording: pure functions of cluster time, each about 1 at its usual height."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

# One recorded second stands for so many seconds of the cluster: an hour of recording is 30 hours.
DILUTION = 30
RECORDED_HOURS = 30.0

Shape = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests a recorded second at shape 1, and a shape: hours since the recording began -> a factor, 0 or more."""

    requests_per_second: float
    shape: Shape

    def rate(self, hours: float) -> float:
        """Requests a recorded second at `hours` of cluster time since the recording began (before: negative)."""
        return self.requests_per_second * self.shape(hours)


def constant(_hours: float) -> float:
    """The same at all times."""
    return 1.0


def daily(begins_at_hour: float) -> Shape:
    """0.15 at 03:00 up to 1 at 15:00, a wave a day; the recording begins at this hour of the day."""

    def shape(hours: float) -> float:
        return 0.15 + 0.85 * (0.5 - 0.5 * math.cos(2 * math.pi * (hours + begins_at_hour - 3) / 24))

    return shape


def asleep_at_night(begins_at_hour: float) -> Shape:
    """Nothing from 20:00 to 08:00, a hump by day; the recording begins at this hour of the day."""

    def shape(hours: float) -> float:
        return max(0.0, math.sin(2 * math.pi * (hours + begins_at_hour - 8) / 24))

    return shape


def ramp(hours: float) -> float:
    """1 at the beginning, 2 at the end, in a straight line."""
    return 1.0 + min(1.0, max(0.0, hours / RECORDED_HOURS))


def office_hours(begins_at_hour: float) -> Shape:
    """1 from 09:00 to 18:00, else 0.03; the recording begins at this hour of the day."""

    def shape(hours: float) -> float:
        return 1.0 if 9 <= (hours + begins_at_hour) % 24 < 18 else 0.03

    return shape


def hourly(lasts_hours: float, quiet: float = 0.0) -> Shape:
    """1 at the start of each hour, then quiet."""
    return lambda hours: 1.0 if hours % 1.0 < lasts_hours else quiet


def trend(of: Shape, a_day: float) -> Shape:
    """Another shape, that rises by this share a day."""
    return lambda hours: of(hours) * max(0.1, 1 + a_day * hours / 24)


def bursts(of: Shape, factor: float, seed: str) -> Shape:
    """Another shape, and in one quarter of an hour of twelve `factor` times as much; the seed says in which."""

    def shape(hours: float) -> float:
        slot = math.floor(hours * 4)
        return of(hours) * (factor if _chance(f"{seed}/{slot}") < 1 / 12 else 1.0)

    return shape


def spikes(every_hours: float, seed: str) -> Shape:
    """0.3, and for six minutes in each period a spike of 3 to 9; the seed says how high."""

    def shape(hours: float) -> float:
        period = math.floor(hours / every_hours)
        in_spike = hours - period * every_hours >= every_hours - 0.1
        return 3.0 + 6.0 * _chance(f"{seed}/{period}") if in_spike else 0.3

    return shape


def batch(at_hour: float, lasts_hours: float) -> Shape:
    """1 for a while once a day, and nothing else; the recording begins at midnight."""

    def shape(hours: float) -> float:
        return 1.0 if 0 <= (hours - at_hour) % 24 < lasts_hours else 0.0

    return shape


def _chance(of: str) -> float:
    """A figure in [0, 1), always the same for the same text."""
    return int.from_bytes(hashlib.sha256(of.encode()).digest()[:6]) / 2**48

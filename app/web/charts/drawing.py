"""What a chart shows, before it is decided how it is drawn. Times are unix seconds, memory is bytes; NaN is a gap."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Over(StrEnum):
    """What memory is drawn over: the time, or the age of the life that a container leads between two restarts."""

    TIME = "time"
    AGE = "age"


class MarkKind(StrEnum):
    """What can happen to a pod at a moment."""

    RESTART = "restart"
    OOM_KILL = "OOM kill"


class UprightKind(StrEnum):
    """What can happen to the whole workload."""

    ONSET = "onset"
    DEPLOY = "deploy"


@dataclass(frozen=True, slots=True)
class Line:
    """A pod, or one life of it: floor and peak at x (unix seconds, or seconds of age); fit: NaN where there is none.

    is_leaking: it is what the chart is about; began_at: unix seconds of x = 0 where x is an age.
    """

    pod: str
    revision: str | None
    is_leaking: bool
    x: Floats
    floor: Floats
    peak: Floats
    fit: Floats
    began_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Rest:
    """Pods that have no line of their own, as the span between the lowest and the highest tenth of their floors."""

    pods: int
    is_leaking: bool
    x: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened to a pod, at the memory that it had then."""

    kind: MarkKind
    pod: str
    at: float
    size_bytes: float


@dataclass(frozen=True, slots=True)
class Upright:
    """What happened to the workload. words: what is written beside it."""

    kind: UprightKind
    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where memory leads: between slow (p90 of the time that is left) and fast (p10), by the median, to the limit."""

    x: Floats
    slow: Floats
    median: Floats
    fast: Floats

    @property
    def limit_at(self) -> float:
        """When the median comes to the limit."""
        return float(self.x[np.isfinite(self.median)][-1])


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of one chart. revisions: the names, in the order that tells their dashes; the suspected one is the first.

    x_span, y_span: what of it is seen at first.
    """

    over: Over
    lines: tuple[Line, ...]
    rests: tuple[Rest, ...]
    marks: tuple[Mark, ...]
    uprights: tuple[Upright, ...]
    forecast: Forecast | None
    limit_bytes: float | None
    revisions: tuple[str | None, ...]
    x_span: tuple[float, float]
    y_span: tuple[float, float]

    def rank(self, line: Line) -> int:
        """The place of a line's revision among the revisions."""
        return self.revisions.index(line.revision)


def last_known(values: Floats) -> float:
    """The last of the values that is one; NaN where none is."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else float("nan")

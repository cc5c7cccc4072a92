"""The layout of what detectors read: one row a container of a pod, one column a step of a regular grid."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid of sample times: `start`, `start + step`, ... (unix seconds), `steps` of them."""

    start: float
    step: float
    steps: int

    @property
    def times(self) -> Floats:
        """Unix seconds of each column, shape (steps,)."""
        return self.start + self.step * np.arange(self.steps, dtype=np.float64)

    @property
    def end(self) -> float:
        """Unix seconds of the last column."""
        return self.start + self.step * max(self.steps - 1, 0)


@dataclass(frozen=True, slots=True)
class History:
    """What lies before the window, coarsely: shape (rows, blocks), oldest first, NaN where nothing is known.

    The columns end where the window begins; `step` is their width in seconds.
    """

    step: float
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Accepted:
    """What people have said is no leak, by subject: shape (subjects,), NaN where nobody has said so.

    growth: bytes/hour of one pod; level: bytes of its floor, both as they stood when it was said
    """

    growth: Floats
    level: Floats


@dataclass(frozen=True, slots=True)
class Panel:
    """The memory of many containers over one window.

    Two-dimensional members have shape (rows, grid.steps), NaN where there is no sample; a member that the
    source does not have is NaN throughout. A row is one container of one pod, through its restarts.

    working_set, rss, cache: bytes, as cAdvisor means them
    cpu: cores in use, averaged over the step
    start_time: unix seconds at which the running container started
    restarts: count of restarts, as kube-state-metrics reports it
    oom_killed: 1 where the last termination was an OOM kill, 0 where it was something else
    limit: shape (rows,), bytes; NaN where none is set
    subject: shape (rows,), the index of the workload's container that the row is a witness of
    revision: shape (rows,), the index of the workload's revision the pod runs, older ones lower
    peak: bytes, the most within the step that the kernel could not reclaim, where the other members are the least of
    it; None where the source has one sample a step, which is then both
    """

    grid: Grid
    working_set: Floats
    rss: Floats
    cache: Floats
    cpu: Floats
    start_time: Floats
    restarts: Floats
    oom_killed: Floats
    limit: Floats
    subject: Ints
    revision: Ints
    history: History | None = None
    accepted: Accepted | None = None
    peak: Floats | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where a member's shape is not the layout's."""
        rows = self.subject.shape[0]
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, np.ndarray):
                continue
            expected = (rows,) if field.name in {"limit", "subject", "revision"} else (rows, self.grid.steps)
            if value.shape != expected:
                raise ValueError(f"{field.name} has shape {value.shape}, expected {expected}")
        if self.history is not None and {self.history.low.shape[0], self.history.high.shape[0]} != {rows}:
            raise ValueError(f"the history has {self.history.low.shape[0]} rows, expected {rows}")
        subjects = int(self.subject.max(initial=-1)) + 1
        if self.accepted is not None and min(self.accepted.growth.size, self.accepted.level.size) < subjects:
            raise ValueError(f"what is accepted is of {self.accepted.growth.size} subjects, expected {subjects}")

    @property
    def rows(self) -> int:
        """How many containers there are."""
        return int(self.subject.shape[0])

    def take(self, rows: Ints | slice) -> Self:
        """The same window with only the given rows, in the given order; a slice gives views."""
        picked = {
            field.name: value[rows]
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray)
        }
        history = self.history and History(self.history.step, self.history.low[rows], self.history.high[rows])
        return type(self)(grid=self.grid, history=history, accepted=self.accepted, **picked)

"""The one small protocol behind which every source of memory series stands."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from app.domain.finding import Workload
from app.domain.ownership import KnownOwners
from app.domain.scan import Problem
from app.errors import ScanAbandoned
from app.prometheus.cost import CostMeter
from app.prometheus.limits import ToldLimits
from detectors.panel import Grid, History, Panel


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to look at. Times are unix seconds.

    history_seconds: how far before the window to look coarsely (0: not at all)
    namespaces: only these (empty: all); selector: further PromQL label matchers on cAdvisor's series, such as
    `pod=~"cart-.*"`; owners: what the cluster itself tells of whose each pod is, where it was asked
    limits_over_time: limits are wanted as they were at each time, which costs more than how they are at last
    load_of_all: CPU is wanted of containers too whose memory moves so little that it cannot matter
    """

    start: float
    end: float
    step_seconds: float
    history_seconds: float = 0.0
    cluster: str = ""
    namespaces: tuple[str, ...] = ()
    selector: str = ""
    owners: KnownOwners | None = None
    limits_over_time: bool = False
    load_of_all: bool = False

    @property
    def grid(self) -> Grid:
        """The window's grid: step-aligned, both ends included."""
        first = np.ceil(self.start / self.step_seconds) * self.step_seconds
        return Grid(float(first), self.step_seconds, int((self.end - first) // self.step_seconds) + 1)


@dataclass(frozen=True, slots=True)
class ContainerRef:
    """One container of one pod.

    revision: what people call it, the image's tag, else the hash of the pod's template; template_hash: that alone.
    """

    namespace: str
    pod: str
    container: str
    workload: Workload
    revision: str | None = None
    image: str | None = None
    node: str | None = None
    template_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Containers that are read and judged together; every pod of a workload is in the same batch."""

    containers: tuple[ContainerRef, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan is going to read."""

    grid: Grid
    batches: tuple[Batch, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def containers(self) -> int:
        """How many containers of pods there are to read."""
        return sum(len(batch.containers) for batch in self.batches)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a batch.

    `panel` has a row for each of the batch's containers, in that order; its `subject` indexes `subjects`, the
    distinct (namespace, workload, container) triples, and its `revision` indexes `revisions[subject]`, oldest first.
    `unread` has the rows of which some sample could not be had; `unasked` those whose CPU was not asked for, since
    their memory hardly moves. `limits` tells how memory limits were over time, where
    the panel has only the last.
    """

    panel: Panel
    subjects: tuple[tuple[str, Workload, str], ...]
    revisions: tuple[tuple[str | None, ...], ...]
    samples: int
    problems: tuple[Problem, ...] = ()
    unread: frozenset[int] = frozenset()
    limits: ToldLimits | None = None
    unasked: frozenset[int] = frozenset()


@dataclass(slots=True)
class Control:
    """How a scan is told to stop: by a person, a signal, or the clock. `deadline` is on time.monotonic().

    cost: what it has cost the server until now.
    """

    deadline: float | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[int, int], None] = lambda done, total: None
    cost: CostMeter = field(default_factory=CostMeter)

    def remaining(self, at_most: float) -> float:
        """Seconds left for one wait, never more than `at_most`. Raises ScanAbandoned when there are none."""
        self.check()
        if self.deadline is None:
            return at_most
        return max(min(at_most, self.deadline - time.monotonic()), 0.001)

    def check(self) -> None:
        """Raise ScanAbandoned when the scan has been told to stop or its time has run out."""
        if self.cancelled.is_set():
            raise ScanAbandoned("the scan was stopped before it ended")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ScanAbandoned("the scan ran out of time", "raise LEAKWATCH_SCAN_TIME_LIMIT, or scan fewer namespaces")

    def wait(self, seconds: float) -> None:
        """Wait, unless told to stop meanwhile. Raises ScanAbandoned then."""
        self.cancelled.wait(self.remaining(seconds))
        self.check()


class Source(Protocol):
    """Where memory series come from. Errors are app.errors.SourceError, and ScanAbandoned when told to stop.

    `history` may be asked while `read` reads another batch, in another thread.
    """

    @property
    def name(self) -> str:
        """How it reads, as a scan tells it; settled once it has planned."""
        ...

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """Which containers exist in the window, in batches whose size is bounded."""
        ...

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """The series of one batch on the plan's grid."""
        ...

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]] | None:
        """What these containers held in so many seconds before the window; None where `read` has told it already."""
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...


LabelSet = Mapping[str, str]

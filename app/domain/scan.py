"""A scan: one look at every container of a window, and how well it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.cost import Cost
from app.domain.finding import Finding, Identity


class ScanState(StrEnum):
    """Where a scan stands. Only a `succeeded` one that is also complete may close an incident."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Window:
    """The span a scan looks at, unix seconds."""

    start: float
    end: float
    step_seconds: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that made a scan less than whole, or a warning from the server: a stable code and plain words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """Where a scan's time went. One batch is read while another is judged: together they may be more than it took."""

    plan: float = 0.0
    read: float = 0.0
    judge: float = 0.0
    record: float = 0.0


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one scan found.

    cluster: the name given to the scanned cluster ("" for none)
    namespaces, selector: what the scan was limited to (empty: everything); only what lies inside can be told to be gone
    seen: every workload's container that existed in the window, judged or not
    heeded: ids of the feedback that was in force when it began, and was heeded
    complete: everything planned was read; without it, absence means nothing
    shards: what came of each cluster where several were scanned; the rest then tells of all of them together
    """

    started_at: float
    finished_at: float
    cluster: str
    source: str
    namespaces: tuple[str, ...]
    selector: str
    window: Window
    containers: int
    workloads: int
    samples: int
    complete: bool
    problems: tuple[Problem, ...]
    seconds: Seconds
    findings: tuple[Finding, ...]
    cost: Cost = field(default_factory=Cost)
    seen: frozenset[Identity] = field(default_factory=frozenset)
    heeded: frozenset[int] = frozenset()
    shards: tuple["ShardResult", ...] = ()

    @property
    def reports(self) -> tuple["ScanReport", ...]:
        """One report for each cluster that could be read; what it says holds for that cluster alone."""
        return tuple(one.report for one in self.shards if one.report is not None) if self.shards else (self,)

    @property
    def scope(self) -> str:
        """What the scan was limited to, in words; empty for everything."""
        parts = [f"namespace={name}" for name in sorted(self.namespaces)]
        return ",".join([*parts, self.selector] if self.selector else parts)

    @property
    def whole(self) -> bool:
        """Whether everything there was of what it looked at was read, with no pod left out by a selector."""
        return self.complete and not self.selector

    def covers(self, identity: Identity) -> bool:
        """Whether the workload's absence from this scan would mean that it is gone."""
        if self.shards:
            return any(report.covers(identity) for report in self.reports)
        in_namespace = not self.namespaces or identity.namespace in self.namespaces
        return self.whole and in_namespace and identity.cluster == self.cluster


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What came of one shard of a scan, such as one of several clusters: a report, or why there is none."""

    cluster: str
    report: ScanReport | None
    error: str = ""


def together(shards: Sequence[ShardResult], started_at: float, finished_at: float) -> ScanReport:
    """One report on several clusters, complete where each is. Raises ValueError where none has a report.

    Times of the shards, which ran side by side, are added up.
    """
    reports = [one.report for one in shards if one.report is not None]
    if not reports:
        raise ValueError("there is no report among the shards")
    problems = [
        Problem(problem.code, f"{one.cluster}: {problem.text}")
        for one in shards
        for problem in (one.report.problems if one.report else (Problem("cluster_unread", one.error),))
    ]
    return ScanReport(
        started_at=started_at,
        finished_at=finished_at,
        cluster="",
        source=", ".join(sorted({report.source for report in reports})),
        namespaces=(),
        selector="",
        window=max((report.window for report in reports), key=lambda window: window.end),
        containers=sum(report.containers for report in reports),
        workloads=sum(report.workloads for report in reports),
        samples=sum(report.samples for report in reports),
        complete=all(one.report is not None and one.report.complete for one in shards),
        problems=tuple(problems),
        seconds=Seconds(
            sum(report.seconds.plan for report in reports),
            sum(report.seconds.read for report in reports),
            sum(report.seconds.judge for report in reports),
        ),
        findings=tuple(finding for report in reports for finding in report.findings),
        cost=sum((report.cost for report in reports), Cost()),
        seen=frozenset().union(*(report.seen for report in reports)),
        heeded=frozenset().union(*(report.heeded for report in reports)),
        shards=tuple(shards),
    )


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a running scan has come: containers read and judged, of those there are (0: that is not known yet)."""

    scan_id: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ScanSpan:
    """How long a scan that has ended took, seconds, and the document of what it cost the server."""

    id: int
    state: ScanState
    complete: bool | None
    seconds: float
    cost: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """A scan as it is kept. Times are unix seconds.

    summary: the document of what was looked at, once it has succeeded; cost: that of what it cost the server, once it
    has ended
    """

    id: int
    trigger: str
    state: ScanState
    started_at: float
    finished_at: float | None
    complete: bool | None
    leaks: int | None
    error: str | None
    summary: Mapping[str, Any] | None
    cost: Mapping[str, Any] | None = None

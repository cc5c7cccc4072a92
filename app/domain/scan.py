"""A scan: one look at every container of a window, and how well it went."""

from dataclasses import dataclass, field
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that made a scan less than whole, or a warning from the server: a stable code and plain words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """Where a scan's time went."""

    plan: float = 0.0
    read: float = 0.0
    judge: float = 0.0
    record: float = 0.0


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one scan found.

    cluster: the name given to the scanned cluster ("" for none)
    scope: what the scan was limited to ("" for everything): only findings inside it can be told to be gone
    seen: every workload's container that existed in the window, judged or not
    complete: everything planned was read; without it, absence means nothing
    """

    started_at: float
    finished_at: float
    cluster: str
    source: str
    scope: str
    window: Window
    containers: int
    workloads: int
    samples: int
    complete: bool
    problems: tuple[Problem, ...]
    seconds: Seconds
    findings: tuple[Finding, ...]
    seen: frozenset[Identity] = field(default_factory=frozenset)

"""A workload's container as scans judged it, leaking or not: at last, and over time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.finding import Identity
from app.domain.fleet import Share
from detectors.judgement import Verdict


@dataclass(frozen=True, slots=True)
class JudgedWorkload:
    """The latest verdict on a workload's container. growth: of one pod; judged_at: the window's end, unix seconds.

    finding: the document of the finding; scan_id: of the scan that made it.
    """

    id: int
    fingerprint: str
    identity: Identity
    verdict: Verdict
    probability: float
    growth_bytes_per_hour: float
    judged_at: float
    scan_id: int
    finding: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A verdict of a window that ended at `at`, unix seconds. current: bytes of the largest pod then."""

    id: int
    at: float
    scan_id: int
    verdict: Verdict
    probability: float
    growth_bytes_per_hour: float
    current_bytes: float


@dataclass(frozen=True, slots=True)
class WorkloadFilter:
    """Which workloads' containers to list; None and empty mean any.

    text: stands in one of the names; share: of the fleet; reason: the code of what is said first of the verdict
    """

    verdicts: tuple[str, ...] = ()
    cluster: str | None = None
    namespace: str | None = None
    workload: str | None = None
    container: str | None = None
    text: str | None = None
    share: Share | None = None
    reason: str | None = None

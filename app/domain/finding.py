"""A finding: the verdict on one workload's container with the names that an on-call knows it by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.rolled_out import RolledOutBy
from detectors.judgement import MemoryKind, Quantiles, Reason, Verdict

if TYPE_CHECKING:
    from app.domain.suspicion import Suspicion
    from app.domain.workload_facts import ContainerFacts, WorkloadFacts


class Severity(StrEnum):
    """How soon someone must look: critical pages, warning is a ticket, info is for the record."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Workload:
    """The owner of a pod: a Deployment, StatefulSet, DaemonSet, Job, CronJob, or the bare Pod."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What makes two findings the same trouble, and thereby one incident."""

    cluster: str
    namespace: str
    workload: str
    container: str


@dataclass(frozen=True, slots=True)
class Revisions:
    """Versions of the workload's pod template: running now, suspected to have brought the leak, and the one before.

    rollout: what the cluster's own revisions tell of the suspect; rolled_out_by: what the tool tells that made it.
    """

    current: str | None
    suspect: str | None
    previous: str | None
    rollout: Suspicion | None = None
    rolled_out_by: RolledOutBy | None = None


@dataclass(frozen=True, slots=True)
class PodEvidence:
    """One pod's part of the evidence: floor and peak in bytes, one a point of `Evidence.times`, None in a gap.

    fit: the growth that was found, drawn through the floor since its onset, None elsewhere; empty where it is unknown.
    node: where it runs, None where that is not known.
    """

    pod: str
    revision: str | None
    leaking: bool
    floor: tuple[int | None, ...]
    peak: tuple[int | None, ...]
    restarts: tuple[float, ...]
    oom_kills: tuple[float, ...]
    fit: tuple[int | None, ...] = ()
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reduced series behind a verdict, kept because Prometheus forgets. Times are unix seconds."""

    times: tuple[float, ...]
    pods: tuple[PodEvidence, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on one workload's container. Bytes, bytes/hour, unix seconds; see detectors.judgement.

    `fully_read` is false where any sample of the workload could not be had: such a finding closes nothing.
    `unseen_seconds`: how long before the window's end anything last told of a pod of it. facts, container_facts: what
    the cluster itself tells, where it was asked. current_began_at: when the life of the largest pod began,
    None where that is not known.
    """

    identity: Identity
    workload: Workload
    fingerprint: str
    verdict: Verdict
    probability: float
    severity: Severity
    growth_bytes_per_hour: float
    growth_interval: tuple[float, float]
    onset_at: float | None
    current_bytes: float
    limit_bytes: float | None
    time_to_limit: Quantiles | None
    memory_kind: MemoryKind
    pods_observed: int
    pods_leaking: int
    restarts: int
    oom_kills: int
    revisions: Revisions
    reasons: tuple[Reason, ...]
    evidence: Evidence
    fully_read: bool
    unseen_seconds: float
    floor_bytes: float | None = None
    onset_interval: tuple[float, float] | None = None
    facts: WorkloadFacts | None = None
    container_facts: ContainerFacts | None = None
    current_began_at: float | None = None

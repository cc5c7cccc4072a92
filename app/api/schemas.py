"""What the API answers with. Times are RFC 3339 in UTC, memory is bytes, growth bytes per hour."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from app.domain.finding import Severity
from app.domain.incident import Incident, IncidentDetail, IncidentState
from app.domain.scan import ScanRecord, ScanState
from app.output.document import rfc3339
from app.output.incident import detail_document, incident_document
from detectors.judgement import MemoryKind, Verdict

Time = Annotated[
    datetime,
    PlainSerializer(lambda when: rfc3339(when.timestamp()), return_type=str),
    Field(examples=["2026-01-01T00:00:00Z"]),
]


class Model(BaseModel):
    """What all of them are."""

    # Documents kept by a newer leakwatch may have more fields: they go through.
    model_config = ConfigDict(extra="allow")


class ProblemModel(Model):
    """An error (RFC 9457)."""

    type: str = Field(examples=["urn:leakwatch:problem:not-found"])
    title: str
    status: int
    detail: str
    instance: str | None = None


class WorkloadModel(Model):
    """The owner of the pods."""

    kind: str = Field(examples=["Deployment"])
    name: str = Field(examples=["cart"])


class TimeToLimitModel(Model):
    """Seconds until memory reaches the limit: soonest, middle and latest likely."""

    p10: float
    p50: float
    p90: float


class PodsModel(Model):
    """Pods of the workload."""

    observed: int
    leaking: int


class RevisionModel(Model):
    """Revisions of the workload."""

    current: str | None
    suspect: str | None = Field(description="The one that is suspected to have brought the leak")
    previous: str | None


class ReasonModel(Model):
    """A piece of evidence: a stable code, and plain words."""

    code: str = Field(examples=["rising_floor"])
    text: str


class FindingModel(Model):
    """The verdict on one workload's container, as `leakwatch scan --output json` writes it."""

    fingerprint: str
    cluster: str
    namespace: str
    workload: WorkloadModel
    container: str
    verdict: Verdict
    probability: float = Field(ge=0, le=1)
    severity: Severity
    growth_bytes_per_hour: float = Field(description="Of one leaking pod")
    growth_interval: tuple[float, float] = Field(description="80 % interval of the growth")
    onset_at: Time | None
    current_bytes: int
    limit_bytes: int | None
    time_to_limit_seconds: TimeToLimitModel | None
    memory_kind: MemoryKind
    pods: PodsModel
    restarts: int
    oom_kills: int
    revision: RevisionModel
    reasons: list[ReasonModel]
    fully_read: bool = Field(True, description="Whether every pod that runs was read; without it healthy means little")
    floor_bytes: int | None = Field(None, description="Highest level of a pod that grows, short-lived memory left out")


class IncidentModel(Model):
    """A leak that someone must deal with, over time."""

    id: int
    fingerprint: str = Field(description="Identity of cluster, namespace, workload and container")
    cluster: str
    namespace: str
    workload: str
    container: str
    state: IncidentState
    severity: Severity
    suspect: str | None = Field(description="The revision that is suspected to have brought it")
    opened_at: Time = Field(description="Of the present occurrence")
    updated_at: Time
    last_seen_at: Time = Field(description="When the workload was last there")
    last_leak_at: Time = Field(description="When it was last judged to leak")
    resolved_at: Time | None
    healthy_streak: int = Field(description="Healthy scans in a row")
    occurrences: int
    version: int = Field(description="Grows with each change; the `ETag` begins with it, and `If-Match` compares it")
    assignee: str | None = Field(None, description="Who looks after it")
    acknowledged_at: Time | None = Field(None, description="Kept once it is resolved; gone when it is open again")
    acknowledged_by: str | None = None
    silenced_until: Time | None = Field(None, description="The latest end of the silences in force for it")
    limit_at: Time | None = Field(None, description="When memory is expected to run out (median)")
    finding: FindingModel = Field(description="The last one that showed the leak")

    @classmethod
    def of(cls, incident: Incident) -> "IncidentModel":
        """The model of an incident."""
        return cls.model_validate(incident_document(incident))


class EventModel(Model):
    """One line of an incident's timeline."""

    id: int
    at: Time
    kind: str
    actor: str
    before: str | None
    after: str | None
    text: str


class PodEvidenceModel(Model):
    """One pod: bytes at each of the evidence's times, null in a gap; restarts and OOM kills as unix seconds."""

    pod: str
    revision: str | None
    leaking: bool
    floor: list[int | None]
    peak: list[int | None]
    restarts: list[float]
    oom_kills: list[float]
    fit: list[int | None] = Field([], description="The growth that was found, since its onset")
    node: str | None = Field(None, description="Where it runs, where that is known")


class EvidenceModel(Model):
    """The reduced series behind the verdict. `times`: unix seconds."""

    at: Time
    times: list[float]
    pods: list[PodEvidenceModel]


class FeedbackModel(Model):
    """That a person said it is no leak, up to this growth and this level."""

    growth_bytes_per_hour: float
    level_bytes: int
    comment: str
    actor: str
    at: Time


class IncidentDetailModel(IncidentModel):
    """One incident with its timeline, and its evidence from when it opened and of the last scan."""

    feedback: FeedbackModel | None = Field(description="In force: it is told again only when it clearly exceeds this")

    events: list[EventModel]
    evidence: dict[Literal["opened", "latest"], EvidenceModel]

    @classmethod
    def of_detail(cls, detail: IncidentDetail) -> "IncidentDetailModel":
        """The model of an incident with all that belongs to it."""
        return cls.model_validate(detail_document(detail))


class StateCountsModel(Model):
    """How many incidents are in each state, of all that the filters other than the state let through."""

    open: int = Field(examples=[12])
    acknowledged: int = Field(examples=[3])
    resolved: int = Field(examples=[140])


class IncidentPageModel(Model):
    """A page of incidents in the order asked for."""

    items: list[IncidentModel]
    counts: StateCountsModel
    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end")


class WindowModel(Model):
    """The span a scan looked at."""

    start: Time
    end: Time
    step_seconds: float


class ScanProblemModel(Model):
    """What made a scan less than whole."""

    code: str
    text: str


class ScanSecondsModel(Model):
    """Where a scan's time went."""

    plan: float
    read: float
    judge: float
    record: float


class ScanClusterModel(Model):
    """What came of one cluster; null where it could not be read."""

    name: str = Field(examples=["eu-1"])
    complete: bool = Field(description="Whether all that was planned of it was read")
    problems: list[ScanProblemModel]
    source: str | None
    containers: int | None
    workloads: int | None
    samples: int | None
    seconds: float | None = Field(description="Of its plan, read and judging")


class ScanCostModel(Model):
    """What a scan cost the server that it read."""

    queries: int = Field(description="Requests sent, those that failed and were tried again included")
    samples: int = Field(description="Samples it looked at where it says so, else those it answered")
    bytes: int = Field(description="Bytes of its answers")
    seconds: float = Field(description="Spent on evaluating queries where it says so, else until its answers had come")


class ScanSummaryModel(Model):
    """What a scan looked at."""

    started_at: Time
    source: str
    cluster: str
    window: WindowModel
    containers: int
    workloads: int
    samples: int
    complete: bool
    problems: list[ScanProblemModel]
    seconds: ScanSecondsModel
    clusters: list[ScanClusterModel] = Field([], description="One each Prometheus; empty in scans of old versions")


class ScanModel(Model):
    """One scan: how it stands, and, once it has succeeded, what it looked at."""

    id: int
    trigger: str = Field(examples=["schedule"])
    state: ScanState
    started_at: Time
    finished_at: Time | None
    complete: bool | None = Field(description="Whether all that was planned was read")
    leaks: int | None
    error: str | None
    summary: ScanSummaryModel | None
    cost: ScanCostModel | None = Field(description="Null while it runs, and of scans before this was kept")

    @classmethod
    def of(cls, record: ScanRecord) -> "ScanModel":
        """The model of a scan."""
        return cls(
            id=record.id,
            trigger=record.trigger,
            state=record.state,
            started_at=datetime.fromtimestamp(record.started_at, UTC),
            finished_at=None if record.finished_at is None else datetime.fromtimestamp(record.finished_at, UTC),
            complete=record.complete,
            leaks=record.leaks,
            error=record.error,
            summary=None if record.summary is None else ScanSummaryModel.model_validate(record.summary),
            cost=None if record.cost is None else ScanCostModel.model_validate(record.cost),
        )


class ScanPageModel(Model):
    """A page of scans, newest first."""

    items: list[ScanModel]
    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end")


class CheckModel(Model):
    """One thing that must be well."""

    name: str = Field(examples=["database"])
    ok: bool
    detail: str


class ReadyModel(Model):
    """Whether the service can be relied on."""

    ready: bool
    checks: list[CheckModel]

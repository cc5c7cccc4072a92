"""What the API answers with. Times are RFC 3339 in UTC, memory is bytes, growth bytes per hour."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.cluster_schemas import ClusterFactsModel, RolloutModel
from app.api.model import Model, Time
from app.domain.finding import Severity
from app.domain.incident import Incident, IncidentDetail, IncidentState
from app.output.incident import detail_document, incident_document
from detectors.judgement import MemoryKind, Verdict

# What many of them have.
Fingerprint = Annotated[
    str, Field(description="Identity of cluster, namespace, workload and container", examples=["0f1e2d3c4b5a6978"])
]
ClusterName = Annotated[str, Field(description="Name given to the cluster; empty where none is", examples=["eu-1"])]
Namespace = Annotated[str, Field(description="Its namespace", examples=["shop"])]
WorkloadName = Annotated[str, Field(description="Name of the workload, the owner of the pods", examples=["cart"])]
ContainerName = Annotated[str, Field(description="Name of the container", examples=["app"])]
Probability = Annotated[float, Field(ge=0, le=1, description="That it leaks, 0 to 1", examples=[0.97])]
Growth = Annotated[float, Field(description="Bytes per hour, of one leaking pod", examples=[12_582_912.0])]
LimitBytes = Annotated[int | None, Field(description="Memory limit, bytes; null for none", examples=[536_870_912])]
NextCursor = Annotated[
    str | None, Field(description="`cursor` of the next page; null at the end", examples=["WyItaWQiLDAsbnVsbCw0MV0"])
]


class InvalidFieldModel(Model):
    """What is wrong with one part of a request."""

    location: str = Field(alias="in", description="Where it stands: path, query, header or body", examples=["query"])
    field: str = Field(description="Its name; within a body its path, joined by dots", examples=["limit"])
    message: str = Field(description="What is wrong with it", examples=["Input should be less than or equal to 200"])


class ProblemModel(Model):
    """An error (RFC 9457). That of `/readyz` has `ready` and `checks` as well."""

    type: str = Field(
        description="A stable name of its kind, to tell problems apart by", examples=["urn:leakwatch:problem:not-found"]
    )
    title: str = Field(description="The status in words", examples=["Not Found"])
    status: int = Field(description="The status", examples=[404])
    detail: str = Field(description="What is wrong, and what to do about it", examples=["there is no incident 7"])
    instance: str | None = Field(
        None,
        description="The path that was asked for; never null, absent where it is not told",
        examples=["/api/v1/incidents/7"],
    )
    errors: list[InvalidFieldModel] = Field([], description="Of an invalid request (422): each part that is wrong")


class WorkloadModel(Model):
    """The owner of the pods."""

    kind: str = Field(description="Its kind in Kubernetes; Pod where a pod has no owner", examples=["Deployment"])
    name: str = Field(description="Its name", examples=["cart"])


class TimeToLimitModel(Model):
    """Seconds until memory reaches the limit: soonest, middle and latest likely."""

    p10: float = Field(description="Seconds, soonest likely", examples=[28_800])
    p50: float = Field(description="Seconds, median", examples=[43_200])
    p90: float = Field(description="Seconds, latest likely", examples=[86_400])


class PodsModel(Model):
    """Pods of the workload."""

    observed: int = Field(description="Pods seen in the window", examples=[6])
    leaking: int = Field(description="Those of them that leak", examples=[2])


class RevisionModel(Model):
    """Revisions of the workload. `rollout` is there where the cluster's own API tells of it."""

    current: str | None = Field(description="The one that runs now; null where it is unknown", examples=["5d8f9c7b6"])
    suspect: str | None = Field(
        description="The one that is suspected to have brought the leak; null for none", examples=["5d8f9c7b6"]
    )
    previous: str | None = Field(description="The one before the suspect; null for none", examples=["7c6d5e4f3"])
    rollout: RolloutModel | None = Field(
        None, description="The rollout that is suspected; null where the cluster was not asked, or tells of none"
    )


class ReasonModel(Model):
    """A piece of evidence: a stable code, and plain words."""

    code: str = Field(description="A stable name of its kind", examples=["rising_floor"])
    text: str = Field(
        description="What it is, with its figures",
        examples=["the floor rose by about 96 MiB in 8 h, with load removed"],
    )


class FindingModel(Model):
    """The verdict on one workload's container, as `leakwatch scan --output json` writes it."""

    fingerprint: Fingerprint
    cluster: ClusterName
    namespace: Namespace
    workload: WorkloadModel = Field(description="The owner of the pods")
    container: ContainerName
    verdict: Verdict = Field(description="Whether it leaks")
    probability: Probability
    severity: Severity = Field(description="How soon someone must look")
    growth_bytes_per_hour: Growth
    growth_interval: tuple[float, float] = Field(
        description="80 % interval of the growth, bytes per hour", examples=[[9_437_184.0, 15_728_640.0]]
    )
    onset_at: Time | None = Field(description="When the growth began; null where none was found")
    current_bytes: int = Field(description="Memory of the largest pod at the window's end", examples=[402_653_184])
    limit_bytes: LimitBytes
    time_to_limit_seconds: TimeToLimitModel | None = Field(
        description="Seconds until memory reaches the limit; null where there is no limit, or none is reached"
    )
    memory_kind: MemoryKind = Field(description="Which memory grows")
    pods: PodsModel = Field(description="How many pods there are, and how many leak")
    restarts: int = Field(description="Restarts of the container in the window", examples=[1])
    oom_kills: int = Field(description="Those of them that were OOM kills", examples=[1])
    revision: RevisionModel = Field(description="Revisions of the workload")
    reasons: list[ReasonModel] = Field(description="What the verdict rests on")
    fully_read: bool = Field(True, description="Whether every pod that runs was read; without it healthy means little")
    floor_bytes: int | None = Field(
        None,
        description="Highest level of a pod that grows, short-lived memory left out; null where it is unknown",
        examples=[377_487_360],
    )
    onset_interval: tuple[Time | None, Time] | None = Field(
        None,
        description="Between when the growth may have begun; the first null where it may be older than what is known. "
        "Null where none was found",
    )
    kubernetes: ClusterFactsModel | None = Field(
        None, description="What the cluster tells of the workload; null where it was not asked, or does not know it"
    )


class IncidentModel(Model):
    """A leak that someone must deal with, over time."""

    id: int = Field(description="Its number", examples=[7])
    fingerprint: Fingerprint
    cluster: ClusterName
    namespace: Namespace
    workload: WorkloadName
    container: ContainerName
    state: IncidentState = Field(description="Where it stands")
    severity: Severity = Field(description="How soon someone must look")
    suspect: str | None = Field(
        description="The revision that is suspected to have brought it; null for none", examples=["5d8f9c7b6"]
    )
    opened_at: Time = Field(description="When the present occurrence began")
    updated_at: Time = Field(description="When anything of it last changed")
    last_seen_at: Time = Field(description="When the workload was last there")
    last_leak_at: Time = Field(description="When it was last judged to leak")
    resolved_at: Time | None = Field(description="When it was over; null while it is not")
    healthy_streak: int = Field(description="Healthy scans in a row", examples=[0])
    occurrences: int = Field(description="How many times it has come, the first included", examples=[1])
    version: int = Field(
        description="Grows with each change; the `ETag` begins with it, and `If-Match` compares it", examples=[3]
    )
    assignee: str | None = Field(None, description="Who looks after it; null for nobody", examples=["ann"])
    acknowledged_at: Time | None = Field(
        None,
        description="When it was acknowledged; null where nobody did. Kept once it is resolved; gone when it reopens",
    )
    acknowledged_by: str | None = Field(None, description="Who acknowledged it; null for nobody", examples=["ann"])
    silenced_until: Time | None = Field(
        None, description="The latest end of the silences in force for it; null where there is none"
    )
    limit_at: Time | None = Field(
        None, description="When memory is expected to run out (median); null where it is not expected to"
    )
    finding: FindingModel = Field(description="The last one that showed the leak")

    @classmethod
    def of(cls, incident: Incident) -> "IncidentModel":
        """The model of an incident."""
        return cls.model_validate(incident_document(incident))


class EventModel(Model):
    """One line of an incident's timeline."""

    id: int = Field(description="Its number; later lines have larger ones", examples=[112])
    at: Time = Field(description="When it happened")
    kind: str = Field(description="What happened: a stable name", examples=["severity_changed"])
    actor: str = Field(
        description="Who caused it: a token by its name, a scan by its number, or `alertmanager`", examples=["scan 41"]
    )
    before: str | None = Field(description="What it was; null where there was nothing", examples=["warning"])
    after: str | None = Field(description="What it became; null where there is nothing", examples=["critical"])
    text: str = Field(description="Why, in plain words", examples=["memory runs out in 8 hours"])


class PodEvidenceModel(Model):
    """One pod: bytes at each of the evidence's times, null in a gap; restarts and OOM kills as unix seconds."""

    pod: str = Field(description="Its name", examples=["cart-5d8f9c7b6-x2x7k"])
    revision: str | None = Field(description="That it runs; null where it is unknown", examples=["5d8f9c7b6"])
    leaking: bool = Field(description="Whether it leaks")
    floor: list[int | None] = Field(
        description="Bytes: the lowest level of memory without what is soon given back; null in a gap"
    )
    peak: list[int | None] = Field(
        description="Bytes: the highest use, which is what the limit is compared with; null in a gap"
    )
    restarts: list[float] = Field(description="When it restarted, unix seconds")
    oom_kills: list[float] = Field(description="When it was OOM killed, unix seconds")
    fit: list[int | None] = Field(
        [], description="Bytes: the growth that was found, since its onset; null before, empty where there is none"
    )
    node: str | None = Field(None, description="Where it runs; null where that is unknown", examples=["node-3"])


class EvidenceModel(Model):
    """The reduced series behind the verdict. `times`: unix seconds."""

    at: Time = Field(description="When it was kept")
    times: list[float] = Field(description="Of each point, unix seconds", examples=[[1_767_225_600, 1_767_226_200]])
    pods: list[PodEvidenceModel] = Field(description="The series of each pod")


class FeedbackModel(Model):
    """That a person said it is no leak, up to this growth and this level."""

    growth_bytes_per_hour: float = Field(
        description="The growth that is accepted, bytes per hour of one pod", examples=[12_582_912.0]
    )
    level_bytes: int = Field(description="The level of memory that is accepted, bytes", examples=[402_653_184])
    comment: str = Field(description="Why", examples=["a cache that fills once a day"])
    actor: str = Field(description="Who said so", examples=["ann"])
    at: Time = Field(description="When")


class ActModel(Model):
    """One thing to do about a leak."""

    title: str = Field(description="What to do", examples=["Roll back to v1"])
    why: str = Field(description="Why, when, and what it gains", examples=["The leak came with v2."])
    commands: list[str] = Field(
        description="Commands for a shell, in the order to run them in, names quoted; empty where there are none",
        examples=[["kubectl -n shop rollout history deployment/cart", "kubectl -n shop rollout undo deployment/cart"]],
    )


class IncidentDetailModel(IncidentModel):
    """One incident with its timeline, and its evidence from when it opened and of the last scan."""

    feedback: FeedbackModel | None = Field(
        description="In force: it is told again only when it clearly exceeds this. Null where there is none"
    )
    advice: list[ActModel] = Field(description="What to do now, most useful first; empty once it is resolved")
    events: list[EventModel] = Field(description="Its timeline, oldest line first")
    evidence: dict[Literal["opened", "latest"], EvidenceModel] = Field(
        description="By when it was kept: as the incident opened, and at the last scan that showed the leak"
    )

    @classmethod
    def of_detail(cls, detail: IncidentDetail) -> "IncidentDetailModel":
        """The model of an incident with all that belongs to it."""
        return cls.model_validate(detail_document(detail))


class StateCountsModel(Model):
    """How many incidents are in each state, of all that the filters other than the state let through."""

    open: int = Field(description="Open ones", examples=[12])
    acknowledged: int = Field(description="Acknowledged ones", examples=[3])
    resolved: int = Field(description="Resolved ones", examples=[140])


class IncidentPageModel(Model):
    """A page of incidents in the order asked for."""

    items: list[IncidentModel] = Field(description="The incidents")
    counts: StateCountsModel = Field(description="How many there are in each state, on all pages")
    next_cursor: NextCursor


class CheckModel(Model):
    """One thing that must be well."""

    name: str = Field(description="What was looked at: `database` or `scans`", examples=["database"])
    ok: bool = Field(description="Whether it is well")
    detail: str = Field(description="What is known of it", examples=["answers"])


class ReadyModel(Model):
    """Whether the service can be relied on."""

    ready: bool = Field(description="Whether all checks are well")
    checks: list[CheckModel] = Field(description="What was looked at")

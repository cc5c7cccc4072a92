"""What the API answers those who read: timelines, plots, workloads. Units are in the names."""

from typing import Literal

from pydantic import Field

from app.api.schemas import EventModel, FindingModel, Model, Time
from detectors.judgement import Verdict


class TimelinePageModel(Model):
    """A page of an incident's timeline."""

    items: list[EventModel]
    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end")


class PlotPodModel(Model):
    """One pod's lines: a value a point, null where there is none; and its restarts and OOM kills."""

    pod: str = Field(examples=["cart-5d8f-x2x7k"])
    revision: str | None
    leaking: bool
    floor_bytes: list[int | None] = Field(description="Lowest level of memory without what is soon given back")
    peak_bytes: list[int | None] = Field(description="Highest use, which is what the limit is compared with")
    fit_bytes: list[int | None] = Field(description="The growth that was found, since its onset")
    restarts_unix_seconds: list[float]
    oom_kills_unix_seconds: list[float]


class DeployModel(Model):
    """When a revision was first seen among the pods shown; the one that was there first is none."""

    at: Time
    revision: str | None


class ForecastModel(Model):
    """Lines to the limit: soonest (p10), middle and latest (p90) likely, a value each at the times, null beyond."""

    times_unix_seconds: list[float] = Field(examples=[[1767225600.0, 1767254400.0, 1767268800.0, 1767312000.0]])
    p10_bytes: list[int | None]
    p50_bytes: list[int | None]
    p90_bytes: list[int | None]


class PlotModel(Model):
    """The evidence of one moment of an incident, ready to plot."""

    incident_id: int
    moment: Literal["opened", "latest"]
    at: Time = Field(description="When it was kept")
    times_unix_seconds: list[float] = Field(description="Where each point begins")
    pods: list[PlotPodModel] = Field(description="Leaking ones first, then the largest")
    deploys: list[DeployModel]
    onset_at: Time | None = Field(description="When the growth began")
    growth_bytes_per_hour: float | None = Field(description="Of one leaking pod")
    limit_bytes: int | None
    forecast: ForecastModel | None = Field(description="null where there is no limit, or none is reached")


class WorkloadVerdictModel(Model):
    """The latest verdict on a workload's container, leaking or not."""

    fingerprint: str = Field(description="Identity of cluster, namespace, workload and container")
    cluster: str
    namespace: str = Field(examples=["shop"])
    workload: str = Field(examples=["cart"])
    container: str = Field(examples=["app"])
    verdict: Verdict
    probability: float = Field(ge=0, le=1)
    growth_bytes_per_hour: float = Field(description="Of one leaking pod")
    judged_at: Time = Field(description="End of the window it was judged on; old where it is no longer there")
    scan_id: int = Field(description="The scan that judged it")
    finding: FindingModel


class VerdictCountsModel(Model):
    """How many have each verdict, of all that the filters other than the verdict let through."""

    leak: int
    healthy: int
    insufficient_data: int


class WorkloadPageModel(Model):
    """A page of workloads' containers in the order asked for."""

    items: list[WorkloadVerdictModel]
    counts: VerdictCountsModel
    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end")


class PastVerdictModel(Model):
    """The verdict at one time: a line each time it changed, and one an hour at most where it did not."""

    id: int
    at: Time = Field(description="End of the window it was judged on")
    scan_id: int
    verdict: Verdict
    probability: float = Field(ge=0, le=1)
    growth_bytes_per_hour: float
    current_bytes: int


class WorkloadDetailModel(WorkloadVerdictModel):
    """A workload's container with a page of its past, newest first."""

    history: list[PastVerdictModel]
    next_cursor: str | None = Field(description="`cursor` of the next page of its past; null at the end")

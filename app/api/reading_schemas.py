"""What the API answers those who read: timelines, plots, workloads. Units are in the names."""

from typing import Literal

from pydantic import Field

from app.api.model import Model, Time
from app.api.schemas import (
    ClusterName,
    ContainerName,
    EventModel,
    FindingModel,
    Fingerprint,
    Growth,
    LimitBytes,
    Namespace,
    NextCursor,
    Probability,
    WorkloadName,
)
from detectors.judgement import Verdict


class TimelinePageModel(Model):
    """A page of an incident's timeline."""

    items: list[EventModel] = Field(description="Its lines")
    next_cursor: NextCursor


class PlotPodModel(Model):
    """One pod's lines: a value a point, null where there is none; and its restarts and OOM kills."""

    pod: str = Field(description="Its name", examples=["cart-5d8f9c7b6-x2x7k"])
    revision: str | None = Field(description="That it runs; null where it is unknown", examples=["5d8f9c7b6"])
    leaking: bool = Field(description="Whether it leaks")
    floor_bytes: list[int | None] = Field(
        description="Bytes: the lowest level of memory without what is soon given back; null in a gap"
    )
    peak_bytes: list[int | None] = Field(
        description="Bytes: the highest use, which is what the limit is compared with; null in a gap"
    )
    fit_bytes: list[int | None] = Field(description="Bytes: the growth that was found; null before its onset")
    restarts_unix_seconds: list[float] = Field(description="When it restarted")
    oom_kills_unix_seconds: list[float] = Field(description="When it was OOM killed")


class DeployModel(Model):
    """When a revision was first seen among the pods shown; the one that was there first is none."""

    at: Time = Field(description="When it was first seen")
    revision: str | None = Field(description="Which one; null where it is unknown", examples=["5d8f9c7b6"])


class ForecastModel(Model):
    """Lines to the limit: soonest (p10), middle and latest (p90) likely, a value each at the times, null beyond."""

    times_unix_seconds: list[float] = Field(
        description="Of each value", examples=[[1767225600.0, 1767254400.0, 1767268800.0, 1767312000.0]]
    )
    p10_bytes: list[int | None] = Field(description="The line that comes to the limit soonest; null beyond it")
    p50_bytes: list[int | None] = Field(description="The middle one; null beyond the limit")
    p90_bytes: list[int | None] = Field(description="The line that comes to the limit latest; null beyond it")


class PlotModel(Model):
    """The evidence of one moment of an incident, ready to plot."""

    incident_id: int = Field(description="Number of the incident", examples=[7])
    moment: Literal["opened", "latest"] = Field(description="Which of the two is kept here")
    at: Time = Field(description="When it was kept")
    times_unix_seconds: list[float] = Field(description="Where each point begins")
    pods: list[PlotPodModel] = Field(description="Leaking ones first, then the largest")
    deploys: list[DeployModel] = Field(description="When revisions came")
    onset_at: Time | None = Field(description="When the growth began; null where that is unknown")
    growth_bytes_per_hour: float | None = Field(
        description="Bytes per hour, of one leaking pod; null where it is unknown", examples=[12_582_912.0]
    )
    limit_bytes: LimitBytes
    forecast: ForecastModel | None = Field(
        description="When memory reaches the limit; null where there is no limit, or none is reached"
    )


class WorkloadVerdictModel(Model):
    """The latest verdict on a workload's container, leaking or not."""

    fingerprint: Fingerprint
    cluster: ClusterName
    namespace: Namespace
    workload: WorkloadName
    container: ContainerName
    verdict: Verdict = Field(description="Whether it leaks")
    probability: Probability
    growth_bytes_per_hour: Growth
    judged_at: Time = Field(description="End of the window it was judged on; old where it is no longer there")
    scan_id: int = Field(description="Number of the scan that judged it", examples=[41])
    finding: FindingModel = Field(description="All that was found")


class VerdictCountsModel(Model):
    """How many have each verdict, of all that the filters other than the verdict let through."""

    leak: int = Field(description="Those that leak", examples=[3])
    healthy: int = Field(description="Those that do not", examples=[290])
    insufficient_data: int = Field(description="Those of which it cannot be told", examples=[17])


class WorkloadPageModel(Model):
    """A page of workloads' containers in the order asked for."""

    items: list[WorkloadVerdictModel] = Field(description="The workloads' containers")
    counts: VerdictCountsModel = Field(description="How many have each verdict, on all pages")
    next_cursor: NextCursor


class PastVerdictModel(Model):
    """The verdict at one time: a line each time it changed, and one an hour at most where it did not."""

    id: int = Field(description="Its number", examples=[9001])
    at: Time = Field(description="End of the window it was judged on")
    scan_id: int = Field(description="Number of the scan that judged it", examples=[41])
    verdict: Verdict = Field(description="Whether it leaked")
    probability: Probability
    growth_bytes_per_hour: Growth
    current_bytes: int = Field(description="Memory of the largest pod at the window's end", examples=[402_653_184])


class WorkloadDetailModel(WorkloadVerdictModel):
    """A workload's container with a page of its past, newest first."""

    history: list[PastVerdictModel] = Field(description="Its verdicts, newest first")
    next_cursor: NextCursor

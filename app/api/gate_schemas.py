"""What the gate answers. Memory is bytes, growth bytes per hour."""

from pydantic import Field

from app.api.model import Model, Time
from app.api.schemas import ClusterName, LimitBytes, Namespace, ReasonModel, WorkloadName
from detectors.canary.outcome import Basis, Outcome

_Verdict = Field(description="Whether the canary may go on", examples=["inconclusive"])
_Probability = Field(ge=0, le=1, description="That it grows where the stable did not, 0 to 1", examples=[0.62])


class GateSideModel(Model):
    """One of the two revisions, as far as it was compared."""

    workload: WorkloadName
    revision: str | None = Field(description="What findings call it; null where it is unknown", examples=["v2"])
    pods: int = Field(description="Pods whose lives were compared", examples=[2])
    age_seconds: int = Field(description="Up to which age they were compared", examples=[1740])
    level_bytes: int | None = Field(
        description="Of one pod at the end of that; null where it is unknown", examples=[402_653_184]
    )
    growth_bytes_per_hour: int | None = Field(
        description="Of one pod; null where it is unknown, as it is of a few samples", examples=[12_582_912]
    )
    cores: float | None = Field(description="Mean CPU of one pod; null where it is unknown", examples=[0.21])
    limit_bytes: LimitBytes
    oom_kills: int = Field(description="Of all its pods that were read", examples=[0])
    basis: Basis | None = Field(
        description="When level, growth and CPU are from: the ages compared, the same time at another age, or the last "
        "hour it was seen; null where nothing of it was",
        examples=["same_age"],
    )


class GateFigureModel(Model):
    """What one test found."""

    name: str = Field(description="A stable name", examples=["standard_errors"])
    value: float = Field(description="The figure", examples=[1.2])
    text: str = Field(description="What it means", examples=["excess over half as much again of the stable's warm-up"])


class GateContainerModel(Model):
    """One container of the workload."""

    container: str | None = Field(
        description="Its name; null where nothing was compared, and none was asked for", examples=["app"]
    )
    verdict: Outcome = _Verdict
    probability: float = _Probability
    reasons: list[ReasonModel] = Field(description="Why, most telling first")
    excess_bytes_per_hour: int | None = Field(
        description="By which a canary's pod grows beyond the stable; null where it cannot be told", examples=[524_288]
    )
    excess_interval: list[int] | None = Field(
        description="Its 80 % interval; null where it cannot be told", examples=[[-4_194_304, 5_242_880]]
    )
    stable: GateSideModel = Field(description="The stable revision")
    canary: GateSideModel = Field(description="The canary")
    figures: list[GateFigureModel] = Field(description="What the tests found")


class GateModel(GateContainerModel):
    """The gate's answer: that of the container that decides, and all of them."""

    cluster: ClusterName
    namespace: Namespace
    workload: WorkloadName
    at: Time = Field(description="End of the window that was looked at")
    seconds_until_more: float | None = Field(
        description="When to ask again, where it is inconclusive and waiting helps; else null", examples=[300]
    )
    problems: list[ReasonModel] = Field(description="What went wrong while it was read")
    containers: list[GateContainerModel] = Field(description="Each container, the deciding one first")

"""What the API answers of scans."""

from datetime import UTC, datetime

from pydantic import Field

from app.api.model import Model, Time
from app.api.schemas import NextCursor
from app.domain.scan import ScanRecord, ScanState


class WindowModel(Model):
    """The span a scan looked at."""

    start: Time = Field(description="Its start")
    end: Time = Field(description="Its end")
    step_seconds: float = Field(description="Seconds between two points of a series", examples=[60])


class ScanProblemModel(Model):
    """What made a scan less than whole."""

    code: str = Field(description="A stable name of its kind", examples=["cluster_unread"])
    text: str = Field(description="What it is, in plain words", examples=["eu-1: cannot connect"])


class ScanSecondsModel(Model):
    """Where a scan's time went."""

    plan: float = Field(description="Seconds spent on finding out what there is to read", examples=[0.4])
    read: float = Field(description="Seconds spent on reading it", examples=[12.8])
    judge: float = Field(description="Seconds spent on judging it", examples=[3.1])
    record: float = Field(description="Seconds spent on keeping what came of it", examples=[0.6])


class ScanClusterModel(Model):
    """What came of one cluster; null where it could not be read."""

    name: str = Field(description="Its name as it is configured; empty where it has none", examples=["eu-1"])
    complete: bool = Field(description="Whether all that was planned of it was read")
    problems: list[ScanProblemModel] = Field(description="What made it less than whole")
    source: str | None = Field(
        description="Where it was read; null where it could not be", examples=["http://prometheus.example:9090"]
    )
    containers: int | None = Field(description="Containers of pods read; null where it could not be", examples=[4200])
    workloads: int | None = Field(description="Workloads' containers; null where it could not be read", examples=[310])
    samples: int | None = Field(description="Samples read; null where it could not be", examples=[9_100_000])
    seconds: float | None = Field(
        description="Seconds of its plan, read and judging; null where it could not be read", examples=[16.3]
    )


class ScanCostModel(Model):
    """What a scan cost the server that it read."""

    queries: int = Field(description="Requests sent, those that failed and were tried again included", examples=[84])
    samples: int = Field(
        description="Samples it looked at where it says so, else those it answered", examples=[9_100_000]
    )
    bytes: int = Field(description="Bytes of its answers", examples=[31_457_280])
    seconds: float = Field(
        description="Seconds spent on evaluating queries where it says so, else until its answers had come",
        examples=[11.2],
    )


class ScanSummaryModel(Model):
    """What a scan looked at."""

    started_at: Time = Field(description="When it began")
    source: str = Field(
        description="Where it was read; of several, joined by commas", examples=["http://prometheus.example:9090"]
    )
    cluster: str = Field(description="The cluster's name; empty where it has none, or there are several")
    window: WindowModel = Field(description="The span it looked at; of several clusters, the latest")
    containers: int = Field(description="Containers of pods read", examples=[4200])
    workloads: int = Field(description="Workloads' containers", examples=[310])
    samples: int = Field(description="Samples read", examples=[9_100_000])
    complete: bool = Field(description="Whether all that was planned was read; without it, absence means nothing")
    problems: list[ScanProblemModel] = Field(description="What made it less than whole")
    seconds: ScanSecondsModel = Field(description="Where its time went; of several clusters, added up")
    clusters: list[ScanClusterModel] = Field([], description="One each Prometheus; empty in scans of old versions")


class ScanModel(Model):
    """One scan: how it stands, and, once it has succeeded, what it looked at."""

    id: int = Field(description="Its number", examples=[41])
    trigger: str = Field(description="What began it: `schedule`, or `api` for a request", examples=["schedule"])
    state: ScanState = Field(description="How it stands")
    started_at: Time = Field(description="When it began")
    finished_at: Time | None = Field(description="When it ended; null while it runs")
    complete: bool | None = Field(description="Whether all that was planned was read; null until it has succeeded")
    leaks: int | None = Field(description="Workloads' containers that leak; null until it has succeeded", examples=[3])
    error: str | None = Field(description="Why it failed; null where it did not", examples=["cannot connect"])
    summary: ScanSummaryModel | None = Field(description="What it looked at; null until it has succeeded")
    cost: ScanCostModel | None = Field(
        description="What it cost Prometheus; null while it runs, and of scans before this was kept"
    )

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

    items: list[ScanModel] = Field(description="The scans")
    next_cursor: NextCursor

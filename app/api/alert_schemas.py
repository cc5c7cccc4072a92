"""What the API takes and tells of alerts."""

from pydantic import BaseModel, ConfigDict, Field

from app.api.model import Time
from app.api.schemas import NextCursor
from app.domain.alert import Alert, AlertKind, AlertStatus
from app.output.alert import alert_document


class SentAlertModel(BaseModel):
    """One alert of a notification."""

    model_config = ConfigDict(extra="allow")

    status: str = Field(examples=["firing"], description="firing or resolved")
    labels: dict[str, str] = Field(
        description="What tells it apart, and whose it is",
        examples=[{"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": "cart-0"}],
    )
    annotations: dict[str, str] = Field(
        {}, description="What it says to people", examples=[{"summary": "Pod is crash looping."}]
    )
    startsAt: str = Field(description="When it began, RFC 3339", examples=["2026-01-01T00:00:00.123Z"])  # noqa: N815 (Alertmanager's)
    endsAt: str | None = Field(  # noqa: N815
        None,
        description="When it ended, RFC 3339; null or of the year 1 while it fires",
        examples=["0001-01-01T00:00:00Z"],
    )
    generatorURL: str | None = Field(  # noqa: N815
        None,
        description="Where its expression can be looked at; null for nowhere",
        examples=["http://prometheus.example/graph"],
    )
    fingerprint: str | None = Field(
        None,
        max_length=64,
        description="Alertmanager's hash of the labels; null where it sends none",
        examples=["6b5a2a6ea1f01cf6"],
    )


class NotificationModel(BaseModel):
    """A notification as Alertmanager sends it. Other keys are kept, too."""

    model_config = ConfigDict(extra="allow")

    alerts: list[SentAlertModel] = Field(description="The alerts of the group")
    version: str | None = Field(None, description="Of the format; may be null", examples=["4"])
    status: str | None = Field(
        None, description="firing where any alert fires, else resolved; may be null", examples=["firing"]
    )
    receiver: str | None = Field(None, description="Alertmanager's name for us; may be null", examples=["leakwatch"])
    groupKey: str | None = Field(  # noqa: N815
        None, description="What the group is known by; may be null", examples=['{}:{namespace="shop"}']
    )
    truncatedAlerts: int | None = Field(  # noqa: N815
        None, description="Alerts of the group that were left out; may be null", examples=[0]
    )
    groupLabels: dict[str, str] | None = Field(  # noqa: N815
        None, description="The labels that alerts are grouped by; may be null", examples=[{"namespace": "shop"}]
    )
    commonLabels: dict[str, str] | None = Field(  # noqa: N815
        None, description="The labels that all its alerts share; may be null", examples=[{"namespace": "shop"}]
    )
    commonAnnotations: dict[str, str] | None = Field(  # noqa: N815
        None, description="The annotations that all its alerts share; may be null", examples=[{}]
    )
    externalURL: str | None = Field(  # noqa: N815
        None, description="Where Alertmanager is found; may be null", examples=["http://alertmanager.example"]
    )
    notification_reason: str | None = Field(None, description="Why it was sent; null where it is not told")


class TakenModel(BaseModel):
    """What was kept of a notification."""

    alerts: int = Field(description="Alerts, each as its newest state", examples=[2])
    set_aside: int = Field(description="Entries that are no alert, kept with the reason", examples=[0])


class AlertModel(BaseModel):
    """One firing of an alert, as Alertmanager told of it."""

    id: int = Field(description="Its number", examples=[52])
    fingerprint: str = Field(description="Alertmanager's hash of the labels", examples=["6b5a2a6ea1f01cf6"])
    status: AlertStatus = Field(description="Whether it fires")
    starts_at: Time = Field(description="When it began")
    ends_at: Time | None = Field(description="When it ended; null while it fires")
    name: str = Field(description="Its `alertname`", examples=["KubePodCrashLooping"])
    kind: AlertKind = Field(description="What it tells of a workload")
    cluster: str = Field(description="As a label tells; empty where none does", examples=["eu-1"])
    namespace: str = Field(description="As a label tells; empty where none does", examples=["shop"])
    workload: str = Field(
        description="As a label tells, or the name of the pod; empty where none does", examples=["cart"]
    )
    container: str = Field(description="As a label tells; empty where none does", examples=["app"])
    node: str | None = Field(
        description="Of an alert on a node; every incident with a pod there tells of it; else null"
    )
    labels: dict[str, str] = Field(
        description="What tells it apart", examples=[{"alertname": "KubePodCrashLooping", "namespace": "shop"}]
    )
    annotations: dict[str, str] = Field(
        description="What it says to people", examples=[{"summary": "Pod is crash looping."}]
    )
    generator_url: str = Field(
        description="Where its expression can be looked at; empty for nowhere",
        examples=["http://prometheus.example/graph"],
    )
    notification: dict[str, object] = Field(description="What was said around it: receiver, groupKey, other keys")
    received_at: Time = Field(description="When it was first told of")
    updated_at: Time = Field(description="When it last told something new, or was last known to fire")
    incident_id: int | None = Field(description="The incident it is about; null for none", examples=[7])

    @classmethod
    def of(cls, alert: Alert) -> "AlertModel":
        """The model of an alert."""
        return cls.model_validate(alert_document(alert))


class AlertPageModel(BaseModel):
    """A page of alerts, the latest that came first."""

    items: list[AlertModel] = Field(description="The alerts")
    next_cursor: NextCursor


class IncidentAlertsModel(BaseModel):
    """The alerts that are attached to an incident, the latest first, 500 at most."""

    items: list[AlertModel] = Field(description="The alerts")

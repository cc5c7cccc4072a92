"""What the API takes and tells of alerts."""

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import Time
from app.domain.alert import Alert, AlertKind, AlertStatus
from app.output.alert import alert_document


class SentAlertModel(BaseModel):
    """One alert of a notification."""

    model_config = ConfigDict(extra="allow")

    status: str = Field(examples=["firing"], description="firing or resolved")
    labels: dict[str, str] = Field(
        examples=[{"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": "cart-0"}]
    )
    annotations: dict[str, str] = Field({}, examples=[{"summary": "Pod is crash looping."}])
    startsAt: str = Field(examples=["2026-01-01T00:00:00.123Z"])  # noqa: N815 (Alertmanager's)
    endsAt: str | None = Field(None, examples=["0001-01-01T00:00:00Z"])  # noqa: N815
    generatorURL: str | None = Field(None, examples=["http://prometheus.example/graph"])  # noqa: N815
    fingerprint: str | None = Field(None, max_length=64, examples=["6b5a2a6ea1f01cf6"])


class NotificationModel(BaseModel):
    """A notification as Alertmanager sends it. Other keys are kept, too."""

    model_config = ConfigDict(extra="allow")

    alerts: list[SentAlertModel]
    version: str | None = Field(None, examples=["4"])
    status: str | None = Field(None, examples=["firing"])
    receiver: str | None = Field(None, examples=["leakwatch"])
    groupKey: str | None = Field(None, examples=['{}:{namespace="shop"}'])  # noqa: N815
    truncatedAlerts: int | None = Field(None, examples=[0])  # noqa: N815
    groupLabels: dict[str, str] | None = Field(None, examples=[{"namespace": "shop"}])  # noqa: N815
    commonLabels: dict[str, str] | None = Field(None, examples=[{"namespace": "shop"}])  # noqa: N815
    commonAnnotations: dict[str, str] | None = Field(None, examples=[{}])  # noqa: N815
    externalURL: str | None = Field(None, examples=["http://alertmanager.example"])  # noqa: N815
    notification_reason: str | None = None


class TakenModel(BaseModel):
    """What was kept of a notification."""

    alerts: int = Field(description="Alerts, each as its newest state")
    set_aside: int = Field(description="Entries that are no alert, kept with the reason")


class AlertModel(BaseModel):
    """One firing of an alert, as Alertmanager told of it."""

    id: int
    fingerprint: str = Field(description="Alertmanager's hash of the labels", examples=["6b5a2a6ea1f01cf6"])
    status: AlertStatus
    starts_at: Time
    ends_at: Time | None = Field(description="null while it fires")
    name: str = Field(examples=["KubePodCrashLooping"])
    kind: AlertKind = Field(description="What it tells of a workload")
    cluster: str
    namespace: str = Field(examples=["shop"])
    workload: str = Field(description="As a label tells, or the name of the pod", examples=["cart"])
    container: str
    node: str | None = Field(description="Of an alert on a node; every incident with a pod there tells of it")
    labels: dict[str, str]
    annotations: dict[str, str]
    generator_url: str
    notification: dict[str, object] = Field(description="What was said around it: receiver, groupKey, other keys")
    received_at: Time = Field(description="When it was first told of")
    updated_at: Time = Field(description="When it last told something new, or was last known to fire")
    incident_id: int | None = Field(description="The incident it is about")

    @classmethod
    def of(cls, alert: Alert) -> "AlertModel":
        """The model of an alert."""
        return cls.model_validate(alert_document(alert))


class AlertPageModel(BaseModel):
    """A page of alerts, the latest that came first."""

    items: list[AlertModel]
    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end")


class IncidentAlertsModel(BaseModel):
    """The alerts that are attached to an incident, the latest first, 500 at most."""

    items: list[AlertModel]

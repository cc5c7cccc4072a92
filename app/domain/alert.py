"""An alert of another system, as Alertmanager told of it, and which incident it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from app.domain.finding import Identity
from app.domain.incident import Event, EventKind, IncidentState

# What fired shortly before a leak was found is told with it: it may be what the leak did.
LOOK_BACK_SECONDS = 86_400.0
# A notification has no time of its own. Alertmanager gives one up after its group_interval (5 m unless set), and a
# replica of it lags by less: a firing that comes sooner than this after the end was under way when the alert ended.
# One that comes later is true: the same firing went on, after Prometheus had not been heard of for a while.
LATE_FIRING_SECONDS = 900.0

# When an alert began and ended, unix seconds; None: it fires.
Span = tuple[float, float | None]


class AlertStatus(StrEnum):
    """As Alertmanager has it."""

    FIRING = "firing"
    RESOLVED = "resolved"


class AlertKind(StrEnum):
    """What an alert tells of a workload. leak: one of our own that came back."""

    OOM = "oom"
    RESTART = "restart"
    ROLLOUT = "rollout"
    NODE = "node"
    LEAK = "leak"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Alert:
    """One firing of one alert: (fingerprint, starts_at) is what it is known by. Times are unix seconds.

    ends_at: None while it fires; received_at: when it was first told of; updated_at: when that was last new;
    notification: what was said around it, with the keys that nobody knows.
    """

    id: int
    fingerprint: str
    starts_at: float
    ends_at: float | None
    status: AlertStatus
    name: str
    kind: AlertKind
    cluster: str
    namespace: str
    workload: str
    container: str
    node: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    generator_url: str
    notification: Mapping[str, Any]
    received_at: float
    updated_at: float
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to list; None and empty mean any. since: unix seconds of the last news."""

    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    name: str | None = None
    cluster: str | None = None
    namespace: str | None = None
    workload: str | None = None
    container: str | None = None
    incident_id: int | None = None
    since: float | None = None


class Concern(NamedTuple):
    """What an alert is about: an empty part is not told. workload may be a guess from the name of `pod`.

    node: of an alert on a node.
    incident_id: of our own alerts, which name theirs; it counts where the workload is not told, for it may be that of
    another leakwatch. A tuple, since thousands a second are made.
    """

    cluster: str
    namespace: str
    workload: str
    container: str
    pod: str
    incident_id: int | None = None
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident as far as it matters to which alerts are about it. pods: those of its evidence, where looked up."""

    id: int
    identity: Identity
    state: IncidentState
    opened_at: float
    resolved_at: float | None
    pods: frozenset[str] = frozenset()


def incident_about(concern: Concern, span: Span, candidates: Iterable[Candidate]) -> int | None:
    """The incident that an alert is about: the same workload and time, an open one rather, then the latest.

    span: from when to when the alert fires, unix seconds; without an end it still does.
    An empty cluster, of either, is taken for any: neither Prometheus nor a scan must be told its name. Where that
    leaves several clusters, none of them is meant.
    """
    found = [one for one in candidates if _is_at_its_time(span, one) and _is_about(concern, one)]
    if len({one.identity.cluster for one in found}) > 1:
        found = [one for one in found if one.identity.cluster == concern.cluster]
    best = max(found, key=lambda one: (one.state is not IncidentState.RESOLVED, one.opened_at, one.id), default=None)
    return None if best is None else best.id


def is_on_node_of(cluster: str, span: Span, one: Candidate) -> bool:
    """Whether an alert on a node of an incident's pods tells of the same cluster and time. An empty cluster is any."""
    same = not cluster or not one.identity.cluster or cluster == one.identity.cluster
    return same and _is_at_its_time(span, one)


def alert_event(name: str, before: str | None, status: AlertStatus, text: str) -> Event:
    """A line of the timeline: an alert fires or is over. before: its status until then, None where it is new."""
    if status is AlertStatus.FIRING:
        return Event(EventKind.ALERT_FIRING, before, status.value, f"{name} fires{text and ': '}{text}")
    return Event(EventKind.ALERT_RESOLVED, before, status.value, f"{name} is over{text and ': '}{text}")


def _is_at_its_time(span: Span, one: Candidate) -> bool:
    starts_at, ends_at = span
    over_before = one.resolved_at is not None and starts_at > one.resolved_at
    return not over_before and (ends_at is None or ends_at >= one.opened_at - LOOK_BACK_SECONDS)


def _is_about(concern: Concern, one: Candidate) -> bool:
    if concern.incident_id is not None and not concern.workload:
        return concern.incident_id == one.id
    identity = one.identity
    if concern.cluster and identity.cluster and concern.cluster != identity.cluster:
        return False
    if concern.container and concern.container != identity.container:
        return False
    same = concern.workload == identity.workload or (concern.pod != "" and concern.pod in one.pods)
    return concern.namespace == identity.namespace and same

"""Keeps alerts and tells of them in the timelines of the incidents they are about, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.alertmanager.payload import AlertEntry, Notification
from app.alertmanager.target import concern_of
from app.domain.alert import (
    Alert,
    AlertKind,
    AlertStatus,
    Candidate,
    Concern,
    Span,
    alert_event,
    incident_about,
    is_on_node_of,
)
from app.domain.alert_kinds import kind_of
from app.domain.incident import Change, Event
from app.prometheus.ownership import workload_from_name
from app.storage import alert_incidents, alert_intake, incidents
from app.storage.alert_incidents import KnownPods
from app.text import printable

ACTOR = "alertmanager"
_LONGEST = 255
_MOST_KNOWN = 1000


@dataclass(slots=True)
class _News:
    """An alert that tells something new. before: its status until now, None where it is attached to nothing yet.

    kept: its status until now, attached or not.
    """

    entry: AlertEntry
    kind: AlertKind
    concern: Concern
    before: str | None
    kept: str | None
    incident_id: int | None


class Keeper:
    """Writes what notifications brought. For one thread."""

    def __init__(self) -> None:
        self._pods: KnownPods = {}

    def keep(self, session: Session, notifications: Iterable[Notification], now: float) -> None:
        """Keep all of it, each alert as its newest state, and its changes in the timelines. now: unix seconds."""
        entries: dict[tuple[str, str], AlertEntry] = {}
        aside: list[tuple[str, Any]] = []
        for notification in notifications:
            aside += [(one.reason, one.content) for one in notification.set_aside]
            for entry in notification.alerts:
                key = (entry["fingerprint"], entry["starts_at"])
                before = entries.get(key)
                if before is None or _is_newer(entry, before):
                    entries[key] = entry
        alert_intake.set_aside(session, ACTOR, aside, now)
        if entries:
            # In one order, whoever writes: two that wait for each other's rows would wait for ever.
            self._keep_alerts(session, [entries[key] for key in sorted(entries)], now)

    def _keep_alerts(self, session: Session, entries: Sequence[AlertEntry], now: float) -> None:
        found = _news(session, entries, now)
        self._find_incidents(session, found)
        by_node = _by_node(session, found)
        concerned = {one.incident_id for one in found if one.incident_id is not None}
        concerned |= {one.id for candidates in by_node.values() for one in candidates}
        if concerned:
            # First the incidents, then the alerts, as the recorder does, too. Another service may have kept the same
            # news while we waited: once the incidents are ours, look again.
            rows = {number: incidents.held(session, number) for number in sorted(concerned)}
            about = {(one.entry["fingerprint"], one.entry["starts_at"]): one.incident_id for one in found}
            found = _news(session, entries, now)
            for one in found:
                one.incident_id = one.incident_id or about.get((one.entry["fingerprint"], one.entry["starts_at"]))
            for number, events in _events(found, by_node).items():
                row = rows.get(number)
                if row is not None:
                    change = Change(incidents.standing_of(row), tuple(events), None)
                    incidents.save(session, row, change, ACTOR, now)
        if found:
            written = alert_intake.written_time(now)
            alert_intake.upsert(session, [_row(one, written) for one in found], now)

    def _find_incidents(self, session: Session, found: Sequence[_News]) -> None:
        loose = [one for one in found if one.incident_id is None]
        _match(loose, _by_workload(session, loose))
        for one in loose:
            number = one.concern.incident_id
            if number is not None and one.incident_id is None:
                one.incident_id = incident_about(one.concern, _span(one.entry), alert_incidents.by_id(session, number))
        loose = [one for one in loose if one.incident_id is None and one.concern.pod and one.concern.namespace]
        if loose:
            if len(self._pods) > _MOST_KNOWN:
                self._pods.clear()
            _match(loose, alert_incidents.by_pods(session, {one.concern.namespace for one in loose}, self._pods))


def attach_waiting(session: Session, incident_id: int, now: float, *, began: bool) -> None:
    """Attach to an incident what alerts told of it before it was known, and tell so in its timeline.

    For the transaction that opens it, or sees it leak again, and holds its row. now: unix seconds; began: it was
    opened just now, and what fires on its pods' nodes is told, too.
    """
    candidate = alert_incidents.with_pods(session, incident_id)
    row = incidents.held(session, incident_id)
    if candidate is None or row is None:
        return
    names = {candidate.identity.workload} | {workload_from_name(pod).name for pod in candidate.pods}
    alerts = [
        one
        for one in alert_incidents.waiting(session, candidate, names)
        if incident_about(concern_of(one.labels, one.kind), (one.starts_at, one.ends_at), [candidate]) is not None
    ]
    if alerts:
        alert_incidents.attach(session, [one.id for one in alerts], incident_id)
    told = [*alerts, *(alert_incidents.on_nodes_of(session, incident_id) if began else ())]
    if told:
        events = tuple(alert_event(one.name, None, one.status, _kept_text(one)) for one in told)
        incidents.save(session, row, Change(incidents.standing_of(row), events, None), ACTOR, now)


def _is_newer(entry: AlertEntry, before: AlertEntry) -> bool:
    """Of two that came together: what is over is over, and the later end counts; else the later to come."""
    if entry["ends_at"] is None or before["ends_at"] is None:
        return before["ends_at"] is None
    return entry["ends_at"] >= before["ends_at"]


def _news(session: Session, entries: Sequence[AlertEntry], now: float) -> list[_News]:
    found = []
    for position, before, incident_id in alert_intake.news(session, _brief(entries), now):
        entry = entries[position]
        kind = kind_of(entry["labels"])
        told = before if incident_id is not None else None
        found.append(_News(entry, kind, concern_of(entry["labels"], kind), told, before, incident_id))
    # The order of the keys, whatever order the database told them in.
    return sorted(found, key=lambda one: (one.entry["fingerprint"], one.entry["starts_at"]))


def _by_workload(session: Session, found: Sequence[_News]) -> list[Candidate]:
    concerns = [one.concern for one in found if one.concern.namespace and one.concern.workload]
    if not concerns:
        return []
    namespaces = {one.namespace for one in concerns}
    return alert_incidents.by_workload(session, namespaces, {one.workload for one in concerns})


def _by_node(session: Session, found: Iterable[_News]) -> dict[str, list[Candidate]]:
    """The incidents that have pods on the nodes that alerts tell of."""
    nodes = {one.concern.node for one in found if one.concern.node is not None and one.incident_id is None}
    return alert_incidents.on_nodes(session, nodes) if nodes else {}


def _match(found: Iterable[_News], candidates: Iterable[Candidate]) -> None:
    by_namespace: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_namespace[one.identity.namespace].append(one)
    for news in found:
        there = by_namespace.get(news.concern.namespace)
        if there:
            news.incident_id = incident_about(news.concern, _span(news.entry), there)


def _events(found: Iterable[_News], by_node: Mapping[str, Sequence[Candidate]]) -> dict[int, list[Event]]:
    """The lines for each incident's timeline: of what is newly attached, and of what changed its status.

    by_node: the incidents that an alert on a node is about, each of them.
    """
    events: dict[int, list[Event]] = defaultdict(list)
    for one in found:
        span = _span(one.entry)
        if one.incident_id is not None:
            before, concerned = one.before, [one.incident_id]
        else:
            there = by_node.get(one.concern.node or "", ())
            before, concerned = one.kept, [it.id for it in there if is_on_node_of(one.concern.cluster, span, it)]
        status = AlertStatus(one.entry["status"])
        if before != status.value:
            event = alert_event(_name(one.entry["labels"]), before, status, _text(one.entry["annotations"], span[0]))
            for number in concerned:
                events[number].append(event)
    return events


def _kept_text(alert: Alert) -> str:
    return _text(alert.annotations, alert.starts_at)


def _text(annotations: Any, starts_at: float) -> str:
    since = datetime.fromtimestamp(starts_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = annotations.get("summary") or annotations.get("message") or annotations.get("description") or ""
    return f"{printable(said)} (since {since})".lstrip()


def _name(labels: dict[str, str]) -> str:
    return printable(labels.get("alertname", "") or "an alert without a name", _LONGEST)


def _brief(entries: Sequence[AlertEntry]) -> list[dict[str, Any]]:
    """What tells whether an alert is news."""
    return [
        {
            "position": position,
            "fingerprint": entry["fingerprint"],
            "status": entry["status"],
            "generator_url": entry["generator_url"],
            "starts_at": entry["starts_at"],
            "ends_at": entry["ends_at"],
            "annotations": entry["annotations"],
        }
        for position, entry in enumerate(entries)
    ]


def _row(one: _News, written: str) -> dict[str, Any]:
    concern = one.concern
    return {
        **one.entry,
        "name": one.entry["labels"].get("alertname", "")[:_LONGEST],
        "kind": one.kind.value,
        "cluster": concern.cluster[:_LONGEST],
        "namespace": concern.namespace[:_LONGEST],
        "workload": concern.workload[:_LONGEST],
        "container": concern.container[:_LONGEST],
        "node": concern.node and concern.node[:_LONGEST],
        "received_at": written,
        "updated_at": written,
        "incident_id": one.incident_id,
    }


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()


def _span(entry: AlertEntry) -> Span:
    ends_at = entry["ends_at"]
    return _seconds(entry["starts_at"]), None if ends_at is None else _seconds(ends_at)

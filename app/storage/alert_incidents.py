"""Queries that put alerts beside incidents."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from app.domain.alert import LOOK_BACK_SECONDS, Alert, Candidate, is_on_node_of
from app.domain.finding import Identity
from app.domain.incident import IncidentState
from app.storage.alerts import alert_of
from app.storage.tables import AlertRow, EvidenceRow, IncidentNodeRow, IncidentRow

# The pods of an incident's evidence by (incident, time of the evidence): reading them costs, and they rarely change.
KnownPods = dict[tuple[int, float], frozenset[str]]

_LATEST = "latest"
# A database has a limit on the values of one statement.
_AT_ONCE = 1000
_MOST_INCIDENTS = 200
_MOST_ALERTS = 1000
_COLUMNS = (
    *(IncidentRow.id, IncidentRow.cluster, IncidentRow.namespace, IncidentRow.workload, IncidentRow.container),
    *(IncidentRow.state, IncidentRow.opened_at, IncidentRow.resolved_at),
)


def by_workload(session: Session, namespaces: Collection[str], workloads: Collection[str]) -> list[Candidate]:
    """The incidents of these workloads in any of these namespaces."""
    return [one for one in _in(session, IncidentRow.workload, workloads) if one.identity.namespace in namespaces]


def by_id(session: Session, incident_id: int) -> list[Candidate]:
    """The incident with this id, if there is one."""
    return _in(session, IncidentRow.id, [incident_id])


def by_pods(session: Session, namespaces: Collection[str], known: KnownPods) -> list[Candidate]:
    """The incidents of these namespaces that are not over, the latest so many, with the pods of their evidence.

    known: what was read before; what is read now is added.
    """
    query = (
        select(*_COLUMNS, EvidenceRow.at)
        .join(EvidenceRow, (EvidenceRow.incident_id == IncidentRow.id) & (EvidenceRow.moment == _LATEST))
        .where(IncidentRow.namespace.in_(sorted(namespaces)[:_AT_ONCE]))
        .where(IncidentRow.state != IncidentState.RESOLVED.value)
        .order_by(IncidentRow.id.desc())
        .limit(_MOST_INCIDENTS)
    )
    found = []
    for row in session.execute(query).all():
        key = (row.id, row.at)
        if key not in known:
            known[key] = _pods(session, row.id)
        found.append(_candidate(row, known[key]))
    return found


def on_nodes(session: Session, nodes: Collection[str]) -> dict[str, list[Candidate]]:
    """The incidents that are not over and have a pod on one of these nodes, by node; the latest so many."""
    query = (
        select(*_COLUMNS, IncidentNodeRow.node)
        .join(IncidentNodeRow, IncidentNodeRow.incident_id == IncidentRow.id)
        .where(IncidentNodeRow.node.in_(sorted(nodes)[:_AT_ONCE]))
        .where(IncidentRow.state != IncidentState.RESOLVED.value)
        .order_by(IncidentRow.id.desc())
        .limit(_MOST_INCIDENTS)
    )
    found: dict[str, list[Candidate]] = defaultdict(list)
    for row in session.execute(query).all():
        found[row.node].append(_candidate(row))
    return found


def alerts_of(session: Session, incident_id: int, limit: int) -> list[Alert]:
    """What is attached to an incident, and what fired on the nodes of its pods at its time, the latest first."""
    nodes = select(IncidentNodeRow.node).where(IncidentNodeRow.incident_id == incident_id)
    attached = select(AlertRow).where(AlertRow.incident_id == incident_id)
    elsewhere = select(AlertRow).where(AlertRow.node.in_(nodes), AlertRow.incident_id.is_(None))
    candidates = by_id(session, incident_id)
    found = [
        alert
        for query in (attached, elsewhere)
        for alert in map(alert_of, session.scalars(query.order_by(AlertRow.starts_at.desc(), AlertRow.id).limit(limit)))
        if alert.incident_id is not None or _is_on_node_of(alert, candidates)
    ]
    return sorted(found, key=lambda alert: (-alert.starts_at, alert.id))[:limit]


def on_nodes_of(session: Session, incident_id: int) -> list[Alert]:
    """The alerts that fire on the nodes of an incident's pods, the oldest first."""
    found = alerts_of(session, incident_id, _MOST_ALERTS)
    return [one for one in found if one.incident_id is None and one.ends_at is None][::-1]


def waiting(session: Session, one: Candidate, workloads: Collection[str]) -> list[Alert]:
    """Alerts that are attached to nothing and may be about an incident, oldest first; the latest so many, held.

    workloads: what the incident's may be called in an alert.
    """
    query = (
        select(AlertRow)
        .where(
            AlertRow.namespace == one.identity.namespace,
            AlertRow.workload.in_(sorted(workloads)),
            AlertRow.incident_id.is_(None),
            or_(AlertRow.ends_at.is_(None), AlertRow.ends_at >= one.opened_at - LOOK_BACK_SECONDS),
        )
        .order_by(AlertRow.starts_at.desc(), AlertRow.id)
        .limit(_MOST_ALERTS)
        # What is being written just now is left for the next scan: to wait for it might be to wait for each other.
        .with_for_update(skip_locked=True)
    )
    return [alert_of(row) for row in session.scalars(query)][::-1]


def attach(session: Session, alert_ids: Collection[int], incident_id: int) -> None:
    """Attach these alerts to an incident."""
    session.execute(update(AlertRow).where(AlertRow.id.in_(sorted(alert_ids))).values(incident_id=incident_id))


def with_pods(session: Session, incident_id: int) -> Candidate | None:
    """An incident with the pods of its latest evidence."""
    row = session.execute(select(*_COLUMNS).where(IncidentRow.id == incident_id)).first()
    return None if row is None else _candidate(row, _pods(session, incident_id))


def _is_on_node_of(alert: Alert, candidates: Iterable[Candidate]) -> bool:
    span = alert.starts_at, alert.ends_at
    return any(is_on_node_of(alert.cluster, span, one) for one in candidates)


def _in(session: Session, column: Any, values: Collection[Any]) -> list[Candidate]:
    wanted = sorted(values)
    found: list[Candidate] = []
    for start in range(0, len(wanted), _AT_ONCE):
        chosen: ColumnElement[bool] = column.in_(wanted[start : start + _AT_ONCE])
        found += [_candidate(row) for row in session.execute(select(*_COLUMNS).where(chosen))]
    return found


def _pods(session: Session, incident_id: int) -> frozenset[str]:
    query = select(EvidenceRow.content).where(EvidenceRow.incident_id == incident_id, EvidenceRow.moment == _LATEST)
    content = session.scalars(query).first() or {}
    return frozenset(pod["pod"] for pod in content.get("pods", ()))


def _candidate(row: Any, pods: frozenset[str] = frozenset()) -> Candidate:
    identity = Identity(row.cluster, row.namespace, row.workload, row.container)
    return Candidate(row.id, identity, IncidentState(row.state), row.opened_at, row.resolved_at, pods)

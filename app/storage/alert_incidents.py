"""Queries that put alerts beside incidents."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from app.domain.alert import LOOK_BACK_SECONDS, Alert, Candidate
from app.domain.finding import Identity
from app.domain.incident import IncidentState
from app.storage.alerts import alert_of
from app.storage.tables import AlertRow, EvidenceRow, IncidentRow

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

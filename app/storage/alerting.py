"""Queries on what Alertmanager is to be told."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.domain.finding import Severity
from app.domain.incident import EventKind, Incident, IncidentState
from app.domain.silence import Silence, silenced_until
from app.domain.telling import Telling
from app.storage import silences
from app.storage.incidents import incident_of
from app.storage.tables import EventRow, IncidentRow

_UNRESOLVED = tuple(state.value for state in IncidentState if state is not IncidentState.RESOLVED)


def to_tell(session: Session, since: float, most: int) -> list[int]:
    """The ids of incidents that are not over, and of those resolved since (unix seconds): at most so many of each.

    The first to run out of memory come first, and the last that were resolved.
    """
    row = IncidentRow
    by_limit = (row.limit_at.is_(None), row.limit_at, row.id)
    unresolved = _narrow(row.state.in_(_UNRESOLVED)).order_by(*by_limit).limit(most)
    # By updated_at, which is never earlier, for there is an index on it.
    lately = (row.updated_at >= since) & (row.resolved_at >= since)
    over = _narrow(row.state == IncidentState.RESOLVED.value, lately).order_by(row.resolved_at.desc()).limit(most)
    return [*session.scalars(unresolved), *session.scalars(over)]


def tellings(session: Session, ids: Sequence[int], since: float, now: float) -> list[Telling]:
    """These incidents, in this order, with the severities they had since. Unix seconds. Some hundreds at a time."""
    had = _severities_had(session, ids, since)
    in_force = silences.in_force(session, now)
    rows = session.scalars(select(IncidentRow).where(IncidentRow.id.in_(ids)))
    found = {row.id: incident_of(row) for row in rows}
    return [
        Telling(found[number], _quiet_since(found[number], in_force, now), had.get(number, {}))
        for number in ids
        if number in found
    ]


def _narrow(*conditions: ColumnElement[bool]) -> Select[int]:
    return select(IncidentRow.id).where(*conditions)


def _severities_had(session: Session, ids: Sequence[int], since: float) -> dict[int, dict[Severity, float]]:
    row = EventRow
    query = (
        select(row.incident_id, row.before, func.max(row.at, type_=row.at.type))
        .where(row.incident_id.in_(ids), row.kind == EventKind.SEVERITY_CHANGED.value, row.at >= since)
        .group_by(row.incident_id, row.before)
    )
    had: dict[int, dict[Severity, float]] = {}
    for number, before, at in session.execute(query):
        if before is not None:
            had.setdefault(number, {})[Severity(before)] = at
    return had


def _quiet_since(incident: Incident, in_force: Sequence[Silence], now: float) -> float | None:
    begun = (
        one.starts_at
        for one in in_force
        if silenced_until(incident.identity, incident.standing.suspect, incident.id, [one], now) is not None
    )
    return min(begun, default=None)

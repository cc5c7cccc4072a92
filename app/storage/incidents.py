"""Queries on incidents, their timelines and their evidence."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.finding import Evidence, Finding, Severity
from app.domain.incident import Change, Event, IncidentState, Standing
from app.output.document import finding_document
from app.storage.tables import EventRow, EvidenceRow, IncidentRow

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents to list; None and empty mean any. since: unix seconds of the last change."""

    states: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    cluster: str | None = None
    namespace: str | None = None
    workload: str | None = None
    container: str | None = None
    since: float | None = None


def by_fingerprint(session: Session, fingerprint: str, *, lock: bool = False) -> IncidentRow | None:
    """The incident of a fingerprint, held against other writers until the transaction ends when `lock`."""
    query = select(IncidentRow).where(IncidentRow.fingerprint == fingerprint)
    return session.scalars(query.with_for_update() if lock else query).first()


def get(session: Session, incident_id: int) -> IncidentRow | None:
    """One incident."""
    return session.get(IncidentRow, incident_id)


def unresolved(session: Session, cluster: str) -> list[str]:
    """The fingerprints of a cluster's incidents that are not over."""
    query = select(IncidentRow.fingerprint).where(
        IncidentRow.cluster == cluster, IncidentRow.state != IncidentState.RESOLVED.value
    )
    return list(session.scalars(query))


def page(session: Session, wanted: Filter, after: tuple[float, int] | None, limit: int) -> list[IncidentRow]:
    """Up to `limit` incidents, last changed first, those after (updated_at, id) in that order."""
    query = _filtered(select(IncidentRow), wanted)
    if after is not None:
        moment, number = after
        query = query.where(
            or_(IncidentRow.updated_at < moment, and_(IncidentRow.updated_at == moment, IncidentRow.id < number))
        )
    query = query.order_by(IncidentRow.updated_at.desc(), IncidentRow.id.desc()).limit(limit)
    return list(session.scalars(query))


def counts(session: Session) -> list[tuple[str, str, int]]:
    """(state, severity, how many)."""
    query = select(IncidentRow.state, IncidentRow.severity, func.count()).group_by(
        IncidentRow.state, IncidentRow.severity
    )
    return [(state, severity, number) for state, severity, number in session.execute(query)]


def timeline(session: Session, incident_id: int, limit: int) -> list[EventRow]:
    """The last `limit` events, oldest first."""
    query = select(EventRow).where(EventRow.incident_id == incident_id).order_by(EventRow.id.desc()).limit(limit)
    return list(session.scalars(query))[::-1]


def evidence(session: Session, incident_id: int) -> dict[str, EvidenceRow]:
    """The evidence by moment: "opened", "latest"."""
    query = select(EvidenceRow).where(EvidenceRow.incident_id == incident_id)
    return {row.moment: row for row in session.scalars(query)}


def standing_of(row: IncidentRow) -> Standing:
    """Where the incident stands."""
    return Standing(
        state=IncidentState(row.state),
        severity=Severity(row.severity),
        suspect=row.suspect,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        last_leak_at=row.last_leak_at,
        resolved_at=row.resolved_at,
        healthy_streak=row.healthy_streak,
        occurrences=row.occurrences,
    )


def save(session: Session, row: IncidentRow | None, change: Change, actor: str, now: float) -> IncidentRow:
    """Write what a scan made of an incident, its events and its evidence. A new incident needs `change.finding`."""
    if row is None:
        if change.finding is None:
            raise ValueError("an incident begins with a finding")
        row = _new(change.finding, now)
        session.add(row)
    standing = change.standing
    row.state, row.severity, row.suspect = standing.state.value, standing.severity.value, standing.suspect
    row.opened_at, row.resolved_at = standing.opened_at, standing.resolved_at
    row.last_seen_at, row.last_leak_at = standing.last_seen_at, standing.last_leak_at
    row.healthy_streak, row.occurrences = standing.healthy_streak, standing.occurrences
    if change.events or change.finding is not None:
        row.updated_at = now
    if change.finding is not None:
        row.finding = finding_document(change.finding)
    session.flush()
    _append(session, row.id, change.events, actor, now)
    if change.finding is not None:
        began = any(event.after == IncidentState.OPEN.value for event in change.events)
        _keep(session, row.id, change.finding.evidence, ("opened", "latest") if began else ("latest",), now)
    return row


def _new(finding: Finding, now: float) -> IncidentRow:
    identity = finding.identity
    return IncidentRow(
        fingerprint=finding.fingerprint,
        cluster=identity.cluster,
        namespace=identity.namespace,
        workload=identity.workload,
        container=identity.container,
        updated_at=now,
        finding={},
    )


def _append(session: Session, incident_id: int, events: Iterable[Event], actor: str, now: float) -> None:
    for event in events:
        session.add(
            EventRow(
                incident_id=incident_id,
                at=now,
                kind=event.kind.value,
                actor=actor,
                before=event.before and event.before[:_LONGEST_NAME],
                after=event.after and event.after[:_LONGEST_NAME],
                text=event.text,
            )
        )


def _keep(session: Session, incident_id: int, kept: Evidence, moments: Iterable[str], now: float) -> None:
    content: dict[str, Any] = asdict(kept)
    known = evidence(session, incident_id)
    for moment in moments:
        row = known.get(moment)
        if row is None:
            session.add(EvidenceRow(incident_id=incident_id, moment=moment, at=now, content=content))
        else:
            row.at, row.content = now, content


def _filtered(query: Select[tuple[IncidentRow]], wanted: Filter) -> Select[tuple[IncidentRow]]:
    if wanted.states:
        query = query.where(IncidentRow.state.in_(wanted.states))
    if wanted.severities:
        query = query.where(IncidentRow.severity.in_(wanted.severities))
    for column, value in (
        (IncidentRow.cluster, wanted.cluster),
        (IncidentRow.namespace, wanted.namespace),
        (IncidentRow.workload, wanted.workload),
        (IncidentRow.container, wanted.container),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(IncidentRow.updated_at >= wanted.since)
    return query

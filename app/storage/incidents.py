"""Queries on incidents, their timelines and their evidence."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.finding import Evidence, Finding, Identity, Severity
from app.domain.incident import (
    Change,
    Event,
    EventKind,
    Incident,
    IncidentState,
    KeptEvidence,
    Standing,
    TimelineEntry,
)
from app.domain.listing import IdSort, Place
from app.output.document import finding_document
from app.storage.tables import EventRow, EvidenceRow, IncidentNodeRow, IncidentRow, names_of

_LONGEST_NAME = 255
# What is kept of a finding with its evidence, to draw it whole.
_FIGURES = (
    *("onset_at", "growth_bytes_per_hour", "growth_interval", "limit_bytes", "floor_bytes", "current_bytes"),
    "time_to_limit_seconds",
)
# Later than any time that matters, and one that databases can hold.
_LATEST = 32_503_680_000.0


def by_fingerprint(session: Session, fingerprint: str, *, lock: bool = False) -> IncidentRow | None:
    """The incident of a fingerprint, held against other writers until the transaction ends when `lock`."""
    query = select(IncidentRow).where(IncidentRow.fingerprint == fingerprint)
    return session.scalars(query.with_for_update() if lock else query).first()


def get(session: Session, incident_id: int) -> Incident | None:
    """One incident."""
    row = session.get(IncidentRow, incident_id)
    return None if row is None else incident_of(row)


def held(session: Session, incident_id: int) -> IncidentRow | None:
    """One incident, held against other writers until the transaction ends."""
    return session.get(IncidentRow, incident_id, with_for_update=True)


def unresolved(session: Session, cluster: str) -> list[str]:
    """The fingerprints of a cluster's incidents that are not over."""
    query = select(IncidentRow.fingerprint).where(
        IncidentRow.cluster == cluster, IncidentRow.state != IncidentState.RESOLVED.value
    )
    return list(session.scalars(query))


def counts(session: Session) -> list[tuple[str, str, int]]:
    """(state, severity, how many)."""
    query = select(IncidentRow.state, IncidentRow.severity, func.count()).group_by(
        IncidentRow.state, IncidentRow.severity
    )
    return [(state, severity, number) for state, severity, number in session.execute(query)]


def timeline(session: Session, incident_id: int, limit: int) -> list[TimelineEntry]:
    """The last `limit` events, oldest first."""
    return timeline_page(session, incident_id, IdSort.NEWEST, None, limit)[::-1]


def timeline_page(
    session: Session, incident_id: int, order: IdSort, after: Place | None, limit: int
) -> list[TimelineEntry]:
    """Up to `limit` events after a place in an order."""
    query = select(EventRow).where(EventRow.incident_id == incident_id).limit(limit)
    query = query.order_by(EventRow.id.desc() if order.descending else EventRow.id.asc())
    if after is not None:
        query = query.where(EventRow.id < after.id if order.descending else EventRow.id > after.id)
    return [
        TimelineEntry(row.id, row.at, row.actor, Event(EventKind.of(row.kind), row.before, row.after, row.text))
        for row in session.scalars(query)
    ]


def evidence(session: Session, incident_id: int) -> dict[str, KeptEvidence]:
    """The evidence by moment: "opened", "latest"; with it "figures", the document of the finding it is of, if known."""
    return {moment: KeptEvidence(row.at, row.content) for moment, row in _evidence_rows(session, incident_id).items()}


def latest_evidence(session: Session, ids: Collection[int]) -> dict[int, KeptEvidence]:
    """The latest evidence of some incidents, by id."""
    query = select(EvidenceRow).where(EvidenceRow.incident_id.in_(ids), EvidenceRow.moment == "latest")
    return {row.incident_id: KeptEvidence(row.at, row.content) for row in session.scalars(query)}


def changed_since(session: Session, since: float, limit: int) -> list[tuple[int, int]]:
    """The ids and versions of up to `limit` incidents that changed at that time (unix seconds) or later."""
    query = select(IncidentRow.id, IncidentRow.version).where(IncidentRow.updated_at >= since)
    return [(number, version) for number, version in session.execute(query.limit(limit))]


def standing_of(row: IncidentRow) -> Standing:
    """Where the incident stands."""
    return Standing(
        state=IncidentState(row.state),
        severity=Severity(row.severity),
        suspect=row.suspect,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        last_leak_at=row.last_leak_at,
        judged_until=row.judged_until,
        window_seconds=row.window_seconds,
        resolved_at=row.resolved_at,
        healthy_streak=row.healthy_streak,
        occurrences=row.occurrences,
    )


def incident_of(row: IncidentRow) -> Incident:
    """The incident that a row keeps."""
    identity = Identity(row.cluster, row.namespace, row.workload, row.container)
    return Incident(
        row.id,
        row.fingerprint,
        identity,
        standing_of(row),
        row.updated_at,
        row.finding,
        version=row.version,
        assignee=row.assignee,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        limit_at=row.limit_at,
    )


def save(session: Session, row: IncidentRow | None, change: Change, actor: str, now: float) -> IncidentRow:
    """Write what a scan or a person made of an incident, its events and evidence. A new one needs `change.finding`."""
    if row is None:
        if change.finding is None:
            raise ValueError("an incident begins with a finding")
        row = _new(change.finding, now)
        session.add(row)
    standing = change.standing
    if change.events or change.finding is not None or standing != standing_of(row):
        row.version += 1
    _keep_acknowledgement(row, standing.state, actor, now)
    row.state, row.severity, row.suspect = standing.state.value, standing.severity.value, standing.suspect
    row.names = names_of(row.namespace, row.workload, row.container, row.suspect)
    row.opened_at, row.resolved_at = standing.opened_at, standing.resolved_at
    row.last_seen_at, row.last_leak_at = standing.last_seen_at, standing.last_leak_at
    row.judged_until, row.window_seconds = standing.judged_until, standing.window_seconds
    row.healthy_streak, row.occurrences = standing.healthy_streak, standing.occurrences
    if change.events or change.finding is not None:
        row.updated_at = now
    if change.finding is not None:
        _keep_finding(row, change.finding)
    session.flush()
    _append(session, row.id, change.events, actor, now)
    if change.finding is not None:
        began = any(event.after == IncidentState.OPEN.value for event in change.events)
        _keep_nodes(session, row.id, change.finding.evidence)
        _keep(session, row, change.finding.evidence, ("opened", "latest") if began else ("latest",), now)
    return row


def _evidence_rows(session: Session, incident_id: int) -> dict[str, EvidenceRow]:
    query = select(EvidenceRow).where(EvidenceRow.incident_id == incident_id)
    return {row.moment: row for row in session.scalars(query)}


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
        version=0,
    )


def _keep_acknowledgement(row: IncidentRow, state: IncidentState, actor: str, now: float) -> None:
    """Who acknowledged it, and when: kept when it is resolved, and gone when it is open again."""
    if state is IncidentState.OPEN:
        row.acknowledged_at = row.acknowledged_by = None
    elif state is IncidentState.ACKNOWLEDGED and row.state != state.value:
        row.acknowledged_at, row.acknowledged_by = now, actor


def _keep_finding(row: IncidentRow, finding: Finding) -> None:
    until = finding.time_to_limit
    row.finding = finding_document(finding)
    row.probability, row.growth_bytes_per_hour = finding.probability, finding.growth_bytes_per_hour
    row.limit_at = None if until is None else min(row.last_leak_at + until.p50, _LATEST)


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


def _keep_nodes(session: Session, incident_id: int, kept: Evidence) -> None:
    wanted = {pod.node[:_LONGEST_NAME] for pod in kept.pods if pod.node}
    rows = {row.node: row for row in session.scalars(select(IncidentNodeRow).filter_by(incident_id=incident_id))}
    for node in rows.keys() - wanted:
        session.delete(rows[node])
    session.add_all(IncidentNodeRow(incident_id=incident_id, node=node) for node in sorted(wanted - rows.keys()))


def _keep(session: Session, incident: IncidentRow, kept: Evidence, moments: Iterable[str], now: float) -> None:
    figures = {name: incident.finding[name] for name in _FIGURES} | {"judged_at": incident.last_leak_at}
    content: dict[str, Any] = asdict(kept) | {"figures": figures}
    known = _evidence_rows(session, incident.id)
    for moment in moments:
        row = known.get(moment)
        if row is None:
            session.add(EvidenceRow(incident_id=incident.id, moment=moment, at=now, content=content))
        else:
            row.at, row.content = now, content

"""Queries on acts against leaks, and on their emergency stop."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.mitigation.model import (
    UNDER_WAY,
    ActKind,
    Mitigation,
    MitigationState,
    Plan,
    Stop,
    Subject,
    Wish,
)
from app.storage.tables import MitigationControlRow, MitigationRow

_CONTROL = 1
_WORD_BYTES = 8


@dataclass(frozen=True, slots=True)
class MitigationFilter:
    """Which to list; empty and None mean any."""

    states: Collection[MitigationState] = ()
    incident_id: int | None = None


def add(session: Session, mitigation: Mitigation, before: Mapping[str, Any]) -> Mitigation:
    """Keep a new one; its id, key and version are given here. before: the document of what memory did before."""
    row = MitigationRow(key=secrets.token_hex(_WORD_BYTES), course={"before": before, "sightings": []}, version=1)
    _write(row, mitigation)
    session.add(row)
    session.flush()
    row.key = f"{row.id}-{row.key}"
    session.flush()
    return mitigation_of(row)


def get(session: Session, mitigation_id: int) -> Mitigation | None:
    """One of them."""
    row = session.get(MitigationRow, mitigation_id)
    return None if row is None else mitigation_of(row)


def held(session: Session, mitigation_id: int) -> MitigationRow | None:
    """One of them, held against other writers until the transaction ends."""
    return session.get(MitigationRow, mitigation_id, with_for_update=True, populate_existing=True)


def save(row: MitigationRow, mitigation: Mitigation) -> Mitigation:
    """Make a row as the mitigation is, with a new version; gives it with that."""
    _write(row, mitigation)
    row.version += 1
    return replace(mitigation, version=row.version)


def page(session: Session, wanted: MitigationFilter, before: int | None, limit: int) -> list[Mitigation]:
    """Up to `limit`, the newest first, older than the one with id `before`."""
    query = select(MitigationRow).order_by(MitigationRow.id.desc()).limit(limit)
    if wanted.states:
        query = query.where(MitigationRow.state.in_([state.value for state in wanted.states]))
    if wanted.incident_id is not None:
        query = query.where(MitigationRow.incident_id == wanted.incident_id)
    if before is not None:
        query = query.where(MitigationRow.id < before)
    return [mitigation_of(row) for row in session.scalars(query)]


def counts(session: Session) -> dict[tuple[ActKind, MitigationState], int]:
    """How many there are, by act and state."""
    query = select(MitigationRow.act, MitigationRow.state, func.count()).group_by(
        MitigationRow.act, MitigationRow.state
    )
    return {(ActKind(act), MitigationState(state)): number for act, state, number in session.execute(query)}


def versions(session: Session) -> tuple[int, ...]:
    """What is another once anything has changed of any of them, or of the stop."""
    number, all_versions = session.execute(
        select(func.count(), func.coalesce(func.sum(MitigationRow.version), 0)).select_from(MitigationRow)
    ).one()
    return int(number), int(all_versions), stop_of(session).version


def under_way(session: Session, limit: int) -> list[Mitigation]:
    """Up to `limit` that are not over, the oldest first."""
    states = [state.value for state in UNDER_WAY]
    query = select(MitigationRow).where(MitigationRow.state.in_(states)).order_by(MitigationRow.id).limit(limit)
    return [mitigation_of(row) for row in session.scalars(query)]


def rolled_out(session: Session, cluster: str) -> Sequence[MitigationRow]:
    """Those of a cluster whose new pods run, and of which is to be told whether they helped."""
    query = select(MitigationRow).where(
        MitigationRow.state == MitigationState.WATCHING.value,
        MitigationRow.rolled_out_at.is_not(None),
        MitigationRow.cluster == cluster,
    )
    return session.scalars(query.order_by(MitigationRow.id)).all()


def last_on(session: Session, subject: Subject, but: int) -> float | None:
    """When something was last done to the workload, as far as is known, unix seconds; None for never.

    but: the id of the one that asks, which is left out.
    """
    return session.scalar(
        select(func.max(MitigationRow.applying_at)).where(
            MitigationRow.id != but,
            MitigationRow.namespace == subject.namespace,
            MitigationRow.workload == subject.workload,
            MitigationRow.cluster == subject.cluster,
            MitigationRow.kind == subject.kind,
        )
    )


def done_since(session: Session, since: float, but: int) -> int:
    """How many others were done after a time (unix seconds), or may have been. but: the id of the one that asks."""
    query = select(func.count()).where(MitigationRow.applying_at > since, MitigationRow.id != but)
    return session.scalar(query) or 0


def tried_since(session: Session, incident_id: int, since: float) -> bool:
    """Whether one of the incident's that was proposed since a time (unix seconds) ended without success."""
    in_vain = [state.value for state in MitigationState if state.is_over and state is not MitigationState.SUCCEEDED]
    query = select(func.count()).where(
        MitigationRow.incident_id == incident_id,
        MitigationRow.proposed_at >= since,
        MitigationRow.state.in_(in_vain),
    )
    return bool(session.scalar(query))


def stop_of(session: Session) -> Stop:
    """The emergency stop."""
    return _stop(session.get_one(MitigationControlRow, _CONTROL))


def held_stop(session: Session) -> Stop:
    """The same, held until the transaction ends: what is decided under it is decided by one at a time."""
    return _stop(session.get_one(MitigationControlRow, _CONTROL, with_for_update=True, populate_existing=True))


def write_stop(session: Session, stop: Stop) -> Stop:
    """Stop, or let go on; only under `held_stop`. Gives it with its new version."""
    row = session.get_one(MitigationControlRow, _CONTROL)
    row.stopped_at, row.stopped_by, row.reason = stop.since, stop.by, stop.reason
    row.version += 1
    return _stop(row)


def mitigation_of(row: MitigationRow) -> Mitigation:
    """The mitigation that a row keeps."""
    return Mitigation(
        id=row.id,
        key=row.key,
        subject=Subject(
            row.incident_id, row.fingerprint, row.cluster, row.namespace, row.kind, row.workload, row.container
        ),
        wish=Wish(ActKind(row.act), row.wish.get("revision"), row.wish.get("limit_bytes")),
        state=MitigationState(row.state),
        plan=Plan.of(row.plan),
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        reason=row.reason,
        expires_at=row.expires_at,
        automatic=row.automatic,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        approval=row.approval,
        applying_at=row.applying_at,
        applied_at=row.applied_at,
        rolled_out_at=row.rolled_out_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        note=row.note,
        version=row.version,
    )


def _write(row: MitigationRow, one: Mitigation) -> None:
    subject = one.subject
    row.incident_id, row.fingerprint, row.cluster = subject.incident_id, subject.fingerprint, subject.cluster
    row.namespace, row.kind, row.workload = subject.namespace, subject.kind, subject.workload
    row.container, row.act, row.state = subject.container, one.wish.act.value, one.state.value
    row.wish = {name: value for name, value in asdict(one.wish).items() if name != "act"}
    document = one.plan.document()
    if row.plan != document:
        row.plan = document
    row.automatic, row.reason, row.expires_at = one.automatic, one.reason, one.expires_at
    row.proposed_at, row.proposed_by = one.proposed_at, one.proposed_by
    row.approved_at, row.approved_by, row.approval = one.approved_at, one.approved_by, one.approval
    row.applying_at, row.applied_at, row.rolled_out_at = one.applying_at, one.applied_at, one.rolled_out_at
    row.ended_at, row.outcome, row.note = one.ended_at, one.outcome, one.note


def _stop(row: MitigationControlRow) -> Stop:
    return Stop(row.stopped_at, row.stopped_by, row.reason, row.version)

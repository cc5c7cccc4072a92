"""Queries on silences."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.domain.silence import Matcher, MatcherLabel, MatcherOp, Silence, SilenceState
from app.storage.tables import SilenceRow


@dataclass(frozen=True, slots=True)
class SilenceFilter:
    """Which silences to list; empty and None mean any. now: unix seconds, against which states are told."""

    now: float
    states: Collection[SilenceState] = ()
    incident_id: int | None = None


def in_force(session: Session, now: float) -> list[Silence]:
    """All that are in force at a time (unix seconds)."""
    query = select(SilenceRow).where(_is(SilenceState.ACTIVE, now)).order_by(SilenceRow.id)
    return [silence_of(row) for row in session.scalars(query)]


def of_incident(session: Session, incident_id: int, now: float) -> SilenceRow | None:
    """The silence in force that is of this incident alone."""
    query = select(SilenceRow).where(SilenceRow.incident_id == incident_id, _is(SilenceState.ACTIVE, now))
    return session.scalars(query.order_by(SilenceRow.ends_at.desc()).limit(1)).first()


def page(session: Session, wanted: SilenceFilter, before: int | None, limit: int) -> list[Silence]:
    """Up to `limit` silences, newest first, older than the one with id `before`."""
    query = select(SilenceRow).order_by(SilenceRow.id.desc()).limit(limit)
    if wanted.states:
        query = query.where(or_(*(_is(state, wanted.now) for state in wanted.states)))
    if wanted.incident_id is not None:
        query = query.where(SilenceRow.incident_id == wanted.incident_id)
    if before is not None:
        query = query.where(SilenceRow.id < before)
    return [silence_of(row) for row in session.scalars(query)]


def counts(session: Session, now: float) -> dict[SilenceState, int]:
    """How many there are in each state."""
    columns = (func.count().filter(_is(state, now)) for state in SilenceState)
    found = session.execute(select(*columns).select_from(SilenceRow)).one()
    return dict(zip(SilenceState, found, strict=True))


def get(session: Session, silence_id: int) -> Silence | None:
    """One silence."""
    row = session.get(SilenceRow, silence_id)
    return None if row is None else silence_of(row)


def held(session: Session, silence_id: int) -> SilenceRow | None:
    """One silence, held against other writers until the transaction ends."""
    return session.get(SilenceRow, silence_id, with_for_update=True)


def with_matchers(session: Session, now: float) -> int:
    """How many silences with matchers are not over."""
    query = select(func.count()).where(SilenceRow.ends_at > now, SilenceRow.incident_id.is_(None))
    return session.scalars(query).one()


def add(session: Session, silence: Silence) -> SilenceRow:
    """Keep a new silence; its id and version are given here."""
    row = SilenceRow(incident_id=silence.incident_id, created_at=silence.created_at, version=1)
    write(row, silence)
    row.version = 1
    session.add(row)
    session.flush()
    return row


def write(row: SilenceRow, silence: Silence) -> None:
    """Make a row as the silence is, version included; whose it is and of which incident stays."""
    row.matchers = [{"name": one.name.value, "op": one.op.value, "value": one.value} for one in silence.matchers]
    row.author, row.comment = silence.author, silence.comment
    row.starts_at, row.ends_at, row.ended_by = silence.starts_at, silence.ends_at, silence.ended_by
    row.version = silence.version


def silence_of(row: SilenceRow) -> Silence:
    """The silence that a row keeps."""
    matchers = tuple(Matcher(MatcherLabel(one["name"]), MatcherOp(one["op"]), one["value"]) for one in row.matchers)
    return Silence(
        row.id,
        matchers,
        row.incident_id,
        row.author,
        row.comment,
        row.created_at,
        row.starts_at,
        row.ends_at,
        row.ended_by,
        row.version,
    )


def _is(state: SilenceState, now: float) -> ColumnElement[bool]:
    if state is SilenceState.EXPIRED:
        return SilenceRow.ends_at <= now
    not_over = SilenceRow.ends_at > now
    begun = SilenceRow.starts_at <= now if state is SilenceState.ACTIVE else SilenceRow.starts_at > now
    return not_over & begun

"""Queries on what people said of leaks."""

from collections.abc import Collection
from dataclasses import astuple

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.domain.feedback import Feedback, Figures
from app.domain.finding import Identity
from app.storage.tables import FeedbackRow, IncidentRow

_IN_FORCE = FeedbackRow.withdrawn_at.is_(None)


def in_force(session: Session) -> dict[str, Feedback]:
    """All that is in force, by fingerprint."""
    return {row.fingerprint: _feedback(row) for row in session.scalars(select(FeedbackRow).where(_IN_FORCE))}


def in_force_by_name(session: Session) -> list[tuple[Identity, Figures]]:
    """The figures that are in force with what they are of, in the order of its names."""
    identity = (IncidentRow.cluster, IncidentRow.namespace, IncidentRow.workload, IncidentRow.container)
    wanted = (
        select(*identity, FeedbackRow.growth_bytes_per_hour, FeedbackRow.level_bytes)
        .join(IncidentRow, IncidentRow.fingerprint == FeedbackRow.fingerprint)
        .where(_IN_FORCE)
    )
    found = [(Identity(*row[:4]), Figures(*row[4:])) for row in session.execute(wanted)]
    # Not by the database: each has its own order of letters.
    return sorted(found, key=lambda one: astuple(one[0]))


def page(session: Session, before: int | None, limit: int) -> list[tuple[Feedback, int]]:
    """Up to `limit` of what is in force, newest first, older than the one with id `before`; and of which incident."""
    joined = IncidentRow.fingerprint == FeedbackRow.fingerprint
    query = select(FeedbackRow, IncidentRow.id).join(IncidentRow, joined).where(_IN_FORCE)
    if before is not None:
        query = query.where(FeedbackRow.id < before)
    return [
        (_feedback(row), number) for row, number in session.execute(query.order_by(FeedbackRow.id.desc()).limit(limit))
    ]


def count(session: Session) -> int:
    """How much is in force."""
    return session.scalars(select(func.count()).select_from(FeedbackRow).where(_IN_FORCE)).one()


def of_fingerprint(session: Session, fingerprint: str) -> Feedback | None:
    """What is in force of a fingerprint."""
    row = session.scalars(select(FeedbackRow).where(FeedbackRow.fingerprint == fingerprint, _IN_FORCE)).first()
    return None if row is None else _feedback(row)


def those_in_force(session: Session, fingerprints: Collection[str]) -> frozenset[str]:
    """Those of the fingerprints of which something is in force."""
    wanted = select(FeedbackRow.fingerprint).where(FeedbackRow.fingerprint.in_(fingerprints), _IN_FORCE)
    return frozenset(session.scalars(wanted))


def add(session: Session, fingerprint: str, figures: Figures, comment: str, actor: str, now: float) -> None:
    """Put it in force. now: unix seconds. Raises IntegrityError where another of the fingerprint still is."""
    session.add(
        FeedbackRow(
            fingerprint=fingerprint,
            growth_bytes_per_hour=figures.growth_bytes_per_hour,
            level_bytes=figures.level_bytes,
            comment=comment,
            actor=actor,
            at=now,
        )
    )
    session.flush()


def withdraw(session: Session, feedback_id: int, actor: str, now: float) -> bool:
    """End it; False when it was not in force any more. The row stays, with who ended it and when."""
    result = session.execute(
        update(FeedbackRow).where(FeedbackRow.id == feedback_id, _IN_FORCE).values(withdrawn_at=now, withdrawn_by=actor)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def _feedback(row: FeedbackRow) -> Feedback:
    figures = Figures(row.growth_bytes_per_hour, row.level_bytes)
    return Feedback(row.id, row.fingerprint, figures, row.comment, row.actor, row.at)

"""Queries on what was answered to requests that came with an Idempotency-Key."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.storage.tables import IdempotencyRow


def find(session: Session, actor: str, key: str, since: float) -> IdempotencyRow | None:
    """What is kept of an actor's key, unless it is older than `since` (unix seconds)."""
    query = select(IdempotencyRow).where(
        IdempotencyRow.actor == actor, IdempotencyRow.key == key, IdempotencyRow.created_at >= since
    )
    return session.scalars(query).first()


def claim(session: Session, actor: str, key: str, request_hash: str, now: float) -> IdempotencyRow | None:
    """A row for a key that is new; None where another has it. Waits for a transaction that is claiming it just now."""
    row = IdempotencyRow(actor=actor, key=key, request_hash=request_hash, created_at=now)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # another was first
        return None
    return row


def forget(session: Session, row_id: int) -> None:
    """Let a key be used anew."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.id == row_id))


def forget_old(session: Session, actor: str, key: str, before: float) -> None:
    """Let a key be used anew where it is older than `before` (unix seconds); all old ones go by retention."""
    row = IdempotencyRow
    session.execute(delete(row).where(row.created_at < before, row.actor == actor, row.key == key))

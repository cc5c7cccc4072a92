"""Queries on what was answered to requests that came with an Idempotency-Key."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.storage.tables import IdempotencyRow

_BATCH = 100


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


def prune(session: Session, before: float, actor: str, key: str) -> None:
    """Forget the key where it is older than `before` (unix seconds), and some of the others that are."""
    old = IdempotencyRow.created_at < before
    # What another transaction prunes just now is left to it: they never wait for each other.
    few = select(IdempotencyRow.id).where(old).order_by(IdempotencyRow.id).limit(_BATCH)
    ids = list(session.scalars(few.with_for_update(skip_locked=True)))
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.id.in_(ids)))
    session.execute(delete(IdempotencyRow).where(old, IdempotencyRow.actor == actor, IdempotencyRow.key == key))

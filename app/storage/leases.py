"""Queries on leases: who may do what only one may do."""

from sqlalchemy import insert, select, update
from sqlalchemy.engine import CursorResult, Result
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.storage.tables import LeaseRow


def take(session: Session, name: str, holder: str, now: float, seconds: float) -> int | None:
    """A token when the lease is free or has run out; None when another holds it."""
    taken = session.execute(
        update(LeaseRow)
        .where(LeaseRow.name == name, LeaseRow.expires_at <= now)
        .values(holder=holder, token=LeaseRow.token + 1, expires_at=now + seconds)
    )
    if _changed(taken):
        return session.scalars(select(LeaseRow.token).where(LeaseRow.name == name)).one()
    if session.get(LeaseRow, name) is not None:
        return None
    try:
        with session.begin_nested():
            session.execute(insert(LeaseRow).values(name=name, holder=holder, token=1, expires_at=now + seconds))
    except IntegrityError:  # another was first
        return None
    return 1


def holder(session: Session, name: str) -> str | None:
    """Who has the lease, or had it last."""
    return session.scalars(select(LeaseRow.holder).where(LeaseRow.name == name)).first()


def expire(session: Session, name: str, holder: str) -> None:
    """End a lease whose holder is known to be dead, if it still is the holder."""
    session.execute(update(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder).values(expires_at=0.0))


def renew(session: Session, name: str, token: int, now: float, seconds: float) -> bool:
    """Hold the lease for longer; False when it belongs to another by now. Holds its row until the transaction ends."""
    result = session.execute(
        update(LeaseRow)
        .where(LeaseRow.name == name, LeaseRow.token == token, LeaseRow.expires_at > 0)
        .values(expires_at=now + seconds)
    )
    return _changed(result)


def let_go(session: Session, name: str, token: int) -> None:
    """Free the lease, if it still belongs to the token. The row stays, so that tokens go on growing."""
    session.execute(update(LeaseRow).where(LeaseRow.name == name, LeaseRow.token == token).values(expires_at=0.0))


def _changed(result: Result[object]) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1

"""Queries on leases: who may do what only one may do.

A lease is had until it runs out, by the database's clock, and its token is a fencing term: it grows with each holder.
A writer calls `renew` first in each of its transactions. That holds the lease's row until the transaction ends, and
whoever wants to take the lease over waits for it; so either the whole transaction is done under the lease, or `renew`
says that another has it. (Kleppmann, "How to do distributed locking", 2016, on why a lease alone is not enough.)
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, insert, select, text, update
from sqlalchemy.engine import CursorResult, Result
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.storage.clock import moment
from app.storage.tables import LeaseRow


def take(session: Session, name: str, holder: str, now: float | None, seconds: float) -> int | None:
    """A token when the lease is free or has run out; None when another holds it. now: None for the database's clock."""
    until = moment(session, now, seconds)
    taken = session.execute(
        update(LeaseRow)
        .where(LeaseRow.name == name, LeaseRow.expires_at <= moment(session, now))
        .values(holder=holder, token=LeaseRow.token + 1, expires_at=until)
    )
    if _changed(taken):
        return session.scalars(select(LeaseRow.token).where(LeaseRow.name == name)).one()
    if session.get(LeaseRow, name) is not None:
        return None
    try:
        with session.begin_nested():
            session.execute(insert(LeaseRow).values(name=name, holder=holder, token=1, expires_at=until))
    except IntegrityError:  # another was first
        return None
    return 1


def cut_off_stuck(session: Session, name: str, after_seconds: float) -> None:
    """End the connection that holds the row of a lease which has run out, in a transaction open for so long.

    A holder that is paused in the middle of sending a statement is neither idle nor at a statement for PostgreSQL, and
    none of its time limits applies. Nobody could have the lease, although it is over, for as long as the pause lasts.
    """
    if session.get_bind().dialect.name == "postgresql":
        # xmax of a row is the transaction that has locked or changed it.
        session.execute(_CUT_OFF, {"name": name, "after": timedelta(seconds=after_seconds)})


_CUT_OFF = text(
    "SELECT pg_terminate_backend(stuck.pid)"
    " FROM leases JOIN pg_stat_activity AS stuck ON stuck.backend_xid = leases.xmax"
    " WHERE leases.name = :name AND leases.expires_at <= clock_timestamp()"
    " AND stuck.xact_start < clock_timestamp() - :after"
)


def holder(session: Session, name: str) -> str | None:
    """Who has the lease, or had it last."""
    return session.scalars(select(LeaseRow.holder).where(LeaseRow.name == name)).first()


def standing(session: Session, name: str) -> tuple[str, float] | None:
    """Who has the lease, or had it last, and when it runs out or did, unix seconds; None where nobody ever had it."""
    row = session.get(LeaseRow, name)
    return None if row is None else (row.holder, row.expires_at)


def expire(session: Session, name: str, holder: str) -> None:
    """End a lease whose holder is known to be dead, if it still is the holder."""
    _end(session, name, LeaseRow.holder == holder)


def renew(session: Session, name: str, token: int, now: float | None, seconds: float) -> bool:
    """Hold the lease for longer; False when it belongs to another by now. Holds its row until the transaction ends.

    One that has run out is renewed as long as nobody else has taken it. now: None for the database's clock.
    """
    result = session.execute(
        update(LeaseRow)
        .where(LeaseRow.name == name, LeaseRow.token == token, LeaseRow.expires_at > 0)
        .values(expires_at=moment(session, now, seconds))
    )
    return _changed(result)


def let_go(session: Session, name: str, token: int) -> None:
    """Free the lease, if it still belongs to the token. The row stays, so that tokens go on growing."""
    _end(session, name, LeaseRow.token == token)


def forget(session: Session, name: str, token: int) -> None:
    """Let go of a lease that nobody will ever want again, row and all."""
    session.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.token == token))


def _end(session: Session, name: str, whose: ColumnElement[bool]) -> None:
    session.execute(update(LeaseRow).where(LeaseRow.name == name, whose).values(expires_at=0.0))


def _changed(result: Result[object]) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1

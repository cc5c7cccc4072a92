"""The database's clock, which all replicas agree on, whatever their own clocks say."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, func, literal, select
from sqlalchemy.orm import Session

from app.storage.types import UnixTime


def now(session: Session) -> float:
    """The present, unix seconds: not when the transaction began. A SQLite file has the clock of its machine."""
    if not _is_postgresql(session):
        return time.time()
    return float(session.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())


def moment(session: Session, at: float | None, after_seconds: float = 0.0) -> ColumnElement[Any]:
    """So long after `at` (unix seconds; None: the present by the database's clock), for use in a statement."""
    if at is None and _is_postgresql(session):
        return func.clock_timestamp(type_=DateTime(timezone=True)) + timedelta(seconds=after_seconds)
    return literal((time.time() if at is None else at) + after_seconds, UnixTime)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"

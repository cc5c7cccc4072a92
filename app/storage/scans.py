"""Queries on scans."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.domain.scan import ScanRecord, ScanSpan, ScanState
from app.storage.tables import ScanRow


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a scan ended."""

    state: ScanState
    finished_at: float
    summary: dict[str, Any] | None = None
    complete: bool | None = None
    leaks: int | None = None
    error: str | None = None
    cost: dict[str, Any] | None = None


def add(session: Session, trigger: str, now: float) -> int:
    """A new running scan; its id."""
    row = ScanRow(trigger=trigger, state=ScanState.RUNNING.value, started_at=now)
    session.add(row)
    session.flush()
    return row.id


def finish(session: Session, scan_id: int, outcome: Outcome) -> bool:
    """Write how a running scan ended; False when it was not running any more."""
    result = session.execute(
        update(ScanRow)
        .where(ScanRow.id == scan_id, ScanRow.state == ScanState.RUNNING.value)
        .values(
            state=outcome.state.value,
            finished_at=outcome.finished_at,
            summary=outcome.summary,
            complete=outcome.complete,
            leaks=outcome.leaks,
            error=outcome.error,
            cost=outcome.cost,
        )
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def abandon_running(session: Session, why: str, now: float) -> int:
    """Mark every running scan as abandoned; how many there were. Only for the holder of the lease."""
    result = session.execute(
        update(ScanRow)
        .where(ScanRow.state == ScanState.RUNNING.value)
        .values(state=ScanState.ABANDONED.value, finished_at=now, error=why)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def is_any_running(session: Session) -> bool:
    """Whether a scan has begun and not ended, be its process alive or dead."""
    return (
        session.scalars(select(ScanRow.id).where(ScanRow.state == ScanState.RUNNING.value).limit(1)).first() is not None
    )


def last_begun(session: Session, trigger: str) -> tuple[int, float] | None:
    """Id and start (unix seconds) of the last scan begun so, whatever came of it, unless it was abandoned."""
    query = (
        select(ScanRow.id, ScanRow.started_at)
        .where(ScanRow.trigger == trigger, ScanRow.state != ScanState.ABANDONED.value)
        .order_by(ScanRow.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else (row.id, row.started_at)


def get(session: Session, scan_id: int) -> ScanRecord | None:
    """One scan."""
    row = session.get(ScanRow, scan_id)
    return None if row is None else _record(row)


def beside(session: Session, scan_id: int) -> tuple[int | None, int | None]:
    """The ids of the scans before and after one; None where there is none."""
    return (
        session.scalar(select(func.max(ScanRow.id)).where(ScanRow.id < scan_id)),
        session.scalar(select(func.min(ScanRow.id)).where(ScanRow.id > scan_id)),
    )


def page(session: Session, before: int | None, limit: int, state: str | None) -> list[ScanRecord]:
    """Up to `limit` scans, newest first, older than the one with id `before`."""
    query = select(ScanRow).order_by(ScanRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ScanRow.id < before)
    if state is not None:
        query = query.where(ScanRow.state == state)
    return [_record(row) for row in session.scalars(query)]


def counts(session: Session) -> dict[ScanState, int]:
    """How many scans there are in each state that some are in."""
    found = session.execute(select(ScanRow.state, func.count()).group_by(ScanRow.state))
    return {ScanState(state): number for state, number in found}


def spans(session: Session, limit: int) -> list[ScanSpan]:
    """How long the last so many scans that have ended took, newest first."""
    row = ScanRow
    query = (
        select(row.id, row.state, row.complete, row.started_at, row.finished_at, row.cost)
        .where(row.finished_at.is_not(None))
        .order_by(row.id.desc())
        .limit(limit)
    )
    return [
        ScanSpan(scan_id, ScanState(state), complete, max(finished_at - started_at, 0.0), cost)
        for scan_id, state, complete, started_at, finished_at, cost in session.execute(query)
    ]


def latest_finished(session: Session) -> ScanRecord | None:
    """The last scan that has ended, however it did."""
    query = select(ScanRow).where(ScanRow.state != ScanState.RUNNING.value).order_by(ScanRow.id.desc()).limit(1)
    row = session.scalars(query).first()
    return None if row is None else _record(row)


def latest_success(session: Session) -> ScanRecord | None:
    """The last scan that succeeded."""
    query = select(ScanRow).where(ScanRow.state == ScanState.SUCCEEDED.value).order_by(ScanRow.id.desc()).limit(1)
    row = session.scalars(query).first()
    return None if row is None else _record(row)


def _record(row: ScanRow) -> ScanRecord:
    return ScanRecord(
        id=row.id,
        trigger=row.trigger,
        state=ScanState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        complete=row.complete,
        leaks=row.leaks,
        error=row.error,
        summary=row.summary,
        cost=row.cost,
    )

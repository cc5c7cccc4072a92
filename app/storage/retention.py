"""What is old enough to go, and its going, a few rows at a time.

Never goes what is in force or not over: an unresolved incident, one that a person accepted or silenced, a running scan,
the last good one. By the age of the data are judged verdicts and workloads, so that a recording of last year, or a
scan that has not run for months, does not lose them; all else goes by the clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.domain.incident import IncidentState
from app.domain.scan import ScanState
from app.settings import Settings
from app.storage.tables import (
    AlertRow,
    EventRow,
    EvidenceRow,
    FeedbackRow,
    IdempotencyRow,
    IncidentRow,
    ScanRow,
    SilenceRow,
    Table,
    VerdictRow,
    WebhookEventRow,
    WorkloadRow,
)

_IDEMPOTENCY_SECONDS = 86_400.0
# Alertmanager repeats what fires at least so often: it forgets what it sent after 120 h (--data.retention), and sends.
_REPEATED_SECONDS = 432_000.0
_BATCH_ROWS = 500
# Each takes its timeline, evidence, silences and annotations along.
_BATCH_INCIDENTS = 50


@dataclass(frozen=True, slots=True)
class Ages:
    """How long each kind is kept, seconds; incidents and their evidence from when they were resolved."""

    scans: float
    verdicts: float
    alerts: float
    incidents: float
    evidence: float

    @classmethod
    def of(cls, settings: Settings) -> "Ages":
        """As the settings say."""
        return cls(
            settings.keep_scans,
            settings.keep_verdicts,
            settings.keep_alerts,
            settings.keep_incidents,
            settings.keep_evidence,
        )


@dataclass(frozen=True, slots=True)
class Old:
    """The rows of one table that may go: those of `condition`, up to `batch` in one transaction.

    of: what joins it to its incident, where the condition is of that: then the incident's row is held, too, as a scan
    that reopens it does.
    """

    table: type[Table]
    condition: ColumnElement[bool]
    batch: int = _BATCH_ROWS
    of: ColumnElement[bool] | None = None

    def ids(self) -> Select[Any]:
        """Their ids, the oldest first."""
        key = self.table.__table__.c.id
        query = select(key).where(self.condition).order_by(key)
        return query if self.of is None else query.join(IncidentRow, self.of)


def old(session: Session, ages: Ages, now: float) -> dict[str, Callable[[], Old]]:
    """All that may go, each found when it is asked for, in the order in which it should. now: unix seconds."""
    over = IncidentRow.state == IncidentState.RESOLVED.value
    incident = now - ages.incidents
    return {
        "idempotency keys": lambda: Old(IdempotencyRow, IdempotencyRow.created_at < now - _IDEMPOTENCY_SECONDS),
        "notifications": lambda: Old(WebhookEventRow, WebhookEventRow.received_at < now - ages.alerts),
        "alerts": lambda: Old(AlertRow, _old_alerts(now, ages.alerts)),
        "evidence": lambda: Old(
            EvidenceRow,
            over & (IncidentRow.resolved_at < now - ages.evidence),
            of=IncidentRow.id == EvidenceRow.incident_id,
        ),
        "verdicts": lambda: Old(VerdictRow, VerdictRow.at < _data_time(session, VerdictRow.at, now) - ages.verdicts),
        "workloads": lambda: Old(WorkloadRow, _old_workloads(session, now, ages.verdicts)),
        "silences": lambda: Old(SilenceRow, SilenceRow.ends_at < incident),
        "withdrawn feedback": lambda: Old(FeedbackRow, FeedbackRow.withdrawn_at < incident),
        "events": lambda: Old(  # of occurrences long over; those of the present one stay
            EventRow,
            (EventRow.at < incident) & (EventRow.at < IncidentRow.opened_at),
            of=IncidentRow.id == EventRow.incident_id,
        ),
        "incidents": lambda: Old(
            IncidentRow, over & (IncidentRow.resolved_at < incident) & _is_free(now), _BATCH_INCIDENTS
        ),
        "scans": lambda: Old(ScanRow, _old_scans(session, now - ages.scans)),
    }


def count(session: Session, which: Old) -> int:
    """How many rows there are of it."""
    return session.scalar(select(func.count()).select_from(which.ids().subquery())) or 0


def delete_some(session: Session, which: Old) -> int:
    """Delete one batch; how many rows it had. A row that somebody writes just now is left for another time."""
    ids = list(session.scalars(which.ids().limit(which.batch).with_for_update(skip_locked=True)))
    if not ids:
        return 0
    done = session.execute(
        delete(which.table).where(which.table.__table__.c.id.in_(ids)).execution_options(synchronize_session=False)
    )
    return done.rowcount if isinstance(done, CursorResult) else 0


def _is_free(now: float) -> ColumnElement[bool]:
    """Whether nothing in force needs the incident: what was said of it, or a silence."""
    said = exists().where(FeedbackRow.fingerprint == IncidentRow.fingerprint, FeedbackRow.withdrawn_at.is_(None))
    silenced = exists().where(SilenceRow.incident_id == IncidentRow.id, SilenceRow.ends_at > now)
    return and_(~said, ~silenced)


def _is_unresolved(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(condition, IncidentRow.state != IncidentState.RESOLVED.value)


def _old_alerts(now: float, keep: float) -> ColumnElement[bool]:
    fires = AlertRow.status == "firing"
    over = or_(~fires, AlertRow.updated_at < now - _REPEATED_SECONDS)
    return and_(AlertRow.updated_at < now - keep, over, ~_is_unresolved(IncidentRow.id == AlertRow.incident_id))


def _old_workloads(session: Session, now: float, keep: float) -> ColumnElement[bool]:
    before = _data_time(session, WorkloadRow.judged_at, now) - keep
    leaks = _is_unresolved(IncidentRow.fingerprint == WorkloadRow.fingerprint)
    return and_(WorkloadRow.judged_at < before, ~leaks)


def _data_time(session: Session, column: Any, now: float) -> float:
    """The newest time in the column, or now where that is earlier or there is none: unix seconds."""
    newest = session.scalar(select(func.max(column)))
    return now if newest is None else min(now, newest)


def _old_scans(session: Session, before: float) -> ColumnElement[bool]:
    """The last that ended and the last good one stay, whatever their age: /readyz and /metrics tell of them."""
    kept = [
        session.scalar(select(func.max(ScanRow.id)).where(condition))
        for condition in (
            ScanRow.state != ScanState.RUNNING.value,
            ScanRow.state == ScanState.SUCCEEDED.value,
        )
    ]
    return and_(
        ScanRow.started_at < before,
        ScanRow.state != ScanState.RUNNING.value,
        ScanRow.id.not_in([one for one in kept if one is not None]),
    )

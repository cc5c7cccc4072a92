"""Runs one scan at a time, from its first line in the database to its last."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import ScanReport, ScanState
from app.errors import LeakwatchError, ScanAbandoned, ScanNotDue, StorageError
from app.mitigating.judging import EffectRecorder
from app.output.document import cost_document, scan_summary
from app.prometheus.source import Control
from app.scanning.lease import Lease, take_lease
from app.scanning.record import Recorder
from app.scanning.verdicts import VerdictRecorder
from app.storage import clock, scans
from app.storage.engine import transaction
from app.storage.scans import Outcome
from detectors.judgement import Verdict

Perform = Callable[[Control], ScanReport]
# Told the scan's id, how it ended, and its report where there is one.
Observer = Callable[[int, Outcome, ScanReport | None], None]


def _ignore(scan_id: int, outcome: Outcome, report: ScanReport | None) -> None:
    pass


@dataclass(frozen=True, slots=True)
class ActiveScan:
    """A scan that has begun: it has a line in the database and holds the lease. behind_seconds: as ScanRunner has."""

    id: int
    engine: Engine
    policy: IncidentPolicy
    perform: Perform
    control: Control
    lease: Lease
    observe: Observer
    behind_seconds: float

    def execute(self) -> ScanReport:
        """Scan, record, and write how it ended, whatever happens. Raises LeakwatchError as the scan did."""
        try:
            report = self._scan_and_record()
        except ScanAbandoned as error:
            self._end(Outcome(ScanState.ABANDONED, self._now(), error=_line(error)), None)
            raise
        except LeakwatchError as error:
            self._end(Outcome(ScanState.FAILED, self._now(), error=_line(error)), None)
            raise
        except Exception as error:
            structlog.get_logger().exception("a scan failed by a fault of leakwatch", scan=self.id)
            self._end(Outcome(ScanState.FAILED, self._now(), error=f"internal error: {type(error).__name__}"), None)
            raise
        except BaseException:  # Ctrl-C, SIGTERM
            self._end(Outcome(ScanState.ABANDONED, self._now(), error="it was interrupted"), None)
            raise
        leaks = sum(finding.verdict is Verdict.LEAK for finding in report.findings)
        outcome = Outcome(ScanState.SUCCEEDED, self._now(), scan_summary(report), report.complete, leaks)
        self._end(outcome, report)
        return report

    def _scan_and_record(self) -> ScanReport:
        report = self.perform(self.control)
        self.control.check()
        began = time.monotonic()
        Recorder(self.engine, self.policy, f"scan {self.id}", self.lease.guard).record(report, self._now())
        VerdictRecorder(self.engine, self.id, self.lease.guard).record(report)
        EffectRecorder(self.engine, f"scan {self.id}", self.lease.guard).record(report)
        return replace(report, seconds=replace(report.seconds, record=time.monotonic() - began))

    def abandon(self, why: str) -> None:
        """Tell it to stop, and write that it did not end: for a stop that cannot wait for a read to return."""
        self.control.cancelled.set()
        self._end(Outcome(ScanState.ABANDONED, self._now(), error=why), None)

    def _now(self) -> float:
        return time.time() - self.behind_seconds

    def _end(self, outcome: Outcome, report: ScanReport | None) -> None:
        self.lease.stop_renewing()
        cost = self.control.cost.total() if report is None else report.cost
        outcome = replace(outcome, cost=cost_document(cost))
        try:
            # One transaction: whoever sees that the scan has ended may begin the next.
            # The lease first, as whoever takes it over does: in the other order the two could wait for each other.
            with transaction(self.engine) as session:
                self.lease.let_go(session)
                outcome = replace(outcome, finished_at=clock.now(session) - self.behind_seconds)
                ours = scans.finish(session, self.id, outcome)
        except StorageError as error:
            # The lease runs out; then the next scan finds this one still marked as running, and writes it off.
            structlog.get_logger().error("the end of a scan could not be written", scan=self.id, reason=str(error))
            ours = True
        if ours:
            self.observe(self.id, outcome, report)


@dataclass(frozen=True, slots=True)
class ScanRunner:
    """Begins scans; there is never more than one at a time on one database.

    behind_seconds: how long ago a scan is kept as having been made, for one that is made of a recording afterwards.
    """

    engine: Engine
    policy: IncidentPolicy
    perform: Perform
    observe: Observer = _ignore
    behind_seconds: float = 0.0

    def begin(self, trigger: str, control: Control, is_due: Callable[[Session], bool] | None = None) -> ActiveScan:
        """Take the lease and write the scan's first line, in one transaction.

        is_due: asked under the lease, where the scan is one of a schedule that several processes keep; a scan that
        never ended is always made up for. Raises ScanInProgress, ScanNotDue, StorageError.
        """
        with transaction(self.engine) as session:
            lease = take_lease(self.engine, session, control.cancelled.set)
            # Not before: for the lease one may have had to wait until another scan wrote its end.
            now = clock.now(session) - self.behind_seconds
            # Whoever ran before us had the lease and lost it: it crashed, or it is about to notice.
            lost = scans.abandon_running(session, "its process, or its connection to the database, went away", now)
            if not lost and is_due is not None and not is_due(session):
                raise ScanNotDue("another process has scanned meanwhile")
            scan_id = scans.add(session, trigger, now)
        lease.keep()
        how = (self.perform, control, lease, self.observe, self.behind_seconds)
        return ActiveScan(scan_id, self.engine, self.policy, *how)


def _line(error: LeakwatchError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)

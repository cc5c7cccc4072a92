"""Makes a report's findings into incidents, one transaction a workload's container."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.alertmanager.keep import attach_waiting
from app.domain.finding import Finding, Identity
from app.domain.fingerprint import fingerprint
from app.domain.incident import IncidentState
from app.domain.lifecycle import IncidentPolicy, Sight, on_absence, on_finding
from app.domain.scan import ScanReport
from app.errors import StorageError
from app.storage import feedback, incidents
from app.storage.engine import transaction
from detectors.judgement import Verdict

Guard = Callable[[Session], None]
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes incidents. `guard` is called in each transaction and raises when this scan may not write any more."""

    engine: Engine
    policy: IncidentPolicy
    actor: str
    guard: Guard

    def record(self, report: ScanReport, now: float) -> None:
        """Open, update, reopen and close. now: unix seconds. Raises StorageError, and what `guard` raises.

        Stopped anywhere, it leaves whole incidents, each as before the scan or as after it. Of several clusters each
        is judged by what was read of it, and one that could not be read keeps its incidents as they are.
        """
        for one in report.reports:
            self._record(one, now)

    def _record(self, report: ScanReport, now: float) -> None:
        with transaction(self.engine) as session:
            known = set(incidents.unresolved(session, report.cluster))
        seen = {fingerprint(identity) for identity in report.seen}
        sight = Sight(report.window, now, report.whole)
        for finding in report.findings:
            self._retried(lambda session, one=finding: self._one(session, one, report, sight))  # type: ignore[misc]
        for gone in sorted(known - seen):
            self._retried(lambda session, one=gone: self._absent(session, one, report, sight))  # type: ignore[misc]

    def _retried(self, act: Callable[[Session], None]) -> None:
        """In a transaction of its own; again when another process was first to open the same incident."""
        for _ in range(_TRIES):
            try:
                with transaction(self.engine) as session:
                    self.guard(session)
                    act(session)
            except StorageError as error:
                if not isinstance(error.__cause__, IntegrityError):
                    raise
            else:
                return
        raise StorageError("an incident could not be written: another process keeps writing it", "try again")

    def _one(self, session: Session, finding: Finding, report: ScanReport, sight: Sight) -> None:
        row = incidents.by_fingerprint(session, finding.fingerprint, lock=True)
        if finding.verdict is Verdict.LEAK and row is not None:
            said = feedback.of_fingerprint(session, finding.fingerprint)
            if said is not None and said.id not in report.heeded:
                return  # A person said since the scan began that it is none; the next scan knows, this one does not.
        standing = None if row is None else incidents.standing_of(row)
        change = on_finding(standing, finding, sight, self.policy)
        if change is not None:
            saved = incidents.save(session, row, change, self.actor, sight.now)
            if change.finding is not None:
                began = any(event.after == IncidentState.OPEN.value for event in change.events)
                attach_waiting(session, saved.id, sight.now, began=began)

    def _absent(self, session: Session, gone: str, report: ScanReport, sight: Sight) -> None:
        row = incidents.by_fingerprint(session, gone, lock=True)
        if row is None or not report.covers(Identity(row.cluster, row.namespace, row.workload, row.container)):
            return
        change = on_absence(incidents.standing_of(row), sight, self.policy)
        if change is not None:
            incidents.save(session, row, change, self.actor, sight.now)

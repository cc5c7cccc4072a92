"""Keeps what a scan thought of every workload, leaking or not: the latest verdict, and its history."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.scan import ScanReport
from app.scanning.record import Guard
from app.storage import workloads
from app.storage.engine import transaction

# As many as make a transaction worth its while, and keep nobody waiting.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class VerdictRecorder:
    """Writes verdicts. `guard` is called in each transaction and raises when this scan may not write any more."""

    engine: Engine
    scan_id: int
    guard: Guard

    def record(self, report: ScanReport) -> None:
        """Write every finding, some hundreds a transaction. Raises StorageError, and what `guard` raises.

        Workloads that were not seen keep their last verdict. Stopped anywhere, it leaves whole lines.
        """
        for begin in range(0, len(report.findings), _BATCH):
            with transaction(self.engine) as session:
                self.guard(session)
                workloads.keep(session, report.findings[begin : begin + _BATCH], self.scan_id, report.window.end)

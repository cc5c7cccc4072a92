"""What the service's log says of scans."""

import structlog

from app.domain.scan import ScanReport, ScanState
from app.storage.scans import Outcome


def log_outcome(scan_id: int, outcome: Outcome, report: ScanReport | None) -> None:
    """One line on how a scan ended: a failure is an error, one that was stopped or read in part a warning."""
    log = structlog.get_logger().bind(scan=scan_id)
    if outcome.state is ScanState.FAILED:
        log.error("scan failed", reason=outcome.error)
    elif report is None:
        log.warning("scan abandoned", reason=outcome.error)
    else:
        say = log.info if report.complete else log.warning
        problems = [problem.text for problem in report.problems]
        say(
            "scan succeeded",
            workloads=report.workloads,
            leaks=outcome.leaks,
            complete=report.complete,
            problems=problems,
        )

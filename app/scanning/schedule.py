"""Scans by the clock, and on demand; one at a time, and never in the way of a stop."""

import threading
import time
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app.errors import LeakwatchError, ScanAbandoned, ScanInProgress
from app.prometheus.source import Control
from app.scanning.runner import ActiveScan, ScanRunner

_GRACE_SECONDS = 3.0


class ScanSchedule:
    """Begins scans at an interval. Scans run in threads that do not keep the process alive."""

    def __init__(
        self, runner: ScanRunner, *, interval: float, jitter: float, time_limit: float, on_start: bool
    ) -> None:
        self._runner = runner
        self._interval = interval
        self._jitter = jitter
        self._time_limit = time_limit
        self._on_start = on_start
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._lock = threading.Lock()
        self._active: ActiveScan | None = None
        self._thread: threading.Thread | None = None
        # Whether it stopped with nothing left at work; None until it was told to stop.
        self._clean: bool | None = None

    def start(self) -> None:
        """Begin to keep the schedule."""
        first = datetime.now(UTC) + timedelta(seconds=0 if self._on_start else self._interval)
        self._scheduler.add_job(
            self._tick,
            IntervalTrigger(seconds=self._interval, jitter=self._jitter or None, timezone=UTC),
            next_run_time=first,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def begin_now(self, trigger: str) -> int:
        """Begin a scan and return its id while it runs. Raises ScanInProgress, ScanAbandoned, StorageError."""
        with self._lock:
            if self._clean is not None:
                raise ScanAbandoned("the service is stopping")
            control = Control(deadline=time.monotonic() + self._time_limit)
            self._active = self._runner.begin(trigger, control)
            self._thread = threading.Thread(
                target=_run, args=(self._active,), name=f"leakwatch-scan-{self._active.id}", daemon=True
            )
            self._thread.start()
            return self._active.id

    def stop(self) -> bool:
        """Stop: a running scan is told to end, and written off when it does not at once.

        True when all has ended; False when a thread is still at work. Again gives the same answer.
        """
        with self._lock:
            if self._clean is None:
                self._clean = self._stopped()
            return self._clean

    def _stopped(self) -> bool:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        thread, active = self._thread, self._active
        if thread is None or active is None or not thread.is_alive():
            return True
        active.control.cancelled.set()
        thread.join(_GRACE_SECONDS)
        if not thread.is_alive():
            return True
        active.abandon("the service was stopped")
        return False

    def _tick(self) -> None:
        try:
            self.begin_now("schedule")
        except ScanInProgress:
            structlog.get_logger().info("scan skipped: another one is running")
        except LeakwatchError as error:
            structlog.get_logger().error("scan could not begin", reason=str(error))


def _run(active: ActiveScan) -> None:
    try:
        active.execute()
    except LeakwatchError:
        return  # it is in the log and in the database

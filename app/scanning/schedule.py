"""Scans by the clock, and on demand; one at a time, and never in the way of a stop.

However many processes keep the schedule of one database, there is one scan an interval: the last one's start, by the
database's clock, decides when the next is due. Each process looks every few seconds; so one that died in the middle of
a scan is noticed, and its scan made up for, as soon as its lease has run out.
"""

import random
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from app.background import Worker
from app.domain.scan import ScanProgress
from app.errors import LeakwatchError, ScanAbandoned, ScanInProgress, ScanNotDue
from app.prometheus.source import Control
from app.scanning.runner import ActiveScan, ScanRunner
from app.storage import clock, scans
from app.storage.engine import reading

_GRACE_SECONDS = 3.0
LOOK_EVERY_SECONDS = 5.0
_SHORTEST_LOOK_SECONDS = 0.02
_SCHEDULED = "schedule"


class ScanSchedule:
    """Begins scans at an interval, seconds. Scans run in threads that do not keep the process alive.

    jitter: up to so many seconds more, drawn for each; on_start: the first may begin at once, where it is due.
    """

    def __init__(
        self, runner: ScanRunner, *, interval: float, jitter: float, time_limit: float, on_start: bool
    ) -> None:
        self._runner = runner
        self._interval = interval
        self._jitter = jitter
        self._time_limit = time_limit
        look_every = min(max(interval / 10, _SHORTEST_LOOK_SECONDS), LOOK_EVERY_SECONDS)
        self._worker = Worker(_SCHEDULED, look_every, self._look)
        # By time.monotonic(): what is written off is due again at once, but not to the process that gave it up.
        self._not_before = time.monotonic() + (0.0 if on_start else interval)
        # The delay drawn for the scan that follows the one of this id.
        self._delay = (0, 0.0)
        self._said = ""
        self._lock = threading.Lock()
        self._active: ActiveScan | None = None
        self._thread: threading.Thread | None = None
        self._far: _Far | None = None
        # Whether it stopped with nothing left at work; None until it was told to stop.
        self._clean: bool | None = None

    def start(self) -> None:
        """Begin to keep the schedule."""
        self._worker.start()

    def begin_now(self, trigger: str, is_due: Callable[[Session], bool] | None = None) -> int:
        """Begin a scan and return its id while it runs. is_due: as ScanRunner.begin takes it.

        Raises ScanInProgress, ScanNotDue, ScanAbandoned, StorageError.
        """
        with self._lock:
            if self._clean is not None:
                raise ScanAbandoned("the service is stopping")
            control = Control(deadline=time.monotonic() + self._time_limit)
            self._active = self._runner.begin(trigger, control, is_due)
            self._far = _Far(self._active.id)
            control.progress = self._far.note
            self._thread = threading.Thread(
                target=_run, args=(self._active,), name=f"leakwatch-scan-{self._active.id}", daemon=True
            )
            self._thread.start()
            return self._active.id

    @property
    def progress(self) -> ScanProgress | None:
        """How far the scan that runs in this process has come; None where none does."""
        far, thread = self._far, self._thread
        return far.seen if far is not None and thread is not None and thread.is_alive() else None

    def stop(self) -> bool:
        """Stop: a running scan is told to end, and written off when it does not at once.

        True when all has ended; False when a thread is still at work. Again gives the same answer.
        """
        idle = self._worker.stop()
        with self._lock:
            if self._clean is None:
                self._clean = self._stopped() and idle
            return self._clean

    def _stopped(self) -> bool:
        thread, active = self._thread, self._active
        if thread is None or active is None or not thread.is_alive():
            return True
        active.control.cancelled.set()
        thread.join(_GRACE_SECONDS)
        if not thread.is_alive():
            return True
        active.abandon("the service was stopped")
        return False

    def _look(self) -> None:
        try:
            if self._is_worth_a_try():
                self.begin_now(_SCHEDULED, self._is_due)
                self._not_before = time.monotonic() + self._interval
            self._said = ""
        except ScanNotDue:
            pass
        except ScanInProgress:
            with reading(self._runner.engine) as session:
                if self._is_due(session):
                    self._say("info", "scan skipped: another one is running", "")
        except LeakwatchError as error:
            self._say("error", "scan could not begin", str(error))

    def _is_worth_a_try(self) -> bool:
        """Whether a scan is due, or one was begun whose process may be dead: its lease will tell."""
        with reading(self._runner.engine) as session:
            if scans.is_any_running(session):
                return True
            return time.monotonic() >= self._not_before and self._is_due(session)

    def _is_due(self, session: Session) -> bool:
        last = scans.last_begun(session, _SCHEDULED)
        if last is None:
            return True
        scan_id, started_at = last
        if self._delay[0] != scan_id:
            self._delay = (scan_id, random.uniform(0.0, self._jitter))  # noqa: S311 (nothing is kept secret by it)
        # A start that is still to come was written while the clock was wrong, and says nothing.
        return not 0.0 <= clock.now(session) - started_at < self._interval + self._delay[1]

    def _say(self, level: str, event: str, reason: str) -> None:
        """Log it, unless it was the last thing said: looks come every few seconds."""
        if self._said != event + reason:
            self._said = event + reason
            getattr(structlog.get_logger(), level)(event, **({"reason": reason} if reason else {}))


class _Far:
    """How far one scan has come, as it last said. One each scan: one that was given up may still be at work."""

    def __init__(self, scan_id: int) -> None:
        self.seen = ScanProgress(scan_id, 0, 0)

    def note(self, done: int, total: int) -> None:
        """What the scan calls."""
        self.seen = ScanProgress(self.seen.scan_id, done, total)


def _run(active: ActiveScan) -> None:
    try:
        active.execute()
    except LeakwatchError:
        return  # it is in the log and in the database

"""How far what is shown can be believed: when the last good scan was, and what became of those after it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.scan import ScanRecord, ScanState
from app.storage import scans
from app.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Freshness:
    """good: the last scan that succeeded; failed: the last one, where it did not; running: the one under way.

    is_stale: whether the last good one is older than scans ever are while all is well.
    """

    good: ScanRecord | None
    failed: ScanRecord | None
    running: ScanRecord | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class FreshnessService:
    """longest_silence: seconds after which some scan must have ended; now: the clock, unix seconds."""

    engine: Engine
    longest_silence: float
    now: Callable[[], float] = time.time

    def look(self) -> Freshness:
        """How it is now. Raises StorageError."""
        with reading(self.engine) as session:
            last = scans.latest_finished(session)
            good = scans.latest_success(session)
            running = scans.page(session, None, 1, ScanState.RUNNING.value)
        ended = None if good is None else good.finished_at
        return Freshness(
            good=good,
            failed=None if last is None or last.state is ScanState.SUCCEEDED else last,
            running=running[0] if running else None,
            is_stale=ended is not None and self.now() - ended > self.longest_silence,
        )

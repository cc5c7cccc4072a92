"""Whether the service can be relied on just now, and why not."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.scan import ScanState
from app.durations import format_duration
from app.errors import StorageError
from app.storage import scans
from app.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be well, whether it is, and what is known of it."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class HealthService:
    """Looks at the database and at the last scan.

    started_at: unix seconds at which this process began; longest_silence: seconds after which some scan must have
    ended, whatever happened. now: the clock, unix seconds.
    """

    engine: Engine
    started_at: float
    longest_silence: float
    now: Callable[[], float] = time.time

    def checks(self) -> tuple[Check, ...]:
        """The database first; without it nothing is known of scans."""
        try:
            with reading(self.engine) as session:
                last = scans.latest_finished(session)
                good = scans.latest_success(session)
        except StorageError as error:
            return (Check("database", False, str(error)), Check("scans", False, "unknown without the database"))
        ended = self.started_at if last is None or last.finished_at is None else last.finished_at
        silence = self.now() - max(ended, self.started_at)
        database = Check("database", True, "answers")
        if silence > self.longest_silence:
            return (database, Check("scans", False, f"no scan has ended for {format_duration(silence)}"))
        if last is None or ended < self.started_at:
            return (database, Check("scans", True, "no scan has ended since the service began"))
        if last.state is ScanState.SUCCEEDED:
            how = "all was read" if last.complete else "but not all could be read"
            return (database, Check("scans", True, f"scan {last.id} succeeded, {how}"))
        age = "never" if good is None or good.finished_at is None else _ago(self.now() - good.finished_at)
        return (
            database,
            Check("scans", False, f"scan {last.id} {last.state.value}: {last.error}; last success: {age}"),
        )


def _ago(seconds: float) -> str:
    return f"{format_duration(seconds)} ago"

"""Scans, as people and programs ask for them."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.listing import IdSort, Place
from app.domain.scan import ScanProgress, ScanRecord, ScanSpan, ScanState
from app.errors import NotFound
from app.scanning.schedule import ScanSchedule
from app.services import cursor
from app.storage import scans
from app.storage.engine import reading


@dataclass(frozen=True, slots=True)
class ScanPage:
    """Some scans, newest first, and where the next page begins (None: there is none)."""

    scans: tuple[ScanRecord, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ScanService:
    """Reads scans and begins them. Methods raise StorageError."""

    engine: Engine
    schedule: ScanSchedule

    def page(self, state: ScanState | None, after: str | None, limit: int) -> ScanPage:
        """Up to `limit` scans after a cursor. Raises UsageError for a cursor that is not ours."""
        before = None if after is None else cursor.decode(after, IdSort.NEWEST).id
        with reading(self.engine) as session:
            found = scans.page(session, before, limit + 1, state and state.value)
        shown = tuple(found[:limit])
        return ScanPage(shown, cursor.encode(IdSort.NEWEST, Place(shown[-1].id)) if len(found) > limit else None)

    def counts(self) -> dict[ScanState, int]:
        """How many there are in each state; 0 where none is."""
        with reading(self.engine) as session:
            found = scans.counts(session)
        return {state: found.get(state, 0) for state in ScanState}

    def spans(self, limit: int) -> list[ScanSpan]:
        """How long the last so many that have ended took, and what they cost, newest first."""
        with reading(self.engine) as session:
            return scans.spans(session, limit)

    def progress(self) -> ScanProgress | None:
        """How far the scan that runs in this process has come; None where none does."""
        return self.schedule.progress

    def one(self, scan_id: int) -> ScanRecord:
        """One scan. Raises NotFound."""
        with reading(self.engine) as session:
            found = scans.get(session, scan_id)
        if found is None:
            raise NotFound(f"there is no scan {scan_id}", "GET /api/v1/scans lists them")
        return found

    def beside(self, scan_id: int) -> tuple[int | None, int | None]:
        """The ids of the scans before and after one; None where there is none."""
        with reading(self.engine) as session:
            return scans.beside(session, scan_id)

    def begin(self) -> ScanRecord:
        """Begin a scan and return it while it runs. Raises ScanInProgress, ScanAbandoned."""
        return self.one(self.schedule.begin_now("api"))

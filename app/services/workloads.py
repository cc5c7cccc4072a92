"""Workloads' containers, leaking or not, as people and programs ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.listing import Place, WorkloadSort
from app.domain.workload import JudgedWorkload, PastVerdict, WorkloadFilter
from app.errors import NotFound
from app.services import cursor
from app.storage import workloads
from app.storage.engine import reading


@dataclass(frozen=True, slots=True)
class WorkloadPage:
    """Some workloads' containers in their order, and where the next page begins (None: there is none).

    counts: how many have each verdict, whichever verdicts were asked for.
    """

    workloads: tuple[JudgedWorkload, ...]
    next_cursor: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WorkloadDetail:
    """One, a page of its verdicts, newest first, and where the next page of them begins (None: there is none)."""

    workload: JudgedWorkload
    history: tuple[PastVerdict, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class WorkloadService:
    """Reads verdicts. Methods raise StorageError, and UsageError for a cursor that is not ours, or of another order."""

    engine: Engine

    def page(
        self, wanted: WorkloadFilter, after: str | None, limit: int, order: WorkloadSort = WorkloadSort.MOST_PROBABLE
    ) -> WorkloadPage:
        """Up to `limit` of them after a cursor."""
        place = None if after is None else cursor.decode(after, order)
        with reading(self.engine) as session:
            found = workloads.listed(session, wanted, order, place, limit + 1)
        last = found.places[limit - 1] if len(found.places) > limit else None
        return WorkloadPage(found.workloads[:limit], None if last is None else cursor.encode(order, last), found.counts)

    def one(self, fingerprint: str, after: str | None, limit: int) -> WorkloadDetail:
        """One, with up to `limit` of its verdicts after a cursor. Raises NotFound."""
        order = WorkloadSort.JUDGED_LAST
        place = None if after is None else cursor.decode(after, order)
        with reading(self.engine) as session:
            found = workloads.get(session, fingerprint)
            past = workloads.history(session, fingerprint, place, limit + 1)
        if found is None:
            raise NotFound(
                f"no workload with the fingerprint {fingerprint} was ever scanned",
                "`leakwatch workloads list` shows those that were",
            )
        shown = tuple(past[:limit])
        more = len(past) > limit
        return WorkloadDetail(found, shown, cursor.encode(order, Place(shown[-1].id, shown[-1].at)) if more else None)

"""Workloads' containers, leaking or not, as people and programs ask for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from app.domain.fleet import NamespaceShares, Tile
from app.domain.incident import Incident, KeptEvidence
from app.domain.listing import Place, WorkloadSort
from app.domain.workload import JudgedWorkload, PastVerdict, WorkloadFilter
from app.errors import NotFound
from app.services import cursor
from app.storage import fleet, incidents, workloads
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
class Fleet:
    """namespaces: of what is wanted but for its share and reason; rejections: how many of them for each reason."""

    namespaces: tuple[NamespaceShares, ...]
    rejections: Mapping[str, int]


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

    def fleet(self, wanted: WorkloadFilter) -> Fleet:
        """What the fleet is made of."""
        every = replace(wanted, share=None, reason=None)
        with reading(self.engine) as session:
            return Fleet(tuple(fleet.shares(session, every)), fleet.rejections(session, every))

    def tiles(
        self, wanted: WorkloadFilter, order: WorkloadSort, namespaces: Collection[tuple[str, str]], most: int
    ) -> tuple[Tile, ...]:
        """Up to `most` of each of the namespaces (cluster, name), the worst first."""
        with reading(self.engine) as session:
            return tuple(fleet.tiles(session, wanted, order, namespaces, most))

    def course(self, fingerprint: str, most: int) -> tuple[PastVerdict, ...]:
        """Up to `most` of its last verdicts, oldest first."""
        with reading(self.engine) as session:
            return tuple(reversed(workloads.history(session, fingerprint, None, most)))

    def incident(self, fingerprint: str) -> tuple[Incident, KeptEvidence | None] | None:
        """Its incident, over or not, with the latest evidence; None where it never had one."""
        with reading(self.engine) as session:
            row = incidents.by_fingerprint(session, fingerprint)
            if row is None:
                return None
            return incidents.incident_of(row), incidents.latest_evidence(session, [row.id]).get(row.id)

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

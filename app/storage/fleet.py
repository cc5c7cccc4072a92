"""Queries on the fleet as a whole: counts of each namespace, the tiles of a map, and why growth was rejected."""

from collections.abc import Collection

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import Session

from app.domain.finding import Identity
from app.domain.fleet import WHOLE, NamespaceShares, Share, Tile
from app.domain.listing import WorkloadSort
from app.domain.workload import WorkloadFilter
from app.storage.tables import WorkloadRow
from app.storage.workloads import conditions, in_share, ordering
from detectors.judgement import Verdict


def shares(session: Session, wanted: WorkloadFilter) -> list[NamespaceShares]:
    """Each namespace that has what is wanted, by cluster and name."""
    row, leaks = WorkloadRow, in_share(Share.LEAK)
    counts = [func.count().filter(in_share(share)) for share in Share]
    figures = (
        func.max(row.growth_bytes_per_hour).filter(leaks),
        func.min(row.limit_at).filter(leaks),
        func.max(row.probability).filter(leaks),
    )
    query = select(row.cluster, row.namespace, *figures, *counts).where(*conditions(wanted))
    query = query.group_by(row.cluster, row.namespace).order_by(row.cluster, row.namespace)
    return [
        NamespaceShares(cluster, namespace, dict(zip(Share, told, strict=True)), fastest, soonest, surest)
        for cluster, namespace, fastest, soonest, surest, *told in session.execute(query)
    ]


def tiles(
    session: Session,
    wanted: WorkloadFilter,
    order: WorkloadSort,
    namespaces: Collection[tuple[str, str]],
    most: int,
) -> list[Tile]:
    """Up to `most` of each of the namespaces (cluster, name), the worst shares first, and in the order within them."""
    row = WorkloadRow
    rank = case(*((in_share(share), number) for number, share in enumerate(WHOLE)), else_=len(WHOLE))
    place = func.row_number().over(partition_by=(row.cluster, row.namespace), order_by=(rank, *ordering(order)))
    inside = tuple_(row.cluster, row.namespace).in_(namespaces)
    placed = select(row.id, place.label("place")).where(*conditions(wanted), inside).subquery()
    query = (
        select(
            *(row.fingerprint, row.cluster, row.namespace, row.workload, row.container),
            *(row.verdict, row.probability, row.growth_bytes_per_hour, row.limit_at),
        )
        .join(placed, placed.c.id == row.id)
        .where(placed.c.place <= most)
        .order_by(row.cluster, row.namespace, placed.c.place)
    )
    return [
        Tile(fingerprint, Identity(*identity), Verdict(verdict), probability, growth, limit_at)
        for fingerprint, *identity, verdict, probability, growth, limit_at in session.execute(query)
    ]


def rejections(session: Session, wanted: WorkloadFilter) -> dict[str, int]:
    """Of what grew and was judged not to leak: how many for each reason, by its code, the most frequent first."""
    many = func.count()
    query = select(WorkloadRow.reason, many).where(*conditions(wanted), in_share(Share.REJECTED))
    query = query.group_by(WorkloadRow.reason).order_by(many.desc(), WorkloadRow.reason)
    return {reason: int(number) for reason, number in session.execute(query)}

"""Queries on verdicts: the latest on each workload's container, and those it had before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, insert, literal, null, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.finding import Finding, Identity
from app.domain.fleet import FLAT, SUSPECTED_PROBABILITY, Share
from app.domain.listing import Place, WorkloadSort
from app.domain.workload import JudgedWorkload, PastVerdict, WorkloadFilter
from app.output.document import finding_document
from app.storage.tables import VerdictRow, WorkloadRow
from detectors.judgement import Verdict

# A verdict that stays the same is told this often.
_TELL_AGAIN_SECONDS = 3600.0
_LONGEST_REASON = 40
_OF_FINDING = ("limit_at", "limit_bytes", "fully_read", "reason")
# Later than any time that matters, and one that databases can hold.
_LATEST = 32_503_680_000.0
_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "probability": WorkloadRow.probability,
    "growth": WorkloadRow.growth_bytes_per_hour,
    "limit_at": WorkloadRow.limit_at,
    "judged_at": WorkloadRow.judged_at,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A page's workloads, the place of each, and how many have each verdict, whichever verdicts were asked for."""

    workloads: tuple[JudgedWorkload, ...]
    places: tuple[Place, ...]
    counts: dict[str, int]


def keep(session: Session, findings: Sequence[Finding], scan_id: int, at: float) -> None:
    """Write the findings of a window that ended at `at`, unix seconds; each of another workload's container.

    What was judged on a later window already stays as it is. A verdict is told in the history where it is another than
    the last, and else once an hour.
    """
    fingerprints = [one.fingerprint for one in findings]
    query = select(WorkloadRow.fingerprint, WorkloadRow.verdict, WorkloadRow.judged_at)
    known = {
        fingerprint: (verdict, judged_at)
        for fingerprint, verdict, judged_at in session.execute(query.where(WorkloadRow.fingerprint.in_(fingerprints)))
    }
    recent = select(VerdictRow.fingerprint).where(
        VerdictRow.fingerprint.in_(fingerprints), VerdictRow.at > at - _TELL_AGAIN_SECONDS
    )
    told = set(session.scalars(recent))
    new = [one for one in findings if one.fingerprint not in known or known[one.fingerprint][1] <= at]
    lines = [one for one in new if _is_news(one, known.get(one.fingerprint)) or one.fingerprint not in told]
    if new:
        _upsert(session, [_row(one, scan_id, at) for one in new])
    if lines:
        session.execute(insert(VerdictRow), [_line(one, scan_id, at) for one in lines])


def listed(session: Session, wanted: WorkloadFilter, order: WorkloadSort, after: Place | None, limit: int) -> Listed:
    """Up to `limit` workloads' containers after a place in an order, and counts of all."""
    column = _COLUMNS.get(order.key)
    # What is put in order is narrow; only the page's own rows are read whole.
    query = select(WorkloadRow.id, null() if column is None else column)
    query = query.where(*conditions(wanted)).order_by(*ordering(order)).limit(limit)
    if after is not None:
        query = query.where(_beyond(column, order, after))
    places = tuple(Place(number, value) for number, value in session.execute(query))
    whole = select(WorkloadRow).where(WorkloadRow.id.in_([place.id for place in places]))
    rows = {row.id: row for row in session.scalars(whole)}
    return Listed(tuple(_workload(rows[place.id]) for place in places), places, _counts(session, wanted))


def ordering(order: WorkloadSort) -> list[ColumnElement[Any]]:
    """What to order by; what has no value comes after all that have one, as "-" turns all of it round."""
    column = _COLUMNS.get(order.key)
    keys: list[SQLColumnExpression[Any]] = [] if column is None else [column]
    if column is WorkloadRow.limit_at:
        keys = [column.is_(None), column]
    keys.append(WorkloadRow.id)
    return [key.desc() if order.descending else key.asc() for key in keys]


def get(session: Session, fingerprint: str) -> JudgedWorkload | None:
    """The latest verdict on one."""
    row = session.scalars(select(WorkloadRow).where(WorkloadRow.fingerprint == fingerprint)).first()
    return None if row is None else _workload(row)


def history(session: Session, fingerprint: str, before: Place | None, limit: int) -> list[PastVerdict]:
    """Up to `limit` of its verdicts before a place, newest first."""
    query = select(VerdictRow).where(VerdictRow.fingerprint == fingerprint)
    query = query.order_by(VerdictRow.at.desc(), VerdictRow.id.desc()).limit(limit)
    if before is not None:
        here, there = tuple_(VerdictRow.at, VerdictRow.id), _place(VerdictRow.at, before)
        query = query.where(here < there)
    return [
        PastVerdict(
            row.id,
            row.at,
            row.scan_id,
            Verdict(row.verdict),
            row.probability,
            row.growth_bytes_per_hour,
            row.current_bytes,
        )
        for row in session.scalars(query)
    ]


def _is_news(finding: Finding, known: tuple[str, float] | None) -> bool:
    return known is None or known[0] != finding.verdict.value


def _upsert(session: Session, rows: list[dict[str, Any]]) -> None:
    table = WorkloadRow.__table__
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = kind.insert(table)
    changing = ("verdict", "probability", "growth_bytes_per_hour", "judged_at", "scan_id", "finding", *_OF_FINDING)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["fingerprint"],
            set_={name: statement.excluded[name] for name in changing},
            where=statement.excluded.judged_at >= table.c.judged_at,
        ),
        rows,
    )


def _row(finding: Finding, scan_id: int, at: float) -> dict[str, Any]:
    identity, until = finding.identity, finding.time_to_limit
    return {
        "fingerprint": finding.fingerprint,
        "cluster": identity.cluster,
        "namespace": identity.namespace,
        "workload": identity.workload,
        "container": identity.container,
        "verdict": finding.verdict.value,
        "probability": finding.probability,
        "growth_bytes_per_hour": finding.growth_bytes_per_hour,
        "judged_at": at,
        "scan_id": scan_id,
        "finding": finding_document(finding),
        "limit_at": None if until is None else min(at + until.p50, _LATEST),
        "limit_bytes": finding.limit_bytes,
        "fully_read": finding.fully_read,
        "reason": finding.reasons[0].code[:_LONGEST_REASON] if finding.reasons else "",
    }


def _line(finding: Finding, scan_id: int, at: float) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "at": at,
        "scan_id": scan_id,
        "verdict": finding.verdict.value,
        "probability": finding.probability,
        "growth_bytes_per_hour": finding.growth_bytes_per_hour,
        "current_bytes": finding.current_bytes,
    }


def _workload(row: WorkloadRow) -> JudgedWorkload:
    return JudgedWorkload(
        id=row.id,
        fingerprint=row.fingerprint,
        identity=Identity(row.cluster, row.namespace, row.workload, row.container),
        verdict=Verdict(row.verdict),
        probability=row.probability,
        growth_bytes_per_hour=row.growth_bytes_per_hour,
        judged_at=row.judged_at,
        scan_id=row.scan_id,
        finding=row.finding,
    )


def _counts(session: Session, wanted: WorkloadFilter) -> dict[str, int]:
    verdicts = [verdict.value for verdict in Verdict]
    columns = (func.count().filter(WorkloadRow.verdict == verdict) for verdict in verdicts)
    query = select(*columns).select_from(WorkloadRow).where(*conditions(replace(wanted, verdicts=())))
    return dict(zip(verdicts, session.execute(query).one(), strict=True))


def _beyond(column: InstrumentedAttribute[Any] | None, order: WorkloadSort, after: Place) -> ColumnElement[bool]:
    if column is WorkloadRow.limit_at:
        return _beyond_limit(order, after)
    if column is None:
        return _beyond_id(order, after)
    here, there = tuple_(column, WorkloadRow.id), _place(column, after)
    return here < there if order.descending else here > there


def _beyond_limit(order: WorkloadSort, after: Place) -> ColumnElement[bool]:
    column = WorkloadRow.limit_at
    if after.value is None:
        among = and_(column.is_(None), _beyond_id(order, after))
        return or_(among, column.is_not(None)) if order.descending else among
    here, there = tuple_(column, WorkloadRow.id), _place(column, after)
    return here < there if order.descending else or_(here > there, column.is_(None))


def _beyond_id(order: WorkloadSort, after: Place) -> ColumnElement[bool]:
    return WorkloadRow.id < after.id if order.descending else WorkloadRow.id > after.id


def _place(column: InstrumentedAttribute[Any], place: Place) -> ColumnElement[Any]:
    return tuple_(literal(place.value, column.type), literal(place.id))


def in_share(share: Share) -> ColumnElement[bool]:
    """Whether a workload's container belongs to it."""
    row, is_healthy = WorkloadRow, WorkloadRow.verdict == Verdict.HEALTHY.value
    match share:
        case Share.SUSPECTED:
            return and_(is_healthy, row.probability >= SUSPECTED_PROBABILITY)
        case Share.HEALTHY:
            return and_(is_healthy, row.probability < SUSPECTED_PROBABILITY)
        case Share.NO_LIMIT:
            return row.limit_bytes.is_(None)
        case Share.PARTLY_READ:
            return row.fully_read.is_(False)
        case Share.REJECTED:
            return and_(is_healthy, row.reason.not_in(FLAT))
        case _:
            return row.verdict == share.value


def conditions(wanted: WorkloadFilter) -> list[ColumnElement[bool]]:
    """What a workload's container must fulfil."""
    needed: list[ColumnElement[bool]] = []
    if wanted.verdicts:
        needed.append(WorkloadRow.verdict.in_(wanted.verdicts))
    if wanted.share is not None:
        needed.append(in_share(wanted.share))
    if wanted.reason is not None:
        needed.append(WorkloadRow.reason == wanted.reason)
    for column, value in (
        (WorkloadRow.cluster, wanted.cluster),
        (WorkloadRow.namespace, wanted.namespace),
        (WorkloadRow.workload, wanted.workload),
        (WorkloadRow.container, wanted.container),
    ):
        if value is not None:
            needed.append(column == value)
    if wanted.text is not None:
        names = (WorkloadRow.namespace, WorkloadRow.workload, WorkloadRow.container)
        text = wanted.text.lower()
        needed.append(or_(*(func.lower(name).contains(text, autoescape=True) for name in names)))
    return needed

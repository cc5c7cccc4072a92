"""Queries on lists of incidents: filtered, counted, and a page at a time in some order.

A list of 100,000 must answer in 50 ms, whatever it is filtered and sorted by. First all that is filtered is counted,
by state and severity. Where little matches, it is found by what it is filtered by, and put in order afterwards. Where
much does, the best of each state and severity are read off the index of the order, and merged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, null, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import Select

from app.domain.finding import Severity
from app.domain.incident import Incident, IncidentFilter, IncidentState
from app.domain.listing import IncidentSort, Place
from app.storage.incidents import incident_of
from app.storage.tables import IncidentRow

# Up to so many are put in order here, rather than by the database along an index.
_FEW = 2000
# Of what an order goes by. Urgency goes by the group first.
_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "urgency": IncidentRow.limit_at,
    "limit_at": IncidentRow.limit_at,
    "growth": IncidentRow.growth_bytes_per_hour,
    "probability": IncidentRow.probability,
    "opened_at": IncidentRow.opened_at,
    "updated_at": IncidentRow.updated_at,
}
_STATES = tuple(state.value for state in IncidentState)
_SEVERITIES = (Severity.CRITICAL.value, Severity.WARNING.value, Severity.INFO.value)

# A state and a severity; each index of an order begins with them.
_Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page's incidents, the place of each, and how many match in each state, whichever states were asked for."""

    incidents: tuple[Incident, ...]
    places: tuple[Place, ...]
    counts: dict[str, int]


def listed(session: Session, wanted: IncidentFilter, order: IncidentSort, after: Place | None, limit: int) -> Listed:
    """Up to `limit` incidents after a place in an order, and counts of all."""
    every = _conditions(replace(wanted, states=()))
    few = None if wanted.is_plain else _few(session, every)
    if few is None:
        counts = _counted(session, every)
        # Along the order's index, which has the times, too: SQLite would rather go along theirs, and sort.
        every = _conditions(
            replace(wanted, states=()), func.coalesce(IncidentRow.updated_at, null(), type_=IncidentRow.updated_at.type)
        )
        chosen = product(wanted.states or counts, wanted.severities or _SEVERITIES)
        if wanted == IncidentFilter() and order.key == "id":
            # All there is, in the order that the table itself has.
            places = [Place(*row) for row in session.execute(_all_by_id(order, after).limit(limit))]
        else:
            places = _walked(session, every, [one for one in chosen if counts[one[0]]], order, after, limit)
    else:
        counts = {state: sum(group[0] == state for group in few.values()) for state in _STATES}
        inside = {one: group for one, group in few.items() if not wanted.states or group[0] in wanted.states}
        places = _sorted(session, inside, order, after, limit)
    return Listed(_loaded(session, [place.id for place in places]), tuple(places), counts)


def _few(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[int, _Group] | None:
    """All that match, with their groups; None where they are many."""
    query = select(IncidentRow.id, IncidentRow.state, IncidentRow.severity).where(*conditions).limit(_FEW + 1)
    found = {number: (state, severity) for number, state, severity in session.execute(query)}
    return None if len(found) > _FEW else found


def _counted(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """How many there are in each state. Not grouped by it: SQLite would read the wide rows in that order."""
    columns = (func.count().filter(IncidentRow.state == state) for state in _STATES)
    return dict(zip(_STATES, session.execute(select(*columns).where(*conditions)).one(), strict=True))


def _sorted(
    session: Session, few: dict[int, _Group], order: IncidentSort, after: Place | None, limit: int
) -> list[Place]:
    """The page of these few."""
    values: dict[int, float | None] = dict.fromkeys(few)
    if order.key in _COLUMNS:
        query = select(IncidentRow.id, _COLUMNS[order.key]).where(IncidentRow.id.in_(few))
        values |= {number: value for number, value in session.execute(query) if number in few}
    places = [Place(number, values[number], _rank(few[number], order)) for number in few]
    if after is not None:
        start = after.sorted_by()
        places = [one for one in places if (one.sorted_by() < start if order.descending else one.sorted_by() > start)]
    return sorted(places, key=Place.sorted_by, reverse=order.descending)[:limit]


def _walked(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    groups: Iterable[_Group],
    order: IncidentSort,
    after: Place | None,
    limit: int,
) -> list[Place]:
    """The page of many: the best of each group along the order's index, merged.

    One short query after another: a union of them all would take longer to write than they take to answer.
    """
    places: list[Place] = []
    ranked = sorted(groups, key=lambda group: _rank(group, order), reverse=order.descending)
    for _, alike in groupby(ranked, key=lambda group: _rank(group, order)):
        for part in (part for group in alike for part in _parts(group, order, after)):
            places += [Place(*row) for row in session.execute(part.where(*conditions).limit(limit))]
        if len(places) >= limit:
            break
    return sorted(places, key=Place.sorted_by, reverse=order.descending)[:limit]


def _all_by_id(order: IncidentSort, after: Place | None) -> Select[Any]:
    query = _part(None, 0).order_by(IncidentRow.id.desc() if order.descending else IncidentRow.id.asc())
    return query if after is None else query.where(_beyond_id(order, after.id))


def _parts(group: _Group, order: IncidentSort, after: Place | None) -> Iterable[Select[Any]]:
    """What comes after the place in one group, in order: those with a value, and those without."""
    rank = _rank(group, order)
    if after is not None and rank != after.group:
        if (rank < after.group) != order.descending:
            return
        after = None
    inside = and_(IncidentRow.state == group[0], IncidentRow.severity == group[1])
    column = _COLUMNS.get(order.key)
    ids = IncidentRow.id.desc() if order.descending else IncidentRow.id.asc()
    if column is None:
        query = _part(None, rank).where(inside).order_by(ids)
        yield query if after is None else query.where(_beyond_id(order, after.id))
        return
    by = column.desc() if order.descending else column.asc()
    if after is None or after.value is not None or order.descending:
        query = _part(column, rank).where(inside, column.is_not(None)).order_by(by, ids)
        if after is not None and after.value is not None:
            here, there = tuple_(column, IncidentRow.id), tuple_(literal(after.value, column.type), literal(after.id))
            query = query.where(here < there if order.descending else here > there)
        yield query
    if column is IncidentRow.limit_at and (after is None or after.value is None or not order.descending):
        query = _part(column, rank).where(inside, column.is_(None)).order_by(by, ids)
        yield query if after is None or after.value is not None else query.where(_beyond_id(order, after.id))


def _part(column: InstrumentedAttribute[Any] | None, rank: int) -> Select[Any]:
    return select(IncidentRow.id, null() if column is None else column, literal(rank))


def _beyond_id(order: IncidentSort, last_id: int) -> ColumnElement[bool]:
    return IncidentRow.id < last_id if order.descending else IncidentRow.id > last_id


def _rank(group: _Group, order: IncidentSort) -> int:
    """How urgent a group is, the most urgent 0; orders by anything else know no groups."""
    if order.key != "urgency":
        return 0
    over = group[0] == IncidentState.RESOLVED.value
    return _SEVERITIES.index(group[1]) + len(_SEVERITIES) * over


def _loaded(session: Session, ids: Sequence[int]) -> tuple[Incident, ...]:
    """Those incidents, in that order; the only rows that are read whole."""
    rows = {row.id: row for row in session.scalars(select(IncidentRow).where(IncidentRow.id.in_(ids)))}
    return tuple(incident_of(rows[number]) for number in ids if number in rows)


def _conditions(
    wanted: IncidentFilter, changed: ColumnElement[float] | InstrumentedAttribute[float] = IncidentRow.updated_at
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(IncidentRow.state.in_(wanted.states))
    if wanted.severities:
        conditions.append(IncidentRow.severity.in_(wanted.severities))
    for column, value in (
        (IncidentRow.cluster, wanted.cluster),
        (IncidentRow.namespace, wanted.namespace),
        (IncidentRow.workload, wanted.workload),
        (IncidentRow.container, wanted.container),
        (IncidentRow.suspect, wanted.revision),
        (IncidentRow.assignee, wanted.assignee),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.since is not None:
        conditions.append(changed >= wanted.since)
    if wanted.until is not None:
        conditions.append(changed < wanted.until)
    if wanted.text is not None:
        conditions.append(IncidentRow.names.contains(wanted.text.lower(), autoescape=True))
    if wanted.ids is not None:
        conditions.append(IncidentRow.id.in_(wanted.ids))
    if wanted.other_ids:
        conditions.append(IncidentRow.id.not_in(wanted.other_ids))
    return conditions

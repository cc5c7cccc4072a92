"""Queries on what is drawn over graphs: incidents of a time, with their timelines and evidence, many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.annotation import DRAWN_EVENTS
from app.domain.annotation_filter import AnnotationFilter
from app.domain.incident import Event, EventKind, Incident, IncidentState, TimelineEntry
from app.output.document import rfc3339
from app.storage.incidents import incident_of
from app.storage.tables import EventRow, EvidenceRow, IncidentRow

# A leak is found this long after its onset at most, or it is drawn only where it was found.
_LONGEST_ONSET_SECONDS = 7 * 86_400.0
_ONSET = IncidentRow.finding["onset_at"].as_string()
# So many ids stand in one query.
_AT_ONCE = 500
NAMED: Mapping[str, InstrumentedAttribute[str]] = {
    "cluster": IncidentRow.cluster,
    "namespace": IncidentRow.namespace,
    "workload": IncidentRow.workload,
    "container": IncidentRow.container,
}


def of_time(session: Session, wanted: AnnotationFilter, start: float, end: float, limit: int) -> list[Incident]:
    """Up to `limit` incidents that may have been open between two times (unix seconds), those that changed last first.

    More than asked for may come: what lies between the occurrences of one that came back is told by its timeline.
    """
    over = IncidentState.RESOLVED.value
    # Times of a document are of one form and zone: their order is that of their letters.
    onset = and_(IncidentRow.opened_at <= end + _LONGEST_ONSET_SECONDS, rfc3339(end) >= _ONSET)
    begun = or_(IncidentRow.opened_at <= end, IncidentRow.occurrences > 1, onset)
    # Two queries, each along an index. Nothing of an incident changes before it is resolved for the last time.
    for_each = (
        (IncidentRow.state.in_([one.value for one in IncidentState if one.value != over]),),
        (IncidentRow.state == over, IncidentRow.updated_at >= start, IncidentRow.resolved_at >= start),
    )
    last_first = (IncidentRow.updated_at.desc(), IncidentRow.id.desc())
    rows = [
        row
        for conditions in for_each
        for row in session.scalars(
            select(IncidentRow).where(*conditions, begun, *_conditions(wanted)).order_by(*last_first).limit(limit)
        )
    ]
    rows.sort(key=lambda row: (-row.updated_at, -row.id))
    return [incident_of(row) for row in rows[:limit]]


def of_ids(session: Session, ids: Collection[int]) -> list[Incident]:
    """The incidents with these ids, in no order."""
    return [
        incident_of(row)
        for some in _batches(ids)
        for row in session.scalars(select(IncidentRow).where(IncidentRow.id.in_(some)))
    ]


def timelines(session: Session, ids: Collection[int]) -> dict[int, list[TimelineEntry]]:
    """The lines that anything is drawn of, oldest first, by incident."""
    kinds = [kind.value for kind in DRAWN_EVENTS]
    found: dict[int, list[TimelineEntry]] = {one: [] for one in ids}
    for some in _batches(ids):
        query = select(EventRow).where(EventRow.incident_id.in_(some), EventRow.kind.in_(kinds)).order_by(EventRow.id)
        for row in session.scalars(query):
            event = Event(EventKind.of(row.kind), row.before, row.after, row.text)
            found[row.incident_id].append(TimelineEntry(row.id, row.at, row.actor, event))
    return found


def evidence(session: Session, ids: Collection[int]) -> dict[int, list[Mapping[str, Any]]]:
    """The evidence documents, the latest first, by incident. They are long: ask for few."""
    latest_first = case((EvidenceRow.moment == "latest", 0), else_=1)
    found: dict[int, list[Mapping[str, Any]]] = {one: [] for one in ids}
    for some in _batches(ids):
        query = select(EvidenceRow).where(EvidenceRow.incident_id.in_(some)).order_by(latest_first)
        for row in session.scalars(query):
            found[row.incident_id].append(row.content)
    return found


def names(session: Session, key: str, limit: int) -> list[str]:
    """Up to `limit` of the clusters, namespaces, workloads or containers that incidents have, in order."""
    column = NAMED[key]
    return list(session.scalars(select(column).where(column != "").distinct().order_by(column).limit(limit)))


def _conditions(wanted: AnnotationFilter) -> list[ColumnElement[bool]]:
    columns = (*NAMED.items(), ("severity", IncidentRow.severity), ("state", IncidentRow.state))
    return [column.in_(getattr(wanted, key)) for key, column in columns if getattr(wanted, key)]


def _batches(ids: Iterable[int]) -> Iterable[Sequence[int]]:
    listed = sorted(ids)
    return (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))

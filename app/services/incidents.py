"""Incidents, as people and programs ask for them."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.incident import Incident, IncidentDetail, IncidentFilter, KeptEvidence, TimelineEntry
from app.domain.listing import IdSort, IncidentSort, Place
from app.domain.silence import silenced_until
from app.errors import NotFound
from app.services import cursor
from app.storage import feedback, incident_lists, incidents, silences
from app.storage.engine import reading
from app.storage.silenced import every_silenced

_MAX_EVENTS = 500


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Some incidents in their order, and where the next page begins (None: there is none).

    counts: how many there are in each state, whichever states were asked for.
    """

    incidents: tuple[Incident, ...]
    next_cursor: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some lines of a timeline in their order, and where the next page begins (None: there is none)."""

    entries: tuple[TimelineEntry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class IncidentService:
    """Reads incidents. Methods raise StorageError. now: the clock, unix seconds."""

    engine: Engine
    now: Callable[[], float] = time.time

    def page(
        self,
        wanted: IncidentFilter,
        after: str | None,
        limit: int,
        order: IncidentSort = IncidentSort.NEWEST,
        silenced: bool | None = None,
    ) -> IncidentPage:
        """Up to `limit` incidents after a cursor. Raises UsageError for a cursor that is not ours, or of another order.

        silenced: only those that a silence in force covers, or only the others.

        A page begins after the last one's key and id: what scans change meanwhile moves, and nothing else does.
        """
        place = None if after is None else cursor.decode(after, order)
        with reading(self.engine) as session:
            if silenced is not None:
                quiet = every_silenced(session, self.now())
                wanted = replace(wanted, ids=quiet) if silenced else replace(wanted, other_ids=quiet)
            found = incident_lists.listed(session, wanted, order, place, limit + 1)
            shown = tuple(quietened(session, found.incidents[:limit], self.now()))
        last = found.places[limit - 1] if len(found.places) > limit else None
        return IncidentPage(shown, None if last is None else cursor.encode(order, last), found.counts)

    def detail(self, incident_id: int) -> IncidentDetail:
        """One incident with its timeline and evidence, and what was said of it. Raises NotFound."""
        with reading(self.engine) as session:
            return detail_of(session, incident_id, self.now())

    def some(self, ids: Collection[int]) -> dict[int, Incident]:
        """Those of these incidents that there are, by id."""
        with reading(self.engine) as session:
            found = [one for one in (incidents.get(session, number) for number in ids) if one is not None]
            return {one.id: one for one in quietened(session, found, self.now())}

    def latest_evidence(self, ids: Collection[int]) -> dict[int, KeptEvidence]:
        """The latest evidence of some incidents, by id."""
        with reading(self.engine) as session:
            return incidents.latest_evidence(session, ids)

    def timeline(self, incident_id: int, after: str | None, limit: int, order: IdSort) -> TimelinePage:
        """Up to `limit` lines after a cursor. Raises NotFound, UsageError for a cursor that is not of this order."""
        place = None if after is None else cursor.decode(after, order)
        with reading(self.engine) as session:
            if incidents.get(session, incident_id) is None:
                raise no_such_incident(incident_id)
            found = incidents.timeline_page(session, incident_id, order, place, limit + 1)
        shown = tuple(found[:limit])
        return TimelinePage(shown, cursor.encode(order, Place(shown[-1].id)) if len(found) > limit else None)

    def evidence(self, incident_id: int, moment: str) -> tuple[Incident, KeptEvidence]:
        """An incident, and the evidence kept at a moment of it. Raises NotFound."""
        with reading(self.engine) as session:
            incident = incidents.get(session, incident_id)
            if incident is None:
                raise no_such_incident(incident_id)
            kept = incidents.evidence(session, incident_id).get(moment)
        if kept is None:
            raise NotFound(f"incident {incident_id} has no evidence of when it was {moment}", "the next scan brings it")
        return incident, kept


def detail_of(session: Session, incident_id: int, now: float) -> IncidentDetail:
    """The same in a transaction that is under way. now: unix seconds. Raises NotFound."""
    incident = incidents.get(session, incident_id)
    if incident is None:
        raise no_such_incident(incident_id)
    return IncidentDetail(
        quietened(session, [incident], now)[0],
        tuple(incidents.timeline(session, incident_id, _MAX_EVENTS)),
        incidents.evidence(session, incident_id),
        feedback.of_fingerprint(session, incident.fingerprint),
    )


def quietened(session: Session, found: Iterable[Incident], now: float) -> list[Incident]:
    """The incidents with the time until which they are silenced. now: unix seconds."""
    in_force = silences.in_force(session, now)
    return [
        replace(one, silenced_until=silenced_until(one.identity, one.standing.suspect, one.id, in_force, now))
        for one in found
    ]


def no_such_incident(incident_id: int) -> NotFound:
    """The error for an id that no incident has."""
    return NotFound(f"there is no incident {incident_id}", "`leakwatch incidents list` shows them")

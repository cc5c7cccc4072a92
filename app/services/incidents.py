"""Incidents, as people and programs ask for them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.incident import Incident, IncidentDetail, IncidentFilter
from app.domain.silence import silenced_until
from app.errors import NotFound
from app.services import cursor
from app.storage import feedback, incidents, silences
from app.storage.engine import reading

_MAX_EVENTS = 500


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Some incidents, newest first, and where the next page begins (None: there is none)."""

    incidents: tuple[Incident, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class IncidentService:
    """Reads incidents. Methods raise StorageError. now: the clock, unix seconds."""

    engine: Engine
    now: Callable[[], float] = time.time

    def page(self, wanted: IncidentFilter, after: str | None, limit: int) -> IncidentPage:
        """Up to `limit` incidents after a cursor. Raises UsageError for a cursor that is not ours."""
        before = None if after is None else cursor.decode(after)
        with reading(self.engine) as session:
            found = quietened(session, incidents.page(session, wanted, before, limit + 1), self.now())
        shown = tuple(found[:limit])
        return IncidentPage(shown, cursor.encode(shown[-1].id) if len(found) > limit else None)

    def detail(self, incident_id: int) -> IncidentDetail:
        """One incident with its timeline and evidence, and what was said of it. Raises NotFound."""
        with reading(self.engine) as session:
            return detail_of(session, incident_id, self.now())


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

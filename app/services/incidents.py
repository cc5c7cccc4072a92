"""Incidents, as people and programs ask for them."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.incident import Incident, IncidentDetail, IncidentFilter
from app.errors import NotFound
from app.services import cursor
from app.storage import feedback, incidents
from app.storage.engine import reading

_MAX_EVENTS = 500


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Some incidents, newest first, and where the next page begins (None: there is none)."""

    incidents: tuple[Incident, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class IncidentService:
    """Reads incidents. Methods raise StorageError."""

    engine: Engine

    def page(self, wanted: IncidentFilter, after: str | None, limit: int) -> IncidentPage:
        """Up to `limit` incidents after a cursor. Raises UsageError for a cursor that is not ours."""
        before = None if after is None else cursor.decode(after)
        with reading(self.engine) as session:
            found = incidents.page(session, wanted, before, limit + 1)
        shown = tuple(found[:limit])
        return IncidentPage(shown, cursor.encode(shown[-1].id) if len(found) > limit else None)

    def detail(self, incident_id: int) -> IncidentDetail:
        """One incident with its timeline and evidence, and what was said of it. Raises NotFound."""
        with reading(self.engine) as session:
            incident = incidents.get(session, incident_id)
            if incident is None:
                raise no_such_incident(incident_id)
            return IncidentDetail(
                incident,
                tuple(incidents.timeline(session, incident_id, _MAX_EVENTS)),
                incidents.evidence(session, incident_id),
                feedback.of_fingerprint(session, incident.fingerprint),
            )


def no_such_incident(incident_id: int) -> NotFound:
    """The error for an id that no incident has."""
    return NotFound(f"there is no incident {incident_id}", "`leakwatch incidents list` shows them")

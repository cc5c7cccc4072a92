"""What an act on an incident begins and ends with: the row is held, its version checked, and all is told in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.acts import ActRefused
from app.domain.incident import Incident, IncidentDetail
from app.errors import Conflict, Outdated
from app.services.incidents import detail_of, no_such_incident
from app.storage import incidents
from app.storage.tables import IncidentRow

# The versions one of which a thing must have to be acted on (If-Match); None: any will do.
Versions = frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Acted:
    """How an incident stands after an act, and whether the act changed anything."""

    detail: IncidentDetail
    changed: bool


def hold(session: Session, incident_id: int, versions: Versions) -> tuple[IncidentRow, Incident]:
    """An incident, held against scans and people until the transaction ends. Raises NotFound, Outdated."""
    row = incidents.held(session, incident_id)
    if row is None:
        raise no_such_incident(incident_id)
    check_version(f"incident {incident_id}", row.version, versions)
    return row, incidents.incident_of(row)


def check_version(what: str, version: int, versions: Versions) -> None:
    """Raise Outdated unless it has one of the versions."""
    if versions is not None and version not in versions:
        raise Outdated(f"{what} was changed since: its version is {version}", "look at it again, then decide anew")


def acted(session: Session, incident_id: int, now: float, *, changed: bool) -> Acted:
    """What an act answers, of the same transaction."""
    session.flush()
    return Acted(detail_of(session, incident_id, now), changed)


@contextmanager
def refusals() -> Iterator[None]:
    """What the domain refuses, as Conflict."""
    try:
        yield
    except ActRefused as error:
        raise Conflict(str(error), error.hint) from error

"""What people say of leaks. Each act is one transaction, and to do it twice is to do it once."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain import acts
from app.domain.feedback import Feedback
from app.domain.incident import Incident, IncidentDetail
from app.errors import StorageError, UsageError
from app.services.incidents import IncidentService, no_such_incident
from app.storage import feedback, incidents
from app.storage.engine import transaction
from app.storage.tables import IncidentRow
from app.text import printable

_LONGEST_ACTOR = 255
_LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Acted:
    """How an incident stands after an act, and whether the act changed anything."""

    detail: IncidentDetail
    changed: bool


@dataclass(frozen=True, slots=True)
class FeedbackService:
    """Methods raise NotFound, UsageError for words that cannot be kept, StorageError. now: the clock, unix seconds.

    An act holds the incident's row, as a scan does that writes it: they come one after the other.
    """

    engine: Engine
    now: Callable[[], float] = time.time

    def not_a_leak(self, incident_id: int, actor: str, comment: str) -> Acted:
        """Accept what the incident's latest finding showed: scans tell it again only when it clearly exceeds that."""
        actor, comment = _words("by", actor, _LONGEST_ACTOR), _words("comment", comment, _LONGEST_COMMENT)
        with transaction(self.engine) as session:
            row, incident, in_force = _held(session, incident_id)
            now = self.now()
            said = acts.not_a_leak(incident, in_force, comment, now)
            if said is not None:
                if in_force is not None:
                    _withdraw(session, in_force, actor, now)
                feedback.add(session, incident.fingerprint, said.figures, comment, actor, now)
                incidents.save(session, row, said.change, actor, now)
        return Acted(IncidentService(self.engine).detail(incident_id), said is not None)

    def is_a_leak(self, incident_id: int, actor: str, comment: str = "") -> Acted:
        """Withdraw what was accepted: from the next scan on it is judged as if nobody had said anything."""
        actor = _words("by", actor, _LONGEST_ACTOR)
        comment = _words("comment", comment, _LONGEST_COMMENT) if comment else ""
        with transaction(self.engine) as session:
            row, incident, in_force = _held(session, incident_id)
            now = self.now()
            change = acts.is_a_leak(incident, in_force, comment)
            if change is not None and in_force is not None:
                _withdraw(session, in_force, actor, now)
                incidents.save(session, row, change, actor, now)
        return Acted(IncidentService(self.engine).detail(incident_id), change is not None)


def _held(session: Session, incident_id: int) -> tuple[IncidentRow, Incident, Feedback | None]:
    row = incidents.held(session, incident_id)
    if row is None:
        raise no_such_incident(incident_id)
    return row, incidents.incident_of(row), feedback.of_fingerprint(session, row.fingerprint)


def _withdraw(session: Session, in_force: Feedback, actor: str, now: float) -> None:
    if not feedback.withdraw(session, in_force.id, actor, now):
        raise StorageError("what was said of this leak was withdrawn just now by another", "look again, and try again")


def _words(name: str, text: str, longest: int) -> str:
    """One line of printable words. Raises UsageError naming what they are for."""
    words = printable(text, longest + 1)
    if not words.strip():
        raise UsageError(f"{name}: must not be empty", "say it in words that can be printed")
    if len(words) > longest:
        raise UsageError(f"{name}: longer than {longest} characters", "shorten it")
    return words.strip()

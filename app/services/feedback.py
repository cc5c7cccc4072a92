"""What people say of leaks. Each act is one transaction, and to do it twice is to do it once."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain import acts
from app.domain.feedback import Feedback
from app.domain.incident import Incident
from app.domain.listing import IdSort, Place
from app.errors import StorageError
from app.services import cursor
from app.services.held import Acted, Versions, acted, hold
from app.services.words import comment_of, comment_or_none, name_of
from app.storage import feedback, incidents
from app.storage.engine import joined, reading


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, and the incident it is of, as that stands now."""

    said: Feedback
    incident: Incident


@dataclass(frozen=True, slots=True)
class AcceptedPage:
    """Some of what is in force, newest first, and where the next page begins (None: there is none)."""

    accepted: tuple[Accepted, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class FeedbackService:
    """Methods raise NotFound, UsageError for words that cannot be kept, Outdated where the incident has none of the
    versions, StorageError. now: the clock, unix seconds; within: the transaction to do it in.

    An act holds the incident's row, as a scan does that writes it: they come one after the other.
    """

    engine: Engine
    now: Callable[[], float] = time.time

    def page(self, after: str | None, limit: int) -> AcceptedPage:
        """Up to `limit` of what is in force after a cursor. Raises UsageError for a cursor that is not ours."""
        before = None if after is None else cursor.decode(after, IdSort.NEWEST).id
        with reading(self.engine) as session:
            found = feedback.page(session, before, limit + 1)
            shown = [(said, incidents.get(session, number)) for said, number in found[:limit]]
        next_cursor = cursor.encode(IdSort.NEWEST, Place(shown[-1][0].id)) if len(found) > limit else None
        return AcceptedPage(tuple(Accepted(said, one) for said, one in shown if one is not None), next_cursor)

    def count(self) -> int:
        """How much is in force."""
        with reading(self.engine) as session:
            return feedback.count(session)

    def those_accepted(self, fingerprints: Collection[str]) -> frozenset[str]:
        """Those of the fingerprints of which something is in force; few enough for a page to show."""
        with reading(self.engine) as session:
            return feedback.those_in_force(session, fingerprints)

    def not_a_leak(
        self, incident_id: int, actor: str, comment: str, versions: Versions = None, within: Session | None = None
    ) -> Acted:
        """Accept what the incident's latest finding showed: scans tell it again only when it clearly exceeds that."""
        actor, comment = name_of("by", actor), comment_of(comment)
        with joined(self.engine, within) as session:
            row, incident = hold(session, incident_id, versions)
            in_force = feedback.of_fingerprint(session, row.fingerprint)
            now = self.now()
            said = acts.not_a_leak(incident, in_force, comment, now)
            if said is not None:
                if in_force is not None:
                    _withdraw(session, in_force, actor, now)
                feedback.add(session, incident.fingerprint, said.figures, comment, actor, now)
                incidents.save(session, row, said.change, actor, now)
            return acted(session, incident_id, now, changed=said is not None)

    def is_a_leak(
        self, incident_id: int, actor: str, comment: str = "", versions: Versions = None, within: Session | None = None
    ) -> Acted:
        """Withdraw what was accepted: from the next scan on it is judged as if nobody had said anything."""
        actor, comment = name_of("by", actor), comment_or_none(comment)
        with joined(self.engine, within) as session:
            row, incident = hold(session, incident_id, versions)
            in_force = feedback.of_fingerprint(session, row.fingerprint)
            now = self.now()
            change = acts.is_a_leak(incident, in_force, comment)
            if change is not None and in_force is not None:
                _withdraw(session, in_force, actor, now)
                incidents.save(session, row, change, actor, now)
            return acted(session, incident_id, now, changed=change is not None)


def _withdraw(session: Session, in_force: Feedback, actor: str, now: float) -> None:
    if not feedback.withdraw(session, in_force.id, actor, now):
        raise StorageError("what was said of this leak was withdrawn just now by another", "look again, and try again")

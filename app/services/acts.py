"""What people do to incidents. Each act is one transaction, and to do it twice is to do it once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain import acts, silencing
from app.domain.incident import Change, Incident
from app.domain.silence import Silence, at_once, check_span
from app.errors import UsageError
from app.services.held import Acted, Versions, acted, hold, refusals
from app.services.words import comment_of, comment_or_none, name_of
from app.storage import feedback, incidents, silences
from app.storage.engine import joined
from app.storage.tables import IncidentRow


@dataclass(frozen=True, slots=True)
class _Held:
    """An incident whose row is ours, and the time: unix seconds."""

    session: Session
    row: IncidentRow
    incident: Incident
    now: float


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and on what condition: versions of the incident (If-Match; None: any).

    within: the transaction to do it in; one of its own where None.
    """

    actor: str
    versions: Versions = None
    within: Session | None = None


@dataclass(frozen=True, slots=True)
class ActService:
    """Methods raise NotFound; UsageError for words or times that cannot be; Outdated where the incident has none of the
    versions; Conflict where it cannot be done as things stand; StorageError. now: the clock, unix seconds.

    An act holds the incident's row, as a scan does that writes it: they come one after the other, and none is lost.
    """

    engine: Engine
    now: Callable[[], float] = time.time

    def acknowledge(self, incident_id: int, by: By, comment: str = "") -> Acted:
        """Somebody has seen it and deals with it."""
        said = comment_or_none(comment)
        return self._act(incident_id, by, lambda held: acts.acknowledge(held.incident, said))

    def unacknowledge(self, incident_id: int, by: By, comment: str = "") -> Acted:
        """Nobody deals with it any more: it is open."""
        said = comment_or_none(comment)
        return self._act(incident_id, by, lambda held: acts.unacknowledge(held.incident, said))

    def resolve(self, incident_id: int, by: By, reason: str) -> Acted:
        """It is over, and why. See app.domain.acts.resolve for what reopens it."""
        said = comment_of(reason)
        return self._act(incident_id, by, lambda held: acts.resolve(held.incident, said, held.now))

    def reopen(self, incident_id: int, by: By, comment: str = "") -> Acted:
        """It is not over."""
        said = comment_or_none(comment)

        def decide(held: _Held) -> Change | None:
            return acts.reopen(held.incident, feedback.of_fingerprint(held.session, held.row.fingerprint), said)

        return self._act(incident_id, by, decide)

    def assign(self, incident_id: int, by: By, assignee: str | None, comment: str = "") -> Acted:
        """It is somebody's to look after, or nobody's (None)."""
        name = None if assignee is None else name_of("assignee", assignee)
        said = comment_or_none(comment)

        def decide(held: _Held) -> Change | None:
            assignment = acts.assign(held.incident, name, said)
            if assignment is None:
                return None
            held.row.assignee = assignment.assignee
            return assignment.change

        return self._act(incident_id, by, decide)

    def comment(self, incident_id: int, by: By, comment: str) -> Acted:
        """Say something. The same words at once again are not repeated."""
        said, actor = comment_of(comment), name_of("by", by.actor)

        def decide(held: _Held) -> Change | None:
            lines = incidents.timeline(held.session, held.row.id, 1)
            return acts.comment(held.incident, actor, said, lines[0] if lines else None)

        return self._act(incident_id, by, decide)

    def silence(self, incident_id: int, by: By, until: float, comment: str) -> Acted:
        """Keep this incident quiet until a time (unix seconds); a silence of it that is in force then ends at this."""
        said, actor = comment_of(comment), name_of("by", by.actor)

        def decide(held: _Held) -> Change | None:
            try:
                check_span(held.now, until, held.now)
            except ValueError as error:
                raise UsageError(f"until: {error}") from error
            known = silences.of_incident(held.session, held.row.id, held.now)
            before = None if known is None else silences.silence_of(known)
            change = silencing.silence_incident(held.incident, before, until, said)
            if change is None:
                return None
            if known is None or before is None:
                silence = Silence(0, (), held.row.id, actor, said, held.now, at_once(held.now), until, None, 1)
                silences.add(held.session, silence)
            else:
                wanted = replace(before, ends_at=until, author=actor, comment=said)
                silences.write(known, replace(wanted, version=before.version + 1))
            return change

        return self._act(incident_id, by, decide)

    def unsilence(self, incident_id: int, by: By, comment: str = "") -> Acted:
        """End the silence that is of this incident alone; one with matchers that is about it, too, goes on."""
        said, actor = comment_or_none(comment), name_of("by", by.actor)

        def decide(held: _Held) -> Change | None:
            known = silences.of_incident(held.session, held.row.id, held.now)
            before = None if known is None else silences.silence_of(known)
            over = None if before is None else silencing.ended(before, actor, held.now)
            if known is not None and over is not None:
                silences.write(known, over)
            return silencing.unsilence_incident(held.incident, before, said)

        return self._act(incident_id, by, decide)

    def _act(self, incident_id: int, by: By, decide: Callable[[_Held], Change | None]) -> Acted:
        actor = name_of("by", by.actor)
        with joined(self.engine, by.within) as session:
            row, incident = hold(session, incident_id, by.versions)
            # Read once the row is ours, so that the timeline is in order.
            now = self.now()
            with refusals():
                change = decide(_Held(session, row, incident, now))
            if change is not None:
                incidents.save(session, row, change, actor, now)
            return acted(session, incident_id, now, changed=change is not None)

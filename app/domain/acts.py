"""What a person makes of an incident. Pure: no database, no clock. What scans make of it is in app.domain.lifecycle."""

from dataclasses import dataclass, replace

from app.domain.feedback import Feedback, Figures, figures_of
from app.domain.incident import Change, Event, EventKind, Incident, IncidentState


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is accepted from now on, in place of what was, and what becomes of the incident."""

    figures: Figures
    change: Change


def not_a_leak(incident: Incident, in_force: Feedback | None, comment: str, now: float) -> Acceptance | None:
    """A person says that it is no leak: what its latest finding showed is accepted, and the incident is over.

    now: unix seconds. None where that has been said already, of the same figures: to say it twice is to say it once.
    """
    before = None if in_force is None else in_force.figures
    figures, standing = figures_of(incident.finding, before), incident.standing
    over = standing.state is IncidentState.RESOLVED
    if over and figures == before:
        return None
    text = f"accepted up to {figures}: {comment}"
    events = [Event(EventKind.NOT_A_LEAK, None if before is None else str(before), str(figures), text)]
    if not over:
        events.append(Event(EventKind.RESOLVED, standing.state.value, "resolved", "a person said that it is no leak"))
        standing = replace(standing, state=IncidentState.RESOLVED, resolved_at=now)
    return Acceptance(figures, Change(standing, tuple(events), None))


def is_a_leak(incident: Incident, in_force: Feedback | None, comment: str) -> Change | None:
    """A person takes that back. The incident stays as it is: the next scan opens it again where it still leaks.

    None where nobody had said so, or it was taken back already.
    """
    if in_force is None:
        return None
    text = "what was accepted is withdrawn, the next scan judges anew"
    event = Event(EventKind.IS_A_LEAK, str(in_force.figures), None, f"{text}: {comment}" if comment else text)
    return Change(incident.standing, (event,), None)

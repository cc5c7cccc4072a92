"""What a person makes of an incident. Pure: no database, no clock. What scans make of it is in app.domain.lifecycle.

To do a thing twice is to do it once: an act that finds all as it wants it is None. Comments are one line; "" is none.
Times are unix seconds.
"""

from dataclasses import dataclass, replace

from app.domain.feedback import Feedback, Figures, figures_of
from app.domain.incident import Change, Event, EventKind, Incident, IncidentState, TimelineEntry
from app.domain.lifecycle import TRUSTED_SECONDS


class ActRefused(Exception):
    """It cannot be done as things stand. `str()` says why, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is accepted from now on, in place of what was, and what becomes of the incident."""

    figures: Figures
    change: Change


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who looks after it from now on (None: nobody), and what is told of it."""

    assignee: str | None
    change: Change


def acknowledge(incident: Incident, comment: str) -> Change | None:
    """A person has seen it and deals with it. Raises ActRefused where it is over.

    It stays acknowledged whatever scans find, severity included, until it is over; one that comes back is open.
    """
    standing = incident.standing
    if standing.state is IncidentState.ACKNOWLEDGED:
        return None
    if standing.state is IncidentState.RESOLVED:
        raise ActRefused(f"incident {incident.id} is resolved", "there is nothing to acknowledge; reopen it first")
    event = Event(EventKind.ACKNOWLEDGED, "open", "acknowledged", comment or "somebody deals with it")
    return Change(replace(standing, state=IncidentState.ACKNOWLEDGED), (event,), None)


def unacknowledge(incident: Incident, comment: str) -> Change | None:
    """Nobody deals with it any more."""
    if incident.standing.state is not IncidentState.ACKNOWLEDGED:
        return None
    event = Event(EventKind.UNACKNOWLEDGED, "acknowledged", "open", comment or "nobody deals with it any more")
    return Change(replace(incident.standing, state=IncidentState.OPEN), (event,), None)


def resolve(incident: Incident, reason: str, now: float) -> Change | None:
    """A person says that it is over, and why.

    What they know is trusted for a while: only data of two hours later that still shows the leak reopens it, or
    earlier data of after this that show it more severe than it was.
    """
    standing = incident.standing
    if standing.state is IncidentState.RESOLVED:
        return None
    event = Event(EventKind.RESOLVED, standing.state.value, "resolved", reason)
    over = replace(
        standing,
        state=IncidentState.RESOLVED,
        resolved_at=now,
        judged_until=max(standing.judged_until, now + TRUSTED_SECONDS),
    )
    return Change(over, (event,), None)


def reopen(incident: Incident, in_force: Feedback | None, comment: str) -> Change | None:
    """A person says that it is not over. Scans go on from there, and close it when it is healthy for long enough.

    Raises ActRefused where it is accepted as no leak: scans would close it again.
    """
    standing = incident.standing
    if standing.state is not IncidentState.RESOLVED:
        return None
    if in_force is not None:
        raise ActRefused(
            f"{in_force.actor} said of incident {incident.id} that it is no leak",
            "take that back with is-a-leak; the next scan then judges it anew",
        )
    event = Event(EventKind.REOPENED, "resolved", "open", comment or "a person opened it again")
    again = replace(
        standing,
        state=IncidentState.OPEN,
        resolved_at=None,
        healthy_streak=0,
        judged_until=max(standing.last_leak_at, standing.last_seen_at),
    )
    return Change(again, (event,), None)


def assign(incident: Incident, assignee: str | None, comment: str) -> Assignment | None:
    """It is somebody's to look after, or nobody's (None)."""
    if incident.assignee == assignee:
        return None
    text = comment or ("it is nobody's any more" if assignee is None else f"it is {assignee}'s to look after")
    event = Event(EventKind.ASSIGNED, incident.assignee, assignee, text)
    return Assignment(assignee, Change(incident.standing, (event,), None))


def comment(incident: Incident, actor: str, text: str, latest: TimelineEntry | None) -> Change | None:
    """A person says something. latest: the timeline's last line; the same words of the same person are not repeated."""
    event = Event(EventKind.COMMENTED, None, None, text)
    if latest is not None and (latest.actor, latest.event) == (actor, event):
        return None
    return Change(incident.standing, (event,), None)


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

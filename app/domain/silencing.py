"""What a person makes of silences: of one incident's, and of those with matchers. Pure: no database, no clock."""

from dataclasses import replace
from datetime import UTC, datetime

from app.domain.incident import Change, Event, EventKind, Incident
from app.domain.silence import Silence, SilenceState, at_once

# Two ends that are no further apart are the same: to ask twice for two hours of silence is to ask once.
_SAME_SECONDS = 60.0


def silence_incident(incident: Incident, in_force: Silence | None, until: float, comment: str) -> Change | None:
    """What the timeline is told when an incident is silenced until a time (unix seconds).

    in_force: the silence of this incident alone that is; its end becomes this one. None where it ends then already.
    """
    if in_force is not None and abs(in_force.ends_at - until) <= _SAME_SECONDS:
        return None
    before, after = None if in_force is None else _written(in_force.ends_at), _written(until)
    return Change(incident.standing, (Event(EventKind.SILENCED, before, after, f"until {after}: {comment}"),), None)


def unsilence_incident(incident: Incident, in_force: Silence | None, comment: str) -> Change | None:
    """What the timeline is told when that silence is ended. None where there is none."""
    if in_force is None:
        return None
    event = Event(EventKind.UNSILENCED, _written(in_force.ends_at), None, comment or "its silence was ended")
    return Change(incident.standing, (event,), None)


def ended(silence: Silence, actor: str, now: float) -> Silence | None:
    """The silence, ended now (unix seconds). None where it is over already."""
    if silence.state(now) is SilenceState.EXPIRED:
        return None
    end = at_once(now)
    return replace(
        silence, starts_at=min(silence.starts_at, end), ends_at=end, ended_by=actor, version=silence.version + 1
    )


def resumed(silence: Silence, starts_at: float, ends_at: float, now: float) -> Silence | None:
    """The silence with its former times, unix seconds, as if nobody had ended it. None where that cannot be."""
    was_ended = silence.ended_by is not None and silence.state(now) is SilenceState.EXPIRED
    if not was_ended or not at_once(silence.created_at) <= starts_at < ends_at or ends_at <= now:
        return None
    return replace(silence, starts_at=starts_at, ends_at=ends_at, ended_by=None, version=silence.version + 1)


def edited(silence: Silence, wanted: Silence) -> Silence | None:
    """The silence as it is wanted, of another version. None where it is so already, whoever made it so."""
    if replace(wanted, author=silence.author, version=silence.version) == silence:
        return None
    return replace(wanted, version=silence.version + 1)


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(round(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

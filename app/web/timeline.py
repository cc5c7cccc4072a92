"""An incident's timeline as a page shows it: in words, by day, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from app.domain.incident import EventKind, TimelineEntry

_WORDS = {
    EventKind.OPENED: "Opened",
    EventKind.REOPENED: "Opened again",
    EventKind.RECURRED: "Came back",
    EventKind.SEVERITY_CHANGED: "Severity",
    EventKind.SUSPECT_CHANGED: "Suspect",
    EventKind.NOT_A_LEAK: "Accepted as no leak",
    EventKind.IS_A_LEAK: "A leak after all",
    EventKind.ACKNOWLEDGED: "Acknowledged",
    EventKind.UNACKNOWLEDGED: "No longer acknowledged",
    EventKind.ASSIGNED: "Assigned",
    EventKind.COMMENTED: "Comment",
    EventKind.SILENCED: "Silenced",
    EventKind.UNSILENCED: "Silence ended",
    EventKind.ALERT_FIRING: "Alert",
    EventKind.ALERT_RESOLVED: "Alert over",
    EventKind.RESOLVED: "Resolved",
    EventKind.MITIGATION_PROPOSED: "Act proposed",
    EventKind.MITIGATION_APPROVED: "Act approved",
    EventKind.MITIGATION_APPLIED: "Act done",
    EventKind.MITIGATION_ENDED: "What came of it",
    EventKind.OTHER: "Noted",
}
_NOBODY = "it is nobody's any more"
# Where what it was and what it became say something that the words do not.
_CHANGES = frozenset({EventKind.SEVERITY_CHANGED, EventKind.SUSPECT_CHANGED, EventKind.ASSIGNED})


@dataclass(frozen=True, slots=True)
class Line:
    """One event. before, after: of a change, None where it was none of that; until: the end of a silence, RFC 3339."""

    at: float
    actor: str
    kind: str
    words: str
    text: str
    is_change: bool
    before: str | None
    after: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """The events of a day, of UTC. words: `Tue 24 Nov 2026`."""

    words: str
    lines: tuple[Line, ...]


def days(entries: Iterable[TimelineEntry]) -> tuple[Day, ...]:
    """The entries, the newest first as they are given, by day."""
    return tuple(
        Day(words, tuple(_line(one) for one in of_day)) for words, of_day in groupby(entries, lambda one: _day(one.at))
    )


def _day(at: float) -> str:
    when = datetime.fromtimestamp(at, UTC)
    return f"{when:%a} {when.day} {when:%b %Y}"


def _line(entry: TimelineEntry) -> Line:
    event = entry.event
    is_change = event.kind in _CHANGES
    is_end = event.kind is EventKind.MITIGATION_ENDED
    until = event.after if event.kind is EventKind.SILENCED else None
    return Line(
        entry.at,
        entry.actor,
        event.kind.value,
        _WORDS[event.kind],
        _text(entry),
        is_change or is_end,
        event.before if is_change else None,
        (event.after or "").replace("_", " ") if is_end else event.after if is_change else None,
        until,
    )


def _text(entry: TimelineEntry) -> str:
    """What was said, without what the line shows already."""
    event = entry.event
    if event.kind is EventKind.SEVERITY_CHANGED and event.text == f"severity {event.before} became {event.after}":
        return ""
    if event.kind is EventKind.ASSIGNED and event.text in {_NOBODY, f"it is {event.after}'s to look after"}:
        return ""
    if event.kind is EventKind.SILENCED:
        return event.text.removeprefix(f"until {event.after}: ")
    return event.text

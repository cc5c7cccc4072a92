"""An incident: a leak that someone must deal with, over time."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.finding import Finding, Severity


class IncidentState(StrEnum):
    """Open until somebody acknowledges it or it is resolved; a resolved one may come back."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class EventKind(StrEnum):
    """What can happen to an incident."""

    OPENED = "opened"
    REOPENED = "reopened"
    RECURRED = "recurred"
    SEVERITY_CHANGED = "severity_changed"
    SUSPECT_CHANGED = "suspect_changed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an incident's timeline: what changed, from what to what, and why."""

    kind: EventKind
    before: str | None
    after: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an incident stands; all that its life cycle depends on. Times are unix seconds.

    opened_at: of the present occurrence; last_seen_at: when its workload was last there; last_leak_at: when it was last
    judged to leak; healthy_streak: healthy scans in a row; occurrences: how often it came back after it was over
    """

    state: IncidentState
    severity: Severity
    suspect: str | None
    opened_at: float
    last_seen_at: float
    last_leak_at: float
    resolved_at: float | None
    healthy_streak: int
    occurrences: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a scan makes of an incident. `finding` is the leak it now shows, None where it shows none."""

    standing: Standing
    events: tuple[Event, ...]
    finding: Finding | None

"""An incident: a leak that someone must deal with, over time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain.feedback import Feedback
from app.domain.finding import Finding, Identity, Severity


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
    NOT_A_LEAK = "not_a_leak"
    IS_A_LEAK = "is_a_leak"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    SILENCED = "silenced"
    UNSILENCED = "unsilenced"
    ALERT_FIRING = "alert_firing"
    ALERT_RESOLVED = "alert_resolved"
    RESOLVED = "resolved"
    MITIGATION_PROPOSED = "mitigation_proposed"
    MITIGATION_APPROVED = "mitigation_approved"
    MITIGATION_APPLIED = "mitigation_applied"
    MITIGATION_ENDED = "mitigation_ended"
    OTHER = "other"  # what a newer leakwatch wrote, before this one took over again

    @classmethod
    def of(cls, word: str) -> "EventKind":
        """The kind of that name, OTHER for one that is not known."""
        return cls(word) if word in cls._value2member_map_ else cls.OTHER


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

    By the clock: opened_at, of the present occurrence, and resolved_at. By the time of the data, that is of windows'
    ends: last_seen_at, when its workload was last there; last_leak_at, when it was last judged to leak; judged_until,
    of the latest window that told anything. window_seconds: how long the window was that last showed the leak;
    healthy_streak: healthy windows in a row; occurrences: how often it came back after it was over.
    """

    state: IncidentState
    severity: Severity
    suspect: str | None
    opened_at: float
    last_seen_at: float
    last_leak_at: float
    judged_until: float
    window_seconds: float
    resolved_at: float | None
    healthy_streak: int
    occurrences: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a scan makes of an incident. `finding` is the leak it now shows, None where it shows none."""

    standing: Standing
    events: tuple[Event, ...]
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as it is kept. finding: the document of the last finding that showed a leak.

    version: grows with each change; limit_at: when memory is expected to run out (median), unix seconds.
    silenced_until: the end of the silences that are in force for it; of those that list or show it, they are asked.
    """

    id: int
    fingerprint: str
    identity: Identity
    standing: Standing
    updated_at: float
    finding: Mapping[str, Any]
    version: int = 1
    assignee: str | None = None
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    limit_at: float | None = None
    silenced_until: float | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An event with its time (unix seconds) and who caused it."""

    id: int
    at: float
    actor: str
    event: Event


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """The evidence document kept at one moment of an incident; at: unix seconds."""

    at: float
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """One incident with its timeline, oldest first, and its evidence by moment: "opened", "latest".

    feedback: what a person said of it, where that is in force.
    """

    incident: Incident
    timeline: tuple[TimelineEntry, ...]
    evidence: Mapping[str, KeptEvidence]
    feedback: Feedback | None


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents to list; None and empty mean any.

    revision: the suspected one; since, until: unix seconds of the last change, until itself left out; text: stands in
    namespace, workload, container or suspected revision, in either case of letters; ids, other_ids: only these, all
    but these
    """

    states: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    cluster: str | None = None
    namespace: str | None = None
    workload: str | None = None
    container: str | None = None
    revision: str | None = None
    assignee: str | None = None
    since: float | None = None
    until: float | None = None
    text: str | None = None
    ids: frozenset[int] | None = None
    other_ids: frozenset[int] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether only states and severities are asked for."""
        return replace(self, states=(), severities=()) == IncidentFilter()

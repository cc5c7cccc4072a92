"""When an incident was a leak: one span an occurrence, read off its timeline. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.finding import Severity
from app.domain.incident import EventKind, Incident, IncidentState, TimelineEntry

BEGINNINGS = frozenset({EventKind.OPENED, EventKind.REOPENED, EventKind.RECURRED})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """From the onset of a leak, or when it was found, to when it was over. Times are unix seconds.

    found_at: when it was opened, which no later scan changes; end: None while it goes on; why: what the timeline said
    at its end; latest: whether the incident's finding is of this one.
    """

    found_at: float
    start: float
    end: float | None
    severity: Severity
    why: str
    latest: bool


def occurrences(incident: Incident, timeline: Sequence[TimelineEntry]) -> list[Occurrence]:
    """Its occurrences, oldest first. timeline: the entries that begin, end and weigh it, oldest first.

    The onset is known of the latest finding only: it begins the occurrence that it falls before, where no other lies
    between. An incident whose timeline has been let go is taken from where it stands.
    """
    spans = _spans(timeline)
    standing = incident.standing
    if not spans:
        spans = [_Span(standing.opened_at, standing.resolved_at, "")]
    if standing.state is not IncidentState.RESOLVED:
        spans[-1] = replace(spans[-1], end=None)
    elif spans[-1].end is None:
        spans[-1] = replace(spans[-1], end=standing.resolved_at)
    onset, before = onset_of(incident), float("-inf")
    found = []
    for number, span in enumerate(spans):
        latest = number == len(spans) - 1
        begins_at_onset = onset is not None and before <= onset < span.found_at
        start = onset if onset is not None and begins_at_onset else span.found_at
        severity = standing.severity if latest else _severity(timeline, span.end or span.found_at, standing.severity)
        found.append(Occurrence(span.found_at, start, span.end, severity, span.why, latest))
        before = span.end or span.found_at
    return found


def onset_of(incident: Incident) -> float | None:
    """When the leak of its latest finding began, unix seconds."""
    told = incident.finding.get("onset_at")
    return datetime.fromisoformat(told).timestamp() if isinstance(told, str) else None


@dataclass(frozen=True, slots=True)
class _Span:
    found_at: float
    end: float | None
    why: str


def _spans(timeline: Sequence[TimelineEntry]) -> list[_Span]:
    spans: list[_Span] = []
    for entry in timeline:
        going_on = bool(spans) and spans[-1].end is None
        if entry.event.kind in BEGINNINGS and not going_on:
            spans.append(_Span(entry.at, None, ""))
        elif entry.event.kind is EventKind.RESOLVED and going_on:
            spans[-1] = replace(spans[-1], end=entry.at, why=entry.event.text)
    return spans


def _severity(timeline: Sequence[TimelineEntry], at: float, now: Severity) -> Severity:
    """What it was at a time: what the last change before that made it, or the first after that changed."""
    changes = [entry for entry in timeline if entry.event.kind is EventKind.SEVERITY_CHANGED]
    earlier = [entry.event.after for entry in changes if entry.at <= at]
    later = [entry.event.before for entry in changes if entry.at > at]
    told = earlier[-1] if earlier else later[0] if later else None
    return Severity(told) if told else now

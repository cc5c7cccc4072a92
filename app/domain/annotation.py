"""What is drawn of an incident over a graph: its leaks as spans, what happened to it as points. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.annotation_text import (
    acknowledgement_text,
    deploy_text,
    leak_text,
    mitigation_text,
    point_text,
    tags_of,
    title_of,
)
from app.domain.finding import Severity
from app.domain.incident import EventKind, Incident, TimelineEntry
from app.domain.mitigation.model import MitigationState
from app.domain.occurrence import BEGINNINGS, Occurrence, occurrences

# The lines of a timeline that anything is drawn of.
DRAWN_EVENTS = BEGINNINGS | {EventKind.RESOLVED, EventKind.SEVERITY_CHANGED, EventKind.ACKNOWLEDGED}
DRAWN_EVENTS |= {EventKind.MITIGATION_APPLIED, EventKind.MITIGATION_ENDED}
# Two scans may place the same end of a container a step of their grids apart.
_LEAST_BLUR_SECONDS = 900.0


class AnnotationKind(StrEnum):
    """leak: a span, one an occurrence; the others are points."""

    LEAK = "leak"
    OOM = "oom"
    RESTART = "restart"
    DEPLOY = "deploy"
    ACKNOWLEDGED = "acknowledged"
    MITIGATION = "mitigation"


# What is read from the evidence that is kept.
OF_EVIDENCE = frozenset({AnnotationKind.OOM, AnnotationKind.RESTART, AnnotationKind.DEPLOY})


@dataclass(frozen=True, slots=True)
class Annotation:
    """One thing to draw. Times are unix seconds; title, text and tags are safe in HTML.

    key: of small letters, digits and hyphens, 80 at most; `series` and, behind the last hyphen, milliseconds
    blur_seconds: what has the same series and lies so near is the same thing, seen by another scan
    start: of a leak its onset, where that is known; end: of a leak that is over; None for one that goes on, and points
    """

    kind: AnnotationKind
    incident_id: int
    key: str
    blur_seconds: float
    start: float
    end: float | None
    severity: Severity
    title: str
    text: str
    tags: tuple[str, ...]

    @property
    def series(self) -> str:
        """What the key begins with: kind, incident, and whom it is about."""
        return self.key.rpartition("-")[0]

    @property
    def goes_on(self) -> bool:
        """Whether it is a leak that is not over."""
        return self.kind is AnnotationKind.LEAK and self.end is None

    def ends_at(self, now: float) -> float:
        """When it ends; `now` where it goes on."""
        if self.kind is not AnnotationKind.LEAK:
            return self.start
        return max(now if self.end is None else self.end, self.start)


def annotations_of(
    incident: Incident,
    timeline: Sequence[TimelineEntry],
    evidence: Iterable[Mapping[str, Any]] = (),
    public_url: str | None = None,
) -> list[Annotation]:
    """All there is to draw of an incident, in no order.

    timeline: its DRAWN_EVENTS, oldest first; evidence: the documents kept of it, the most telling first; public_url:
    where people reach this service, for a link.
    """
    drawing = _Drawing(incident, public_url)
    found = [drawing.leak(one) for one in occurrences(incident, timeline)]
    found += [drawing.acknowledged(entry) for entry in timeline if entry.event.kind is EventKind.ACKNOWLEDGED]
    found += [drawing.mitigation(entry) for entry in timeline if _is_act(entry)]
    seen: dict[str, list[float]] = {}
    for document in evidence:
        fresh = [point for point in drawing.of_evidence(document) if not is_near(point, seen.get(point.series, ()))]
        for point in fresh:
            seen.setdefault(point.series, []).append(point.start)
        found += fresh
    return found


def is_near(point: Annotation, times: Iterable[float]) -> bool:
    """Whether one of the times (unix seconds) of its series is its own."""
    return any(abs(point.start - at) < point.blur_seconds for at in times)


@dataclass(frozen=True, slots=True)
class _Drawing:
    incident: Incident
    public_url: str | None

    def leak(self, one: Occurrence) -> Annotation:
        """A span."""
        text = leak_text(self.incident, one, self.public_url)
        return self._make(AnnotationKind.LEAK, "", one.start, one.end, text, one.severity, identified_by=one.found_at)

    def acknowledged(self, entry: TimelineEntry) -> Annotation:
        """A point."""
        return self._make(AnnotationKind.ACKNOWLEDGED, entry.actor, entry.at, None, acknowledgement_text(entry))

    def mitigation(self, entry: TimelineEntry) -> Annotation:
        """A point: something was done, or what came of it is known."""
        return self._make(AnnotationKind.MITIGATION, str(entry.id), entry.at, None, mitigation_text(entry))

    def of_evidence(self, document: Mapping[str, Any]) -> Iterable[Annotation]:
        """OOM kills, restarts and deploys."""
        blur = max(_LEAST_BLUR_SECONDS, _spacing(document["times"]))
        for pod in document["pods"]:
            for kind, times in ((AnnotationKind.OOM, pod["oom_kills"]), (AnnotationKind.RESTART, pod["restarts"])):
                for at in times:
                    text = point_text(kind.value, pod["pod"], pod["revision"])
                    yield self._make(kind, pod["pod"], at, None, text, blur=blur)
        for at, revision in deploys(document):
            text = deploy_text(self.incident, revision)
            yield self._make(AnnotationKind.DEPLOY, revision, at, None, text, blur=blur)

    def _make(
        self,
        kind: AnnotationKind,
        subject: str,
        start: float,
        end: float | None,
        text: str,
        severity: Severity | None = None,
        identified_by: float | None = None,
        blur: float = 0.0,
    ) -> Annotation:
        severity = severity or self.incident.standing.severity
        at = round(1000 * (start if identified_by is None else identified_by))
        about = hashlib.sha256(subject.encode()).hexdigest()[:8]
        return Annotation(
            kind=kind,
            incident_id=self.incident.id,
            key="-".join((kind.value, self.incident.fingerprint, *((about,) if subject else ()), str(at))),
            blur_seconds=blur,
            start=start,
            end=end,
            severity=severity,
            title=title_of(kind.value, self.incident.identity),
            text=text,
            tags=tags_of(kind.value, self.incident.identity, severity),
        )


def deploys(document: Mapping[str, Any]) -> list[tuple[float, str]]:
    """When revisions of an evidence document were first seen, (unix seconds, revision), oldest first.

    One that is there as the evidence begins, or as its first pod does, was deployed before that.
    """
    times: Sequence[float] = document["times"]
    first: dict[str, int] = {}
    for pod in document["pods"]:
        seen = next((number for number, value in enumerate(pod["peak"]) if value is not None), None)
        if seen is not None and pod["revision"] is not None:
            first[pod["revision"]] = min(seen, first.get(pod["revision"], seen))
    if not first:
        return []
    earliest = min(first.values())
    return sorted((times[number], revision) for revision, number in first.items() if number > earliest)


def _is_act(entry: TimelineEntry) -> bool:
    """Whether something was done to the workload, or is known to have helped or not. Of what was not done, nothing."""
    event = entry.event
    ended = event.kind is EventKind.MITIGATION_ENDED and event.before == MitigationState.WATCHING.value
    return ended or event.kind is EventKind.MITIGATION_APPLIED


def _spacing(times: Sequence[float]) -> float:
    return times[1] - times[0] if len(times) > 1 else 0.0

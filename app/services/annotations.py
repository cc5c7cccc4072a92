"""What Grafana draws over its graphs, worked out from incidents when it asks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.annotation import OF_EVIDENCE, Annotation, AnnotationKind, annotations_of
from app.domain.annotation_filter import CHOICES, AnnotationFilter
from app.domain.finding import Severity
from app.domain.incident import Incident
from app.domain.occurrence import occurrences
from app.storage import annotations as storage
from app.storage.engine import reading

_MOST_INCIDENTS = 2000
_MOST_EVIDENCE = 200
_MOST_NAMES = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """A time that a dashboard shows, unix seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """What to draw, by start. left_out: what is not all there, in words, empty where all is.

    until: where what goes on ends for now, unix seconds: the end of the time, or this moment where that is earlier.
    """

    annotations: tuple[Annotation, ...]
    until: float
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnnotationService:
    """Reads annotations. public_url: where people reach this service. Methods raise StorageError."""

    engine: Engine
    public_url: str | None = None
    now: Callable[[], float] = time.time

    def drawn(self, wanted: AnnotationFilter, span: Span, limit: int) -> Drawn:
        """Up to `limit` annotations of a time: leaks before points, and of each the latest."""
        with reading(self.engine) as session:
            found = storage.of_time(session, wanted, span.start, span.end, _MOST_INCIDENTS + 1)
            incidents = {one.id: one for one in found[:_MOST_INCIDENTS]}
            timelines = storage.timelines(session, incidents)
            told = list(incidents)[:_MOST_EVIDENCE] if any(wanted.draws(kind) for kind in OF_EVIDENCE) else []
            evidence = storage.evidence(session, told)
        left_out = _left_out(len(found) > _MOST_INCIDENTS, bool(told) and len(incidents) > len(told))
        now = self.now()
        visible = [
            one
            for id_, incident in incidents.items()
            for one in annotations_of(incident, timelines[id_], evidence.get(id_, ()), self.public_url)
            if wanted.draws(one.kind) and one.start <= span.end and one.ends_at(now) >= span.start
        ]
        visible.sort(key=lambda one: (one.kind is not AnnotationKind.LEAK, -one.start))
        if len(visible) > limit:
            left_out = (*left_out, f"{limit} of {len(visible)} annotations are drawn")
        kept = sorted(visible[:limit], key=lambda one: (one.start, one.key))
        return Drawn(tuple(kept), max(min(span.end, now), span.start), left_out)

    def leaking(self, wanted: AnnotationFilter, span: Span, points: int) -> list[tuple[float, int]]:
        """How many leaks went on at each of `points` times over a span, (unix seconds, number)."""
        leaks = AnnotationFilter(kind=(AnnotationKind.LEAK.value,))
        drawn = self.drawn(wanted.and_also(leaks), span, _MOST_INCIDENTS)
        step = (span.end - span.start) / max(points - 1, 1)
        times = [span.start + number * step for number in range(points)]
        spans = [(one.start, one.ends_at(drawn.until)) for one in drawn.annotations]
        return [(at, sum(start <= at <= end for start, end in spans)) for at in times]

    def incidents(self, wanted: AnnotationFilter, span: Span, limit: int) -> Sequence[Incident]:
        """Up to `limit` incidents of a time, the most severe first."""
        with reading(self.engine) as session:
            found = storage.of_time(session, wanted, span.start, span.end, _MOST_INCIDENTS)
            timelines = storage.timelines(session, [one.id for one in found])
        leaking = [
            incident
            for incident in found
            for one in occurrences(incident, timelines[incident.id])
            if one.start <= span.end and (one.end is None or one.end >= span.start)
        ]
        order = tuple(Severity)
        unique = {one.id: one for one in leaking}.values()
        ranked = sorted(unique, key=lambda one: (order.index(one.standing.severity), -one.standing.opened_at, one.id))
        return ranked[:limit]

    def values(self, key: str) -> list[str]:
        """What a filter's key may be, up to a thousand; none for a key that there is not."""
        if key in CHOICES:
            return list(CHOICES[key])
        if key not in storage.NAMED:
            return []
        with reading(self.engine) as session:
            return storage.names(session, key, _MOST_NAMES)


def _left_out(incidents: bool, evidence: bool) -> tuple[str, ...]:
    told = []
    if incidents:
        told.append(f"only the {_MOST_INCIDENTS} incidents that changed last are drawn")
    if evidence:
        told.append(f"OOM kills, restarts and deploys are of the {_MOST_EVIDENCE} incidents that changed last")
    return tuple(told)

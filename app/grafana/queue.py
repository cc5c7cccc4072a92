"""Fills the queue of annotations: what Grafana is to show is worked out from incidents that changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from app.domain.annotation import Annotation, AnnotationKind, annotations_of, is_near
from app.domain.incident import Incident
from app.storage import annotations, grafana
from app.storage.engine import reading, transaction
from app.storage.grafana import Wanted

# Leaks that changed before that when a service first pushes are history; what the queue knows is followed however old.
_BACK_SECONDS = 7 * 86_400.0
# A scan may write an incident so long after the moment that it gives as the time of the change.
_LATE_SECONDS = 3600.0
_PAGE = 500
_BATCH = 50
# Of one incident: a pod that is killed every few minutes says no more each time.
_MOST_POINTS = 100
# What goes on is drawn to the hour, and so changed once an hour at most by the time alone.
_ROUNDED_MILLISECONDS = 3_600_000
# The feed has restarts; kept in Grafana for ever they would crowd out what matters.
_PUSHED = frozenset({AnnotationKind.OOM, AnnotationKind.DEPLOY, AnnotationKind.ACKNOWLEDGED})


@dataclass(slots=True)
class QueueFiller:
    """Looks at each change of an incident once. What it has looked at is forgotten with the process: it looks again."""

    engine: Engine
    public_url: str | None
    now: Callable[[], float]
    _since: float | None = None
    _versions: dict[int, int] = field(default_factory=dict)

    def fill(self) -> None:
        """Queue what is new or different. Raises StorageError, and then looks again the next time."""
        since = self._since
        if since is None:
            since = self.now() - _BACK_SECONDS
            self._known_before()
        newest, seen = since, {}
        for id_, version, updated_at in self._changes(since - _LATE_SECONDS):
            seen[id_], newest = version, max(newest, updated_at)
        stale = [id_ for id_, version in seen.items() if self._versions.get(id_) != version]
        for some in _batches(stale, _BATCH):
            self._queue(some)
            self._versions |= {id_: seen[id_] for id_ in some}
        self._since = newest
        self._versions = seen

    def _changes(self, since: float) -> Iterable[tuple[int, int, float]]:
        after: tuple[float, int] | None = None
        while True:
            with reading(self.engine) as session:
                page = grafana.changed_since(session, since, after, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = (page[-1][2], page[-1][0])

    def _known_before(self) -> None:
        """What the queue has of incidents that changed while nobody pushed."""
        last = 0
        while True:
            with reading(self.engine) as session:
                ids = grafana.queued_incidents(session, last, _BATCH)
            if not ids:
                return
            self._queue(ids)
            last = ids[-1]

    def _queue(self, ids: Sequence[int]) -> None:
        with reading(self.engine) as session:
            incidents = annotations.of_ids(session, ids)
            timelines = annotations.timelines(session, ids)
            evidence = annotations.evidence(session, ids)
            known = grafana.known(session, ids)
        for incident in incidents:
            told = annotations_of(incident, timelines[incident.id], evidence[incident.id], self.public_url)
            fresh = wanted_of(incident, told, known[incident.id])
            if fresh:
                with transaction(self.engine) as session:
                    grafana.want(session, incident.id, fresh, self.now())


def wanted_of(incident: Incident, drawn: Iterable[Annotation], known: Mapping[str, Mapping[str, Any]]) -> list[Wanted]:
    """What is new or different of an incident's annotations. known: what the queue has already, by key.

    What is over is never changed again: a later finding says nothing of it.
    """
    times: dict[str, list[float]] = {}
    for key, document in known.items():
        times.setdefault(key.rpartition("-")[0], []).append(document["time"] / 1000)
    room = _MOST_POINTS - sum(not key.startswith(AnnotationKind.LEAK.value) for key in known)
    wanted: list[Wanted] = []
    for one in sorted(drawn, key=lambda one: -one.start):
        if one.kind is AnnotationKind.LEAK:
            span = _span(incident, one)
            before = known.get(one.key)
            if before is None or (not before["over"] and before != span.document()):
                wanted.append(span)
        elif one.kind in _PUSHED and one.key not in known and not is_near(one, times.get(one.series, ())) and room > 0:
            at = round(one.start * 1000)
            wanted.append(Wanted(one.key, at, at, _text(one), _tags(one), over=True))
            room -= 1
    return wanted


def _span(incident: Incident, one: Annotation) -> Wanted:
    start = round(one.start * 1000)
    if one.end is None:
        last = round(incident.standing.last_leak_at * 1000)
        end = max(last - last % _ROUNDED_MILLISECONDS, start)
    else:
        end = max(round(one.end * 1000), start)
    return Wanted(one.key, start, end, _text(one), _tags(one), over=one.end is not None)


def _text(one: Annotation) -> str:
    """Grafana's annotations have no title."""
    return f"<b>{one.title}</b><br>{one.text}"


def _tags(one: Annotation) -> tuple[str, ...]:
    return (*one.tags, tag_of(one.key))


def tag_of(key: str) -> str:
    """The tag by which an annotation is found again.

    With one colon: of a tag with more, Grafana keeps what stands between the first two, and all would be the same.
    """
    return f"leakwatch:{key}"


def _batches(ids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))

"""From raw series, as any source gives them, to the panel that detectors read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from app.domain.finding import Workload
from app.domain.scan import Problem
from app.prometheus.limits import ToldLimits
from app.prometheus.members import (
    LOOKBACK_SECONDS,
    Versions,
    container_key,
    instance_of,
    is_wanted,
    members_by_metric,
    oom_indicator,
    rates,
)
from app.prometheus.series import RawSeries
from app.prometheus.source import ContainerRef, Reading
from app.settings import MetricNames
from detectors.panel import Floats, Grid, History, Ints, Panel


def assemble(
    series: Iterable[RawSeries],
    containers: Sequence[ContainerRef],
    grid: Grid,
    metrics: MetricNames,
    *,
    lookback_seconds: float = LOOKBACK_SECONDS,
    history: History | None = None,
    problems: Sequence[Problem] = (),
    unread: Iterable[int] = (),
) -> Reading:
    """The reading of `containers` (one row each, in that order) on the grid.

    lookback_seconds: how long a sample stands for what follows it; 0 where the samples are on the grid already,
    as query_range gives them.
    """
    row_of = {(c.namespace, c.pod, c.container): row for row, c in enumerate(containers)}
    fields = members_by_metric(metrics)
    versions: dict[tuple[str, int], Versions] = defaultdict(Versions)
    samples = 0
    for one in series:
        name = fields.get(one.metric)
        row = row_of.get(container_key(one.labels))
        if name is None or row is None or not is_wanted(name, one.labels):
            continue
        samples += one.times.size
        values = on_grid(one.times, one.values, grid, lookback_seconds)
        if name == "cpu":
            values = rates(values, grid.step)
        elif name == "oom_killed":
            values = oom_indicator(values, one.labels)
        versions[name, row].add(instance_of(one.labels), values)

    def member(name: str) -> Floats:
        result = np.full((len(containers), grid.steps), np.nan)
        for row in range(len(containers)):
            if (name, row) in versions:
                result[row] = versions[name, row].merged()
        return result

    return reading_of(
        {name: member(name) for name in fields.values()}, containers, grid, samples, problems, unread, history=history
    )


def reading_of(
    members: Mapping[str, Floats],
    containers: Sequence[ContainerRef],
    grid: Grid,
    samples: int,
    problems: Sequence[Problem] = (),
    unread: Iterable[int] = (),
    unasked: Iterable[int] = (),
    *,
    history: History | None = None,
    peak: Floats | None = None,
) -> Reading:
    """The reading of members whose values are on the grid already, by the names that members_by_metric gives.

    Each has shape (containers, steps), and so has `peak`, if there is one.
    """
    limits = ToldLimits(members["limit"], members["spec_limit"])
    subjects, subject = _subjects(containers)
    first_seen = _first_samples(members["working_set"], members["rss"])
    revisions, revision = _revisions(containers, subject, len(subjects), first_seen)
    panel = Panel(
        grid=grid,
        working_set=members["working_set"],
        rss=members["rss"],
        cache=members["cache"],
        cpu=members["cpu"],
        start_time=members["start_time"],
        restarts=members["restarts"],
        oom_killed=members["oom_killed"],
        limit=limits.latest(),
        subject=subject,
        revision=revision,
        history=history,
        peak=peak,
    )
    return Reading(panel, subjects, revisions, samples, tuple(problems), frozenset(unread), limits, frozenset(unasked))


def on_grid(times: Floats, values: Floats, grid: Grid, lookback_seconds: float) -> Floats:
    """The value at each time of the grid: the last sample at or before it that is not too old; NaN where none is.

    times: unix seconds, increasing, shape (samples,); values: the same shape; a NaN value ends what was before it.
    """
    if times.size == 0:
        return np.full(grid.steps, np.nan)
    at = grid.times
    # A hundredth of a second of slack: servers and files round their times to milliseconds.
    last = np.searchsorted(times, at + 0.01, side="right") - 1
    age = at - times[np.maximum(last, 0)]
    known = (last >= 0) & (age <= max(lookback_seconds, 0.01))
    taken = np.where(known, values[np.maximum(last, 0)], np.nan)
    return np.where(np.isfinite(taken), taken, np.nan)


def subject_index(keys: Sequence[tuple[str, Workload, str]]) -> tuple[tuple[tuple[str, Workload, str], ...], Ints]:
    """The distinct (namespace, workload, container), in order of appearance, and the index of each row's.

    Workloads are told apart by name, as incidents are: of two kinds with one name the first seen lends its kind.
    """
    index: dict[tuple[str, str, str], int] = {}
    first: list[tuple[str, Workload, str]] = []
    rows = np.empty(len(keys), dtype=np.int64)
    for row, (namespace, workload, container) in enumerate(keys):
        rows[row] = index.setdefault((namespace, workload.name, container), len(index))
        if rows[row] == len(first):
            first.append((namespace, workload, container))
    return tuple(first), rows


def _subjects(containers: Sequence[ContainerRef]) -> tuple[tuple[tuple[str, Workload, str], ...], Ints]:
    return subject_index([(c.namespace, c.workload, c.container) for c in containers])


def _revisions(
    containers: Sequence[ContainerRef], subject: Ints, subjects: int, first_seen: Floats
) -> tuple[tuple[tuple[str | None, ...], ...], Ints]:
    """Each subject's revisions, the one first seen earliest first, and the index of each row's."""
    first: list[dict[str | None, float]] = [{} for _ in range(subjects)]
    for row, container in enumerate(containers):
        of_subject = first[int(subject[row])]
        of_subject[container.revision] = min(of_subject.get(container.revision, np.inf), float(first_seen[row]))
    ordered = [tuple(sorted(seen, key=lambda name: (seen[name], name or ""))) for seen in first]
    rows = [ordered[int(subject[row])].index(container.revision) for row, container in enumerate(containers)]
    return tuple(ordered), np.array(rows, dtype=np.int64)


def _first_samples(working_set: Floats, rss: Floats) -> Floats:
    known = np.isfinite(working_set) | np.isfinite(rss)
    return np.where(known.any(axis=1), known.argmax(axis=1).astype(np.float64), np.inf)

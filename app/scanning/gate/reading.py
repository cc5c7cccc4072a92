"""The lives of some pods, read from a source: what they hold in the window, and what they held when they were young."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.scan import Problem
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Source
from detectors.canary.lives import AgedLife, lives_of
from detectors.panel import Grid, Panel

# Of one revision; more would say little more. Names end in random letters, so that in their order they are a sample.
MOST_PODS = 32
# Of starts before the window so many are read, and pods that started within so long of each other at once.
_MOST_STARTS = 3
_TOGETHER_SECONDS = 1800.0
_MARGIN_STEPS = 3


@dataclass(slots=True)
class Read:
    """What came of reading: the lives of each container, numbered by pod; what went wrong; whether all of it came.

    newest: unix seconds of the newest sample; -inf where there is none
    """

    lives: dict[ContainerRef, list[AgedLife]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    newest: float = -np.inf

    def of(self, containers: Sequence[ContainerRef]) -> list[AgedLife]:
        """The lives of these containers, their pods numbered in this order."""
        return [replace(life, pod=pod) for pod, one in enumerate(containers) for life in self.lives.get(one, ())]


class LifeReader:
    """Reads lives from a source, in parts that are no larger than one query may be."""

    def __init__(self, source: Source, plan: Plan, most_samples: int, control: Control) -> None:
        self._source = source
        self._plan = plan
        self._most_samples = most_samples
        self._control = control

    def window(self, containers: Sequence[ContainerRef]) -> Read:
        """What they held in the plan's window. Raises SourceError, ScanAbandoned."""
        read = Read()
        self._read(read, containers, self._plan.grid)
        return read

    def youth(self, read: Read, containers: Sequence[ContainerRef], hours: float) -> None:
        """Add to it what those pods held when they were up to so many hours old that were older than the window.

        Where the server does not keep so much, nothing is added.
        """
        grid = self._plan.grid
        older = [
            (lives[0].began, one)
            for one in containers
            if (lives := read.lives.get(one)) and lives[0].told_age and lives[0].began < grid.start
        ]
        for began, these in _together(sorted(older, key=lambda pair: pair[0]))[-_MOST_STARTS:]:
            first = np.floor(began[0] / grid.step) * grid.step
            last = min(began[-1] + hours * 3600 + _MARGIN_STEPS * grid.step, grid.start - grid.step)
            steps = int((last - first) // grid.step) + 1
            if steps > _MARGIN_STEPS:
                self._read(read, these, Grid(float(first), grid.step, steps))

    def _read(self, read: Read, containers: Sequence[ContainerRef], grid: Grid) -> None:
        at_once = max(self._most_samples // max(grid.steps, 1), 1)
        plan = replace(self._plan, grid=grid)
        for first in range(0, len(containers), at_once):
            part = tuple(containers[first : first + at_once])
            reading = self._source.read(replace(plan, batches=(Batch(part),)), Batch(part), self._control)
            read.problems += reading.problems
            read.whole = read.whole and not reading.unread
            read.newest = max(read.newest, _newest(reading.panel))
            for row, one in enumerate(part):
                read.lives.setdefault(one, []).extend(lives_of(reading.panel, np.array([row])))


def sample(containers: Sequence[ContainerRef]) -> list[ContainerRef]:
    """The containers of some pods, where there are more than are worth reading: of all containers the same pods."""
    pods = sorted({one.pod for one in containers}, key=lambda pod: pod[::-1])
    if len(pods) <= MOST_PODS:
        return list(containers)
    chosen = {pods[i] for i in np.linspace(0, len(pods) - 1, MOST_PODS).astype(int)}
    return [one for one in containers if one.pod in chosen]


def _together(
    older: list[tuple[float, ContainerRef]],
) -> list[tuple[list[float], list[ContainerRef]]]:
    """Containers that started about the same time, oldest first: their starts, unix seconds, and they."""
    groups: list[tuple[list[float], list[ContainerRef]]] = []
    for began, one in older:
        if groups and began - groups[-1][0][0] <= _TOGETHER_SECONDS:
            groups[-1][0].append(began)
            groups[-1][1].append(one)
        else:
            groups.append(([began], [one]))
    return groups


def _newest(panel: Panel) -> float:
    known = (np.isfinite(panel.working_set) | np.isfinite(panel.rss)).any(axis=0)
    return float(panel.grid.times[known].max(initial=-np.inf))

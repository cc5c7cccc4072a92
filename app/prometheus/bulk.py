"""What sources have in common that read every sample: a metric at a time, reduced as it comes."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

import numpy as np

from app.domain.cost import Cost
from app.domain.scan import Problem
from app.errors import SourceTooLarge
from app.prometheus.assemble import reading_of
from app.prometheus.batch_reads import BatchReads
from app.prometheus.client import reading_threads
from app.prometheus.compiled import keep_compiled
from app.prometheus.gather import Gathering, Place
from app.prometheus.members import members_by_metric
from app.prometheus.reduce import Reduced, Steps
from app.prometheus.server_source import ServerSource, history_grid
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading
from app.settings import Settings
from detectors.panel import Floats, History

# Of a shorter time than that two reads cost more than they save.
_WORTH_TWO_READS_SECONDS = 3600.0

# Takes series, each with its place, or None where it is of no container that was asked for.
Add = Callable[[Sequence[Place | None], Reduced], None]
# Asks for a metric with these matchers on these steps, gives `Add` all that comes, and says how many samples it had.
# What a failed try has given is given again by the next, and changes nothing then.
Ask = Callable[[str, str, Steps, Add, Control], int]


class BulkSource(ServerSource):
    """A source that needs to be told only how a server is asked."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        keep_compiled(settings.data_dir)

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """Each metric of the batch's containers by a read of its own; what is held is the grid, not the samples.

        Of what hardly changes the window's end is read, and all of it only for containers that changed, or are gone;
        and CPU only for those whose memory moves by more than cannot matter.
        """
        self._watch.wait(control)
        members, ask = members_by_metric(self._metrics), self._asking(batch.containers)
        metrics = {members[metric]: (metric, matchers) for metric, matchers in self._selection.wanted()}
        with reading_threads(self._concurrency, control) as pool:

            def begin(into: Gathering, containers: Sequence[ContainerRef]) -> Future[int]:
                metric, matchers = metrics[into.member]
                steps = Steps.of(into.grid)
                return pool.submit(self._read, ask, metric, matchers, containers, steps, into.add, control)

            reads = BatchReads(batch.containers, begin)
            if plan.grid.end - plan.grid.start < _WORTH_TWO_READS_SECONDS:
                reads.whole(plan.grid)
            else:
                told = self._selection
                reads.in_two(plan.grid, limits_over_time=told.limits_over_time, load_of_all=told.load_of_all)
        reading = reading_of(reads.low, batch.containers, plan.grid, reads.samples)
        return replace(reading, panel=replace(reading.panel, peak=reads.peak), unasked=reads.unasked)

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]]:
        """What these containers held before the window, the lowest and the highest of each half hour."""
        grid = history_grid(plan.grid, seconds)
        low, high = np.full((2, len(containers), grid.steps), np.nan)

        def add(places: Sequence[Place | None], reduced: Reduced) -> None:
            for place, lowest, highest in zip(places, reduced.low, reduced.high, strict=True):
                if place is not None:
                    _widen(low[place.row], high[place.row], lowest, highest)

        steps, matchers = Steps.of(grid, lookback_seconds=0.0), self._metrics.container_matchers
        self._read(self._asking(containers), self._metrics.rss, matchers, containers, steps, add, control)
        return History(grid.step, low, high), ()

    @abstractmethod
    def _asking(self, containers: Sequence[ContainerRef]) -> Ask:
        """How the server is asked for these containers."""

    def _read(
        self,
        ask: Ask,
        metric: str,
        matchers: str,
        containers: Sequence[ContainerRef],
        steps: Steps,
        add: Add,
        control: Control,
    ) -> int:
        """Give `add` all series of a metric of the containers, and say how many samples they had.

        What a read may take is reckoned in steps: how many samples make one only shows when they come.
        """
        cells = len(containers) * steps.count
        if cells <= self._client.pace.samples or len(containers) < 2:
            try:
                with self._client.room_for(cells, control):
                    samples = ask(metric, self._selection.matchers(matchers, containers), steps, add, control)
            except SourceTooLarge:
                if len(containers) < 2:
                    raise
            else:
                control.cost.add(Cost(samples=samples))
                return samples
        half = len(containers) // 2
        return sum(
            self._read(ask, metric, matchers, some, steps, add, control)
            for some in (containers[:half], containers[half:])
        )


def _widen(low: Floats, high: Floats, lowest: Floats, highest: Floats) -> None:
    np.fmin(low, lowest, out=low)
    np.fmax(high, highest, out=high)

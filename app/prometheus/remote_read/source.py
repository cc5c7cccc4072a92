"""Series by remote read: every sample, as Prometheus keeps them, reduced as they come."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import cramjam
import numpy as np

from app.domain.scan import Problem
from app.errors import SourceTooLarge, SourceUnusable
from app.prometheus.assemble import reading_of
from app.prometheus.client import PrometheusClient, reading_threads
from app.prometheus.compiled import keep_compiled
from app.prometheus.gather import Gathering, Place
from app.prometheus.members import members_by_metric
from app.prometheus.promql import LabelMatcher, parse_label_matchers
from app.prometheus.reduce import Reduced, Steps
from app.prometheus.remote_read.intake import FramesIntake, SamplesIntake
from app.prometheus.remote_read.placing import Placing
from app.prometheus.remote_read.protobuf import read_request
from app.prometheus.remote_read.wire_format import HEADERS, PATH, SAMPLES, STREAMED
from app.prometheus.selection import Selection
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading, ScanRequest
from app.settings import Settings
from detectors.memory import nonreclaimable
from detectors.panel import Floats, Grid, History

_HISTORY_STEP_SECONDS = 1800.0

_Add = Callable[[Sequence[Place | None], Reduced], None]


class RemoteReadSource:
    """Memory series from a server that gives its chunks away: Prometheus from 2.13 on, and what does as it does."""

    name = "remote_read"

    def __init__(self, settings: Settings) -> None:
        keep_compiled(settings.data_dir)
        self._client = PrometheusClient(settings)
        self._metrics = settings.metrics
        self._max_samples = settings.prometheus_max_samples
        self._concurrency = settings.prometheus_concurrency
        self._selection = Selection(settings.metrics)

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """Ask for label sets only: the index answers, no sample is touched."""
        self._selection = Selection(self._metrics, request)
        return self._selection.plan(self._client, self._max_samples, self._concurrency, control)

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """Each metric of the batch's containers by one read; what is held is the batch's grid, not its samples."""
        members, placing = members_by_metric(self._metrics), Placing(batch.containers)
        steps = Steps.of(plan.grid)
        wanted = [
            (metric, matchers, Gathering.of(members[metric], len(batch.containers), plan.grid))
            for metric, matchers in self._selection.wanted()
        ]
        with reading_threads(self._concurrency, control) as pool:
            answers = [
                pool.submit(self._read, metric, matchers, batch.containers, steps, placing, gathering.add, control)
                for metric, matchers, gathering in wanted
            ]
            samples = sum(answer.result() for answer in answers)
        gathered = {}
        for _, _, gathering in wanted:
            gathering.settle()
            gathered[gathering.member] = gathering
        reading = reading_of({name: one.low for name, one in gathered.items()}, batch.containers, plan.grid, samples)
        highs = replace(
            reading.panel,
            working_set=gathered["working_set"].high,
            rss=gathered["rss"].high,
            cache=gathered["cache"].high,
        )
        return replace(reading, panel=replace(reading.panel, peak=nonreclaimable(highs)))

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]]:
        """What these containers held before the window, the lowest and the highest of each half hour."""
        step = _HISTORY_STEP_SECONDS
        end = np.floor(plan.grid.start / step) * step
        grid = Grid(float(end - np.floor(seconds / step) * step + step), step, int(seconds // step))
        low, high = np.full((2, len(containers), grid.steps), np.nan)

        def add(places: Sequence[Place | None], reduced: Reduced) -> None:
            for place, lowest, highest in zip(places, reduced.low, reduced.high, strict=True):
                if place is not None:
                    _widen(low[place.row], high[place.row], lowest, highest)

        steps, matchers = Steps.of(grid, lookback_seconds=0.0), self._metrics.container_matchers
        self._read(self._metrics.rss, matchers, containers, steps, Placing(containers), add, control)
        return History(step, low, high), ()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read(
        self,
        metric: str,
        matchers: str,
        containers: Sequence[ContainerRef],
        steps: Steps,
        placing: Placing,
        add: _Add,
        control: Control,
    ) -> int:
        """Give `add` all series of a metric of the containers, and say how many samples they had in steps.

        What a failed try has given is given again by the next, and changes nothing then.
        """
        try:
            return self._ask(metric, self._selection.matchers(matchers, containers), steps, placing, add, control)
        except SourceTooLarge:
            if len(containers) < 2:
                raise
        half = len(containers) // 2
        return sum(
            self._read(metric, matchers, some, steps, placing, add, control)
            for some in (containers[:half], containers[half:])
        )

    def _ask(self, metric: str, matchers: str, steps: Steps, placing: Placing, add: _Add, control: Control) -> int:
        all_matchers = (LabelMatcher("__name__", "=", metric), *parse_label_matchers(matchers))
        body = bytes(cramjam.snappy.compress_raw(read_request(all_matchers, steps.begin, steps.end)))

        def drain(labels: list[bytes], reduced: Reduced) -> None:
            control.check()
            add(placing.places(labels), reduced)

        def take(content_type: str, chunks: Iterator[bytes]) -> int:
            intake = _intake(content_type, steps, drain)
            for chunk in chunks:
                intake.feed(chunk)
            intake.end()
            return intake.samples

        return self._client.stream(PATH, body, HEADERS, take, control)


def _intake(
    content_type: str, steps: Steps, drain: Callable[[list[bytes], Reduced], None]
) -> FramesIntake | SamplesIntake:
    if content_type.startswith(STREAMED):
        return FramesIntake(steps, drain, PATH)
    if content_type.startswith(SAMPLES):
        return SamplesIntake(steps, drain, PATH)
    kind = content_type.partition(";")[0].strip() or "nothing"
    raise SourceUnusable(
        f"{PATH}: the answer to a remote read is not Prometheus' ({kind})", "set LEAKWATCH_SOURCE=query_range"
    )


def _widen(low: Floats, high: Floats, lowest: Floats, highest: Floats) -> None:
    np.fmin(low, lowest, out=low)
    np.fmax(high, highest, out=high)

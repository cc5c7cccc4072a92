"""Series by VictoriaMetrics' export: each sample, reduced to the grid as it comes.

Lines of JSON, since they are the one form that is documented. The native form has a twelfth of the bytes, but changes
from version to version, and between the single server and the cluster, without saying so.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain.scan import Problem
from app.errors import SourceTooLarge, SourceUnusable
from app.prometheus.assemble import assemble
from app.prometheus.client import PrometheusClient, reading_threads
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.reduce import Steps, reduce_samples
from app.prometheus.selection import Selection
from app.prometheus.series import RawSeries
from app.prometheus.session import Stream
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading, ScanRequest
from app.prometheus.victoria.lines import ExportedSeries, read_line, split_lines
from app.prometheus.victoria.probe import CONTENT_TYPE, EXPORT
from app.settings import Settings
from detectors.panel import Floats, Grid, History

# Series are reduced as soon as they have so many samples together: 4 MiB.
_HELD_SAMPLES = 1 << 18


class VictoriaSource:
    """Memory series from VictoriaMetrics, single or cluster."""

    name = "victoria_metrics"

    def __init__(self, settings: Settings) -> None:
        self._client = PrometheusClient(settings)
        self._ranges = QueryRangeSource(settings)
        self._metrics = settings.metrics
        self._max_samples = settings.prometheus_max_samples
        self._concurrency = settings.prometheus_concurrency
        self._selection = Selection(settings.metrics)

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """Ask for label sets only: the index answers, no sample is touched."""
        self._selection = Selection(self._metrics, request)
        return self._selection.plan(self._client, self._max_samples, self._concurrency, control)

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """Each metric of the batch's containers, by one export each where the server allows it.

        An export is whole or an error: a cluster of which a part is down gives none. So there is nothing unread.
        """
        with reading_threads(self._concurrency, control) as pool:
            answers = [
                pool.submit(self._read_metric, name, matchers, batch.containers, plan.grid, control)
                for name, matchers in self._selection.wanted()
            ]
            found = [answer.result() for answer in answers]
        reading = assemble(
            (one for series, _ in found for one in series),
            batch.containers,
            plan.grid,
            self._metrics,
            lookback_seconds=0.0,
        )
        return replace(reading, samples=sum(samples for _, samples in found))

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]]:
        """What these containers held before the window: reduced by the server, since it is coarse."""
        return self._ranges.history(plan, containers, seconds, control)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._ranges.close()

    def _read_metric(
        self, metric: str, matchers: str, containers: Sequence[ContainerRef], grid: Grid, control: Control
    ) -> tuple[list[RawSeries], int]:
        """One metric on the grid, and of how many samples it was made."""
        steps = Steps.of(grid)
        form = {
            "match[]": f"{metric}{{{self._selection.matchers(matchers, containers)}}}",
            "start": f"{steps.begin / 1000:.3f}",
            "end": f"{steps.end / 1000:.3f}",
        }
        floor = metric in {self._metrics.rss, self._metrics.working_set, self._metrics.cache}
        try:
            return self._client.stream(EXPORT, form, lambda stream: _reduced(stream, metric, grid, floor), control)
        except SourceTooLarge:
            if len(containers) < 2:
                raise
        half = len(containers) // 2
        first, first_samples = self._read_metric(metric, matchers, containers[:half], grid, control)
        rest, rest_samples = self._read_metric(metric, matchers, containers[half:], grid, control)
        return first + rest, first_samples + rest_samples


def _reduced(stream: Stream, metric: str, grid: Grid, floor: bool) -> tuple[list[RawSeries], int]:
    """The series of an export on the grid: the lowest value of each step, or the last."""
    if stream.kind != CONTENT_TYPE:
        raise SourceUnusable(
            f"{stream.where}: the answer is not VictoriaMetrics' ({stream.kind or 'nothing'})",
            "give its base URL, such as http://victoria:8428 or http://vmselect:8481/select/0/prometheus",
        )
    series: list[RawSeries] = []
    held: list[ExportedSeries] = []
    samples = waiting = 0
    for line in split_lines(stream.chunks):
        one = read_line(line)
        held.append(one)
        samples += one.times.size
        waiting += one.times.size
        if waiting >= _HELD_SAMPLES:
            series += _on_grid(held, metric, grid, floor)
            held, waiting = [], 0
    return series + _on_grid(held, metric, grid, floor), samples


def _on_grid(held: Sequence[ExportedSeries], metric: str, grid: Grid, floor: bool) -> list[RawSeries]:
    if not held:
        return []
    reduced = reduce_samples(
        np.concatenate([one.times for one in held]),
        np.concatenate([one.values for one in held]),
        np.cumsum([one.times.size for one in held]),
        grid,
    )
    values: Floats = reduced.low if floor else reduced.last
    times = grid.times
    return [RawSeries(metric, one.labels, times, row) for one, row in zip(held, values, strict=True)]

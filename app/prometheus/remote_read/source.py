"""Series by remote read: every sample, as Prometheus keeps them, reduced as they come."""

from collections.abc import Callable, Iterator, Sequence

import cramjam

from app.errors import SourceError, SourceUnusable
from app.prometheus.bulk import Add, Ask, BulkSource
from app.prometheus.promql import LabelMatcher, one_of, parse_label_matchers, together
from app.prometheus.reduce import Reduced, Steps
from app.prometheus.remote_read.intake import FramesIntake, SamplesIntake
from app.prometheus.remote_read.listing import lists_series, series_by_read
from app.prometheus.remote_read.placing import Placing
from app.prometheus.remote_read.protobuf import read_request
from app.prometheus.remote_read.wire_format import HEADERS, PATH, SAMPLES, STREAMED
from app.prometheus.source import ContainerRef, Control, LabelSet, Plan, ScanRequest
from detectors.panel import Grid


class RemoteReadSource(BulkSource):
    """Memory series from a server that gives its chunks away: Prometheus from 2.13 on, and what does as it does."""

    name = "remote_read"
    _lists_series = False

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """By reads of labels alone where the server answers these, else by its index of series."""
        names, grid = self._metrics, request.grid
        matchers = together(names.container_matchers, one_of("namespace", request.namespaces), request.selector)
        self._lists_series = lists_series(self._client, names.working_set, matchers, grid, control)
        return super().plan(request, control)

    def _list_series(
        self, metric: str, matchers: str, label: str, grid: Grid, control: Control
    ) -> tuple[list[LabelSet], list[str]]:
        # Of kube-state-metrics' short label sets JSON costs a server no more.
        if self._lists_series and metric in {self._metrics.working_set, self._metrics.rss}:
            try:
                return series_by_read(self._client, metric, matchers, grid, control), []
            except SourceError:
                pass  # by the index, then, and in parts if need be
        return super()._list_series(metric, matchers, label, grid, control)

    def _asking(self, containers: Sequence[ContainerRef]) -> Ask:
        placing, where = Placing(containers), self._client.url + PATH

        def ask(metric: str, matchers: str, steps: Steps, add: Add, control: Control) -> int:
            all_matchers = (LabelMatcher("__name__", "=", metric), *parse_label_matchers(matchers))
            body = bytes(cramjam.snappy.compress_raw(read_request(all_matchers, steps.begin, steps.end)))

            def drain(labels: list[bytes], reduced: Reduced) -> None:
                control.check()
                add(placing.places(labels), reduced)

            def take(content_type: str, chunks: Iterator[bytes]) -> int:
                intake = _intake(content_type, steps, drain, where)
                for chunk in chunks:
                    intake.feed(chunk)
                intake.end()
                return intake.samples

            return self._client.stream(PATH, body, HEADERS, take, control)

        return ask


def _intake(
    content_type: str, steps: Steps, drain: Callable[[list[bytes], Reduced], None], where: str
) -> FramesIntake | SamplesIntake:
    if content_type.startswith(STREAMED):
        return FramesIntake(steps, drain, where)
    if content_type.startswith(SAMPLES):
        return SamplesIntake(steps, drain, where)
    kind = content_type.partition(";")[0].strip() or "nothing"
    raise SourceUnusable(
        f"{where}: the answer to a remote read is not Prometheus' ({kind})", "set LEAKWATCH_SOURCE=query_range"
    )

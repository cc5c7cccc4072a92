"""Which series there are, by a remote read that asks for no samples.

Prometheus keeps samples back from who says that they are for its "series" function (tsdb/querier.go), and its answer
then is the labels alone: in protobuf, compressed, for a third of what `/api/v1/series` costs it over a day of blocks.
A server that does not heed the hint would send every sample of a fleet, so it is held against a few minutes first.
"""

import threading
from collections.abc import Iterator, Sequence

import cramjam

from app.errors import SourceError, SourceTooLarge, SourceUnusable
from app.prometheus.client import PrometheusClient
from app.prometheus.promql import LabelMatcher, parse_label_matchers
from app.prometheus.reduce import Reduced, Steps
from app.prometheus.remote_read.intake import SamplesIntake
from app.prometheus.remote_read.labels import read_labels
from app.prometheus.remote_read.protobuf import ResponseType, read_request
from app.prometheus.remote_read.wire_format import HEADERS, PATH, SAMPLES
from app.prometheus.source import Control, LabelSet
from detectors.panel import Grid

_FUNCTION = "series"
# Long enough for any series that is scraped to have a sample, and short enough for all of them not to matter.
_PROBE_SECONDS = 600.0
# What a plan looks at (see app.prometheus.ownership and members).
_LABELS = (
    *("namespace", "pod", "pod_name", "container", "container_name", "image", "node"),
    *("owner_kind", "owner_name", "replicaset", "job_name"),
)

_heeding: dict[str, bool] = {}
_lock = threading.Lock()


def lists_series(client: PrometheusClient, metric: str, matchers: str, grid: Grid, control: Control) -> bool:
    """Whether this server sends labels alone when asked to; found out once, by series that have samples.

    Raises ScanAbandoned, and SourceError where the server fails in passing.
    """
    with _lock:
        known = _heeding.get(client.url)
    if known is not None:
        return known
    recent = Grid(max(grid.end - _PROBE_SECONDS, grid.start), grid.step, 1)
    try:
        labels, samples = _asked(client, metric, matchers, recent.start, grid.end, control)
    except SourceError as error:
        if error.retryable:
            raise
        return False
    if not labels:
        return False  # that says nothing, and the next scan may tell
    with _lock:
        return _heeding.setdefault(client.url, samples == 0)


def series_by_read(
    client: PrometheusClient, metric: str, matchers: str, grid: Grid, control: Control
) -> list[LabelSet]:
    """The label sets of a metric in the grid's span, those labels that a plan looks at.

    Raises SourceError, SourceTooLarge where they are too many for one answer, ScanAbandoned.
    """
    found, samples = _asked(client, metric, matchers, grid.start, grid.end, control)
    if samples:
        with _lock:
            _heeding[client.url] = False
        raise SourceTooLarge(f"{client.url}{PATH}: it sends samples where labels alone were asked for")
    try:
        return [*read_labels(found, _LABELS)]
    except ValueError as error:
        raise SourceUnusable(f"{client.url}{PATH}: the labels of a series are broken: {error}") from error


def _asked(
    client: PrometheusClient, metric: str, matchers: str, start: float, end: float, control: Control
) -> tuple[list[bytes], int]:
    """The labels of each series as protobuf has them, and how many samples came with them, which should be none."""
    steps = Steps(round(end * 1000), round((end - start) * 1000) + 1, 1, 0)
    wanted = (LabelMatcher("__name__", "=", metric), *parse_label_matchers(matchers))
    request = read_request(wanted, round(start * 1000), steps.end, [ResponseType.SAMPLES], _FUNCTION)
    where = client.url + PATH

    def take(content_type: str, chunks: Iterator[bytes]) -> tuple[list[bytes], int]:
        found: list[bytes] = []

        def drain(labels: Sequence[bytes], _: Reduced) -> None:
            control.check()
            found.extend(labels)

        if not content_type.startswith(SAMPLES):
            raise SourceUnusable(f"{where}: the answer to a remote read is not Prometheus'")
        intake = SamplesIntake(steps, drain, where)
        for chunk in chunks:
            intake.feed(chunk)
        intake.end()
        return found, intake.samples

    return client.stream(PATH, bytes(cramjam.snappy.compress_raw(request)), HEADERS, take, control)

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
# What a plan looks at (see app.prometheus.members and selection).
_LABELS = ("namespace", "pod", "pod_name", "container", "container_name", "image", "node")
# Of more than that in one answer somebody means harm, or it is to be asked for in parts.
_MOST_SERIES = 1_000_000

_heeding: dict[str, bool] = {}
_lock = threading.Lock()


def lists_series(client: PrometheusClient, metric: str, matchers: str, grid: Grid, control: Control) -> bool:
    """Whether this server sends labels alone when asked to; found out once, by series that have samples.

    A server that refuses, or fails, does not: whether it is there at all shows in what is asked instead. Raises
    ScanAbandoned.
    """
    with _lock:
        known = _heeding.get(client.url)
    if known is not None:
        return known
    try:
        found, samples = _asked(client, metric, matchers, max(grid.end - _PROBE_SECONDS, grid.start), grid.end, control)
    except SourceError:
        return False
    if not found:
        return False  # that says nothing, and the next scan may tell
    with _lock:
        return _heeding.setdefault(client.url, samples == 0)


def series_by_read(
    client: PrometheusClient, metric: str, matchers: str, grid: Grid, control: Control
) -> list[LabelSet]:
    """The label sets of a metric in the grid's span, those labels that a plan looks at.

    Raises SourceError, ScanAbandoned. A server that sends samples after all, or far too much, is not asked so again.
    """
    try:
        found, samples = _asked(client, metric, matchers, grid.start, grid.end, control)
        if samples:
            raise SourceTooLarge(f"{client.url}{PATH}: it sends samples where labels alone were asked for")
    except SourceTooLarge:
        with _lock:
            _heeding[client.url] = False
        raise
    return found


def _asked(
    client: PrometheusClient, metric: str, matchers: str, start: float, end: float, control: Control
) -> tuple[list[LabelSet], int]:
    """The labels of each series, and how many samples came with them, which should be none."""
    steps = Steps(round(end * 1000), round((end - start) * 1000) + 1, 1, 0)
    wanted = (LabelMatcher("__name__", "=", metric), *parse_label_matchers(matchers))
    request = read_request(wanted, round(start * 1000), steps.end, [ResponseType.SAMPLES], _FUNCTION)
    where = client.url + PATH

    def take(content_type: str, chunks: Iterator[bytes]) -> tuple[list[LabelSet], int]:
        found: list[LabelSet] = []

        def drain(labels: Sequence[bytes], _: Reduced) -> None:
            control.check()
            try:
                found.extend(read_labels(labels, _LABELS))
            except ValueError as error:
                raise SourceUnusable(f"{where}: the labels of a series are broken: {error}") from error
            if len(found) > _MOST_SERIES:
                raise SourceTooLarge(f"{where}: more than {_MOST_SERIES:,} series at once")

        if not content_type.startswith(SAMPLES):
            raise SourceUnusable(f"{where}: the answer to a remote read is not Prometheus'")
        intake = SamplesIntake(steps, drain, where)
        for chunk in chunks:
            intake.feed(chunk)
        intake.end()
        return found, intake.samples

    return client.stream(PATH, bytes(cramjam.snappy.compress_raw(request)), HEADERS, take, control)

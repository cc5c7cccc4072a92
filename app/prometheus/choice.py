"""Which way series are read from a server: asked once, by reads of nothing, and remembered by this process."""

import threading
from collections.abc import Iterator

import cramjam

from app.errors import SourceRefused, SourceRejected, SourceUnusable
from app.prometheus.client import PrometheusClient
from app.prometheus.promql import LabelMatcher
from app.prometheus.remote_read.protobuf import read_request
from app.prometheus.remote_read.wire_format import HEADERS, PATH, STREAMED
from app.prometheus.source import Control
from app.prometheus.victoria.probe import is_victoria
from app.settings import Settings, SourceKind

# No series has this name.
_NOTHING = (LabelMatcher("__name__", "=", "leakwatch_probe"),)
_MOST_PROBE_BYTES = 1 << 20

_chosen: dict[tuple[str | None, ...], SourceKind] = {}
_lock = threading.Lock()


def chosen_source(settings: Settings, control: Control) -> SourceKind:
    """The way that the settings name, else the cheapest that the server has.

    Raises SourceError where there is no telling, as when the server is down: it is asked again then. ScanAbandoned.
    """
    if settings.source != "auto":
        return settings.source
    server = (settings.prometheus_url, settings.prometheus_tenant)
    with _lock:
        known = _chosen.get(server)
    if known is None:
        known = _probe(settings, control)
        with _lock:
            _chosen[server] = known
    return known


def _probe(settings: Settings, control: Control) -> SourceKind:
    client = PrometheusClient(settings)
    try:
        if _streams_chunks(client, control):
            return "remote_read"
        return "victoria_metrics" if is_victoria(client, control) else "query_range"
    finally:
        client.close()


def _streams_chunks(client: PrometheusClient, control: Control) -> bool:
    """Whether remote reads are answered by chunks. Samples instead would be held by the server as a whole.

    Whoever may ask queries need not be allowed to read: a proxy may refuse one and not the other.
    """
    body = bytes(cramjam.snappy.compress_raw(read_request(_NOTHING, 0, 1)))

    def take(content_type: str, chunks: Iterator[bytes]) -> bool:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > _MOST_PROBE_BYTES:
                return False
        return content_type.startswith(STREAMED)

    try:
        return client.stream(PATH, body, HEADERS, take, control)
    except (SourceRefused, SourceRejected, SourceUnusable):
        return False

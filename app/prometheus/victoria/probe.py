"""Whether a server is VictoriaMetrics, told by what is wanted of it."""

from app.errors import SourceRefused, SourceRejected, SourceUnusable
from app.prometheus.client import PrometheusClient
from app.prometheus.session import Stream
from app.prometheus.source import Control

EXPORT = "/api/v1/export"
# As all versions of VictoriaMetrics call lines of JSON.
CONTENT_TYPE = "application/stream+json"
_MATCHES_NOTHING = '{__name__="leakwatch",leakwatch="probe"}'


def is_victoria(client: PrometheusClient, control: Control) -> bool:
    """Whether the server exports as VictoriaMetrics does, single or cluster, and lets us.

    It is asked for an export of nothing: its build information says no name, and a proxy may let queries through alone.
    Raises SourceUnreachable and SourceOverloaded, which tell nothing, and ScanAbandoned.
    """

    def take(stream: Stream) -> bool:
        return stream.kind == CONTENT_TYPE and not b"".join(stream.chunks).strip()

    try:
        return client.stream(EXPORT, {"match[]": _MATCHES_NOTHING, "start": "0", "end": "1"}, take, control)
    except (SourceRefused, SourceRejected, SourceUnusable):
        return False

"""Whether a server is VictoriaMetrics, told by what is wanted of it."""

from collections.abc import Iterator
from urllib.parse import urlencode

from app.errors import SourceRefused, SourceRejected, SourceUnusable
from app.prometheus.client import PrometheusClient
from app.prometheus.source import Control

EXPORT = "/api/v1/export"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# As all versions of VictoriaMetrics call lines of JSON.
CONTENT_TYPE = "application/stream+json"
_NOTHING = urlencode({"match[]": '{__name__="leakwatch_probe"}', "start": "0", "end": "1"}).encode()


def is_victoria(client: PrometheusClient, control: Control) -> bool:
    """Whether the server exports as VictoriaMetrics does, single or cluster, and lets us.

    It is asked for an export of nothing: its build information has no name, and a proxy may let only queries through.
    Raises SourceUnreachable and SourceOverloaded, which tell nothing, and ScanAbandoned.
    """

    def take(content_type: str, chunks: Iterator[bytes]) -> bool:
        return content_type.partition(";")[0].strip() == CONTENT_TYPE and not any(chunk.strip() for chunk in chunks)

    try:
        return client.stream(EXPORT, _NOTHING, FORM, take, control)
    except (SourceRefused, SourceRejected, SourceUnusable):
        return False

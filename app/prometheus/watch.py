"""Waiting while Prometheus, by what it says of itself, has more to do than it should."""

import time

from app.errors import SourceError
from app.prometheus.client import PrometheusClient
from app.prometheus.source import Control
from app.settings import Settings

_PAUSE_SECONDS = 5.0
_LONGEST_SECONDS = 60.0
_QUERIES = "prometheus_engine_queries"
_MEMORY = "process_resident_memory_bytes"


class BusyWatch:
    """Holds a scan back while a Prometheus that scrapes itself is busy. It asks nothing where no bound is set."""

    def __init__(self, settings: Settings, client: PrometheusClient) -> None:
        self._client = client
        self._pause_seconds = _PAUSE_SECONDS
        self._longest_seconds = _LONGEST_SECONDS
        bounds = (
            (f"max({_QUERIES})", settings.prometheus_pause_above_queries),
            # Only of servers that are a Prometheus: everything that is scraped has memory.
            (f"max({_MEMORY} and on (job, instance) {_QUERIES})", settings.prometheus_pause_above_bytes),
        )
        self._query = " or ".join(f"{told} > {most}" for told, most in bounds if most is not None)

    def wait(self, control: Control) -> None:
        """Wait until it is not busy, but for a minute at most: a server that is always busy is scanned all the same.

        Where it does not scrape itself, or the question fails, there is no waiting. Raises ScanAbandoned.
        """
        until = time.monotonic() + self._longest_seconds
        while self._query and self._is_busy(control) and time.monotonic() < until:
            control.wait(self._pause_seconds)

    def _is_busy(self, control: Control) -> bool:
        try:
            data, _ = self._client.query(self._query, None, control)
        except SourceError:
            return False
        return bool(data.get("result"))

"""The rules that a running Prometheus has loaded, and expressions as it writes them. Reads only.

https://prometheus.io/docs/prometheus/latest/querying/api/#rules and #formatting-query-expressions
"""

import time
from typing import Any

from app.errors import SettingsError, SourceRejected, SourceUnusable
from app.prometheus.session import CheckedSession
from app.settings import Settings


class LoadedRules:
    """Asks one Prometheus. Methods raise SourceError."""

    def __init__(self, settings: Settings) -> None:
        if settings.prometheus_url is None:
            raise SettingsError("--prometheus-url: there is no Prometheus to ask", "give its URL")
        self._url = settings.prometheus_url.rstrip("/")
        self._seconds = settings.prometheus_timeout
        self._session = CheckedSession(settings)

    def groups(self) -> list[dict[str, Any]]:
        """The groups as the API gives them."""
        data = self._ask("GET", "rules", None)
        groups = data.get("groups") if isinstance(data, dict) else None
        if not isinstance(groups, list):
            raise SourceUnusable(f"{self._url}: its answer has no groups of rules", "is it a Prometheus?")
        return [one for one in groups if isinstance(one, dict)]

    def formatted(self, expr: str) -> str:
        """An expression in the server's own style; as it is where the server has none, or cannot read it."""
        try:
            data = self._ask("POST", "format_query", {"query": expr})
        except (SourceRejected, SourceUnusable):
            return expr
        return data if isinstance(data, str) else expr

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _ask(self, method: str, path: str, form: dict[str, str] | None) -> Any:
        self._session.exchange.deadline = time.monotonic() + self._seconds
        return self._session.request(method, f"{self._url}/api/v1/{path}", params=form).json().get("data")

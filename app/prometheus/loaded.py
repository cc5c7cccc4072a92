"""The rules that a running Prometheus has loaded, and expressions as it writes them. Reads only.

https://prometheus.io/docs/prometheus/latest/querying/api/#rules and #formatting-query-expressions
"""

from typing import Any

from app.errors import SourceRejected, SourceUnusable
from app.prometheus.client import PrometheusClient
from app.prometheus.source import Control


def loaded_groups(client: PrometheusClient, control: Control) -> tuple[list[dict[str, Any]], list[str]]:
    """The groups of rules as the API gives them, and why they may not be all. Raises SourceError, ScanAbandoned."""
    data, warnings = client.fetch("rules", {"partial_response": "false"}, control)
    groups = data.get("groups") if isinstance(data, dict) else None
    if groups is None and isinstance(data, dict):
        groups = []  # as Go writes a list with nothing in it
    if not isinstance(groups, list) or not all(isinstance(one, dict) for one in groups):
        raise SourceUnusable("the answer is no list of rules", "is this a Prometheus, or a ruler?")
    return groups, warnings


def formatted(client: PrometheusClient, control: Control, expr: str) -> str:
    """An expression in the server's own style; as it is where the server has none, or cannot read it.

    Raises SourceError, ScanAbandoned.
    """
    try:
        data, _ = client.fetch("format_query", {"query": expr}, control)
    except (SourceRejected, SourceUnusable):
        return expr
    return data if isinstance(data, str) else expr

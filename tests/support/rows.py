"""Rows for tables, with what matters to a test set and the rest plain."""

from typing import Any

from tests.support.findings import NOW


def incident_row(number: int, **more: Any) -> dict[str, Any]:
    """An open incident with this id."""
    plain: dict[str, Any] = {
        "id": number,
        "fingerprint": f"{number:016x}",
        "cluster": "",
        "namespace": "default",
        "workload": f"w{number}",
        "container": "app",
        "state": "open",
        "severity": "warning",
        "suspect": None,
        "opened_at": NOW,
        "updated_at": NOW,
        "last_seen_at": NOW,
        "last_leak_at": NOW,
        "judged_until": NOW,
        "window_seconds": 172_800.0,
        "resolved_at": None,
        "healthy_streak": 0,
        "occurrences": 1,
        "finding": {},
        "version": 1,
        "assignee": None,
        "probability": 0.9,
        "growth_bytes_per_hour": 1.0,
        "limit_at": None,
    }
    return plain | more

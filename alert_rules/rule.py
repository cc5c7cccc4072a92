"""Prometheus' alerting rules and rule files, as documents. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alert:
    """One alerting rule. summary: a sentence that does not change; description: may use {{ $labels }} and {{ $value }}.

    hold: how long it must be so before it fires, in Prometheus' form (10m); severity: critical, warning or info.
    """

    name: str
    expr: str
    hold: str
    severity: str
    summary: str
    description: str


def rule_file(name: str, alerts: Sequence[Alert], runbook_url: str, interval: str | None = None) -> dict[str, Any]:
    """A rule file with one group. runbook_url: what the alert's name is put behind; interval: between evaluations."""
    group: dict[str, Any] = {"name": name, "rules": [_rule(alert, runbook_url) for alert in alerts]}
    return {"groups": [group if interval is None else {**group, "interval": interval}]}


def _rule(alert: Alert, runbook_url: str) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.hold,
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": f"{runbook_url.rstrip('/')}/{alert.name}.md",
        },
    }

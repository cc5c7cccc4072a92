"""Prometheus' rules and rule files, as documents. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Where an address of runbooks has it, the alert's name goes there; else it is put behind.
RUNBOOK_PLACE = "{alert}"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alerting rule. summary: a sentence that does not change; description: may use {{ $labels }} and {{ $value }}.

    hold: how long it must be so before it fires, in Prometheus' form (10m); severity: critical, warning or info;
    labels: further ones, none with a value that changes; keep_firing: how long it goes on when it is no more so.
    """

    name: str
    expr: str
    hold: str
    severity: str
    summary: str
    description: str
    labels: Mapping[str, str] = field(default_factory=dict)
    keep_firing: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording rule; its name is level:metric:operations, as Prometheus' documentation of rules advises."""

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated together, in order. interval: between evaluations; None: as Prometheus is set."""

    name: str
    rules: tuple[Alert | Recording, ...]
    interval: str | None = None


def runbook_link(runbook_url: str, alert: str) -> str:
    """Where the runbook of an alert is."""
    if RUNBOOK_PLACE in runbook_url:
        return runbook_url.replace(RUNBOOK_PLACE, alert)
    return f"{runbook_url.rstrip('/')}/{alert}"


def rule_file(groups: Sequence[Group], runbook_url: str, common: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A rule file. common: labels of every alert, such as the team's; an alert's own are stronger."""
    return {"groups": [_group(group, runbook_url, common or {}) for group in groups]}


def _group(group: Group, runbook_url: str, common: Mapping[str, str]) -> dict[str, Any]:
    head: dict[str, Any] = {"name": group.name}
    if group.interval is not None:
        head["interval"] = group.interval
    return head | {
        "rules": [
            _alert(rule, runbook_url, common) if isinstance(rule, Alert) else _recording(rule) for rule in group.rules
        ]
    }


def _alert(alert: Alert, runbook_url: str, common: Mapping[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {"alert": alert.name, "expr": alert.expr, "for": alert.hold}
    if alert.keep_firing is not None:
        document["keep_firing_for"] = alert.keep_firing
    return document | {
        "labels": {"severity": alert.severity, **common, **alert.labels},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": runbook_link(runbook_url, alert.name),
        },
    }


def _recording(rule: Recording) -> dict[str, Any]:
    document: dict[str, Any] = {"record": rule.name, "expr": rule.expr}
    return document | {"labels": dict(rule.labels)} if rule.labels else document

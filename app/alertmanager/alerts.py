"""The alerts that open incidents are, as Alertmanager's API takes them. Pure: no clock, no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alert_rules.conventions import INCIDENT_LABELS, PUSHED_LEAK
from alert_rules.rule import runbook_link
from app.domain.finding import Severity
from app.domain.incident import Incident
from app.domain.telling import Telling
from app.durations import format_duration
from detectors.words import amount


@dataclass(frozen=True, slots=True)
class Links:
    """Where an alert leads: the service's address as people know it, and the runbooks'. None: nowhere."""

    public_url: str | None
    runbook_url: str | None


def alerts_of(telling: Telling, links: Links, *, since: float, until: float) -> list[dict[str, Any]]:
    """What Alertmanager is to be told of an incident: an alert that fires, where it is open, and those that ended.

    until: unix seconds at which what fires would end by itself, were it not told again. What ended since is told, too:
    Alertmanager knows an alert by its labels, so that a new severity is a new alert, and the one before must be told to
    be over. An alert that never fired is never told to be over: it would come out in notifications of its group.
    """
    ends = telling.ended(since)
    if telling.over_at() is None:
        ends[telling.severity] = until
    return [_alert(telling.incident, severity, links, ends_at) for severity, ends_at in ends.items()]


def _alert(incident: Incident, severity: Severity, links: Links, ends_at: float) -> dict[str, Any]:
    identity = incident.identity
    values = (identity.cluster, identity.namespace, identity.workload, identity.container, str(incident.id))
    labels = {name: value for name, value in zip(INCIDENT_LABELS, values, strict=True) if value}
    started = min(incident.standing.opened_at, ends_at)
    alert: dict[str, Any] = {
        "labels": {"alertname": PUSHED_LEAK, "severity": severity.value, **labels},
        "annotations": _annotations(incident, links),
        "startsAt": _rfc3339(started),
        "endsAt": _rfc3339(ends_at),
    }
    page = page_of(incident, links)
    return alert if page is None else {**alert, "generatorURL": page}


def page_of(incident: Incident, links: Links) -> str | None:
    """The address of the incident's page."""
    return None if links.public_url is None else f"{links.public_url.rstrip('/')}/incidents/{incident.id}"


def _annotations(incident: Incident, links: Links) -> dict[str, str]:
    told = {"summary": "A container leaks memory.", "description": _description(incident)}
    page = page_of(incident, links)
    if page is not None:
        told["incident_url"] = page
    if links.runbook_url is not None:
        told["runbook_url"] = runbook_link(links.runbook_url, PUSHED_LEAK)
    return told


def _description(incident: Incident) -> str:
    """Only what a scan found out: with the clock in it, each repetition would be news."""
    finding: Mapping[str, Any] = incident.finding
    identity, suspect = incident.identity, incident.standing.suspect
    text = f"{identity.namespace}/{identity.workload} ({identity.container}) leaks"
    text += f" {amount(float(finding['growth_bytes_per_hour']))}/h"
    text += f" in {finding['pods']['leaking']} of {finding['pods']['observed']} pods"
    if suspect is not None:
        text += f" since {suspect}"
    until = finding.get("time_to_limit_seconds")
    if until is not None:
        low, high = format_duration(float(until["p10"])), format_duration(float(until["p90"]))
        text += f"; at the last scan the limit was {format_duration(float(until['p50']))} away ({low} to {high})"
    return f"{text}."


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

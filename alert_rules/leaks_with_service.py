"""Alerts on what the service tells of its incidents and scans. Silenced incidents raise none."""

from dataclasses import dataclass

from alert_rules import conventions as names
from alert_rules.rule import Alert

_WHO = "{{ $labels.namespace }}/{{ $labels.workload }} ({{ $labels.container }})"
# By job, too: where one Prometheus scrapes the services of several clusters, each holds its own alerts only.
_BY = ", ".join(("job", *names.INCIDENT_LABELS))
# How long a service may be away before its alerts end; the alert on stale scans, which needs no service, has fired by
# then, and goes on for longer.
_REMEMBERED = "2h"
_REMEMBERED_SCANS = "1d"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """confirmed: probability from which a leak counts as confirmed; hold: how long before an alert on an incident
    fires; stale_seconds: how long without a successful scan is too long."""

    confirmed: float = 0.9
    hold: str = "5m"
    stale_seconds: float = 3600.0


def leaks_with_service(thresholds: Thresholds | None = None) -> tuple[Alert, ...]:
    """The alerts, most urgent last: an incident raises all that fit, and Alertmanager keeps the lesser ones quiet."""
    given = thresholds or Thresholds()
    probability = names.INCIDENT_PROBABILITY.name
    return (
        _leak(
            names.LEAK_SUSPECTED,
            f"{probability} < {given.confirmed:g}",
            given.hold,
            "info",
            "A container probably leaks memory.",
            _WHO + " leaks with probability {{ $value | humanizePercentage }}.",
        ),
        _leak(
            names.LEAK_CONFIRMED,
            f"{probability} >= {given.confirmed:g}",
            given.hold,
            "warning",
            "A container leaks memory.",
            _WHO + " leaks with probability {{ $value | humanizePercentage }}.",
        ),
        _leak(
            names.LEAK_CAME_WITH_REVISION,
            f"{names.INCIDENT_SUSPECTED.name} == 1",
            given.hold,
            "info",
            "A memory leak came with a revision.",
            "The leak of " + _WHO + " began with a deploy; the incident names the revision.",
        ),
        _leak(
            names.LIMIT_WITHIN_24H,
            f"{names.INCIDENT_TIME_TO_LIMIT.name} < 86400",
            given.hold,
            "warning",
            "A leaking container reaches its memory limit within a day.",
            _WHO + " is expected to be OOM-killed in {{ $value | humanizeDuration }}.",
        ),
        _leak(
            names.LIMIT_WITHIN_4H,
            f"{names.INCIDENT_TIME_TO_LIMIT.name} < 14400",
            given.hold,
            "critical",
            "A leaking container reaches its memory limit within four hours.",
            _WHO + " is expected to be OOM-killed in {{ $value | humanizeDuration }}.",
        ),
        Alert(
            names.SCAN_FAILING,
            f'sum by (job, state) (increase({names.SCANS.name}{{state!="succeeded"}}[1h])) > 2',
            "10m",
            "warning",
            "Scans for memory leaks fail.",
            "{{ $value | humanize }} scans of the last hour ended as {{ $labels.state }}.",
        ),
        Alert(
            names.SCAN_STALE,
            f"time() - max by (job) (last_over_time({names.SCAN_LAST_SUCCESS.name}[{_REMEMBERED_SCANS}]))"
            f" > {given.stale_seconds:g}",
            "10m",
            "warning",
            "Memory leaks have not been looked for for too long.",
            "The last scan that succeeded ended {{ $value | humanizeDuration }} ago.",
        ),
        Alert(
            names.SCAN_INCOMPLETE,
            f"max by (job) ({names.SCAN_COMPLETE.name}) == 0",
            "1h",
            "warning",
            "Scans for memory leaks do not read all that they planned.",
            "The scans of the last hour could not read every series; what they could not read closes no incident.",
        ),
    )


def _leak(name: str, condition: str, hold: str, severity: str, summary: str, description: str) -> Alert:
    metric, _, comparison = condition.partition(" ")
    quiet = f"{_held(names.INCIDENT_SILENCED.name)} == 1"
    return Alert(name, f"{_held(metric)} {comparison} unless {quiet}", hold, severity, summary, description)


def _held(metric: str) -> str:
    """A metric of incidents, one series each whoever tells of it; and as it was last told, while nobody does.

    A service that is down, or cannot ask its database, says nothing: that must not end an alert. That an incident is
    over is only known where the service says how many it does not tell of.
    """
    last = f"max by ({_BY}) (last_over_time({metric}[{_REMEMBERED}]))"
    return f"(max by ({_BY}) ({metric}) or ({last} unless on (job) {names.INCIDENTS_UNTOLD.name}))"

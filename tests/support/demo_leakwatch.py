"""What leakwatch tells of itself and of the demo cluster's leaks: every metric of `conventions.ALL`, by its name."""

import itertools

from alert_rules import conventions as names
from tests.support.demo_exporters import Shape, clock, counts, flat, grows, histogram

_HISTOGRAMS = (names.HTTP_REQUESTS,)
_VALUES = {
    "stage": ("plan", "read", "judge", "record"),
    "severity": ("critical", "warning", "info"),
    "alertmanager": ("http://alertmanager-0:9093",),
    "version": ("0.1.0",),
    "method": ("GET",),
    "route": ("/incidents",),
    "status": ("200",),
    "act": ("rollback", "abort", "restart", "raise_limit"),
}
# `state` means another thing of scans than of incidents, and `result` of each push.
_OF_METRIC = {
    (names.SCANS, "state"): ("succeeded", "failed", "abandoned"),
    (names.INCIDENTS, "state"): ("open", "acknowledged", "resolved"),
    (names.MITIGATIONS, "state"): ("succeeded", "no_effect", "inconclusive", "failed", "refused", "stopped"),
    (names.MITIGATIONS_UNDER_WAY, "state"): ("proposed", "approved", "applying", "watching"),
    (names.ALERTMANAGER_PUSHES, "result"): ("ok", "failed"),
    (names.GRAFANA_PUSHES, "result"): ("created", "changed", "removed", "failed"),
    (names.WEBHOOK_NOTIFICATIONS, "result"): ("kept", "malformed", "failed"),
    (names.WEBHOOK_ALERTS, "result"): ("kept", "set_aside"),
}
# (namespace, workload, container, id): severity, suspected revision, growth in bytes/s, seconds to the limit.
_INCIDENTS = {
    ("shop", "cart", "cart", "7"): ("critical", "1.1.0", 17_500.0, 21_600.0),
    ("shop", "reports", "reports", "8"): ("warning", "", 23_000.0, 80_000.0),
}


def leakwatch() -> dict[str, Shape]:
    """Its /metrics, once two leaks are found. The incidents' cluster is the demo cluster, as of all series."""
    found: dict[str, Shape] = {}
    for metric in names.ALL:
        if "incident_id" in metric.labels:
            found |= _of_incidents(metric)
        elif metric in _HISTOGRAMS:
            for labels in _labels(metric):
                found |= histogram(metric.name, labels, 2.0, (0.01, 0.1, 1.0, 10.0), 0.05)
        else:
            found |= {f"{metric.name}{{{labels}}}": _shape(metric.name) for labels in _labels(metric)}
    return found


def _labels(metric: names.Metric) -> list[str]:
    given = [_OF_METRIC.get((metric, label)) or _VALUES[label] for label in metric.labels]
    return [
        ",".join(f'{label}="{value}"' for label, value in zip(metric.labels, values, strict=True))
        for values in itertools.product(*given)
    ]


def _shape(name: str) -> Shape:
    if name.endswith("_total"):
        return counts(0.01)
    if name.endswith("_timestamp_seconds"):
        return clock()
    return grows(1e5, 10) if name in {names.SCAN_SAMPLES.name, names.COST_SAMPLES.name} else flat(1)


def _of_incidents(metric: names.Metric) -> dict[str, Shape]:
    found = {}
    for (namespace, workload, container, id_), (severity, revision, growth, left) in _INCIDENTS.items():
        values = {
            "namespace": namespace,
            "workload": workload,
            "container": container,
            "incident_id": id_,
            "state": "open",
            "severity": severity,
            "revision": revision,
        }
        value = {
            names.INCIDENT_PROBABILITY: flat(0.97),
            names.INCIDENT_GROWTH: flat(growth),
            names.INCIDENT_TIME_TO_LIMIT: grows(left, -3600),
            names.INCIDENT_PODS_LEAKING: flat(2),
            names.INCIDENT_SUSPECTED: flat(float(bool(revision))),
            names.INCIDENT_SILENCED: flat(0),
        }.get(metric, flat(1))
        labels = ",".join(f'{label}="{values[label]}"' for label in metric.labels if label != "cluster")
        found[f"{metric.name}{{{labels}}}"] = value
    return found

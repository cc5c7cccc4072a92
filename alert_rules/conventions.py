"""Every metric and label name of ours, in one place: the exporter, the rules and the dashboards share them.

Names follow Prometheus' conventions: base units in the name, `_total` for counters, no changing value in a label.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name, what it means, its labels."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


SCAN_DURATION = Metric(
    "leakwatch_scan_duration_seconds", "How long the last successful scan took, by stage.", ("stage",)
)
SCAN_SAMPLES = Metric("leakwatch_scan_samples", "Samples that the last successful scan read.")
SCAN_CONTAINERS = Metric("leakwatch_scan_containers", "Containers of pods that the last successful scan looked at.")
SCAN_COMPLETE = Metric("leakwatch_scan_complete", "1 when the last successful scan read all that it planned, else 0.")
SCANS = Metric("leakwatch_scans_total", "Scans that ended, by how they ended.", ("state",))
SCAN_LAST_SUCCESS = Metric("leakwatch_scan_last_success_timestamp_seconds", "When the last successful scan ended.")
INCIDENTS = Metric("leakwatch_incidents", "Incidents, by state and severity.", ("state", "severity"))
BUILD_INFO = Metric("leakwatch_build_info", "1, with the version of leakwatch.", ("version",))
HTTP_REQUESTS = Metric(
    "leakwatch_http_request_duration_seconds", "Time to answer HTTP requests.", ("method", "route", "status")
)
GRAFANA_PUSHES = Metric(
    "leakwatch_grafana_push_total", "Annotations pushed to Grafana, by what came of it.", ("result",)
)
GRAFANA_QUEUE = Metric("leakwatch_grafana_queue_length", "Annotations that are still to be pushed to Grafana.")

ALL = (
    SCAN_DURATION,
    SCAN_SAMPLES,
    SCAN_CONTAINERS,
    SCAN_COMPLETE,
    SCANS,
    SCAN_LAST_SUCCESS,
    INCIDENTS,
    BUILD_INFO,
    HTTP_REQUESTS,
    GRAFANA_PUSHES,
    GRAFANA_QUEUE,
)

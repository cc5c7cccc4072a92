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
COST_QUERIES = Metric("leakwatch_scan_cost_queries", "Queries that the last successful scan sent to Prometheus.")
COST_SAMPLES = Metric("leakwatch_scan_cost_samples", "Samples that Prometheus looked at for the last successful scan.")
COST_BYTES = Metric("leakwatch_scan_cost_bytes", "Bytes that Prometheus answered the last successful scan.")
COST_SECONDS = Metric(
    "leakwatch_scan_cost_seconds", "Time that Prometheus spent on the queries of the last successful scan."
)
SCANS = Metric("leakwatch_scans_total", "Scans that ended, by how they ended.", ("state",))
SCAN_LAST_SUCCESS = Metric("leakwatch_scan_last_success_timestamp_seconds", "When the last successful scan ended.")
INCIDENTS = Metric("leakwatch_incidents", "Incidents, by state and severity.", ("state", "severity"))
# What an incident is told by: none of it changes while the incident lasts.
INCIDENT_LABELS = ("cluster", "namespace", "workload", "container", "incident_id")
INCIDENT_INFO = Metric(
    "leakwatch_incident_info",
    "1 for each incident that is not over, with how it stands.",
    (*INCIDENT_LABELS, "state", "severity", "revision"),
)
INCIDENT_PROBABILITY = Metric(
    "leakwatch_incident_probability_ratio", "Probability that it is a leak, 0 to 1.", INCIDENT_LABELS
)
INCIDENT_GROWTH = Metric(
    "leakwatch_incident_growth_bytes_per_second", "How fast one leaking pod's memory grows.", INCIDENT_LABELS
)
INCIDENT_TIME_TO_LIMIT = Metric(
    "leakwatch_incident_time_to_limit_seconds",
    "Time until memory is expected to run out (median), 0 where it is due; absent without a limit.",
    INCIDENT_LABELS,
)
INCIDENT_PODS_LEAKING = Metric("leakwatch_incident_pods_leaking", "Pods that leak now.", INCIDENT_LABELS)
INCIDENT_SUSPECTED = Metric(
    "leakwatch_incident_revision_suspected",
    "1 where a revision is suspected to have brought it, else 0.",
    INCIDENT_LABELS,
)
INCIDENT_SILENCED = Metric("leakwatch_incident_silenced", "1 while a silence is in force, else 0.", INCIDENT_LABELS)
INCIDENTS_UNTOLD = Metric(
    "leakwatch_incidents_untold", "Incidents that are not over and that no series tells of, for they are too many."
)
ALERTMANAGER_PUSHES = Metric(
    "leakwatch_alertmanager_push_total", "Pushes to each Alertmanager, by how they ended.", ("alertmanager", "result")
)
BUILD_INFO = Metric("leakwatch_build_info", "1, with the version of leakwatch.", ("version",))
HTTP_REQUESTS = Metric(
    "leakwatch_http_request_duration_seconds", "Time to answer HTTP requests.", ("method", "route", "status")
)
GRAFANA_PUSHES = Metric(
    "leakwatch_grafana_push_total", "Annotations pushed to Grafana, by what came of it.", ("result",)
)
WEBHOOK_NOTIFICATIONS = Metric(
    "leakwatch_webhook_notifications_total", "Notifications that Alertmanager sent, by what came of them.", ("result",)
)
WEBHOOK_ALERTS = Metric(
    "leakwatch_webhook_alerts_total", "Alerts of the notifications that were kept, by what came of them.", ("result",)
)
MITIGATIONS = Metric(
    "leakwatch_mitigations_total",
    "Acts against leaks that are over, by what was done and how they ended.",
    ("act", "state"),
)
MITIGATIONS_UNDER_WAY = Metric(
    "leakwatch_mitigations_under_way", "Acts against leaks that are not over, by where they stand.", ("state",)
)
MITIGATION_STOPPED = Metric("leakwatch_mitigation_stopped", "1 while all acts are stopped by a person, else 0.")
GRAFANA_QUEUE = Metric("leakwatch_grafana_queue_length", "Annotations that are still to be pushed to Grafana.")

ALL = (
    SCAN_DURATION,
    SCAN_SAMPLES,
    SCAN_CONTAINERS,
    SCAN_COMPLETE,
    COST_QUERIES,
    COST_SAMPLES,
    COST_BYTES,
    COST_SECONDS,
    SCANS,
    SCAN_LAST_SUCCESS,
    INCIDENTS,
    INCIDENT_INFO,
    INCIDENT_PROBABILITY,
    INCIDENT_GROWTH,
    INCIDENT_TIME_TO_LIMIT,
    INCIDENT_PODS_LEAKING,
    INCIDENT_SUSPECTED,
    INCIDENT_SILENCED,
    INCIDENTS_UNTOLD,
    ALERTMANAGER_PUSHES,
    BUILD_INFO,
    HTTP_REQUESTS,
    GRAFANA_PUSHES,
    MITIGATIONS,
    MITIGATIONS_UNDER_WAY,
    MITIGATION_STOPPED,
    GRAFANA_QUEUE,
    WEBHOOK_NOTIFICATIONS,
    WEBHOOK_ALERTS,
)

# Alerts on nodes, from kube-state-metrics: they keep quiet what they bring about.
NODE_MEMORY_PRESSURE = "NodeMemoryPressure"


# Alerts of ours: on the series above, and pushed to Alertmanager.
LEAK_SUSPECTED = "LeakwatchLeakSuspected"
LEAK_CONFIRMED = "LeakwatchLeakConfirmed"
LIMIT_WITHIN_24H = "LeakwatchLimitWithin24h"
LIMIT_WITHIN_4H = "LeakwatchLimitWithin4h"
LEAK_CAME_WITH_REVISION = "LeakwatchLeakCameWithRevision"
SCAN_FAILING = "LeakwatchScanFailing"
SCAN_STALE = "LeakwatchScanStale"
SCAN_INCOMPLETE = "LeakwatchScanIncomplete"
COVERAGE_FELL = "LeakwatchCoverageFell"
PUSH_FAILING = "LeakwatchPushFailing"
PUSHED_LEAK = "LeakwatchLeak"

# Which workload a pod belongs to: 1 a pod, labels (cluster,) namespace, pod, workload, workload_type. Recorded by the
# pack that names no service, from kube-state-metrics' owners.
POD_OWNER = "namespace_pod:leakwatch_owner:info"

# Alerts on containers' own series, which need no service.
MEMORY_LEAK = "WorkloadMemoryLeak"
MEMORY_LIMIT_WITHIN_24H = "WorkloadMemoryLimitWithin24h"
MEMORY_LIMIT_WITHIN_4H = "WorkloadMemoryLimitWithin4h"
CONTAINER_OOM_LOOP = "ContainerOomLoop"
BEYOND_ACCEPTED = "WorkloadMemoryBeyondAccepted"

# Recorded for them, level:metric:operations. Of a pod's container, labels (cluster,) namespace, pod, container:
# bytes that the kernel cannot take back; the least of them in an hour; cores; when it started; its memory limit.
UNRECLAIMABLE = "namespace_pod_container:leakwatch_memory_unreclaimable_bytes:max"
FLOOR = "namespace_pod_container:leakwatch_memory_floor_bytes:min1h"
CPU = "namespace_pod_container:leakwatch_cpu_cores:rate1h"
STARTED = "namespace_pod_container:leakwatch_start_time_seconds:max"
MEMORY_LIMIT = "namespace_pod_container:leakwatch_memory_limit_bytes:min"
# Bytes that the floor rose by, of containers that have run for that long.
GROWTH_6H = "namespace_pod_container:leakwatch_memory_floor_bytes:delta6h"
GROWTH_24H = "namespace_pod_container:leakwatch_memory_floor_bytes:delta24h"
GROWTH_7D = "namespace_pod_container:leakwatch_memory_floor_bytes:delta7d"
# Bytes per second of containers that grow steadily, and of those whose growth is too much; with a label workload.
STEADY_GROWTH = "namespace_workload_pod_container:leakwatch_memory_floor_bytes:steady_deriv24h"
LEAK_GROWTH = "namespace_workload_pod_container:leakwatch_memory_leak_bytes:deriv24h"
# The highest floor of a workload's pods, and of a container that was accepted, what may not clearly be exceeded.
WORKLOAD_FLOOR = "namespace_workload_container:leakwatch_memory_floor_bytes:max"
ACCEPTED_GROWTH = "leakwatch:accepted_growth_bytes_per_second:threshold"
ACCEPTED_LEVEL = "leakwatch:accepted_level_bytes:threshold"
HIGHEST_ACCEPTED = "namespace_workload_container:leakwatch_accepted_level_bytes:max"
# 1 while what was accepted is not clearly exceeded.
WITHIN_ACCEPTED = "namespace_workload_container:leakwatch_accepted:within"

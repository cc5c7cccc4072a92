"""Memory: OOM kills, memory near the limit, no limit at all."""

from alert_rules.belonging import CONTAINER, WORKLOAD, of_workload, on_node
from alert_rules.pack import Options, Threshold, Unit
from alert_rules.promql import selected
from alert_rules.rule import Alert, Group, Recording
from alert_rules.thresholds import compared, threshold_recordings

NEAR_LIMIT = Threshold(
    "workloads",
    "memory_near_limit",
    0.9,
    Unit.RATIO,
    "Resident memory against the limit from which a container is near its limit.",
    per_workload=True,
)
OOM_KILLS = "namespace_pod_container:oom_kills:increase15m"
OF_LIMIT = "namespace_workload_container:memory_rss_of_limit:max_ratio"
_WHO = "{{ $labels.namespace }}/{{ $labels.workload }} ({{ $labels.container }})"


def memory(options: Options) -> Group:
    """Rules on the memory of containers. Ratios are 0 to 1; kills are counted over 15 minutes."""
    return Group(
        "leakwatch-workloads-memory",
        (
            *threshold_recordings(NEAR_LIMIT, options),
            Recording(OOM_KILLS, _oom_kills(options)),
            Recording(OF_LIMIT, _of_limit(options)),
            Alert(
                "ContainerOomKilled",
                # By node, so that a node without memory keeps quiet what it brings about there.
                f"sum by ({WORKLOAD}, node) ({_where_known(of_workload(OOM_KILLS), options)}) > 0",
                # A kill is over when it is told of: there is nothing that could go on for longer.
                "0m",
                "warning",
                "A container was OOM-killed.",
                "OOM kills of "
                + _WHO
                + "{{ with $labels.node }} on {{ . }}{{ end }}"
                + ' in the last 15 minutes: {{ $value | printf "%.0f" }}.',
            ),
            Alert(
                "ContainerMemoryNearLimit",
                compared(OF_LIMIT, ">", NEAR_LIMIT, options),
                "15m",
                "warning",
                "A container's resident memory is near its limit.",
                "The fullest pod of " + _WHO + " has {{ $value | humanizePercentage }} of its memory limit resident.",
            ),
            Alert(
                "ContainerMemoryUnlimited",
                _unlimited(options),
                "3h",
                "info",
                "A container runs without a memory limit.",
                _WHO + " has no memory limit; pods that run so: {{ $value }}.",
            ),
        ),
    )


def _oom_kills(options: Options) -> str:
    """Kills a container. `container_oom_events_total` is no use: its series ends with the container (cadvisor#3015).

    The reason of the last end stays for as long as the pod lives, so it only counts beside a rise in restarts. Where a
    container is not started again, the reason of its present end counts, once: while it has not been there for long.
    """
    ksm = options.kube_state_metrics
    restarts = selected("kube_pod_container_status_restarts_total", ksm)
    last = selected("kube_pod_container_status_last_terminated_reason", ksm, 'reason="OOMKilled"')
    ended = selected("kube_pod_container_status_terminated_reason", ksm, 'reason="OOMKilled"')
    rises = f"max by ({CONTAINER}) (round(increase({restarts}[15m]))) > 0"
    return (
        f"({rises} and on ({CONTAINER}) max by ({CONTAINER}) ({last}) == 1)"
        f" or on ({CONTAINER}) (max by ({CONTAINER}) ({ended}) == 1"
        f" unless on ({CONTAINER}) max by ({CONTAINER}) (max_over_time({ended}[1h] offset 15m)) == 1)"
    )


def _where_known(expr: str, options: Options) -> str:
    """With the label of the node, where it is known; as it is, where it is not."""
    return f"({on_node(expr, options)} or on ({CONTAINER}) {expr})"


def _of_limit(options: Options) -> str:
    """The share of its limit that the fullest pod has resident. The working set counts page cache that is in use."""
    resident = selected("container_memory_rss", options.cadvisor)
    ratio = f"max by ({CONTAINER}) ({resident}) / on ({CONTAINER}) (max by ({CONTAINER}) ({_limits(options)}) > 0)"
    return f"max by ({WORKLOAD}) ({of_workload(ratio)})"


def _unlimited(options: Options) -> str:
    """Pods that run a container with no limit; nothing where limits are not told of at all."""
    running = selected("kube_pod_container_status_running", options.kube_state_metrics)
    told = selected("kube_pod_container_resource_limits", options.kube_state_metrics)
    none = (
        f"max by ({CONTAINER}) ({running}) == 1 unless on ({CONTAINER}) max by ({CONTAINER}) ({_limits(options)})"
        f" and on (cluster) count by (cluster) ({told})"
    )
    return f"count by ({WORKLOAD}) ({of_workload(none)}) > 0"


def _limits(options: Options) -> str:
    return selected("kube_pod_container_resource_limits", options.kube_state_metrics, 'resource="memory"')

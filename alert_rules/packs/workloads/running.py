"""How containers run: crash loops, CPU throttling."""

from alert_rules.belonging import CONTAINER, WORKLOAD, of_workload
from alert_rules.pack import Options, Threshold, Unit
from alert_rules.promql import number, selected
from alert_rules.rule import Alert, Group, Recording
from alert_rules.thresholds import compared, threshold_recordings

RESTARTS = Threshold(
    "workloads", "restarts_per_hour", 4, Unit.COUNT, "Restarts of one container in an hour that make a crash loop."
)
THROTTLED = Threshold(
    "workloads",
    "cpu_throttled",
    0.25,
    Unit.RATIO,
    "Share of its scheduling periods in which a container may be held back before it is told.",
    per_workload=True,
)
THROTTLED_RATIO = "namespace_workload_container:cpu_throttled_periods:ratio_rate5m"
_WHO = "{{ $labels.namespace }}/{{ $labels.workload }} ({{ $labels.container }})"


def running(options: Options) -> Group:
    """Rules on how containers run. Ratios are 0 to 1."""
    return Group(
        "leakwatch-workloads-running",
        (
            *threshold_recordings(THROTTLED, options),
            Recording(THROTTLED_RATIO, _throttled(options)),
            Alert(
                "WorkloadCrashLooping",
                _crash_loops(options),
                "15m",
                "warning",
                "A container ends again and again.",
                _WHO + " ends again and again; pods that do: {{ $value }}.",
            ),
            Alert(
                "ContainerCpuThrottled",
                compared(THROTTLED_RATIO, ">", THROTTLED, options),
                "15m",
                "info",
                "A container is held back by its CPU limit.",
                _WHO + " is held back in {{ $value | humanizePercentage }} of its periods.",
            ),
        ),
    )


def _crash_loops(options: Options) -> str:
    """Pods that wait after a crash, or ran a while each time: the kubelet forgets the back-off after ten minutes."""
    ksm = options.kube_state_metrics
    reasons = (
        selected(f"kube_pod_{kind}_status_waiting_reason", ksm, 'reason="CrashLoopBackOff"')
        for kind in ("container", "init_container")
    )
    waits = (f"max by ({CONTAINER}) (max_over_time({reason}[10m])) == 1" for reason in reasons)
    restarts = selected("kube_pod_container_status_restarts_total", ksm)
    often = f"max by ({CONTAINER}) (round(increase({restarts}[1h]))) >= {number(options.value(RESTARTS))}"
    either = f" or on ({CONTAINER}) ".join((*waits, often))
    return f"count by ({WORKLOAD}) ({of_workload(either)}) > 0"


def _throttled(options: Options) -> str:
    """Periods held back, of all periods of a workload's pods. Less than one period a second tells nothing."""
    held, every = (
        selected(f"container_cpu_cfs_{which}_total", options.cadvisor) for which in ("throttled_periods", "periods")
    )
    held, every = (of_workload(f"max by ({CONTAINER}) (rate({counter}[5m]))") for counter in (held, every))
    return f"sum by ({WORKLOAD}) ({held}) / (sum by ({WORKLOAD}) ({every}) > 1)"

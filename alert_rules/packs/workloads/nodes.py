"""Nodes: memory pressure, little memory left, processes killed that no container's end tells of."""

from alert_rules.belonging import on_node
from alert_rules.pack import Options, Threshold, Unit
from alert_rules.packs.workloads.memory import OOM_KILLS
from alert_rules.promql import number, selected
from alert_rules.rule import Alert, Group, Recording

LITTLE_LEFT = Threshold(
    "workloads",
    "node_memory_available",
    0.05,
    Unit.RATIO,
    "Available memory of a node below which there is too little.",
)
AVAILABLE = "instance:node_memory_available:ratio"
KILLS = "instance:node_oom_kills:increase15m"
_NODE = "{{ if $labels.node }}{{ $labels.node }}{{ else }}{{ $labels.instance }}{{ end }}"


def nodes(options: Options) -> Group:
    """Rules on the memory of nodes, by kube-state-metrics and node_exporter. Ratios are 0 to 1."""
    return Group(
        "leakwatch-workloads-nodes",
        (
            Recording(AVAILABLE, _on_node(_available())),
            Recording(KILLS, _on_node("max by (cluster, instance) (round(increase(node_vmstat_oom_kill[15m])))")),
            Alert(
                "NodeMemoryPressure",
                _pressure(options),
                "5m",
                "critical",
                "A node is under memory pressure and evicts pods.",
                "The kubelet of {{ $labels.node }} is under memory pressure: it evicts pods and takes no new ones of"
                " best effort.",
            ),
            Alert(
                "NodeMemoryAvailableLow",
                f"{AVAILABLE} < {number(options.value(LITTLE_LEFT))}",
                "15m",
                "warning",
                "A node has little memory left.",
                _NODE + " has {{ $value | humanizePercentage }} of its memory available.",
            ),
            Alert(
                "NodeProcessOomKilled",
                _untold(options),
                # Until kube-state-metrics tells of a container's new start, its kill looks like one of a child process.
                "5m",
                "warning",
                "A process was OOM-killed and no container ended.",
                "Processes OOM-killed on "
                + _NODE
                + ' in the last 15 minutes, with no container ended by it: {{ $value | printf "%.0f" }}.',
            ),
        ),
    )


def _available() -> str:
    return (
        "max by (cluster, instance) (node_memory_MemAvailable_bytes)"
        " / on (cluster, instance) max by (cluster, instance) (node_memory_MemTotal_bytes)"
    )


def _on_node(expr: str) -> str:
    """An expression a node_exporter, with the node's name where it is told; as it is, where it is not."""
    name = 'label_replace(node_uname_info, "node", "$1", "nodename", "(.+)")'
    return (
        f"({expr}) * on (cluster, instance) group_left (node)"
        f" topk by (cluster, instance) (1, max by (cluster, instance, node) ({name}))"
        f" or on (cluster, instance) ({expr})"
    )


def _pressure(options: Options) -> str:
    condition = selected(
        "kube_node_status_condition", options.kube_state_metrics, 'condition="MemoryPressure",status="true"'
    )
    return f"max by (cluster, node) ({condition}) == 1"


def _untold(options: Options) -> str:
    """Kills on nodes where no container's end explains them: a child process died, and its parent lives on."""
    return f"{KILLS} > 0 unless on (cluster, node) count by (cluster, node) ({on_node(OOM_KILLS, options)})"

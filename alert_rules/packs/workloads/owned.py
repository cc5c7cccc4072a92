"""Containers, and the workloads that their pods belong to."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Options
from alert_rules.promql import selected

# What tells one container of one pod from another, and what is left of it when pods come and go.
POD = "cluster, namespace, pod, container"
WORKLOAD = "cluster, namespace, workload, container"


def of_workload(expr: str) -> str:
    """`expr`, one series a pod or container, with the label of the workload that the pod belongs to.

    A pod without an owner at this moment drops out: it was replaced, and what is still remembered of it is over.
    """
    return f"({expr}) * on (cluster, namespace, pod) group_left (workload) {POD_OWNER}"


def on_node(expr: str, options: Options) -> str:
    """`expr`, one series a pod or container, with the label of the node that the pod runs on; without the others."""
    info = selected("kube_pod_info", options.kube_state_metrics, 'node!=""')
    node = f"topk by (cluster, namespace, pod) (1, max by (cluster, namespace, pod, node) ({info}))"
    return f"{expr} * on (cluster, namespace, pod) group_left (node) {node}"

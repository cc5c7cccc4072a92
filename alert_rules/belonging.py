"""Which workload a series of a pod or a container belongs to, and which node it runs on: joins that packs share. Pure.

The owner is recorded by owners.py. `cluster` is empty where nobody sets it.
"""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Options
from alert_rules.promql import selected

# What tells one pod from another, one container of a pod, and what is left of that when pods come and go.
POD = "cluster, namespace, pod"
CONTAINER = "cluster, namespace, pod, container"
WORKLOAD = "cluster, namespace, workload, container"


def of_workload(expr: str, remembered: str | None = None) -> str:
    """`expr`, which leaves the labels of `POD`, with the label of the workload that the pod belongs to.

    remembered: for how long (15m) an owner is that is told of no more; None: a pod without an owner at this moment
    drops out, for it was replaced, and what is still known of it is over.
    """
    owner = POD_OWNER if remembered is None else f"last_over_time({POD_OWNER}[{remembered}])"
    return f"({expr}) * on ({POD}) group_left (workload) {owner}"


def of_workload_if_known(expr: str) -> str:
    """The same, and as it is where the owner is not known, as of what runs outside Kubernetes.

    It is the workload of the pod that is scraped: an exporter with a pod of its own has one of its own.
    """
    return f"({of_workload(expr)}) or (({expr}) unless on ({POD}) {POD_OWNER})"


def on_node(expr: str, options: Options) -> str:
    """`expr`, which leaves the labels of `POD`, with the label of the node that the pod runs on; without the others."""
    info = selected("kube_pod_info", options.kube_state_metrics, 'node!=""')
    node = f"topk by ({POD}) (1, max by ({POD}, node) ({info}))"
    return f"{expr} * on ({POD}) group_left (node) {node}"

"""What an alert is about, by its labels."""

from collections.abc import Mapping

from app.domain.alert import AlertKind, Concern
from app.prometheus.ownership import workload_from_name

_WORKLOAD_LABELS = (
    *("exported_workload", "exported_deployment", "exported_statefulset", "exported_daemonset", "exported_cronjob"),
    *("workload", "deployment", "statefulset", "daemonset", "cronjob"),
)
_NODE_LABELS = ("exported_node", "node", "nodename", "kubernetes_node", "exported_instance", "instance")
_LARGEST_ID = 2**63 - 1


def concern_of(labels: Mapping[str, str], kind: AlertKind) -> Concern:
    """Cluster, namespace, workload, container and pod of an alert; empty where not told.

    A label that Prometheus renamed to exported_... because the target it scraped had one of that name is what the
    alert is about; the other is the exporter. An alert on a node carries its exporter's pod, and one of ours
    leakwatch's, which have nothing to do with it: only a workload that is named counts there.
    """
    get = labels.get
    workload = ""
    for name in _WORKLOAD_LABELS:
        if name in labels:
            workload = labels[name]
            break
    incident_id = _our_incident(labels) if kind is AlertKind.LEAK else None
    of_exporter = kind is AlertKind.NODE or incident_id is not None
    pod = "" if of_exporter else get("exported_pod") or get("pod", "")
    return Concern(
        cluster=get("exported_cluster") or get("cluster", ""),
        namespace="" if of_exporter and not workload else get("exported_namespace") or get("namespace", ""),
        workload=workload or (workload_from_name(pod).name if pod else ""),
        container="" if kind is AlertKind.NODE else get("exported_container") or get("container", ""),
        pod=pod,
        incident_id=incident_id,
        node=_node(labels) if kind is AlertKind.NODE else None,
    )


def _node(labels: Mapping[str, str]) -> str | None:
    """The node's name; the address that its exporter is scraped at, without the port, where nothing else tells it."""
    for name in _NODE_LABELS:
        if labels.get(name):
            return labels[name].rpartition(":")[0] or labels[name] if name.endswith("instance") else labels[name]
    return None


def _our_incident(labels: Mapping[str, str]) -> int | None:
    told = labels.get("incident_id", "")
    if not (told.isascii() and told.isdigit() and len(told) <= 19):
        return None
    number = int(told)
    return number if 0 < number <= _LARGEST_ID else None

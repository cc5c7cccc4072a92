"""The label sets of a cluster's series, as kubelets and kube-state-metrics are scraped: as many and as long."""

REPLICAS = 3
_WORKLOADS_A_NAMESPACE = 50
_NODES = 200


def names(row: int) -> tuple[str, str, str]:
    """Namespace, workload and pod of a container."""
    number = row // REPLICAS
    return f"team-{number // _WORKLOADS_A_NAMESPACE}", f"service-{number}", f"service-{number}-7d9f8c5b6d-{row:05x}"


def cadvisor(row: int) -> dict[str, str]:
    """Of a container's memory."""
    namespace, workload, pod = names(row)
    node = f"node-{row % _NODES}"
    return {
        "namespace": namespace,
        "pod": pod,
        "container": "app",
        "name": f"k8s_app_{pod}_{row:x}",
        "id": f"/kubepods/burstable/pod{row:08x}/{row:064x}",
        "image": f"registry.example/{workload}:v1",
        "job": "kubelet",
        "metrics_path": "/metrics/cadvisor",
        "endpoint": "https-metrics",
        "service": "kubelet",
        "node": node,
        "instance": f"{node}:10250",
    }


def cpu(row: int) -> dict[str, str]:
    """Of its CPU time."""
    return cadvisor(row) | {"cpu": "total"}


def state(row: int) -> dict[str, str]:
    """Of what kube-state-metrics tells of a container."""
    namespace, _, pod = names(row)
    return {"namespace": namespace, "pod": pod, "container": "app", "job": "kube-state-metrics"}


def limit(row: int) -> dict[str, str]:
    """Of its memory limit."""
    return state(row) | {"resource": "memory", "unit": "byte"}


def info(row: int) -> dict[str, str]:
    """Of its image."""
    return state(row) | {"image": f"registry.example/{names(row)[1]}:v1"}


def owner(row: int) -> dict[str, str]:
    """Of its pod's owner."""
    namespace, _, pod = names(row)
    owned = {"owner_kind": "ReplicaSet", "owner_name": pod.rpartition("-")[0], "owner_is_controller": "true"}
    return {"namespace": namespace, "pod": pod, "job": "kube-state-metrics"} | owned


def replicaset_owner(row: int) -> dict[str, str]:
    """Of the ReplicaSet's owner: one series a container, which is simpler to write and hardly more to read."""
    namespace, workload, pod = names(row)
    owned = {"owner_kind": "Deployment", "owner_name": workload, "shard": str(row % REPLICAS)}
    return {"namespace": namespace, "replicaset": pod.rpartition("-")[0], "job": "kube-state-metrics"} | owned

"""What the kubelet tells of the demo cluster: cAdvisor's series of containers, and those of volumes.

Names and labels: https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md,
https://kubernetes.io/docs/reference/instrumentation/metrics/
"""

from tests.support.demo_exporters import KILLED, Shape, counts, flat, grows, waves
from tests.support.demo_workloads import MIB, NODES, Pod, Workload, started


def nodes() -> dict[str, Shape]:
    """Of the nodes themselves."""
    return {
        f'{name}{{id="/",node="{node}"}}': shape
        for node in NODES
        for name, shape in (
            ("container_memory_working_set_bytes", waves(4096 * MIB, 128 * MIB)),
            ("container_memory_rss", waves(3072 * MIB, 64 * MIB)),
            ("machine_memory_bytes", flat(8192 * MIB)),
        )
    }


def containers(workload: Workload, pod: Pod) -> dict[str, Shape]:
    """Of a pod and its containers."""
    labels = f'namespace="{workload.namespace}",pod="{pod.name}"'
    # The pod's own cgroup: it has no container, and must not be counted with them.
    found = {
        f'container_memory_working_set_bytes{{{labels},id="/kubepods/{pod.name}"}}': flat(900 * MIB),
        f'container_memory_rss{{{labels},id="/kubepods/{pod.name}"}}': flat(800 * MIB),
        f'container_network_receive_bytes_total{{{labels},interface="eth0"}}': counts(4e4),
        f'container_network_transmit_bytes_total{{{labels},interface="eth0"}}': counts(9e4),
    }
    for container in (workload.container, *workload.sidecars):
        shape = workload.own if container == workload.container else waves(20 * MIB, MIB)
        found |= _container(pod, container, labels, _since(shape, pod), workload.limit)
    return found


def _since(shape: Shape, pod: Pod) -> Shape:
    """The shape, begun with the pod and begun again where it was killed."""

    def life(seconds, begin):
        age = seconds - pod.begin
        if pod.killed:
            age = age - (seconds >= KILLED) * KILLED
        return shape.of(age, begin)

    return Shape(life)


def _container(pod: Pod, container: str, within: str, own: Shape, limit: float) -> dict[str, Shape]:
    image = f"registry.example/{container}:{pod.version}"
    labels = (
        f'{within},container="{container}",image="{image}",id="/kubepods/{pod.name}/{container}",name="{container}"'
    )

    def plus(more: float) -> Shape:
        return Shape(lambda seconds, begin: own.of(seconds, begin) + more)

    shapes = {
        "container_memory_rss": own,
        "container_memory_working_set_bytes": plus(30 * MIB),
        "container_memory_usage_bytes": plus(70 * MIB),
        "container_memory_cache": waves(64 * MIB, 4 * MIB),
        "container_memory_mapped_file": flat(8 * MIB),
        "container_memory_kernel_usage": flat(5 * MIB),
        "container_memory_swap": flat(0),
        "container_memory_total_inactive_file_bytes": flat(40 * MIB),
        "container_memory_total_active_file_bytes": flat(20 * MIB),
        "container_memory_failcnt": flat(0),
        "container_oom_events_total": flat(0),
        "container_spec_memory_limit_bytes": flat(limit),
        "container_spec_cpu_quota": flat(100_000),
        "container_spec_cpu_period": flat(100_000),
        "container_start_time_seconds": started(pod),
        "container_cpu_cfs_periods_total": counts(10),
        "container_cpu_cfs_throttled_periods_total": counts(0.5),
        "container_cpu_cfs_throttled_seconds_total": grows(0, 36),
        "container_file_descriptors": flat(64),
        "container_threads": flat(12),
    }
    cpu = {f'container_cpu_usage_seconds_total{{{labels},cpu="total"}}': grows(1000, 720)}
    return cpu | {f"{name}{{{labels}}}": shape for name, shape in shapes.items()}


def volume(workload: Workload, pod: Pod) -> dict[str, Shape]:
    """Of the volume that a pod claims."""
    labels = f'namespace="{workload.namespace}",persistentvolumeclaim="{workload.claim}-{pod.name}"'
    return {
        f"kubelet_volume_stats_capacity_bytes{{{labels}}}": flat(10 * 1024 * MIB),
        f"kubelet_volume_stats_available_bytes{{{labels}}}": grows(6 * 1024 * MIB, -64 * MIB),
        f"kubelet_volume_stats_used_bytes{{{labels}}}": grows(4 * 1024 * MIB, 64 * MIB),
    }

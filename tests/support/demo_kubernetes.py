"""What kube-state-metrics and the kubelet (cAdvisor, volumes) tell of the demo cluster's workloads.

Names and labels: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics,
https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.demo_exporters import DEPLOYED, HOURS, KILLED, Shape, Told, counts, flat, grows, moment, steps, waves

MIB = 2.0**20
_DAY = 86400.0
_END = HOURS * 3600.0
_STATE = {"job": "kube-state-metrics", "instance": "10.0.0.9:8080"}
_KUBELET = {"job": "kubelet", "metrics_path": "/metrics/cadvisor", "instance": "10.0.0.1:10250"}
NODES = ("node-a", "node-b")


@dataclass(frozen=True)
class Pod:
    """A pod. made, begin, end: seconds into the window; killed: whether its container ran out of memory once."""

    name: str
    node: str
    version: str
    owner: tuple[str, str]
    begin: float = 0.0
    end: float = _END
    killed: bool = False

    @property
    def made(self) -> float:
        """When it was created: before the window, or within it."""
        return self.begin if self.begin > 0 else -_DAY


@dataclass(frozen=True)
class Workload:
    """Pods of a kind. own: bytes of each pod that are not page cache; limit, request: bytes of memory."""

    namespace: str
    name: str
    kind: str
    container: str
    pods: tuple[Pod, ...]
    own: Shape
    limit: float = 512 * MIB
    request: float = 256 * MIB
    claim: str | None = None
    sidecars: tuple[str, ...] = field(default=())


def deployment(namespace: str, name: str, own: Shape, *, deployed: bool = False, killed: bool = False) -> Workload:
    """Two pods of a Deployment; deployed: two others follow them, of another revision."""
    lives = [("1.0.0", "6f7c9d5b8", 0.0, DEPLOYED), ("1.1.0", "5b8d4f6c7", DEPLOYED, _END)]
    pods = tuple(
        Pod(f"{name}-{hash_}-{ending}", node, version, ("ReplicaSet", f"{name}-{hash_}"), begin, end, killed)
        for version, hash_, begin, end in (lives if deployed else [("1.0.0", "6f7c9d5b8", 0.0, _END)])
        for node, ending in zip(NODES, ("x2x8k", "q7m4d"), strict=True)
    )
    return Workload(namespace, name, "Deployment", name, pods, own)


def stateful(namespace: str, name: str, own: Shape, *, sidecars: tuple[str, ...] = ()) -> Workload:
    """Two pods of a StatefulSet, with a volume each."""
    pods = tuple(Pod(f"{name}-{at}", node, "1.0.0", ("StatefulSet", name)) for at, node in enumerate(NODES))
    return Workload(namespace, name, "StatefulSet", name, pods, own, claim="data", sidecars=sidecars)


def everywhere(namespace: str, name: str, own: Shape) -> Workload:
    """A pod of a DaemonSet on each node."""
    pods = tuple(
        Pod(f"{name}-{ending}", node, "1.0.0", ("DaemonSet", name))
        for node, ending in zip(NODES, ("w5z2p", "h9k3t"), strict=True)
    )
    return Workload(namespace, name, "DaemonSet", name, pods, own)


def kubernetes(workloads: tuple[Workload, ...]) -> Iterator[Told]:
    """All that Kubernetes' own exporters tell of these workloads, and of the nodes."""
    yield Told(_nodes(), _STATE)
    yield Told(_kubelets(), _KUBELET)
    namespaces = sorted({one.namespace for one in workloads})
    yield Told({f'kube_namespace_created{{namespace="{one}"}}': moment(-_DAY) for one in namespaces}, _STATE)
    for workload in workloads:
        yield Told(_controller(workload), _STATE)
        for owner in {pod.owner: pod for pod in workload.pods}.values():
            yield Told(_replicas(workload, owner), _STATE, owner.begin)
        for pod in workload.pods:
            yield Told(_pod_state(workload, pod), _STATE, pod.begin, pod.end)
            yield Told(_pod_memory(workload, pod), _KUBELET | {"node": pod.node}, pod.begin, pod.end)
            if workload.claim:
                yield Told(_volume(workload, pod), _KUBELET | {"metrics_path": "/metrics", "node": pod.node})


def _nodes() -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    for node in NODES:
        found[f'kube_node_info{{node="{node}",kubelet_version="v1.31.0"}}'] = flat(1)
        found[f'kube_node_status_capacity{{node="{node}",resource="memory",unit="byte"}}'] = flat(8192 * MIB)
        found[f'kube_node_status_allocatable{{node="{node}",resource="memory",unit="byte"}}'] = flat(7680 * MIB)
        found[f'kube_node_status_allocatable{{node="{node}",resource="cpu",unit="core"}}'] = flat(4)
        for condition, holds in (("Ready", "true"), ("MemoryPressure", "false")):
            for status in ("true", "false", "unknown"):
                labels = f'node="{node}",condition="{condition}",status="{status}"'
                found[f"kube_node_status_condition{{{labels}}}"] = flat(float(status == holds))
    return found


def _kubelets() -> dict[str, Shape]:
    return {
        f'{name}{{id="/",node="{node}"}}': shape
        for node in NODES
        for name, shape in (
            ("container_memory_working_set_bytes", waves(4096 * MIB, 128 * MIB)),
            ("container_memory_rss", waves(3072 * MIB, 64 * MIB)),
            ("machine_memory_bytes", flat(8192 * MIB)),
        )
    }


def _controller(workload: Workload) -> dict[str, Shape]:
    kind = workload.kind.lower()
    labels = f'namespace="{workload.namespace}",{kind}="{workload.name}"'
    created, generation = moment(-_DAY), steps(1, 2, DEPLOYED)
    common = {
        f"kube_{kind}_created{{{labels}}}": created,
        f"kube_{kind}_metadata_generation{{{labels}}}": generation,
        f"kube_{kind}_status_observed_generation{{{labels}}}": generation,
    }
    return common | {f"kube_{name}{{{labels}{more}}}": shape for name, more, shape in _of_kind(workload)}


def _of_kind(workload: Workload) -> list[tuple[str, str, Shape]]:
    two, none = flat(2), flat(0)
    if workload.kind == "Deployment":
        states = [("replicas", two), ("replicas_available", two), ("replicas_ready", two), ("replicas_updated", two)]
        return [
            ("deployment_spec_replicas", "", two),
            ("deployment_status_replicas_unavailable", "", none),
            *((f"deployment_status_{name}", "", shape) for name, shape in states),
        ]
    if workload.kind == "StatefulSet":
        states = [("replicas", two), ("replicas_ready", two), ("replicas_current", two), ("replicas_updated", two)]
        revision = f',revision="{workload.name}-5d8f7c9b6"'
        return [
            ("statefulset_replicas", "", two),
            ("statefulset_status_current_revision", revision, flat(1)),
            ("statefulset_status_update_revision", revision, flat(1)),
            *((f"statefulset_status_{name}", "", shape) for name, shape in states),
        ]
    states = [("desired_number_scheduled", two), ("current_number_scheduled", two), ("number_ready", two)]
    states += [("updated_number_scheduled", two), ("number_available", two), ("number_unavailable", none)]
    return [(f"daemonset_status_{name}", "", shape) for name, shape in states]


def _replicas(workload: Workload, first: Pod) -> dict[str, Shape]:
    kind, name = first.owner
    target = f'namespace="{workload.namespace}",horizontalpodautoscaler="{workload.name}"'
    scaled = {
        f'kube_horizontalpodautoscaler_info{{{target},scaletargetref_kind="{workload.kind}",'
        f'scaletargetref_name="{workload.name}"}}': flat(1),
        f"kube_horizontalpodautoscaler_spec_min_replicas{{{target}}}": flat(2),
        f"kube_horizontalpodautoscaler_spec_max_replicas{{{target}}}": flat(6),
        f"kube_horizontalpodautoscaler_status_current_replicas{{{target}}}": flat(2),
        f"kube_horizontalpodautoscaler_status_desired_replicas{{{target}}}": flat(2),
    }
    if kind != "ReplicaSet":
        return {}
    labels = f'namespace="{workload.namespace}",replicaset="{name}"'
    owner = f'owner_kind="Deployment",owner_name="{workload.name}",owner_is_controller="true"'
    replicas = flat(2) if first.end >= _END else steps(2, 0, DEPLOYED)
    return {
        f"kube_replicaset_owner{{{labels},{owner}}}": flat(1),
        f"kube_replicaset_created{{{labels}}}": moment(first.made),
        f"kube_replicaset_spec_replicas{{{labels}}}": replicas,
        f"kube_replicaset_status_replicas{{{labels}}}": replicas,
        **(scaled if first.begin == 0 else {}),
    }


def _pod_state(workload: Workload, pod: Pod) -> dict[str, Shape]:
    labels = f'namespace="{workload.namespace}",pod="{pod.name}"'
    kind, name = pod.owner
    node = f'node="{pod.node}",created_by_kind="{kind}",created_by_name="{name}"'
    owner = f'owner_kind="{kind}",owner_name="{name}",owner_is_controller="true"'
    found = {
        f"kube_pod_info{{{labels},{node}}}": flat(1),
        f"kube_pod_owner{{{labels},{owner}}}": flat(1),
        f"kube_pod_created{{{labels}}}": moment(pod.made),
        f"kube_pod_start_time{{{labels}}}": moment(pod.made),
    }
    for phase in ("Pending", "Running", "Succeeded", "Failed", "Unknown"):
        found[f'kube_pod_status_phase{{{labels},phase="{phase}"}}'] = flat(float(phase == "Running"))
    for condition in ("true", "false", "unknown"):
        found[f'kube_pod_status_ready{{{labels},condition="{condition}"}}'] = flat(float(condition == "true"))
    for container in (workload.container, *workload.sidecars):
        found |= _container_state(workload, pod, f'{labels},container="{container}"', container)
    return found


def _container_state(workload: Workload, pod: Pod, labels: str, container: str) -> dict[str, Shape]:
    image = f'image="registry.example/{container}:{pod.version}",container_id="containerd://{pod.name}/{container}"'
    memory, cores = f'{labels},node="{pod.node}",resource="memory",unit="byte"', f'{labels},resource="cpu",unit="core"'
    found = {
        f"kube_pod_container_info{{{labels},{image}}}": flat(1),
        f"kube_pod_container_resource_limits{{{memory}}}": flat(workload.limit),
        f"kube_pod_container_resource_requests{{{memory}}}": flat(workload.request),
        f"kube_pod_container_resource_limits{{{cores}}}": flat(1),
        f"kube_pod_container_resource_requests{{{cores}}}": flat(0.25),
        f"kube_pod_container_status_ready{{{labels}}}": flat(1),
        f"kube_pod_container_status_running{{{labels}}}": flat(1),
        f"kube_pod_container_status_restarts_total{{{labels}}}": steps(0, 1, KILLED) if pod.killed else flat(0),
        f"kube_pod_container_state_started{{{labels}}}": _started(pod),
    }
    if pod.killed:
        reason = f'{labels},reason="OOMKilled"'
        found[f"kube_pod_container_status_last_terminated_reason{{{reason}}}"] = steps(0, 1, KILLED)
    return found


def _started(pod: Pod) -> Shape:
    before, after = moment(pod.made), moment(KILLED)
    if not pod.killed:
        return before
    chosen = steps(0, 1, KILLED)
    return Shape(
        lambda seconds, begin: (
            before.of(seconds, begin)
            + chosen.of(seconds, begin) * (after.of(seconds, begin) - before.of(seconds, begin))
        )
    )


def _pod_memory(workload: Workload, pod: Pod) -> dict[str, Shape]:
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
        "container_start_time_seconds": _started(pod),
        "container_cpu_cfs_periods_total": counts(10),
        "container_cpu_cfs_throttled_periods_total": counts(0.5),
        "container_cpu_cfs_throttled_seconds_total": grows(0, 36),
        "container_file_descriptors": flat(64),
        "container_threads": flat(12),
    }
    cpu = {f'container_cpu_usage_seconds_total{{{labels},cpu="total"}}': grows(1000, 720)}
    return cpu | {f"{name}{{{labels}}}": shape for name, shape in shapes.items()}


def _volume(workload: Workload, pod: Pod) -> dict[str, Shape]:
    labels = f'namespace="{workload.namespace}",persistentvolumeclaim="{workload.claim}-{pod.name}"'
    return {
        f"kubelet_volume_stats_capacity_bytes{{{labels}}}": flat(10 * 1024 * MIB),
        f"kubelet_volume_stats_available_bytes{{{labels}}}": grows(6 * 1024 * MIB, -64 * MIB),
        f"kubelet_volume_stats_used_bytes{{{labels}}}": grows(4 * 1024 * MIB, 64 * MIB),
    }

"""What kube-state-metrics tells of the demo cluster, and with the kubelet's part all that Kubernetes itself tells.

Names and labels: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics
"""

from collections.abc import Iterator

from tests.support import demo_kubelet
from tests.support.demo_exporters import DEPLOYED, KILLED, Shape, Told, flat, moment, steps
from tests.support.demo_workloads import DAY, END, MIB, NODES, Pod, Workload, started

_STATE = {"job": "kube-state-metrics", "instance": "10.0.0.9:8080"}
_KUBELET = {"job": "kubelet", "metrics_path": "/metrics/cadvisor", "instance": "10.0.0.1:10250"}


def kubernetes(workloads: tuple[Workload, ...]) -> Iterator[Told]:
    """All that Kubernetes' own exporters tell of these workloads, and of the nodes."""
    yield Told(_nodes(), _STATE)
    yield Told(demo_kubelet.nodes(), _KUBELET)
    namespaces = sorted({one.namespace for one in workloads})
    yield Told({f'kube_namespace_created{{namespace="{one}"}}': moment(-DAY) for one in namespaces}, _STATE)
    for workload in workloads:
        yield Told(_controller(workload), _STATE)
        for owner in {pod.owner: pod for pod in workload.pods}.values():
            yield Told(_replicas(workload, owner), _STATE, owner.begin)
        for pod in workload.pods:
            yield Told(_pod_state(workload, pod), _STATE, pod.begin, pod.end)
            yield Told(demo_kubelet.containers(workload, pod), _KUBELET | {"node": pod.node}, pod.begin, pod.end)
            if workload.claim:
                yield Told(
                    demo_kubelet.volume(workload, pod), _KUBELET | {"metrics_path": "/metrics", "node": pod.node}
                )


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


def _controller(workload: Workload) -> dict[str, Shape]:
    kind = workload.kind.lower()
    labels = f'namespace="{workload.namespace}",{kind}="{workload.name}"'
    created, generation = moment(-DAY), steps(1, 2, DEPLOYED)
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
    replicas = flat(2) if first.end >= END else steps(2, 0, DEPLOYED)
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
        f"kube_pod_container_state_started{{{labels}}}": started(pod),
    }
    if pod.killed:
        reason = f'{labels},reason="OOMKilled"'
        found[f"kube_pod_container_status_last_terminated_reason{{{reason}}}"] = steps(0, 1, KILLED)
    return found

"""PromQL that dashboards share. It needs no recording rule of ours: a dashboard works where only the metrics are.

Series of cAdvisor are taken by `max by`, for an old and a new container, or two replicas of a scraper, may both be
reported. `cluster` is in every grouping; where nothing is labelled so, it is empty everywhere.
"""

from dashboards.model import Options

CLUSTER = 'cluster=~"$cluster"'
NAMESPACE = f'{CLUSTER},namespace=~"$namespace"'
WORKLOAD = f'{NAMESPACE},workload=~"$workload"'
POD = f'{NAMESPACE},pod=~"$pod"'

CONTAINER_KEYS = "cluster, namespace, pod, container"
POD_KEYS = "cluster, namespace, pod"


def selector(metric: str, *matchers: str) -> str:
    """A metric with its label matchers; empty ones are left out."""
    inside = ",".join(matcher for matcher in matchers if matcher)
    return f"{metric}{{{inside}}}" if inside else metric


def cadvisor(options: Options, metric: str, where: str) -> str:
    """A gauge of cAdvisor, once a container. where: matchers, such as POD."""
    return f"max by ({CONTAINER_KEYS}) ({selector(metric, options.cadvisor, where)})"


def cadvisor_rate(options: Options, metric: str, where: str, window: str = "$__rate_interval") -> str:
    """A counter of cAdvisor as a rate a second, once a container."""
    return f"max by ({CONTAINER_KEYS}) (rate({selector(metric, options.cadvisor, where)}[{window}]))"


def state(options: Options, metric: str, where: str, *more: str, keys: str = CONTAINER_KEYS) -> str:
    """A gauge of kube-state-metrics, once for each of `keys`. more: further matchers."""
    return f"max by ({keys}) ({selector(metric, options.kube_state_metrics, where, *more)})"


def non_reclaimable(options: Options, where: str) -> str:
    """Bytes a container holds that the kernel cannot take back: the larger of RSS and working set less page cache."""
    rss = cadvisor(options, "container_memory_rss", where)
    working_set = cadvisor(options, "container_memory_working_set_bytes", where)
    cache = cadvisor(options, "container_memory_cache", where)
    less_cache = f"{working_set} - {cache}"
    return f'max by ({CONTAINER_KEYS}) ({rss} or label_replace({less_cache}, "of", "less cache", "", ""))'


def limits(options: Options, where: str) -> str:
    """Memory limit of a container, bytes; absent where there is none."""
    return state(options, "kube_pod_container_resource_limits", where, 'resource="memory"')


def requests(options: Options, where: str) -> str:
    """Memory request of a container, bytes; absent where there is none."""
    return state(options, "kube_pod_container_resource_requests", where, 'resource="memory"')


def oom_kills(options: Options, where: str, window: str) -> str:
    """OOM kills of a container in the window: its restarts, where the last termination was an OOM kill.

    Not container_oom_events_total, which is gone with the container that died: google/cadvisor#3015.
    """
    restarts = selector("kube_pod_container_status_restarts_total", options.kube_state_metrics, where)
    killed = state(options, "kube_pod_container_status_last_terminated_reason", where, 'reason="OOMKilled"')
    return f"max by ({CONTAINER_KEYS}) (increase({restarts}[{window}])) * on ({CONTAINER_KEYS}) ({killed})"


def owners(options: Options, where: str, over: str | None = None) -> str:
    """1 for each pod, with labels cluster, namespace, pod, workload, workload_type.

    A Deployment's pods through their ReplicaSet, a CronJob's through their Job, others by their owner, a pod without
    one by itself. over: of all that was there in this span, not only now.
    """
    pods = _owned(selector("kube_pod_owner", options.kube_state_metrics, where), over)
    steps = (
        _through("replicaset", "ReplicaSet", "kube_replicaset_owner", options, where, over),
        _through("job_name", "Job", "kube_job_owner", options, where, over),
        _named_by_owner(_owned(selector("kube_pod_owner", options.kube_state_metrics, where, _HAS_OWNER), over)),
        f'label_replace(label_replace({pods}, "workload", "$1", "pod", "(.+)"), "workload_type", "Pod", "", "")',
    )
    chain = f" or on ({POD_KEYS}) ".join(steps)
    return f"max by ({POD_KEYS}, workload, workload_type) ({chain})"


def with_workload(expr: str, owned: str) -> str:
    """An expression of containers or pods, with the label `workload` of their owner. owned: what `owners` gave."""
    return f"({expr}) * on ({POD_KEYS}) group_left (workload, workload_type) ({owned})"


# Older kube-state-metrics say <none> where newer ones say nothing.
_HAS_OWNER = 'owner_kind!="",owner_kind!="<none>"'


def _owned(series: str, over: str | None) -> str:
    return series if over is None else f"last_over_time({series}[{over}])"


def _named_by_owner(series: str) -> str:
    named = f'label_replace({series}, "workload", "$1", "owner_name", "(.+)")'
    return f'label_replace({named}, "workload_type", "$1", "owner_kind", "(.+)")'


def _through(label: str, kind: str, metric: str, options: Options, where: str, over: str | None) -> str:
    """Pods of one kind of owner, named by that owner's own owner. label: the owner's name in `metric`."""
    of_kind = selector("kube_pod_owner", options.kube_state_metrics, where, f'owner_kind="{kind}"')
    pods = f'label_replace({_owned(of_kind, over)}, "{label}", "$1", "owner_name", "(.+)")'
    # What a pod's matchers name besides cluster and namespace, the owner's series have not.
    owner = _named_by_owner(_owned(selector(metric, options.kube_state_metrics, NAMESPACE, _HAS_OWNER), over))
    keys = f"cluster, namespace, {label}"
    tops = f"max by ({keys}, workload, workload_type) ({owner})"
    return f"{pods} * on ({keys}) group_left (workload, workload_type) {tops}"

"""Whose pod is it: a series for each pod that names its workload, for every other rule to join on. Pure."""

from alert_rules import conventions as names
from alert_rules.belonging import POD
from alert_rules.pack import Options
from alert_rules.promql import selected
from alert_rules.rule import Group, Recording

GROUP = "leakwatch-owners"
# Looked up once a minute: a join on an owner that was seen four minutes ago is still true.
_INTERVAL = "1m"
_FOUND = f"{POD}, workload, workload_type"
# Operators own pods beside the controller that a pod may have one of; kube-state-metrics tells of all.
_CONTROLLER = 'owner_is_controller!="false"'
# kube-state-metrics says <none> of what nobody owns.
_OWNED = 'owner_kind!~"|<none>"'


def owner_group(options: Options) -> Group:
    """The group that records `conventions.POD_OWNER`, one series a pod, of value 1.

    A Deployment's pod is reached through its ReplicaSet, a CronJob's through its Job; where kube-state-metrics tells
    nothing of those, their names do, as Kubernetes makes them. A pod that nobody owns is its own workload. The names
    are those that the service gives its incidents (app/prometheus/ownership.py).
    """
    return Group(GROUP, (Recording(names.POD_OWNER, _expression(options.kube_state_metrics)),), _INTERVAL)


def _expression(matchers: str) -> str:
    """Each branch speaks only of pods that none before it spoke of, so that a pod has one owner at any time."""
    branches = (
        _through("ReplicaSet", "replicaset", "kube_replicaset_owner", matchers),
        _through("Job", "job_name", "kube_job_owner", matchers),
        _by_name("ReplicaSet", "Deployment", "(.+)-[^-]+", matchers),
        _by_name("Job", "CronJob", "(.+)-[0-9]{8,10}", matchers),
        _direct(f"{_OWNED},{_CONTROLLER}", matchers),
        # Owned, though by nothing that controls it: some operators do that. Of several, one.
        f"topk by ({POD}) (1, {_direct(_OWNED, matchers)})",
        _itself(matchers),
    )
    return f"\nor on ({POD})\n".join(branches)


def _through(kind: str, label: str, metric: str, matchers: str) -> str:
    """Pods of an owner that is itself owned, and by what."""
    pods = _renamed(selected("kube_pod_owner", f'owner_kind="{kind}",{_CONTROLLER}', matchers), label, "owner_name")
    above = _named(selected(metric, f"{_OWNED},{_CONTROLLER}", matchers))
    return (
        f"max by ({_FOUND}) (\n"
        f"  max by ({POD}, {label}) ({pods})\n"
        f"  * on (cluster, namespace, {label}) group_left (workload, workload_type)\n"
        f"  max by (cluster, namespace, {label}, workload, workload_type) ({above})\n"
        ")"
    )


def _by_name(kind: str, above: str, pattern: str, matchers: str) -> str:
    """Pods of an owner of which nothing more is told, and whose name is made from that of the workload above it."""
    matching = f'owner_kind="{kind}",owner_name=~"{pattern}",{_CONTROLLER}'
    named = _renamed(selected("kube_pod_owner", matching, matchers), "workload", "owner_name", pattern)
    return f'label_replace(max by ({POD}, workload) ({named}), "workload_type", "{above}", "", "")'


def _direct(matching: str, matchers: str) -> str:
    return f"max by ({_FOUND}) ({_named(selected('kube_pod_owner', matching, matchers))})"


def _itself(matchers: str) -> str:
    pods = f"max by ({POD}) ({selected('kube_pod_owner', '', matchers)})"
    return f'label_replace({_renamed(pods, "workload", "pod")}, "workload_type", "Pod", "", "")'


def _named(series: str) -> str:
    return _renamed(_renamed(series, "workload", "owner_name"), "workload_type", "owner_kind")


def _renamed(series: str, label: str, source: str, pattern: str = "(.+)") -> str:
    return f'label_replace({series}, "{label}", "$1", "{source}", "{pattern}")'

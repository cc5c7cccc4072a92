"""Replicas: rollouts that do not go on, replicas that are missing, autoscalers at their maximum."""

from alert_rules.pack import Options
from alert_rules.promql import selected
from alert_rules.rule import Alert, Group

_WHO = "{{ $labels.namespace }}/{{ $labels.workload }}"
_TYPES = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet"}
_WANTED = {
    "deployment": "kube_deployment_spec_replicas",
    "statefulset": "kube_statefulset_replicas",
    "daemonset": "kube_daemonset_status_desired_number_scheduled",
}
_READY = {
    "deployment": "kube_deployment_status_replicas_available",
    "statefulset": "kube_statefulset_status_replicas_ready",
    "daemonset": "kube_daemonset_status_number_available",
}
_UPDATED = {
    "deployment": "kube_deployment_status_replicas_updated",
    "statefulset": "kube_statefulset_status_replicas_updated",
    "daemonset": "kube_daemonset_status_updated_number_scheduled",
}


def rollouts(options: Options) -> Group:
    """Rules on the replicas of Deployments, StatefulSets and DaemonSets."""
    return Group(
        "leakwatch-workloads-rollouts",
        (
            Alert(
                "WorkloadRolloutStuck",
                _any_type({kind: _stuck(kind, options.kube_state_metrics) for kind in _TYPES}),
                "10m",
                "warning",
                "A rollout does not go on.",
                "The rollout of "
                + _WHO
                + " ({{ $labels.workload_type }}) does not go on; pods of the new revision: {{ $value }}.",
            ),
            Alert(
                "WorkloadReplicasMissing",
                _any_type({kind: _missing(kind, options.kube_state_metrics) for kind in _TYPES}),
                "15m",
                "warning",
                "A workload has fewer replicas than it should have.",
                "Ready replicas that " + _WHO + " ({{ $labels.workload_type }}) lacks: {{ $value }}.",
            ),
            Alert(
                "WorkloadAutoscalerAtMaximum",
                _at_maximum(options.kube_state_metrics),
                "30m",
                "warning",
                "An autoscaler is at its maximum and wants more.",
                "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} is at its maximum"
                " of {{ $value }} replicas and wants more.",
            ),
        ),
    )


def _stuck(kind: str, ksm: str) -> str:
    """Pods of the new revision, where a rollout is not done and nothing has moved for 15 minutes.

    A Deployment tells so itself. An update that is held back on purpose, by a partition or by OnDelete, has all its
    pods ready: that is no rollout that is stuck.
    """
    on = f"on (cluster, namespace, {kind})"
    updated = _one(kind, _UPDATED[kind], ksm)
    if kind == "deployment":
        condition = selected("kube_deployment_status_condition", ksm, 'condition="Progressing",status="false"')
        return (
            f"{updated} and {on} max by (cluster, namespace, {kind}) ({condition}) == 1"
            f" unless {on} {_one(kind, 'kube_deployment_spec_paused', ksm)} == 1"
        )
    wanted, ready = _one(kind, _WANTED[kind], ksm), _one(kind, _READY[kind], ksm)
    still = _still(kind, _UPDATED[kind], ksm)
    return f"{updated} < {on} {wanted} and {on} {ready} < {on} {wanted} and {on} {still}"


def _missing(kind: str, ksm: str) -> str:
    """Replicas that are wanted and not ready, while neither a rollout nor, of a DaemonSet, the set of nodes moves."""
    on = f"on (cluster, namespace, {kind})"
    moves = _WANTED[kind] if kind == "daemonset" else _UPDATED[kind]
    lacking = f"{_one(kind, _WANTED[kind], ksm)} - {on} {_one(kind, _READY[kind], ksm)}"
    return f"({lacking}) > 0 and {on} {_still(kind, moves, ksm)}"


def _at_maximum(ksm: str) -> str:
    """The replicas of an autoscaler that would go higher. One whose minimum is its maximum always stands at it.

    The label of the workload is of its target; where kube-state-metrics does not tell that, there is none.
    """
    kind = "horizontalpodautoscaler"
    on = f"on (cluster, namespace, {kind})"
    limited = selected(f"kube_{kind}_status_condition", ksm, 'condition="ScalingLimited",status="true"')
    most = _one(kind, f"kube_{kind}_spec_max_replicas", ksm)
    at_maximum = (
        f"({_one(kind, f'kube_{kind}_status_desired_replicas', ksm)} >= {on} {most}"
        f" and {on} {most} > {on} {_one(kind, f'kube_{kind}_spec_min_replicas', ksm)}"
        f" and {on} max by (cluster, namespace, {kind}) ({limited}) == 1)"
    )
    info = selected(f"kube_{kind}_info", ksm)
    target = f'label_replace({info}, "workload", "$1", "scaletargetref_name", "(.+)")'
    targets = f"max by (cluster, namespace, {kind}, workload) ({target})"
    return f"{at_maximum} * {on} group_left (workload) {targets} or {on} {at_maximum}"


def _one(kind: str, metric: str, ksm: str) -> str:
    """A metric of a workload, once, however many tell of it."""
    return f"max by (cluster, namespace, {kind}) ({selected(metric, ksm)})"


def _still(kind: str, metric: str, ksm: str) -> str:
    return f"max by (cluster, namespace, {kind}) (changes({selected(metric, ksm)}[15m])) == 0"


def _any_type(expressions: dict[str, str]) -> str:
    """Expressions a type of workload, under the labels workload and workload_type."""
    named = (
        f'label_replace(label_replace({expr}, "workload", "$1", "{kind}", "(.+)"),'
        f' "workload_type", "{_TYPES[kind]}", "", "")'
        for kind, expr in expressions.items()
    )
    return " or ".join(f"max by (cluster, namespace, workload, workload_type) ({one})" for one in named)

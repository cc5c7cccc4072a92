"""What the alerts on replicas must make of things."""

from alert_rules.pack import Fired, Situation

_DEPLOYMENT = 'cluster="c",namespace="shop",deployment="cart"'
_STATEFUL = 'cluster="c",namespace="shop",statefulset="store"'
_DAEMON = 'cluster="c",namespace="shop",daemonset="agent"'
_HPA = 'cluster="c",namespace="shop",horizontalpodautoscaler="cart-hpa"'
_STALLED = f'kube_deployment_status_condition{{{_DEPLOYMENT},condition="Progressing",status="false"}}'


def _who(workload: str, kind: str) -> dict[str, str]:
    return {"cluster": "c", "namespace": "shop", "workload": workload, "workload_type": kind}


def _stateful(ready: str, updated: str) -> dict[str, str]:
    return {
        f"kube_statefulset_replicas{{{_STATEFUL}}}": "3x90",
        f"kube_statefulset_status_replicas_ready{{{_STATEFUL}}}": ready,
        f"kube_statefulset_status_replicas_updated{{{_STATEFUL}}}": updated,
    }


def _daemon(wanted: str, available: str, updated: str) -> dict[str, str]:
    return {
        f"kube_daemonset_status_desired_number_scheduled{{{_DAEMON}}}": wanted,
        f"kube_daemonset_status_number_available{{{_DAEMON}}}": available,
        f"kube_daemonset_status_updated_number_scheduled{{{_DAEMON}}}": updated,
    }


def _deployment(wanted: str, available: str, updated: str) -> dict[str, str]:
    return {
        f"kube_deployment_spec_replicas{{{_DEPLOYMENT}}}": wanted,
        f"kube_deployment_status_replicas_available{{{_DEPLOYMENT}}}": available,
        f"kube_deployment_status_replicas_updated{{{_DEPLOYMENT}}}": updated,
    }


def _autoscaler(wanted: str, least: str, limited: str) -> dict[str, str]:
    return {
        f"kube_horizontalpodautoscaler_status_desired_replicas{{{_HPA}}}": wanted,
        f"kube_horizontalpodautoscaler_spec_max_replicas{{{_HPA}}}": "10x90",
        f"kube_horizontalpodautoscaler_spec_min_replicas{{{_HPA}}}": least,
        f'kube_horizontalpodautoscaler_status_condition{{{_HPA},condition="ScalingLimited",status="true"}}': limited,
    }


_TARGET = {
    f'kube_horizontalpodautoscaler_info{{{_HPA},scaletargetref_kind="Deployment",scaletargetref_name="cart"}}': "1x90"
}
_STUCK = (
    Situation(
        "a Deployment says that it does not go on",
        "WorkloadRolloutStuck",
        _deployment("3x60", "3x60", "1x60") | {_STALLED: "0x10 1x60"},
        "25m",
        (
            Fired(
                _who("cart", "Deployment"),
                "The rollout of shop/cart (Deployment) does not go on; pods of the new revision: 1.",
            ),
        ),
    ),
    Situation(
        "two replicas of kube-state-metrics tell of a Deployment whose new pods are refused",
        "WorkloadRolloutStuck",
        {
            f'{name.removesuffix("}")},instance="{one}"}}': values
            for one in ("a", "b")
            for name, values in (_deployment("3x60", "3x60", "0x60") | {_STALLED: "1x60"}).items()
        },
        "25m",
        (
            Fired(
                _who("cart", "Deployment"),
                "The rollout of shop/cart (Deployment) does not go on; pods of the new revision: 0.",
            ),
        ),
    ),
    Situation(
        "the first pod of a StatefulSet's update does not become ready",
        "WorkloadRolloutStuck",
        _stateful(ready="3x10 2x80", updated="3x9 0x1 1x80"),
        "50m",
        (
            Fired(
                _who("store", "StatefulSet"),
                "The rollout of shop/store (StatefulSet) does not go on; pods of the new revision: 1.",
            ),
        ),
    ),
    Situation(
        "a DaemonSet's update stops at the first node",
        "WorkloadRolloutStuck",
        _daemon("5x90", "5x10 4x80", "5x9 1x80"),
        "50m",
        (
            Fired(
                _who("agent", "DaemonSet"),
                "The rollout of shop/agent (DaemonSet) does not go on; pods of the new revision: 1.",
            ),
        ),
    ),
    Situation(
        "a Deployment that did not go on is paused by somebody",
        "WorkloadRolloutStuck",
        _deployment("3x60", "3x60", "1x60")
        | {_STALLED: "1x60", f"kube_deployment_spec_paused{{{_DEPLOYMENT}}}": "1x60"},
        "30m",
    ),
    Situation(
        "a partition holds a StatefulSet's update back, and all its pods are ready",
        "WorkloadRolloutStuck",
        _stateful(ready="3x90", updated="1x90"),
        "60m",
    ),
    Situation(
        "a DaemonSet is updated when its pods are deleted, and all are ready",
        "WorkloadRolloutStuck",
        _daemon("5x90", "5x90", "0x90"),
        "60m",
    ),
    Situation(
        "a slow update of a StatefulSet goes on, pod by pod",
        "WorkloadRolloutStuck",
        _stateful(ready="2x90", updated="0x12 1x12 2x60"),
        "30m",
    ),
    Situation("a deploy goes well", "WorkloadRolloutStuck", _deployment("3x60", "3x60", "0x3 1x3 2x3 3x50"), "30m"),
)
_MISSING = (
    Situation(
        "a Deployment lacks one of three",
        "WorkloadReplicasMissing",
        _deployment("3x60", "2x60", "3x60"),
        "20m",
        (Fired(_who("cart", "Deployment"), "Ready replicas that shop/cart (Deployment) lacks: 1."),),
    ),
    Situation(
        "a StatefulSet lacks all",
        "WorkloadReplicasMissing",
        _stateful(ready="0x90", updated="3x90"),
        "20m",
        (Fired(_who("store", "StatefulSet"), "Ready replicas that shop/store (StatefulSet) lacks: 3."),),
    ),
    Situation(
        "a DaemonSet lacks its pod of one node",
        "WorkloadReplicasMissing",
        _daemon("5x90", "4x90", "5x90"),
        "20m",
        (Fired(_who("agent", "DaemonSet"), "Ready replicas that shop/agent (DaemonSet) lacks: 1."),),
    ),
    Situation(
        "a drained node takes a pod away for five minutes",
        "WorkloadReplicasMissing",
        _deployment("3x60", "3x10 2x5 3x45", "3x60"),
        "30m",
    ),
    Situation(
        "a deploy with slow starts goes on",
        "WorkloadReplicasMissing",
        _deployment("4x60", "3x60", "0x10 1x10 2x10 3x10 4x20"),
        "36m",
    ),
    Situation(
        "nodes come and go, and the agents of the newest are not ready yet",
        "WorkloadReplicasMissing",
        _daemon("5x10 6x10 7x10 8x10 9x30", "4x10 5x10 6x10 7x10 8x30", "5x10 6x10 7x10 8x10 9x30"),
        "42m",
    ),
    Situation("it is scaled to nothing", "WorkloadReplicasMissing", _deployment("0x60", "0x60", "0x60"), "30m"),
    Situation(
        "kube-state-metrics is not scraped",
        "WorkloadReplicasMissing",
        _deployment("3x5 _x60", "3x5 _x60", "3x5 _x60"),
        "30m",
    ),
)
_AT_MAXIMUM = (
    Situation(
        "it is at its maximum and wants more",
        "WorkloadAutoscalerAtMaximum",
        _autoscaler("10x90", "2x90", "1x90") | _TARGET,
        "40m",
        (
            Fired(
                {"cluster": "c", "namespace": "shop", "horizontalpodautoscaler": "cart-hpa", "workload": "cart"},
                "shop/cart-hpa is at its maximum of 10 replicas and wants more.",
            ),
        ),
    ),
    Situation(
        "nobody tells what it scales",
        "WorkloadAutoscalerAtMaximum",
        _autoscaler("10x90", "2x90", "1x90"),
        "40m",
        (
            Fired(
                {"cluster": "c", "namespace": "shop", "horizontalpodautoscaler": "cart-hpa"},
                "shop/cart-hpa is at its maximum of 10 replicas and wants more.",
            ),
        ),
    ),
    Situation(
        "ten are enough",
        "WorkloadAutoscalerAtMaximum",
        _autoscaler("10x90", "2x90", "0x90") | _TARGET,
        "60m",
    ),
    Situation(
        "its minimum is its maximum",
        "WorkloadAutoscalerAtMaximum",
        _autoscaler("10x90", "10x90", "1x90") | _TARGET,
        "60m",
    ),
    Situation(
        "a peak passes",
        "WorkloadAutoscalerAtMaximum",
        _autoscaler("10x20 6x70", "2x90", "1x20 0x70") | _TARGET,
        "40m",
    ),
    Situation(
        "it wants fewer, and may go down only slowly",
        "WorkloadAutoscalerAtMaximum",
        _autoscaler("9x90", "2x90", "1x90") | _TARGET,
        "60m",
    ),
)

ROLLOUT_SITUATIONS = (*_STUCK, *_MISSING, *_AT_MAXIMUM)

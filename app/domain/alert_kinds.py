"""What kind of trouble an alert tells of, by the names that alerts of Kubernetes have, and by labels."""

from collections.abc import Mapping

from app.domain.alert import AlertKind

KIND_LABEL = "leakwatch_kind"
OUR_PREFIX = "Leakwatch"

# Names in lower case. Of kubernetes-mixin and node-mixin (kube-prometheus), of Awesome Prometheus alerts
# (Kubernetes..., Host...), of our packs, and such as people give them.
_NAMES: dict[str, AlertKind] = {
    name: kind
    for kind, names in {
        AlertKind.OOM: (
            *("kubecontaineroomkilled", "kubepodoomkilled", "containeroomkilled", "podoomkilled", "oomkilled"),
            *("kubernetescontaineroomkiller", "kubernetescontaineroomkilled", "containeroomkiller", "kubeoomkilled"),
            "containeroomloop",
        ),
        AlertKind.RESTART: (
            *("kubepodcrashlooping", "podcrashlooping", "kubernetespodcrashlooping", "kubecontainercrashlooping"),
            *("kubepodrestarting", "podrestarting", "kubecontainerrestarting", "containerrestarting"),
            *("kubepodfrequentlyrestarting", "podfrequentlyrestarting", "kubepodrestartingoften"),
            "workloadcrashlooping",
        ),
        AlertKind.ROLLOUT: (
            *("kubedeploymentrolloutstuck", "kubedeploymentgenerationmismatch", "kubedeploymentreplicasmismatch"),
            *("kubestatefulsetupdatenotrolledout", "kubestatefulsetgenerationmismatch"),
            *("kubestatefulsetreplicasmismatch", "kubedaemonsetrolloutstuck"),
            *("kubernetesdeploymentreplicasmismatch", "kubernetesdeploymentgenerationmismatch"),
            *("kubernetesstatefulsetreplicasmismatch", "kubernetesstatefulsetgenerationmismatch"),
            *("kubernetesstatefulsetupdatenotrolledout", "kubernetesdaemonsetrolloutstuck", "argorolloutstuck"),
            *("workloadrolloutstuck", "workloadreplicasmissing"),
        ),
        AlertKind.NODE: (
            *("kubenodenotready", "kubenodeunreachable", "kubenodepressure", "kubenodeeviction"),
            *("kubenodereadinessflapping", "nodememorypressure", "kubenodememorypressure", "kubernetesnodenotready"),
            *("kubernetesnodememorypressure", "nodememoryhighutilization", "nodememorymajorpagesfaults"),
            *("nodeoomkill", "hostoutofmemory", "hostmemoryundermemorypressure", "hostoomkilldetected"),
            *("nodememoryavailablelow", "nodeprocessoomkilled"),
        ),
    }.items()
    for name in names
}
_REASONS = {"OOMKilled": AlertKind.OOM, "CrashLoopBackOff": AlertKind.RESTART}
_KINDS = {kind.value: kind for kind in AlertKind}


def kind_of(labels: Mapping[str, str]) -> AlertKind:
    """The kind: what the label `leakwatch_kind` says, else by the name, else by `reason` and `condition`."""
    said = _KINDS.get(labels.get(KIND_LABEL, ""))
    if said is not None:
        return said
    name = labels.get("alertname", "")
    if name.startswith(OUR_PREFIX):
        return AlertKind.LEAK
    known = _NAMES.get(name.lower()) or _REASONS.get(labels.get("reason", ""))
    if known is not None:
        return known
    return AlertKind.NODE if labels.get("condition") == "MemoryPressure" else AlertKind.OTHER

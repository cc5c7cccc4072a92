"""Making of objects of the API what is kept of them. None for what is not wanted, or makes no sense."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from sys import intern
from typing import Any

from app.kubernetes.fields import controller_of, label, list_in, mapping_in, text_in, time_in, whole_number_in
from app.kubernetes.kept import (
    Kept,
    KeptBudget,
    KeptContainer,
    KeptEviction,
    KeptNode,
    KeptOwned,
    KeptPod,
    KeptReplicaSet,
    KeptScaler,
    KeptWorkload,
    OomKill,
    Owner,
    Selector,
)
from app.kubernetes.managers import manager_of
from app.kubernetes.quantities import amount_of
from app.kubernetes.rolling import is_paused, is_rolling

Keep = Callable[[Mapping[str, Any]], Kept | None]

_HASH_LABELS = ("pod-template-hash", "rollouts-pod-template-hash", "controller-revision-hash")
_REVISIONS = ("deployment.kubernetes.io/revision", "rollout.argoproj.io/revision")
# Who names node pools, and how: GKE, EKS, AKS, Karpenter, Cluster API, DigitalOcean, and kops.
_POOL_LABELS = (
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "kubernetes.azure.com/agentpool",
    "karpenter.sh/nodepool",
    "cluster.x-k8s.io/deployment-name",
    "doks.digitalocean.com/node-pool",
    "kops.k8s.io/instancegroup",
)
_INSTANCE_LABELS = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
_LONGEST = 253
_OOM = "OOMKilled"


def keep_pod(document: Mapping[str, Any]) -> KeptPod | None:
    """A pod."""
    base = _base(document)
    if base is None:
        return None
    spec, status = mapping_in(document, "spec"), mapping_in(document, "status")
    listed = [one for one in list_in(spec, "containers") if isinstance(one, Mapping)]
    return KeptPod(
        *base,
        node=_name(text_in(spec, "nodeName")),
        template_hash=_labelled(document, _HASH_LABELS),
        qos=_name(text_in(status, "qosClass")),
        priority_class=_name(text_in(spec, "priorityClassName")),
        containers=_shared(tuple(_container_of(one) for one in listed)),
        kills=_kills(base[0], base[1], status),
    )


def keep_workload(api: str, kind: str) -> Keep:
    """Keeps a Deployment, StatefulSet, DaemonSet or Argo Rollout."""

    def keep(document: Mapping[str, Any]) -> KeptWorkload | None:
        base = _base(document)
        if base is None:
            return None
        spec, status = mapping_in(document, "spec"), mapping_in(document, "status")
        wanted, ready = ("desiredNumberScheduled", "numberReady") if kind == "DaemonSet" else ("", "readyReplicas")
        labels = mapping_in(spec, "template", "metadata", "labels") or mapping_in(spec, "selector", "matchLabels")
        return KeptWorkload(
            *base,
            kind=kind,
            wanted=whole_number_in(status, wanted) if wanted else whole_number_in(spec, "replicas"),
            ready=whole_number_in(status, ready) or 0,
            labels=tuple((_name(key), _name(value)) for key, value in sorted(labels.items()) if isinstance(value, str)),
            paused=is_paused(kind, document),
            rolling=is_rolling(kind, document),
            manager=manager_of({**document, "apiVersion": api, "kind": kind}),
        )

    return keep


def keep_owned(api: str, kind: str) -> Keep:
    """Keeps an object of which only its place among owners matters. Its metadata are enough."""

    def keep(document: Mapping[str, Any]) -> KeptOwned | None:
        base = _base(document)
        return base and KeptOwned(*base, manager=manager_of({**document, "apiVersion": api, "kind": kind}))

    return keep


def keep_replica_set(document: Mapping[str, Any]) -> KeptReplicaSet | None:
    """A ReplicaSet. Its metadata are enough."""
    base = _base(document)
    numbers = (whole_number_in(document, "metadata", "annotations", name) for name in _REVISIONS)
    return base and KeptReplicaSet(
        *base,
        manager=None,
        number=next((one for one in numbers if one is not None), None),
        template_hash=_labelled(document, _HASH_LABELS),
    )


def keep_scaler(document: Mapping[str, Any]) -> KeptScaler | None:
    """A HorizontalPodAutoscaler."""
    base = _base(document)
    target = mapping_in(document, "spec", "scaleTargetRef")
    return base and KeptScaler(
        *base,
        target=(_name(text_in(target, "kind")), _name(text_in(target, "name"))),
        least=whole_number_in(document, "spec", "minReplicas") or 1,
        most=whole_number_in(document, "spec", "maxReplicas") or 0,
        current=whole_number_in(document, "status", "currentReplicas"),
    )


def keep_budget(document: Mapping[str, Any]) -> KeptBudget | None:
    """A PodDisruptionBudget."""
    base = _base(document)
    spec = mapping_in(document, "spec")
    return base and KeptBudget(
        *base,
        selector=selector_of(spec.get("selector")),
        least=_name(str(spec.get("minAvailable", ""))),
        most_down=_name(str(spec.get("maxUnavailable", ""))),
        allowed=whole_number_in(document, "status", "disruptionsAllowed"),
    )


def keep_node(document: Mapping[str, Any]) -> KeptNode | None:
    """A node. Its metadata are enough."""
    base = _base(document)
    return base and KeptNode(
        *base, pool=_labelled(document, _POOL_LABELS), instance=_labelled(document, _INSTANCE_LABELS)
    )


def keep_eviction(document: Mapping[str, Any]) -> KeptEviction | None:
    """An event, where it tells that the kubelet put out a pod for want of memory."""
    if text_in(document, "reason") != "Evicted" or "memory" not in text_in(document, "message"):
        return None
    base = _base(document)
    pod = text_in(document, "involvedObject", "name")
    last = time_in(document, "lastTimestamp") or time_in(document, "eventTime")
    return base and KeptEviction(*base, pod=_name(pod), at=last or base[4])


def selector_of(value: object) -> Selector | None:
    """A LabelSelector; None where there is none, which selects nothing."""
    if not isinstance(value, Mapping):
        return None
    labels = sorted(mapping_in(value, "matchLabels").items())
    parts: list[tuple[str, str, tuple[str, ...]]] = []
    parts += [(_name(key), "In", (_name(str(wanted)),)) for key, wanted in labels]
    for one in list_in(value, "matchExpressions"):
        values = tuple(_name(str(wanted)) for wanted in list_in(one, "values"))
        parts.append((_name(text_in(one, "key")), _name(text_in(one, "operator")), values))
    return Selector(tuple(parts))


def _base(document: Mapping[str, Any]) -> tuple[str, str, str, Owner | None, float] | None:
    metadata = mapping_in(document, "metadata")
    name, uid = text_in(metadata, "name"), text_in(metadata, "uid")
    if not name or not uid or len(name) > _LONGEST:
        return None
    reference = controller_of(document)
    owner = None
    if reference:
        owner = _owner(*(_name(text_in(reference, part)) for part in ("apiVersion", "kind", "name", "uid")))
    created_at = time_in(metadata, "creationTimestamp") or 0.0
    return _name(text_in(metadata, "namespace")), name, uid, owner, created_at


def _container_of(one: Mapping[str, Any]) -> KeptContainer:
    resources = mapping_in(one, "resources")
    amounts = (
        amount_of(mapping_in(resources, part).get(resource))
        for resource in ("memory", "cpu")
        for part in ("limits", "requests")
    )
    return _container(_name(text_in(one, "name")), _name(text_in(one, "image"), 500), *amounts)


def _kills(namespace: str, pod: str, status: Mapping[str, Any]) -> tuple[OomKill, ...]:
    found = []
    for one in (*list_in(status, "containerStatuses"), *list_in(status, "initContainerStatuses")):
        for state in ("lastState", "state"):
            ended = mapping_in(one, state, "terminated")
            at = time_in(ended, "finishedAt")
            if text_in(ended, "reason") == _OOM and at is not None:
                found.append(OomKill(namespace, pod, _name(text_in(one, "name")), at))
    return tuple(found)


def _labelled(document: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return _name(next(filter(None, (label(document, name) for name in names)), ""))


# Thousands of pods have the same owner and the same containers.
@lru_cache(maxsize=20_000)
def _owner(api: str, kind: str, name: str, uid: str) -> Owner:
    return Owner(api, kind, name, uid)


@lru_cache(maxsize=20_000)
def _container(name: str, image: str, *amounts: float | None) -> KeptContainer:
    return KeptContainer(name, image, *amounts)


@lru_cache(maxsize=20_000)
def _shared(containers: tuple[KeptContainer, ...]) -> tuple[KeptContainer, ...]:
    return containers


def _name(text: str, longest: int = _LONGEST) -> str:
    return intern(text[:longest])

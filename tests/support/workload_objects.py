"""Workloads and what keeps their revisions, as the API of Kubernetes has them."""

from typing import Any


def template(image: str = "cart:v2", *, limit: str | None = "256Mi", **labels: str) -> dict[str, Any]:
    """A pod template with one container, app."""
    container: dict[str, Any] = {"name": "app", "image": image, "env": [{"name": "MODE", "value": "fast"}]}
    if limit is not None:
        container["resources"] = {"limits": {"memory": limit}, "requests": {"memory": "128Mi"}}
    return {"metadata": {"labels": {"app": "cart", **labels}}, "spec": {"containers": [container]}}


def workload(kind: str = "Deployment", *, spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    """A workload of three pods, all of them ready."""
    plain = {"name": "cart", "namespace": "shop", "uid": "u-1", "resourceVersion": "41", "generation": 5}
    return {
        "apiVersion": "argoproj.io/v1alpha1" if kind == "Rollout" else "apps/v1",
        "kind": kind,
        "metadata": plain | metadata,
        "spec": {"replicas": 3, "template": template()} | (spec or {}),
        "status": {"readyReplicas": 3, "observedGeneration": 5},
    }


def replica_set(image: str = "cart:v1", *, kind: str = "Deployment", **annotations: str) -> dict[str, Any]:
    """A ReplicaSet that keeps a revision, with the label that its controller puts there."""
    name = "pod-template-hash" if kind == "Deployment" else "rollouts-pod-template-hash"
    return {
        "kind": "ReplicaSet",
        "metadata": {"name": "cart-7c6d5", "annotations": annotations},
        "spec": {"template": template(image, **{name: "7c6d5"})},
    }


def controller_revision(image: str = "cart:v1", **data: Any) -> dict[str, Any]:
    """A ControllerRevision, whose data is a patch."""
    spec = {"template": {**template(image), "$patch": "replace"}} | data
    return {"kind": "ControllerRevision", "metadata": {"name": "cart-6b5"}, "data": {"spec": spec}, "revision": 1}

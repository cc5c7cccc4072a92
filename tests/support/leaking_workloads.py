"""Workloads on the real control plane that were rolled out twice, and incidents that say that the second leaks."""

from typing import Any

import sqlalchemy as sa

from app.domain.finding import Revisions, Workload
from tests.support.control_plane import ControlPlane
from tests.support.findings import MIB
from tests.support.incident_rows import keep, leak
from tests.support.servers import wait_until

PLURALS = {"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}


def path_of(namespace: str, kind: str = "Deployment", name: str = "cart") -> str:
    """Where the workload is."""
    return f"/apis/apps/v1/namespaces/{namespace}/{PLURALS[kind]}/{name}"


def manifest(kind: str = "Deployment", image: str = "shop/cart:v1", name: str = "cart", **spec: Any) -> dict[str, Any]:
    """A workload with one container, app."""
    labels = {"app": name}
    container = {
        "name": "app",
        "image": image,
        "env": [{"name": "DB_PASSWORD", "value": "hunter2"}],
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"memory": "64Mi"}},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    more: dict[str, Any] = {} if kind == "DaemonSet" else {"replicas": 2}
    if kind == "StatefulSet":
        more["serviceName"] = name
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels}, "template": template} | more | spec,
    }


def is_rolled_out(plane: ControlPlane, path: str) -> bool:
    """Whether all pods are of the latest template, and ready."""
    found = plane.get(path)
    status, wanted = found.get("status", {}), found["spec"].get("replicas", 3)
    if status.get("observedGeneration") != found["metadata"]["generation"]:
        return False
    updated = status.get("updatedReplicas", status.get("updatedNumberScheduled", 0))
    ready = status.get("readyReplicas", status.get("numberReady", 0))
    there = status.get("replicas", status.get("currentNumberScheduled", 0))
    same = status.get("currentRevision") == status.get("updateRevision")
    return bool((updated, ready, there) == (wanted, wanted, wanted) and same)


def roll_out(plane: ControlPlane, namespace: str, document: dict[str, Any]) -> str:
    """Make it, or make it as the document says, and wait until it is so; its path."""
    kind, name = document["kind"], document["metadata"]["name"]
    path = path_of(namespace, kind, name)
    if plane.call("GET", path).ok:
        plane.merge(path, {"metadata": document["metadata"], "spec": document["spec"]})
    else:
        plane.create(path.rpartition("/")[0], document)
    wait_until(lambda: is_rolled_out(plane, path), f"{kind} {name} is rolled out", 60)
    return path


def rolled_out_twice(plane: ControlPlane, namespace: str, kind: str = "Deployment", **metadata: Any) -> str:
    """v1, then v2."""
    for image in ("shop/cart:v1", "shop/cart:v2"):
        document = manifest(kind, image)
        document["metadata"] |= metadata
        path = roll_out(plane, namespace, document)
    return path


def incident_of(engine: sa.Engine, namespace: str, kind: str = "Deployment", name: str = "cart", **more: Any) -> int:
    """An incident for it, of revision v2."""
    shown = leak(
        name,
        namespace=namespace,
        growth_bytes_per_hour=10.0 * MIB,
        growth_interval=(8.0 * MIB, 12.0 * MIB),
        limit_bytes=256.0 * MIB,
        current_bytes=200.0 * MIB,
    )
    object.__setattr__(shown, "workload", Workload(kind, name))
    object.__setattr__(shown, "revisions", Revisions("v2", "v2", "v1"))
    return keep(engine, shown, **more)


def image_of(plane: ControlPlane, path: str) -> str:
    """The image that its template has."""
    return str(plane.get(path)["spec"]["template"]["spec"]["containers"][0]["image"])

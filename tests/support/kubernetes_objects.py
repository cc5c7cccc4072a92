"""Objects of the Kubernetes API as the API has them, and a reader that gives them from memory."""

from app.errors import ObjectNotFound


def template(image="shop/cart:1", *, annotations=None, labels=None, **container):
    """A pod template with one container, `app`."""
    metadata = {"labels": {"app": "cart", **(labels or {})}, **({"annotations": annotations} if annotations else {})}
    return {"metadata": metadata, "spec": {"containers": [{"name": "app", "image": image, **container}]}}


def workload(kind="Deployment", name="cart", *, api="apps/v1", spec=None, status=None, **metadata):
    """A workload in namespace shop."""
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop", "uid": f"uid-{name}", "generation": 1, **metadata},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}}, **(spec or {})},
        "status": status if status is not None else {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2},
    }


def owned_by(owner, **more):
    """Metadata of what a workload controls."""
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    return {"namespace": "shop", "ownerReferences": [reference], **more}


def replica_set(
    owner, number, pod_template, *, created="2026-01-01T00:00:00Z", prefix="deployment.kubernetes.io", **more
):
    """A ReplicaSet that keeps a revision."""
    label = "pod-template-hash" if prefix.startswith("deployment") else "rollouts-pod-template-hash"
    metadata = owned_by(
        owner,
        name=f"{owner['metadata']['name']}-{number}",
        creationTimestamp=created,
        annotations={f"{prefix}/revision": str(number), **more.pop("annotations", {})},
        labels={label: f"hash{number}", **more.pop("labels", {})},
    )
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": {"template": pod_template}}


def controller_revision(owner, number, pod_template, *, created="2026-01-01T00:00:00Z"):
    """A ControllerRevision."""
    metadata = owned_by(
        owner,
        name=f"{owner['metadata']['name']}-h{number}",
        creationTimestamp=created,
        labels={"controller-revision-hash": f"h{number}"},
    )
    data = {"spec": {"template": {"$patch": "replace", **pod_template}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata,
        "revision": number,
        "data": data,
    }


class Objects:
    """Reads from what it is given: documents by path, lists by path."""

    def __init__(self, documents, lists=None):
        self._documents, self._lists = documents, lists or {}
        self.queries = []

    def get(self, path, query=None):
        if path not in self._documents:
            raise ObjectNotFound(f"{path} not found", "is it there?")
        return self._documents[path]

    def pages(self, path, query=None, limit=500, *, accept="", parse=None):
        self.queries.append(dict(query or {}))
        for one in self._lists.get(path, []):
            yield {"items": [one]}

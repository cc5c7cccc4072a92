"""Argo Rollouts on the real control plane. No controller of theirs runs: the test writes what it would write."""

from dataclasses import dataclass
from typing import Any

from tests.support.control_plane import ControlPlane

_STEPS = [{"setWeight": 20}, {"pause": {}}]
_HASH = "rollouts-pod-template-hash"


@dataclass
class ArgoRollout:
    """A Rollout, cart, of two pods, and its controller's part (argo-rollouts, utils/rollout/rolloututil.go)."""

    plane: ControlPlane
    namespace: str
    strategy: dict[str, Any] | None = None

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/apis/argoproj.io/v1alpha1/namespaces/{self.namespace}/rollouts/cart"

    def now(self) -> dict[str, Any]:
        """The object."""
        found: dict[str, Any] = self.plane.get(self.path)
        return found

    def create(self, **spec: Any) -> None:
        """Version 1, all over."""
        strategy = self.strategy or {"canary": {"steps": _STEPS}}
        plain = {"replicas": 2, "selector": {"matchLabels": {"app": "cart"}}, "strategy": strategy}
        metadata = {"name": "cart", "annotations": {"notifications.example/to": "team-cart"}}
        document = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": metadata}
        self.plane.create(
            self.path.rpartition("/")[0], document | {"spec": plain | {"template": _template("v1")} | spec}
        )
        self._replica_set(1)
        self.seen("Healthy", currentPodHash="h1", stableRS="h1")

    def deploy(self, number: int) -> None:
        """Another version is asked for, and its controller has made its ReplicaSet."""
        self.plane.merge(self.path, {"spec": {"template": _template(f"v{number}")}})
        self._replica_set(number)

    def waiting(self, number: int) -> None:
        """It waits at a step of its canary."""
        self.deploy(number)
        pause = [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]
        more = {"currentPodHash": f"h{number}", "pauseConditions": pause, "controllerPause": True}
        self.seen("Paused", "CanaryPauseStep", **more)

    def healthy(self, number: int) -> None:
        """All pods are of a version."""
        self.deploy(number)
        self.seen("Healthy", currentPodHash=f"h{number}", stableRS=f"h{number}")

    def seen(self, phase: str, message: str = "", **status: Any) -> None:
        """Its controller has looked at it as it is."""
        generation = str(self.now()["metadata"]["generation"])
        told = {"phase": phase, "message": message or None, "observedGeneration": generation} | status
        self.write_status(told)

    def write_status(self, status: dict[str, Any]) -> None:
        """Its controller writes something."""
        headers = {"Content-Type": "application/merge-patch+json"}
        self.plane.ask("PATCH", f"{self.path}/status", {"status": status}, headers=headers)

    def _replica_set(self, number: int) -> None:
        labels = {"app": "cart", _HASH: f"h{number}"}
        template = _template(f"v{number}")
        template["metadata"] = {"labels": labels}
        owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "cart", "controller": True}
        metadata = {
            "name": f"cart-h{number}",
            "labels": labels,
            "annotations": {"rollout.argoproj.io/revision": str(number)},
            "ownerReferences": [owner | {"uid": self.now()["metadata"]["uid"]}],
        }
        spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
        self.plane.create(
            f"/apis/apps/v1/namespaces/{self.namespace}/replicasets", {"metadata": metadata, "spec": spec}
        )


def _template(version: str) -> dict[str, Any]:
    container = {
        "name": "app",
        "image": f"shop/cart:{version}",
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"memory": "64Mi"}},
    }
    return {"metadata": {"labels": {"app": "cart"}}, "spec": {"containers": [container]}}

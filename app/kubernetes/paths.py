"""Where objects are in the API."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import UsageError


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object, as the API has it: api is "v1" or "apps/v1", plural the name in paths."""

    api: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def group(self) -> str:
        """The API group, "" for the core's."""
        return self.api.rpartition("/")[0]

    def all(self, namespace: str = "") -> str:
        """The path of all of them, or of those in a namespace."""
        return f"{self._root}{_segments('namespaces', namespace) if namespace else ''}/{self.plural}"

    def one(self, namespace: str, name: str, *under: str) -> str:
        """The path of one of them, or of a subresource of it. Raises UsageError for what can be no name."""
        place = _segments("namespaces", namespace) if self.namespaced else ""
        return f"{self._root}{place}{_segments(self.plural, name, *under)}"

    @property
    def _root(self) -> str:
        return f"/apis/{self.api}" if "/" in self.api else f"/api/{self.api}"


def _segments(*parts: str) -> str:
    for one in parts:
        if not one or "/" in one or one in {".", ".."}:
            raise UsageError(f"{one[:80]!r} cannot be the name of an object", "give it as kubectl shows it")
    return "".join(f"/{one}" for one in parts)


DEPLOYMENTS = Resource("apps/v1", "deployments", "Deployment")
REPLICA_SETS = Resource("apps/v1", "replicasets", "ReplicaSet")
STATEFUL_SETS = Resource("apps/v1", "statefulsets", "StatefulSet")
DAEMON_SETS = Resource("apps/v1", "daemonsets", "DaemonSet")
CONTROLLER_REVISIONS = Resource("apps/v1", "controllerrevisions", "ControllerRevision")
JOBS = Resource("batch/v1", "jobs", "Job")
CRON_JOBS = Resource("batch/v1", "cronjobs", "CronJob")
PODS = Resource("v1", "pods", "Pod")
EVENTS = Resource("v1", "events", "Event")
NODES = Resource("v1", "nodes", "Node", namespaced=False)
SECRETS = Resource("v1", "secrets", "Secret")
SCALERS = Resource("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")
BUDGETS = Resource("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget")
ARGO_ROLLOUTS = Resource("argoproj.io/v1alpha1", "rollouts", "Rollout")
ARGO_APPLICATIONS = Resource("argoproj.io/v1alpha1", "applications", "Application")

# Workloads that keep their earlier revisions.
WITH_HISTORY: Mapping[str, Resource] = {
    one.kind: one for one in (DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, ARGO_ROLLOUTS)
}

"""What there is of a workload in its cluster, read afresh: its revisions, its pods, and who else has a say in it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.domain.mitigation.disturbance import disturbance_of
from app.domain.mitigation.model import ActKind, Disturbance, Owner, Subject
from app.errors import ClusterForbidden, ObjectNotFound
from app.kubernetes.fields import controller_of, list_in, mapping_in, text_in
from app.kubernetes.managers import manager_of
from app.kubernetes.paths import (
    BUDGETS,
    CONTROLLER_REVISIONS,
    PODS,
    REPLICA_SETS,
    SCALERS,
    WITH_HISTORY,
    Resource,
)
from app.kubernetes.rollouts import History, read_history, selector_text
from app.mitigating.reach import Access

# Of more pods nobody counts those that wait.
_MOST_PODS = 2000


@dataclass(frozen=True, slots=True)
class Seen:
    """A workload as it was just read. owner: what keeps it as it is, None where nothing does."""

    history: History
    disturbance: Disturbance
    owner: Owner | None

    @property
    def workload(self) -> Mapping[str, Any]:
        """The object."""
        return self.history.workload


def look(access: Access, subject: Subject, act: ActKind) -> Seen:
    """Read all of it. Raises ObjectNotFound where the workload is gone, UsageError for a kind that keeps no revisions,
    ClusterError; without the right to read budgets nothing can be done, as they must be kept."""
    history = read_history(access, subject.kind, subject.namespace, subject.workload)
    workload = history.workload
    disturbance = disturbance_of(
        act,
        workload,
        _pods(access, subject, workload),
        _all(access, BUDGETS, subject.namespace),
        _scalers(access, subject.namespace),
        paused=history.paused,
        rolling=history.rolling,
    )
    return Seen(history, disturbance, owner_of(workload, subject))


def path_of(subject: Subject, *, status: bool = False) -> str:
    """Where the workload is in the API. status: its subresource of that name."""
    return WITH_HISTORY[subject.kind].one(subject.namespace, subject.workload, *(("status",) if status else ()))


def source_of(access: Access, subject: Subject, name: str) -> dict[str, Any]:
    """The ReplicaSet or ControllerRevision that keeps a revision. Raises ObjectNotFound, ClusterError."""
    kept = REPLICA_SETS if subject.kind in {"Deployment", "Rollout"} else CONTROLLER_REVISIONS
    return {"kind": kept.kind, **named(access, kept, subject.namespace, name)}


def named(access: Access, resource: Resource, namespace: str, name: str) -> dict[str, Any]:
    """An object by its name, by the right to list alone, which reading needs anyway. Raises ObjectNotFound."""
    for one in _all(access, resource, namespace, {"fieldSelector": f"metadata.name={name}"}):
        return dict(one)
    raise ObjectNotFound(f"there is no {resource.kind} {namespace}/{name}", "it may have been removed")


def owner_of(workload: Mapping[str, Any], subject: Subject) -> Owner | None:
    """What keeps the workload as it is: Helm, Argo CD or Flux; or another object that controls it, an operator's."""
    manager = manager_of(workload)
    if manager is not None:
        namespace = manager.namespace or (subject.namespace if manager.kind == "helm" else "")
        return Owner(manager.kind, manager.name, namespace, manager.detail)
    controller = controller_of(workload)
    if controller:
        return Owner("operator", text_in(controller, "name"), subject.namespace, text_in(controller, "kind"))
    return None


def _pods(access: Access, subject: Subject, workload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    selector = selector_text(mapping_in(workload, "spec", "selector"))
    if not selector:
        return []
    found: list[Mapping[str, Any]] = []
    for page in access.pages(PODS.all(subject.namespace), {"labelSelector": selector}):
        found += [one for one in list_in(page, "items") if isinstance(one, Mapping)]
        if len(found) >= _MOST_PODS:
            break
    return found


def _scalers(access: Access, namespace: str) -> list[Mapping[str, Any]]:
    """They are for people to see: without the right to read them they are left out."""
    with suppress(ClusterForbidden, ObjectNotFound):
        return _all(access, SCALERS, namespace)
    return []


def _all(
    access: Access, resource: Resource, namespace: str, query: Mapping[str, str] | None = None
) -> list[Mapping[str, Any]]:
    pages = access.pages(resource.all(namespace), query)
    return [one for page in pages for one in list_in(page, "items") if isinstance(one, Mapping)]

"""The patch that each act is, made of the object as it was just read. Pure.

Every patch holds the object's resourceVersion, so that an edit that came between is a conflict and nothing is done, and
the mark of its mitigation, so that the object tells whether it was done. Rollbacks follow kubectl
(k8s.io/kubectl/pkg/polymorphichelpers/rollback.go, objectrestarter.go) and Argo Rollouts' plugin (cmd/undo, cmd/abort,
cmd/restart).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.domain.acts import ActRefused
from app.domain.mitigation.model import MARK

Object = Mapping[str, Any]
PatchKind = Literal["strategic", "merge", "json"]

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
# What a ReplicaSet is told apart by; no part of the template that its owner has.
_HASH_LABELS = {"Deployment": "pod-template-hash", "Rollout": "rollouts-pod-template-hash"}
# Annotations that a Deployment keeps when it goes back; all others come from the ReplicaSet with it.
_KEPT_ANNOTATIONS = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deployment.kubernetes.io/revision",
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deprecated.deployment.rollback.to",
    }
)


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch to send. status: to the subresource of that name; digest: of what it does, whenever it is made."""

    kind: PatchKind
    body: Any
    digest: str
    status: bool = False


def rollback(workload: Object, source: Object, key: str) -> Patch:
    """Back to the template that `source` keeps: a ReplicaSet, or a ControllerRevision.

    Raises ActRefused where that is the template already, or the source has none.
    """
    if source.get("kind") == "ControllerRevision":
        return _to_controller_revision(workload, source, key)
    kind = str(workload.get("kind"))
    template = without_hash(_spec(source).get("template"), kind)
    if template is None:
        raise ActRefused(f"{_name(source)} keeps no template", "choose another revision")
    if template == without_hash(_spec(workload).get("template"), kind):
        raise _no_change(source)
    # An Argo Rollout keeps all of its own: its plugin changes the template alone.
    marks = _marked(workload, key) if kind == "Rollout" else [_annotations_of_source(workload, source, key)]
    replaced = {"op": "replace", "path": "/spec/template", "value": template}
    return Patch("json", [_version(workload), replaced, *marks], _digest(template))


def restart(workload: Object, key: str, at: str) -> Patch:
    """All pods anew, in turn. at: the present, RFC 3339."""
    if workload.get("kind") == "Rollout":
        return Patch("merge", _merged(workload, key, {"restartAt": at}), _digest("restart"))
    spec = {"template": {"metadata": {"annotations": {RESTARTED_AT: at}}}}
    return Patch("strategic", _merged(workload, key, spec), _digest("restart"))


def raise_limit(workload: Object, container: str, quantity: str, key: str) -> Patch:
    """Another memory limit, and the request as it is. Raises ActRefused where there is no such container, or no limit.

    Where no request is written, a pod's is its limit: then that is written down as it was, so that no more is asked of
    nodes. https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#requests-and-limits
    """
    place, found = _place_of(workload, container)
    pinned = memory_of(found, "limits") if memory_of(found, "requests") is None else None
    operations = [
        {"op": "test", "path": f"{place}/name", "value": container},
        {"op": "replace", "path": f"{place}/resources/limits/memory", "value": quantity},
        *([] if pinned is None else [_request(place, found, pinned)]),
        *_marked(workload, key),
    ]
    return Patch("json", [_version(workload), *operations], _digest([container, quantity, pinned]))


def abort(workload: Object) -> Patch:
    """End a Rollout that is under way, and go back to what was stable. Has no mark: to do it twice is to do it once."""
    body = {"metadata": {"resourceVersion": _metadata(workload)["resourceVersion"]}, "status": {"abort": True}}
    return Patch("merge", body, _digest("abort"), status=True)


def is_applied(workload: Object, key: str, *, is_abort: bool = False) -> bool:
    """Whether the object tells that the act was done."""
    if is_abort:
        status = workload.get("status")
        return isinstance(status, Mapping) and status.get("abort") is True
    return _annotations(workload).get(MARK) == key


def container_of(workload: Object, name: str) -> Object | None:
    """A container of the workload's template; one that starts first and stays, too."""
    found = _container(workload, name)
    return None if found is None else found[1]


def memory_of(container: Object, which: Literal["limits", "requests"]) -> str | None:
    """A container's limit or request of memory, as it is written."""
    amounts = (container.get("resources") or {}).get(which) or {}
    value = amounts.get("memory")
    return None if value is None else str(value)


def template_digest(workload: Object) -> str:
    """What tells whether the template of the object is still the same."""
    return _digest(_spec(workload).get("template"))


def without_hash(template: Any, kind: str) -> dict[str, Any] | None:
    """A template as its workload has it, without the label that its ReplicaSet adds; None for what is none."""
    if not isinstance(template, Mapping):
        return None
    metadata = dict(template.get("metadata") or {})
    labels = {name: value for name, value in (metadata.get("labels") or {}).items() if name != _HASH_LABELS.get(kind)}
    return {**template, "metadata": metadata | {"labels": labels}}


def _to_controller_revision(workload: Object, source: Object, key: str) -> Patch:
    data = source.get("data")
    # It is a patch; of both kinds of workloads it has the template alone, and nothing else of theirs may come with it.
    if not isinstance(data, Mapping) or set(data) != {"spec"} or set(data["spec"]) != {"template"}:
        raise ActRefused(f"{_name(source)} keeps more than a template, or none", "go back with kubectl rollout undo")
    template = {name: value for name, value in data["spec"]["template"].items() if name != "$patch"}
    if template == _spec(workload).get("template"):
        raise _no_change(source)
    return Patch("strategic", _merged(workload, key, data["spec"]), _digest(template))


def _merged(workload: Object, key: str, spec: Any) -> dict[str, Any]:
    metadata = {"resourceVersion": _metadata(workload)["resourceVersion"], "annotations": {MARK: key}}
    return {"metadata": metadata, "spec": spec}


def _annotations_of_source(workload: Object, source: Object, key: str) -> dict[str, Any]:
    kept = {name: value for name, value in _annotations(workload).items() if name in _KEPT_ANNOTATIONS}
    back = {name: value for name, value in _annotations(source).items() if name not in _KEPT_ANNOTATIONS}
    return {"op": "add", "path": "/metadata/annotations", "value": kept | back | {MARK: key}}


def _marked(workload: Object, key: str) -> list[dict[str, Any]]:
    if not _annotations(workload):
        return [{"op": "add", "path": "/metadata/annotations", "value": {MARK: key}}]
    return [{"op": "add", "path": f"/metadata/annotations/{MARK.replace('/', '~1')}", "value": key}]


def _version(workload: Object) -> dict[str, Any]:
    version = _metadata(workload)["resourceVersion"]
    return {"op": "replace", "path": "/metadata/resourceVersion", "value": version}


def _request(place: str, container: Object, amount: str) -> dict[str, Any]:
    if (container.get("resources") or {}).get("requests"):
        return {"op": "add", "path": f"{place}/resources/requests/memory", "value": amount}
    return {"op": "add", "path": f"{place}/resources/requests", "value": {"memory": amount}}


def _place_of(workload: Object, name: str) -> tuple[str, Object]:
    found = _container(workload, name)
    if found is None:
        raise ActRefused(f"{_name(workload)} has no container {name}", "look at the workload: it may have been renamed")
    if memory_of(found[1], "limits") is None:
        raise ActRefused(f"container {name} has no memory limit to raise", "set one where the workload is declared")
    return found


def _container(workload: Object, name: str) -> tuple[str, Object] | None:
    """Where in the object it stands, as a JSON pointer, and the container."""
    pod = (_spec(workload).get("template") or {}).get("spec") or {}
    for group in ("containers", "initContainers"):
        for number, one in enumerate(pod.get(group) or ()):
            if one.get("name") == name and (group == "containers" or one.get("restartPolicy") == "Always"):
                return f"/spec/template/spec/{group}/{number}", one
    return None


def _no_change(source: Object) -> ActRefused:
    return ActRefused(
        f"the template is that of {_name(source)} already", "choose another revision: this one would change nothing"
    )


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _metadata(one: Object) -> Object:
    found: Object = one.get("metadata") or {}
    return found


def _spec(one: Object) -> Object:
    found: Object = one.get("spec") or {}
    return found


def _annotations(one: Object) -> Object:
    found: Object = _metadata(one).get("annotations") or {}
    return found


def _name(one: Object) -> str:
    return f"{one.get('kind') or 'the object'} {_metadata(one).get('name')}"

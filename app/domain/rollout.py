"""One revision of a workload's pod template, and what changed between two. Pure.

Templates are as the Kubernetes API has them (PodTemplateSpec), and as hostile as anything from a cluster.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.hiding import HIDDEN, shown_argument, shown_value

# `kubectl rollout restart` writes the time here: a new revision in which nothing else is new.
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
_MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Rollout:
    """One revision.

    number: as `kubectl rollout history` counts; name: of the ReplicaSet or ControllerRevision that keeps it;
    created_at: when that was made, unix seconds: later rollouts back to it leave it as it was; template_hash: what its
    pods are labelled with; template: the pod template; images: by container; change_cause: what
    `kubernetes.io/change-cause` says; commit: of its source, where an annotation or a label tells; source: what it was
    made from, as far as that is told: "Helm chart cart-1.4.0".
    """

    number: int
    name: str
    created_at: float
    template_hash: str | None
    template: Mapping[str, Any]
    images: Mapping[str, str]
    change_cause: str | None = None
    commit: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """One difference.

    container: "" where it is the pod's; what: "image", "limits.memory", "env NAME", "annotation NAME"; before, after:
    None where there is nothing; what may be a secret is `HIDDEN`.
    """

    container: str
    what: str
    before: str | None
    after: str | None


def changes(before: Rollout, after: Rollout) -> tuple[TemplateChange, ...]:
    """What is different in the pod template of `after`: images, environment, limits, requests, command, arguments,
    annotations (checksums of configuration stand there), in the order of the containers. No more than 200.

    A value that may be a secret is not shown, only that it is another.
    """
    old, new = _facts(before.template), _facts(after.template)
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        container, what = key
        found.append(TemplateChange(container, what, was.shown if was else None, now.shown if now else None))
    return tuple(found[:_MOST_CHANGES])


def is_only_a_restart(found: Iterable[TemplateChange]) -> bool:
    """Whether all that changed is the moment of a restart."""
    return all(one.what == f"annotation {RESTARTED_AT}" for one in found)


def images_of(template: Mapping[str, Any]) -> dict[str, str]:
    """The image of each container of a pod template, initial ones last."""
    return {name: str(one.get("image", "")) for name, one in _containers(template)}


@dataclass(frozen=True, slots=True)
class _Fact:
    """A value as it is compared and as it is shown."""

    value: str
    shown: str


_Facts = dict[tuple[str, str], _Fact]


def _facts(template: Mapping[str, Any]) -> _Facts:
    found: _Facts = {}
    for name, value in sorted(_mapping(_mapping(template.get("metadata")).get("annotations")).items()):
        found["", f"annotation {name}"] = _fact(name, value)
    for name, container in _containers(template):
        _add_container(found, name, container)
    return found


def _add_container(found: _Facts, name: str, container: Mapping[str, Any]) -> None:
    found[name, "image"] = _fact("image", container.get("image", ""))
    resources = _mapping(container.get("resources"))
    for part in ("limits", "requests"):
        for resource, amount in sorted(_mapping(resources.get(part)).items()):
            found[name, f"{part}.{resource}"] = _fact(part, amount)
    for part in ("command", "args"):
        words = [str(one) for one in _sequence(container.get(part))]
        if words:
            found[name, part] = _Fact("\0".join(words), shown_argument(words))
    for one in _sequence(container.get("env")):
        variable = str(_mapping(one).get("name", ""))
        found[name, f"env {variable}"] = _variable(variable, _mapping(one))
    for number, one in enumerate(_sequence(container.get("envFrom"))):
        found[name, f"envFrom {number + 1}"] = _Fact(str(one), _reference(_mapping(one)))


def _variable(name: str, one: Mapping[str, Any]) -> _Fact:
    source = _mapping(one.get("valueFrom"))
    return _Fact(str(source), _reference(source)) if source else _fact(name, one.get("value", ""))


def _reference(source: Mapping[str, Any]) -> str:
    """Where a value comes from: "secretKeyRef db/password". The value itself is not there to be shown."""
    for kind, of in source.items():
        if kind != "prefix":
            fields = _mapping(of)
            where = [str(fields[part]) for part in ("name", "key", "fieldPath", "resource") if part in fields]
            return shown_value("", f"{kind} {'/'.join(where)}")
    return HIDDEN


def _fact(name: str, value: object) -> _Fact:
    text = value if isinstance(value, str) else str(value)
    return _Fact(text, shown_value(name, text))


def _containers(template: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    spec = _mapping(template.get("spec"))
    listed = [*_sequence(spec.get("containers")), *_sequence(spec.get("initContainers"))]
    return [(str(one.get("name", "")), one) for one in listed if isinstance(one, Mapping)]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

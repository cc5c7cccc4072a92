"""The revisions of a workload as the API keeps them, by fresh reads.

How they are kept: a Deployment's and an Argo Rollout's in ReplicaSets that it owns, numbered by an annotation; a
StatefulSet's and a DaemonSet's in ControllerRevisions, whose `data` is a patch that replaces the template.
https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment
https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/#understanding-daemonset-revisions
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.rollout import Rollout, images_of
from app.errors import ClusterError, UsageError
from app.kubernetes.fields import (
    annotation,
    controller_of,
    label,
    list_in,
    mapping_in,
    text_in,
    time_in,
    whole_number_in,
)
from app.kubernetes.paths import CONTROLLER_REVISIONS, REPLICA_SETS, WITH_HISTORY, Resource
from app.kubernetes.reader import Reader
from app.kubernetes.rolling import is_paused, is_rolling
from app.kubernetes.told import change_cause_of, commit_of, source_of

_NUMBER = {"Deployment": "deployment.kubernetes.io/revision", "Rollout": "rollout.argoproj.io/revision"}
_HASH = {"Deployment": "pod-template-hash", "Rollout": "rollouts-pod-template-hash"}
# A StatefulSet's controller writes the first of these on a ControllerRevision, a DaemonSet's the second.
_REVISION_HASHES = ("controller.kubernetes.io/hash", "controller-revision-hash")
_MOST_REVISIONS = 2_000


@dataclass(frozen=True, slots=True)
class History:
    """A workload as it was when it was read, with its revisions.

    rollouts: oldest first, the current one last; paused: it takes no new template for now; rolling: one is being rolled
    out now (a rollout that missed its deadline is stuck, not rolling).
    """

    workload: Mapping[str, Any]
    current: Rollout
    rollouts: tuple[Rollout, ...]
    paused: bool
    rolling: bool


def read_history(access: Reader, kind: str, namespace: str, name: str) -> History:
    """The revisions of a Deployment, StatefulSet, DaemonSet or Argo Rollout.

    Raises UsageError for another kind, ObjectNotFound, ClusterError.
    """
    resource = WITH_HISTORY.get(kind)
    if resource is None:
        raise UsageError(f"a {kind[:40]} keeps no revisions", f"those that do: {', '.join(WITH_HISTORY)}")
    workload = access.get(resource.one(namespace, name))
    kept = REPLICA_SETS if kind in _NUMBER else CONTROLLER_REVISIONS
    found = [_rollout(kind, one) for one in _owned(access, kept, workload, namespace)]
    rollouts = sorted((one for one in found if one is not None), key=lambda one: (one.number, one.created_at))
    if not rollouts:
        raise ClusterError(f"{kind} {namespace}/{name} has no revision yet", "wait until its controller has made one")
    current = _current(kind, workload, rollouts)
    return History(workload, current, tuple(rollouts), is_paused(kind, workload), is_rolling(kind, workload))


def rollout_of(kind: str, kept: Mapping[str, Any]) -> Rollout | None:
    """The revision that a ReplicaSet or ControllerRevision of a workload of that kind keeps; None where it has none."""
    return _rollout(kind, kept)


def _owned(access: Reader, kept: Resource, workload: Mapping[str, Any], namespace: str) -> Iterator[Mapping[str, Any]]:
    uid = text_in(workload, "metadata", "uid")
    selector = selector_text(mapping_in(workload, "spec", "selector"))
    query = {"labelSelector": selector} if selector else {}
    count = 0
    for page in access.pages(kept.all(namespace), query):
        for one in list_in(page, "items"):
            if isinstance(one, Mapping) and uid and controller_of(one).get("uid") == uid:
                count += 1
                if count > _MOST_REVISIONS:
                    raise ClusterError(f"{text_in(workload, 'metadata', 'name')} has more than 2000 revisions", "")
                yield one


def selector_text(selector: Mapping[str, Any]) -> str:
    """A LabelSelector as the query has it; "" where it cannot be written so."""
    parts = [f"{key}={value}" for key, value in sorted(mapping_in(selector, "matchLabels").items())]
    for one in list_in(selector, "matchExpressions"):
        key, operator = text_in(one, "key"), text_in(one, "operator")
        values = ",".join(str(value) for value in list_in(one, "values"))
        forms = {
            "In": f"{key} in ({values})",
            "NotIn": f"{key} notin ({values})",
            "Exists": key,
            "DoesNotExist": f"!{key}",
        }
        if operator not in forms:
            return ""
        parts.append(forms[operator])
    return ",".join(parts)


def _rollout(kind: str, kept: Mapping[str, Any]) -> Rollout | None:
    if kind in _NUMBER:
        number = whole_number_in(kept, "metadata", "annotations", _NUMBER[kind])
        template = mapping_in(kept, "spec", "template")
        template_hash = label(kept, _HASH[kind])
    else:
        number = whole_number_in(kept, "revision")
        template = {
            key: value for key, value in mapping_in(kept, "data", "spec", "template").items() if key != "$patch"
        }
        # Pods of a StatefulSet are labelled with the revision's whole name, those of a DaemonSet with the hash.
        hashes = (label(kept, name) for name in _REVISION_HASHES)
        template_hash = text_in(kept, "metadata", "name") if kind == "StatefulSet" else next(filter(None, hashes), "")
    created_at = time_in(kept, "metadata", "creationTimestamp")
    if number is None or created_at is None or not template:
        return None
    return Rollout(
        number=number,
        name=text_in(kept, "metadata", "name"),
        created_at=created_at,
        template_hash=template_hash or None,
        template=template,
        images=images_of(template),
        change_cause=change_cause_of(kept) or None,
        commit=commit_of(kept, template) or None,
        source=source_of(kept, template) or None,
    )


def _current(kind: str, workload: Mapping[str, Any], rollouts: list[Rollout]) -> Rollout:
    """That which is to run now: what the status names, else the newest number."""
    named = ""
    if kind == "StatefulSet":
        named = text_in(workload, "status", "updateRevision")
    elif kind == "Rollout":
        named = text_in(workload, "status", "currentPodHash")
    elif kind == "Deployment":
        number = annotation(workload, _NUMBER["Deployment"])
        return next((one for one in rollouts if str(one.number) == number), rollouts[-1])
    return next((one for one in rollouts if named and one.template_hash == named), rollouts[-1])

"""How far a workload's rollout has come. Pure.

By the rules of `kubectl rollout status` (polymorphichelpers/rollout_status.go); of an Argo Rollout, by the phase that
its controller tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Object = Mapping[str, Any]


class Stage(StrEnum):
    """going: it is under way; done: all pods are new and ready; stuck: its controller has given up."""

    GOING = "going"
    DONE = "done"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where it is, and in words."""

    stage: Stage
    text: str


def progress_of(workload: Object, *, is_abort: bool = False) -> Progress:
    """Where the rollout of a Deployment, StatefulSet, DaemonSet or Argo Rollout is."""
    kind, status = workload.get("kind"), _part(workload, "status")
    generation = _number(_part(workload, "metadata"), "generation")
    if kind == "Rollout":
        # Its controller writes the generation that it has seen as a text, an old one a hash.
        seen = str(status.get("observedGeneration") or "")
        if seen.isdecimal() and int(seen) < generation:
            return _going("its controller has not looked at it yet")
        return _of_rollout(status, is_abort=is_abort)
    if _number(status, "observedGeneration") < generation:
        return _going("its controller has not looked at it yet")
    if kind == "Deployment":
        return _of_deployment(_part(workload, "spec"), status)
    if kind == "DaemonSet":
        return _of_daemon_set(status)
    return _of_stateful_set(_part(workload, "spec"), status)


def _of_deployment(spec: Object, status: Object) -> Progress:
    for condition in status.get("conditions") or ():
        if condition.get("type") == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            return Progress(Stage.STUCK, f"it has exceeded its progress deadline: {condition.get('message') or ''}")
    wanted, updated = _wanted(spec), _number(status, "updatedReplicas")
    if updated < wanted:
        return _going(f"{updated} of {wanted} pods are new")
    old = _number(status, "replicas") - updated
    if old > 0:
        return _going(f"{old} old pods are still to end")
    return _ready(_number(status, "availableReplicas"), wanted)


def _of_daemon_set(status: Object) -> Progress:
    wanted, updated = _number(status, "desiredNumberScheduled"), _number(status, "updatedNumberScheduled")
    if updated < wanted:
        return _going(f"{updated} of {wanted} pods are new")
    return _ready(_number(status, "numberAvailable"), wanted)


def _of_stateful_set(spec: Object, status: Object) -> Progress:
    wanted, updated = _wanted(spec), _number(status, "updatedReplicas")
    ready = _number(status, "readyReplicas")
    if ready < wanted:
        return _going(f"{ready} of {wanted} pods are ready")
    if status.get("updateRevision") != status.get("currentRevision"):
        return _going(f"{updated} of {wanted} pods are new")
    return _ready(ready, wanted)


def _of_rollout(status: Object, *, is_abort: bool) -> Progress:
    phase, message = str(status.get("phase") or ""), str(status.get("message") or "")
    if is_abort:
        # What was aborted is called degraded from then on, until another revision comes.
        if phase == "Degraded":
            return Progress(Stage.DONE, "it is aborted, and the pods are those of before")
        return _going("the abort is not seen yet")
    match phase:
        case "Healthy":
            return Progress(Stage.DONE, "all pods are new and ready")
        case "Degraded":
            return Progress(Stage.STUCK, f"it is degraded: {message}")
        case "Paused":
            return _going(f"it waits at a step of its canary: {message}")
    return _going(message or "its controller is at it")


def _ready(ready: int, wanted: int) -> Progress:
    if ready < wanted:
        return _going(f"{ready} of {wanted} new pods are available")
    return Progress(Stage.DONE, "all pods are new and ready")


def _going(text: str) -> Progress:
    return Progress(Stage.GOING, text)


def _wanted(spec: Object) -> int:
    return _number(spec, "replicas") if spec.get("replicas") is not None else 1


def _number(part: Object, name: str) -> int:
    value = part.get(name)
    return value if isinstance(value, int) else 0


def _part(workload: Object, name: str) -> Object:
    found: Object = workload.get(name) or {}
    return found

"""Whether a workload is being rolled out, or was told to wait, as its controller says."""

from collections.abc import Mapping
from typing import Any

from app.kubernetes.fields import list_in, mapping_in, text_in, whole_number_in


def is_paused(kind: str, workload: Mapping[str, Any]) -> bool:
    """Whether someone told it to roll nothing out, or only so far (a StatefulSet's partition, a canary's step)."""
    spec = mapping_in(workload, "spec")
    if kind == "StatefulSet":
        return (whole_number_in(spec, "updateStrategy", "rollingUpdate", "partition") or 0) > 0
    if kind == "Rollout":
        return spec.get("paused") is True or bool(list_in(workload, "status", "pauseConditions"))
    return spec.get("paused") is True


def is_rolling(kind: str, workload: Mapping[str, Any]) -> bool:
    """Whether a rollout is under way. Pods that crash once it is through are no rollout; nor is one that got stuck."""
    spec, status = mapping_in(workload, "spec"), mapping_in(workload, "status")
    if kind == "Rollout":
        return text_in(status, "phase") == "Progressing" or not _rollout_is_seen(workload)
    seen = whole_number_in(status, "observedGeneration") or 0
    if seen < (whole_number_in(workload, "metadata", "generation") or 0):
        return True
    if kind == "Deployment":
        return _deployment_rolls(spec, status)
    if text_in(spec, "updateStrategy", "type") == "OnDelete":
        return False
    if kind == "DaemonSet":
        wanted, updated = "desiredNumberScheduled", "updatedNumberScheduled"
        return (whole_number_in(status, updated) or 0) < (whole_number_in(status, wanted) or 0)
    held_back = whole_number_in(spec, "updateStrategy", "rollingUpdate", "partition") or 0
    return (whole_number_in(status, "updatedReplicas") or 0) < _wanted(spec) - held_back


def _deployment_rolls(spec: Mapping[str, Any], status: Mapping[str, Any]) -> bool:
    updated = whole_number_in(status, "updatedReplicas") or 0
    conditions = list_in(status, "conditions")
    progressing: Mapping[str, Any] = next((one for one in conditions if text_in(one, "type") == "Progressing"), {})
    if text_in(progressing, "reason") == "ProgressDeadlineExceeded":
        return False
    if updated < _wanted(spec) or (whole_number_in(status, "replicas") or 0) > updated:
        return True
    return text_in(progressing, "reason") not in {"", "NewReplicaSetAvailable"}


def _rollout_is_seen(workload: Mapping[str, Any]) -> bool:
    """Whether an Argo Rollout's controller has looked at it as it is: it writes the generation as a text, and in
    versions before 0.10 a hash, which tells nothing (utils/rollout/rolloututil.go)."""
    seen = text_in(workload, "status", "observedGeneration")
    return not seen.isdecimal() or int(seen[:18]) >= (whole_number_in(workload, "metadata", "generation") or 0)


def _wanted(spec: Mapping[str, Any]) -> int:
    wanted = whole_number_in(spec, "replicas")
    return 1 if wanted is None else wanted

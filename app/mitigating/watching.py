"""Watches the rollout of what was done, until it is over or has taken too long. Changes nothing in the cluster."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.mitigation import life, patches
from app.domain.mitigation.life import Step
from app.domain.mitigation.model import ActKind, Mitigation, MitigationState, Way
from app.domain.mitigation.progress import Stage, progress_of
from app.errors import ClusterError
from app.mitigating import argo_way
from app.mitigating.argo_way import Operation
from app.mitigating.finding_out import read_again
from app.mitigating.ledger import Ledger
from app.mitigating.reach import Clusters

_S = MitigationState


def watch(ledger: Ledger, clusters: Clusters, one: Mitigation, limit_seconds: float) -> None:
    """Look once, and write down how far it is. limit_seconds: how long it may take in all.

    Raises LeaseLost, StorageError.
    """
    try:
        reach = clusters.to(one.subject.cluster)
        workload = read_again(reach.access, one)
        operation = argo_way.operation_of(reach, one) if one.plan.way is Way.ARGOCD else None
    except ClusterError as error:
        _not_over(ledger, one, str(error), limit_seconds)
        return
    if operation is not None and not _is_past(ledger, one, operation, workload, limit_seconds):
        return
    is_abort = one.wish.act is ActKind.ABORT
    if one.plan.way is Way.PATCH and not patches.is_applied(workload, one.key, is_abort=is_abort):
        _failed(ledger, "it was done, and undone by another before its rollout was over")
        return
    progress = progress_of({"kind": one.subject.kind, **workload}, is_abort=is_abort)
    if progress.stage is Stage.STUCK:
        _failed(ledger, f"its rollout failed, and nothing was undone: {progress.text}")
    elif progress.stage is Stage.GOING:
        _not_over(ledger, one, progress.text, limit_seconds)
    elif one.wish.act in {ActKind.RESTART, ActKind.RAISE_LIMIT}:
        ledger.take(_succeeded)
    else:
        ledger.note(lambda found, now: life.rolled_out(found, progress.text, now))


def _is_past(
    ledger: Ledger, one: Mitigation, operation: Operation, workload: Mapping[str, Any], limit_seconds: float
) -> bool:
    """Whether Argo CD has done its part, so that the rollout is to be watched: its operation is over, and the template
    is another. An edit of the rest, such as an autoscaler's of the replicas, tells nothing."""
    is_same = patches.template_digest(workload) == one.plan.digest
    if operation.failure is not None:
        left = ", and the workload is as it was" if is_same else ""
        _failed(ledger, f"Argo CD has failed to do it{left}: {operation.failure}")
    elif not operation.is_over:
        _not_over(ledger, one, "Argo CD has not carried it out yet", limit_seconds)
    elif is_same:
        _not_over(ledger, one, "Argo CD has not changed the workload yet", limit_seconds)
    else:
        return True
    return False


def _not_over(ledger: Ledger, one: Mitigation, why: str, limit_seconds: float) -> None:
    if one.applied_at is not None and ledger.now() - one.applied_at > limit_seconds:
        _failed(ledger, f"its rollout is not over in time, and nothing was undone: {why}")
    else:
        ledger.note(lambda found, _: replace(found, note=why))


def _failed(ledger: Ledger, why: str) -> None:
    ledger.take(lambda found, now: life.end(found, _S.FAILED, why, now))


def _succeeded(one: Mitigation, now: float) -> Step:
    text = f"all pods are new and ready; the leak is not mended: {one.plan.bought}"
    return life.end(replace(one, rolled_out_at=now), _S.SUCCEEDED, text, now)

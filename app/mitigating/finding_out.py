"""Finds out whether what was begun, and cut off, was done: the object tells, or nobody can."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.mitigation import life, patches
from app.domain.mitigation.life import Step
from app.domain.mitigation.model import ActKind, Mitigation, MitigationState, Way
from app.errors import ClusterError, LeakwatchError, ObjectNotFound
from app.kubernetes.fields import text_in, whole_number_in
from app.mitigating import argo_way
from app.mitigating.argo_way import Done
from app.mitigating.ledger import Ledger
from app.mitigating.looking import path_of
from app.mitigating.reach import Access, Clusters

# So long it is tried to find out whether something was done that may have been.
_FIND_OUT_SECONDS = 3600.0
_ARGO_SECONDS = 120.0


def is_settled(ledger: Ledger, clusters: Clusters, one: Mitigation) -> bool:
    """Whether there is nothing more to do now of one that was cut off: it was done, or nobody can tell, or that is to
    be found out later. False where it is sure that it was not done.

    Raises LeaseLost, StorageError.
    """
    try:
        found = find_out(clusters, one)
    except LeakwatchError as error:
        _give_up_or_wait(ledger, one, str(error), _FIND_OUT_SECONDS)
        return True
    if found is Done.NOT_YET and one.plan.way is Way.ARGOCD:
        # There is no version that would keep it from being done twice.
        _give_up_or_wait(ledger, one, "Argo CD tells of no such operation", _ARGO_SECONDS)
        return True
    if found is Done.YES:
        ledger.take(life.applied)
    elif found is Done.UNTOLD:
        ledger.take(changed_since)
    return found is not Done.NOT_YET


def find_out(clusters: Clusters, one: Mitigation) -> Done:
    """Whether it was done. Raises ClusterError."""
    reach = clusters.to(one.subject.cluster)
    if one.plan.way is Way.ARGOCD:
        return argo_way.was_done(reach, one)
    workload = read_again(reach.access, one)
    if patches.is_applied(workload, one.key, is_abort=one.wish.act is ActKind.ABORT):
        return Done.YES
    is_same = identity_of(workload) == (one.plan.uid, one.plan.generation)
    return Done.NOT_YET if is_same else Done.UNTOLD


def read_again(access: Access, one: Mitigation) -> dict[str, Any]:
    """The workload that the plan is of. Raises ClusterError.

    Where it is not there, or another of its name is, nothing is known of it: it may have been made anew, and just as
    well may this be another cluster, as a command takes whatever context kubectl has.
    """
    hint = "is this the cluster that it was proposed in? see kubectl's context"
    try:
        workload = access.get(path_of(one.subject))
    except ObjectNotFound as error:
        raise ClusterError(f"{error}; {hint}") from None
    if text_in(workload, "metadata", "uid") != one.plan.uid:
        raise ClusterError(f"{one.subject.kind} {one.subject.name} is not the object that was proposed; {hint}")
    return workload


def identity_of(workload: Mapping[str, Any]) -> tuple[str, int]:
    """What tells whether it is the same object, with the same specification: its uid and generation."""
    return text_in(workload, "metadata", "uid"), generation_of(workload)


def generation_of(workload: Mapping[str, Any]) -> int:
    """The number of its specification."""
    return whole_number_in(workload, "metadata", "generation") or 0


def changed_since(one: Mitigation, now: float) -> Step:
    """It is over: the object is another by now, and says nothing of it."""
    return _untold(one, "it was changed by another since", now)


def _untold(one: Mitigation, why: str, now: float) -> Step:
    text = f"it was cut off, and whether it was done cannot be told: {why}"
    return life.end(one, MitigationState.FAILED, text, now)


def _give_up_or_wait(ledger: Ledger, one: Mitigation, why: str, seconds: float) -> None:
    if one.applying_at is not None and ledger.now() - one.applying_at > seconds:
        ledger.take(lambda found, now: _untold(found, why, now))
    else:
        ledger.note(lambda found, _: replace(found, note=why))

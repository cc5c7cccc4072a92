"""Going back by Argo CD: it leaves no mark of ours, so that what was done is told by the time and the revision of its
last operation. Where that says nothing, it is not asked a second time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from app.domain.acts import ActRefused
from app.domain.mitigation.model import Mitigation
from app.errors import ClusterError, ObjectNotFound
from app.kubernetes.fields import list_in, mapping_in, text_in, time_in, whole_number_in
from app.mitigating.argo_application import argo_target, moved_besides, newest_deployment
from app.mitigating.argocd import ArgoClient
from app.mitigating.reach import Reach
from app.text import printable

# Clocks of two machines differ.
_SKEW_SECONDS = 30.0
# Phases of an operation that has ended badly (gitops-engine, pkg/sync/common/types.go).
_FAILED = frozenset({"Failed", "Error"})


def check(reach: Reach, one: Mitigation) -> None:
    """Raise ActRefused unless Argo CD would still do what was proposed."""
    try:
        application = _application(reach, one)
    except ObjectNotFound as error:
        raise ActRefused(f"the application is gone: {error}", "look at it in Argo CD") from None
    newest = newest_deployment(application)
    if newest is None or newest != one.plan.deployed:
        raise ActRefused("the application was deployed anew since it was proposed", "propose it again")
    if moved_besides(application, one.subject) != []:
        raise ActRefused("a rollback of the application moves more by now than was shown", "propose it again")
    found = argo_target(application, None)
    if found is None or found.auto_sync:
        raise ActRefused("Argo CD takes no rollback while auto-sync is on", "revert the change in Git")


def roll_back(reach: Reach, one: Mitigation) -> None:
    """Tell Argo CD. Raises ClusterError."""
    owner, history_id = one.plan.owner, one.plan.history_id
    if owner is None or history_id is None:
        raise ActRefused("the plan names no deployment to go back to", "propose it again")
    _client(reach).rollback(owner.name, owner.namespace, history_id)


class Done(Enum):
    """Whether an act was done, as far as what it was to change tells. UNTOLD: something else was done since."""

    YES = auto()
    NOT_YET = auto()
    UNTOLD = auto()


def was_done(reach: Reach, one: Mitigation) -> Done:
    """Whether Argo CD has done it. Raises ClusterError."""
    application = _application(reach, one)
    state = mapping_in(application, "status", "operationState")
    asked = text_in(application, "operation", "sync", "revision")
    if not asked and not _is_new(state, one):
        return Done.NOT_YET
    wanted = _revision(application, one.plan.history_id)
    done = asked or text_in(state, "operation", "sync", "revision")
    return Done.YES if wanted and done == wanted else Done.UNTOLD


@dataclass(frozen=True, slots=True)
class Operation:
    """What Argo CD says of what it was told. failure: why it could not do it; None where it could, or is at it."""

    is_over: bool
    failure: str | None = None


def operation_of(reach: Reach, one: Mitigation) -> Operation:
    """How far Argo CD is. Where another operation came after that one, that one is over. Raises ClusterError."""
    application = _application(reach, one)
    state = mapping_in(application, "status", "operationState")
    if not _is_new(state, one):
        return Operation(is_over=False)
    if text_in(state, "operation", "sync", "revision") != _revision(application, one.plan.history_id):
        return Operation(is_over=True)
    phase = text_in(state, "phase")
    if phase in _FAILED:
        return Operation(is_over=True, failure=printable(text_in(state, "message"), 300) or "it does not say why")
    return Operation(is_over=phase == "Succeeded")


def _is_new(state: Mapping[str, Any], one: Mitigation) -> bool:
    started = time_in(state, "startedAt")
    return started is not None and one.applying_at is not None and started >= one.applying_at - _SKEW_SECONDS


def _revision(application: Mapping[str, Any], history_id: int | None) -> str:
    for one in list_in(application, "status", "history"):
        if whole_number_in(one, "id") == history_id:
            return text_in(one, "revision")
    return ""


def _application(reach: Reach, one: Mitigation) -> Mapping[str, Any]:
    owner = one.plan.owner
    if owner is None:
        raise ActRefused("the plan names no application", "propose it again")
    return _client(reach).application(owner.name, owner.namespace)


def _client(reach: Reach) -> ArgoClient:
    if reach.argocd is None:
        raise ClusterError("no Argo CD is set", "set LEAKWATCH_MITIGATION_ARGOCD_URL and its token")
    return reach.argocd

"""Plans for what Helm, Argo CD or Flux keeps: nothing of it is changed behind their back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.acts import ActRefused
from app.domain.mitigation.model import ActKind, Owner, Plan, Subject, Way, Wish
from app.domain.mitigation.owner import Advised, Reference, by_argocd, by_flux, by_helm
from app.domain.mitigation.patches import template_digest
from app.domain.rollout import Rollout
from app.errors import ClusterError, ClusterUnreachable
from app.kubernetes.fields import text_in, whole_number_in
from app.kubernetes.paths import ARGO_APPLICATIONS
from app.mitigating import helm
from app.mitigating.argo_application import argo_target, moved_besides, newest_deployment
from app.mitigating.looking import Seen, named
from app.mitigating.reach import Reach

# Where Argo CD's own manifests install it.
_ARGO_NAMESPACE = "argocd"
_MOST_NAMED = 10


def plan_of(
    reach: Reach, subject: Subject, wish: Wish, seen: Seen, owner: Owner, revision: int | None, origin: Rollout | None
) -> Plan:
    """How it is done. The way is Argo CD's API where that can go back, and moves nothing else; else a person's.

    revision: the number of the one that a rollback would go to, None where that is not known; origin: the revision that
    it leaves, None where it is not sure which that is. Raises ActRefused where a revision is asked for: what keeps the
    workload counts by its own; ClusterError.
    """
    if wish.revision is not None:
        raise ActRefused(
            f"revision: {owner.kind} keeps the workload, and goes back by its own history",
            "leave the revision out, and see the commands of the plan",
        )
    case = _Case(reach, subject, wish, owner, Reference(subject.namespace, subject.kind, subject.workload, revision))
    kept = _way(case, origin)
    return Plan(
        way=kept.way,
        summary=kept.advised.summary,
        uid=text_in(seen.workload, "metadata", "uid"),
        generation=whole_number_in(seen.workload, "metadata", "generation") or 0,
        digest=template_digest(seen.workload) if kept.way is Way.ARGOCD else "",
        changes=(),
        disturbance=replace(seen.disturbance, notes=(*seen.disturbance.notes, *kept.notes)),
        owner=replace(owner, where=kept.where or owner.where),
        commands=kept.advised.commands,
        history_id=kept.history_id,
        deployed=kept.deployed,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """What is to be done to which workload, and who keeps it."""

    reach: Reach
    subject: Subject
    wish: Wish
    owner: Owner
    reference: Reference


@dataclass(frozen=True, slots=True)
class _Kept:
    """How it is done where a keeper is asked. where: what the owner has it from, if more is known of that now;
    history_id, deployed: what Argo CD goes back to, and from."""

    advised: Advised
    notes: tuple[str, ...] = ()
    where: str = ""
    way: Way = Way.BY_HAND
    history_id: int | None = None
    deployed: int | None = None


def _way(case: _Case, origin: Rollout | None) -> _Kept:
    owner = case.owner
    if not owner.name:
        return _Kept(Advised(f"Change it where {owner.kind} has it from, which nothing here names ({owner.where})", ()))
    if owner.kind == "helm":
        return _helm(case, origin)
    if owner.kind == "argocd":
        return _argocd(case, origin)
    if owner.kind == "flux":
        return _Kept(by_flux(case.wish.act, owner, case.reference, None if origin is None else origin.commit))
    text = f"Change the {owner.where} {owner.name}, which makes this workload and would undo an edit"
    return _Kept(Advised(text, ()))


def _helm(case: _Case, origin: Rollout | None) -> _Kept:
    reach, subject, wish, owner = case.reach, case.subject, case.wish, case.owner
    target = helm.target_of(reach.access, owner, subject, origin) if wish.act is ActKind.ROLLBACK else None
    return _Kept(by_helm(wish.act, owner, case.reference, target))


def _argocd(case: _Case, origin: Rollout | None) -> _Kept:
    reach, wish, owner = case.reach, case.wish, case.owner
    commit = None if origin is None else origin.commit
    application, unread = application_of(reach, owner)
    found = None if application is None else argo_target(application, origin)
    if found is not None:
        owner, commit = replace(owner, where=found.repository), commit or found.brought or None
    advised, where = by_argocd(wish.act, owner, case.reference, found, commit), owner.where
    if wish.act is not ActKind.ROLLBACK:
        return _Kept(advised, where=where)
    besides = f"Argo CD's history is not known: {unread}" if unread else _besides(application, owner, case.subject)
    notes = (besides,) if besides else ()
    can_go_back = found is not None and found.id is not None and found.auto_sync is False and not besides
    if application is None or found is None or not can_go_back or reach.argocd is None:
        return _Kept(advised, notes, where)
    return _Kept(advised, notes, where, Way.ARGOCD, found.id, newest_deployment(application))


def application_of(reach: Reach, owner: Owner) -> tuple[Mapping[str, Any] | None, str]:
    """The Application that keeps the workload: asked of Argo CD where that is set, else of the cluster.

    None, and why, where it may not be read, or is elsewhere: then a person has to look. Raises ClusterUnreachable.
    """
    try:
        if reach.argocd is not None:
            return reach.argocd.application(owner.name, owner.namespace), ""
        return named(reach.access, ARGO_APPLICATIONS, owner.namespace or _ARGO_NAMESPACE, owner.name), ""
    except ClusterUnreachable:
        raise
    except ClusterError as error:
        return None, f"{error} ({error.hint})" if error.hint else str(error)


def _besides(application: Mapping[str, Any] | None, owner: Owner, subject: Subject) -> str:
    """Why Argo CD is not told by itself: guards are asked of one workload, and it moves all of an application."""
    if application is None:
        return ""
    moved = moved_besides(application, subject)
    if moved is None:
        return f"application {owner.name} does not list this workload: what its rollback would move is not known"
    more = f" and {len(moved) - _MOST_NAMED} more" if len(moved) > _MOST_NAMED else ""
    return f"a rollback of application {owner.name} moves {', '.join(moved[:_MOST_NAMED])}{more}, too" if moved else ""

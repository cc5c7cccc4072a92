"""Plans for what Helm, Argo CD or Flux keeps: nothing of it is changed behind their back."""

from collections.abc import Mapping
from dataclasses import replace
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
    reference = Reference(subject.namespace, subject.kind, subject.workload, revision)
    commit, notes = None if origin is None else origin.commit, seen.disturbance.notes
    history_id, deployed, way = None, None, Way.BY_HAND
    if not owner.name:
        advised = Advised(f"Change it where {owner.kind} has it from, which nothing here names ({owner.where})", ())
    elif owner.kind == "helm":
        target = helm.target_of(reach.access, owner, subject, origin) if wish.act is ActKind.ROLLBACK else None
        advised = by_helm(wish.act, owner, reference, target)
    elif owner.kind == "argocd":
        application, unread = application_of(reach, owner)
        found = None if application is None else argo_target(application, origin)
        if found is not None:
            owner, commit = replace(owner, where=found.repository), commit or found.brought or None
        advised = by_argocd(wish.act, owner, reference, found, commit)
        if wish.act is ActKind.ROLLBACK:
            besides = f"Argo CD's history is not known: {unread}" if unread else _besides(application, owner, subject)
            notes = (*notes, besides) if besides else notes
            can_go_back = found is not None and found.id is not None and found.auto_sync is False and not besides
            if application is not None and found is not None and can_go_back and reach.argocd is not None:
                way, history_id, deployed = Way.ARGOCD, found.id, newest_deployment(application)
    elif owner.kind == "flux":
        advised = by_flux(wish.act, owner, reference, commit)
    else:
        advised = Advised(
            f"Change the {owner.where} {owner.name}, which makes this workload and would undo an edit", ()
        )
    return Plan(
        way=way,
        summary=advised.summary,
        uid=text_in(seen.workload, "metadata", "uid"),
        generation=whole_number_in(seen.workload, "metadata", "generation") or 0,
        digest=template_digest(seen.workload) if way is Way.ARGOCD else "",
        changes=(),
        disturbance=replace(seen.disturbance, notes=notes),
        owner=owner,
        commands=advised.commands,
        history_id=history_id,
        deployed=deployed,
    )


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

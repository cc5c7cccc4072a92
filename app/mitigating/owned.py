"""Plans for what Helm, Argo CD or Flux keeps: nothing of it is changed behind their back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.hiding import shown_text
from app.domain.mitigation.model import ActKind, Owner, Plan, Subject, Way, Wish
from app.domain.mitigation.owner import Advised, ArgoTarget, Reference, by_argocd, by_flux, by_helm
from app.errors import ClusterError, ClusterUnreachable
from app.kubernetes.fields import list_in, mapping_in, text_in, whole_number_in
from app.kubernetes.paths import ARGO_APPLICATIONS
from app.mitigating import helm
from app.mitigating.looking import Seen, named
from app.mitigating.reach import Reach

# Where Argo CD's own manifests install it.
_ARGO_NAMESPACE = "argocd"


def plan_of(reach: Reach, subject: Subject, wish: Wish, seen: Seen, owner: Owner, revision: int | None) -> Plan:
    """How it is done. The way is Argo CD's API where that can go back, else a person's. Raises ClusterError.

    revision: the number of the one that a rollback would go to, None where that is not known.
    """
    reference = Reference(subject.namespace, subject.kind, subject.workload, revision)
    commit, disturbance = seen.history.current.commit, seen.disturbance
    history_id, way = None, Way.BY_HAND
    if owner.kind == "helm":
        target = helm.target_of(reach.access, owner, subject) if wish.act is ActKind.ROLLBACK else None
        advised = by_helm(wish.act, owner, reference, target)
    elif owner.kind == "argocd":
        application, unread = application_of(reach, owner)
        if unread and wish.act is ActKind.ROLLBACK:
            disturbance = replace(disturbance, notes=(*disturbance.notes, f"Argo CD's history is not known: {unread}"))
        found = None if application is None else argo_target(application)
        if application is not None:
            owner = replace(owner, where=found.repository if found is not None else owner.where)
            commit = commit or text_in(application, "status", "sync", "revision") or None
        advised = by_argocd(wish.act, owner, reference, found, commit)
        can_go_back = found is not None and found.id is not None and found.auto_sync is False
        if wish.act is ActKind.ROLLBACK and found is not None and can_go_back and reach.argocd is not None:
            way, history_id = Way.ARGOCD, found.id
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
        digest="",
        changes=(),
        disturbance=disturbance,
        owner=owner,
        commands=advised.commands,
        history_id=history_id,
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


def argo_target(application: Mapping[str, Any]) -> ArgoTarget | None:
    """The deployment before the present one that was of another Git revision; None where there is no history."""
    history = [one for one in list_in(application, "status", "history") if isinstance(one, Mapping)]
    if not history:
        return None
    automated = mapping_in(application, "spec", "syncPolicy").get("automated")
    auto_sync = automated is not None and mapping_in(automated).get("enabled") is not False
    repository = shown_text(text_in(application, "spec", "source", "repoURL"))
    present = text_in(history[-1], "revision")
    for one in reversed(history[:-1]):
        if text_in(one, "revision") != present:
            return ArgoTarget(whole_number_in(one, "id"), text_in(one, "revision"), repository, auto_sync)
    return ArgoTarget(None, "", repository, auto_sync)

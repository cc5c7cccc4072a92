"""What an Application of Argo CD tells: the deployment to go back to, and what a rollback would move besides."""

from collections.abc import Mapping
from typing import Any

from app.domain.hiding import shown_text
from app.domain.mitigation.model import Subject
from app.domain.mitigation.owner import ArgoTarget
from app.domain.rollout import Rollout
from app.kubernetes.fields import list_in, mapping_in, text_in, time_in, whole_number_in
from app.text import printable

# Clocks of two machines differ; and a controller makes a revision some time after the template came to it.
_BEFORE_SECONDS, _AFTER_SECONDS = 30.0, 60.0
# What runs nothing by itself, and is in the namespace of the workload: guards of other workloads need not be asked.
_RUNS_NOTHING = frozenset(
    {
        ("", "ConfigMap"),
        ("", "Secret"),
        ("", "Service"),
        ("", "ServiceAccount"),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("monitoring.coreos.com", "PodMonitor"),
        ("monitoring.coreos.com", "PrometheusRule"),
        ("monitoring.coreos.com", "ServiceMonitor"),
        ("networking.k8s.io", "Ingress"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy", "PodDisruptionBudget"),
        ("rbac.authorization.k8s.io", "Role"),
        ("rbac.authorization.k8s.io", "RoleBinding"),
    }
)


def argo_target(application: Mapping[str, Any], origin: Rollout | None) -> ArgoTarget | None:
    """The deployment before the one that brought a revision; None where there is no history.

    origin: the revision to leave, None where that is not known. Its id is None where no deployment is sure to be the
    one that brought it, or none before it was of another Git revision.
    """
    history = [one for one in list_in(application, "status", "history") if isinstance(one, Mapping)]
    if not history:
        return None
    automated = mapping_in(application, "spec", "syncPolicy").get("automated")
    auto_sync = automated is not None and mapping_in(automated).get("enabled") is not False
    repository = shown_text(text_in(application, "spec", "source", "repoURL"))
    fitting = [] if origin is None else [at for at, one in enumerate(history) if _may_have_brought(one, origin)]
    if len(fitting) != 1:
        return ArgoTarget(None, "", repository, auto_sync)
    brought, present = text_in(history[fitting[0]], "revision"), text_in(history[-1], "revision")
    for one in reversed(history[: fitting[0]]):
        if text_in(one, "revision") not in {brought, present, ""}:
            return ArgoTarget(whole_number_in(one, "id"), text_in(one, "revision"), repository, auto_sync, brought)
    return ArgoTarget(None, "", repository, auto_sync, brought)


def newest_deployment(application: Mapping[str, Any]) -> int | None:
    """The id of what was deployed last; None where there is no history."""
    history = list_in(application, "status", "history")
    return whole_number_in(history[-1], "id") if history else None


def moved_besides(application: Mapping[str, Any], subject: Subject) -> list[str] | None:
    """What else of the application runs something, or is in another namespace, as a rollback moves all of it.

    None where the application does not list the workload itself, so that what it has is not known.
    """
    found, is_listed = [], False
    for one in list_in(application, "status", "resources"):
        group, kind = text_in(one, "group"), text_in(one, "kind")
        namespace, name = text_in(one, "namespace"), text_in(one, "name")
        own_group = "argoproj.io" if subject.kind == "Rollout" else "apps"
        if (group, kind, namespace, name) == (own_group, subject.kind, subject.namespace, subject.workload):
            is_listed = True
        elif namespace != subject.namespace or (group, kind) not in _RUNS_NOTHING:
            found.append(printable(f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}", 200))
    return found if is_listed else None


def _may_have_brought(deployment: Mapping[str, Any], origin: Rollout) -> bool:
    began, ended = time_in(deployment, "deployStartedAt"), time_in(deployment, "deployedAt")
    if began is None or ended is None:
        return False
    return began - _BEFORE_SECONDS <= origin.created_at <= ended + _AFTER_SECONDS

"""Who keeps a workload as it is, and would undo what is changed behind their back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.kubernetes.fields import annotation, label, list_in, text_in
from app.text import printable

ManagerKind = Literal["helm", "argocd", "flux"]
_ARGO_ID = "argocd.argoproj.io/tracking-id"
_ARGO_LABEL = "argocd.argoproj.io/instance"
_HELM_NAME, _HELM_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
# Argo CD's tracking by labels writes the application's name here, as Helm's charts write their release's.
_INSTANCE = "app.kubernetes.io/instance"
# By these names they apply objects, whatever marks they leave (common.ArgoCDSSAManager of Argo CD; Flux's controllers).
_APPLIERS: Mapping[str, ManagerKind] = {
    "argocd-controller": "argocd",
    "argocd-application-controller": "argocd",
    "kustomize-controller": "flux",
    "helm-controller": "flux",
}
_FLUX = {"helm.toolkit.fluxcd.io": "HelmRelease", "kustomize.toolkit.fluxcd.io": "Kustomization"}


@dataclass(frozen=True, slots=True)
class Manager:
    """A tool that owns a workload. name, namespace: of its release, Application, HelmRelease or Kustomization, "" where
    that is not told; detail: how it is known, to be shown."""

    kind: ManagerKind
    name: str
    namespace: str
    detail: str


def manager_of(workload: Mapping[str, Any], owners: Sequence[Mapping[str, Any]] = ()) -> Manager | None:
    """Who manages the workload, or else one of those that own it, nearest first; None where nothing says so.

    What is nearest to Git counts: Flux and Argo CD render Helm charts, whose marks then stand there too.
    """
    for one in (workload, *owners):
        found = _flux(one) or _argocd(one) or _applier(one) or _helm(one)
        if found is not None:
            return found
    return None


def _flux(one: Mapping[str, Any]) -> Manager | None:
    for prefix, kind in _FLUX.items():
        name = label(one, f"{prefix}/name")
        if name:
            return Manager("flux", name, label(one, f"{prefix}/namespace"), f"{kind}, by its label {prefix}/name")
    return None


def _argocd(one: Mapping[str, Any]) -> Manager | None:
    said = annotation(one, _ARGO_ID)
    application, _, tracked = said.partition(":")
    if application and tracked == _argo_identity(one):
        namespace, _, name = application.rpartition("_")
        return Manager("argocd", name, namespace, f"by its annotation {_ARGO_ID}")
    name = label(one, _ARGO_LABEL)
    return Manager("argocd", name, "", f"by its label {_ARGO_LABEL}") if name else None


def _applier(one: Mapping[str, Any]) -> Manager | None:
    """Who applied the object, by its managedFields, where no mark says so. Of Flux nothing tells the name then."""
    for entry in list_in(one, "metadata", "managedFields"):
        name = text_in(entry, "manager")
        kind = _APPLIERS.get(name)
        if kind is not None and not text_in(entry, "subresource"):
            return Manager(
                kind, label(one, _INSTANCE) if kind == "argocd" else "", "", f"by {name} in its managedFields"
            )
    return None


def _argo_identity(one: Mapping[str, Any]) -> str:
    """How Argo CD names an object; an id that names another was copied, and counts for nothing."""
    group = text_in(one, "apiVersion").rpartition("/")[0]
    namespace, name = text_in(one, "metadata", "namespace"), text_in(one, "metadata", "name")
    return f"{group}/{text_in(one, 'kind')}:{namespace}/{name}"


def _helm(one: Mapping[str, Any]) -> Manager | None:
    release = annotation(one, _HELM_NAME)
    chart = printable(label(one, "helm.sh/chart"), 100)
    if release:
        detail = f"by its annotation {_HELM_NAME}" + (f", chart {chart}" if chart else "")
        return Manager("helm", release, annotation(one, _HELM_NAMESPACE), detail)
    if label(one, "app.kubernetes.io/managed-by") == "Helm":
        return Manager("helm", label(one, _INSTANCE), "", "only its label managed-by says so")
    return None

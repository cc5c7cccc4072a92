"""Who owns a workload: what each tool writes on it."""

import pytest

from app.kubernetes.managers import manager_of
from tests.support.kubernetes_objects import workload

TRACKED = "argocd.argoproj.io/tracking-id"
HELM = {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "prod"}


@pytest.mark.parametrize(
    ("annotations", "labels", "found"),
    [
        ({}, {}, None),
        (HELM, {"helm.sh/chart": "cart-1.4.0"}, ("helm", "shop", "prod")),
        ({}, {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "shop"}, ("helm", "shop", "")),
        ({}, {"app.kubernetes.io/managed-by": "kustomize"}, None),
        ({TRACKED: "web:apps/Deployment:shop/cart"}, {}, ("argocd", "web", "")),
        ({TRACKED: "team_web:apps/Deployment:shop/cart"}, {}, ("argocd", "web", "team")),
        ({TRACKED: "web:apps/Deployment:shop/another"}, {}, None),
        ({TRACKED: "garbage"}, {}, None),
        ({}, {"argocd.argoproj.io/instance": "web"}, ("argocd", "web", "")),
        (HELM, {"argocd.argoproj.io/instance": "web"}, ("argocd", "web", "")),
        (
            HELM,
            {"helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "flux"},
            ("flux", "shop", "flux"),
        ),
        ({}, {"kustomize.toolkit.fluxcd.io/name": "apps"}, ("flux", "apps", "")),
    ],
)
def test_who_manages_it(annotations, labels, found):
    manager = manager_of(workload(annotations=annotations, labels=labels))
    assert (manager and (manager.kind, manager.name, manager.namespace)) == found


APPLIED = {"manager": "argocd-controller", "operation": "Update"}


@pytest.mark.parametrize(
    ("entry", "annotations", "found"),
    [
        pytest.param(APPLIED, {}, ("argocd", "web"), id="Argo CD, tracking by labels"),
        pytest.param(APPLIED | {"manager": "argocd-application-controller"}, {}, ("argocd", "web"), id="an older one"),
        pytest.param(APPLIED, {TRACKED: "shop:apps/Deployment:shop/cart"}, ("argocd", "shop"), id="its mark says more"),
        pytest.param(APPLIED | {"subresource": "scale"}, {}, ("helm", "web"), id="no more than its scale"),
        pytest.param({"manager": "kustomize-controller"}, {}, ("flux", ""), id="Flux, without its labels"),
        pytest.param({"manager": "kubectl-edit"}, {}, ("helm", "web"), id="a person"),
    ],
)
def test_who_applies_it_keeps_it_whatever_marks_it_has(entry, annotations, found):
    labels = {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "web"}
    manager = manager_of(workload(annotations=annotations, labels=labels, managedFields=[entry]))
    assert (manager.kind, manager.name) == found


def test_an_owner_counts_where_the_workload_says_nothing():
    owner = workload("Prometheus", api="monitoring.coreos.com/v1", annotations=HELM)
    assert manager_of(workload(), [owner]).name == "shop"
    assert manager_of(workload(labels={"argocd.argoproj.io/instance": "web"}), [owner]).name == "web"


@pytest.mark.parametrize("odd", [{}, {"metadata": None}, {"metadata": {"labels": [], "annotations": "x"}}])
def test_odd_objects_have_none(odd):
    assert manager_of(odd) is None

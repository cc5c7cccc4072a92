"""What a person is told to run where Helm, Argo CD or Flux keeps the workload."""

import pytest

from app.domain.mitigation.model import ActKind, Owner
from app.domain.mitigation.owner import ArgoTarget, HelmTarget, Reference, by_argocd, by_flux, by_helm

CART = Reference("shop", "Deployment", "cart")
HELM, ARGO = Owner("helm", "cart", "shop"), Owner("argocd", "cart", "argocd")
FLUX = Owner("flux", "apps", "flux-system", "Kustomization, by its label")
BACK, RESTART, LIMIT = ActKind.ROLLBACK, ActKind.RESTART, ActKind.RAISE_LIMIT


@pytest.mark.parametrize(
    ("act", "target", "commands"),
    [
        (BACK, HelmTarget(3, "cart-1.2.0"), ["helm rollback cart 3 -n shop"]),
        (BACK, HelmTarget(None), ["helm history cart -n shop", "helm rollback cart -n shop"]),
        (BACK, None, ["helm history cart -n shop"]),
        (RESTART, None, ["kubectl rollout restart deployment/cart -n shop"]),
        (LIMIT, None, ["helm get values cart -n shop"]),
    ],
)
def test_of_helm(act, target, commands):
    assert list(by_helm(act, HELM, CART, target).commands) == commands


@pytest.mark.parametrize(
    ("act", "target", "commit", "commands"),
    [
        (BACK, ArgoTarget(7, "abc", auto_sync=False), None, ["argocd app rollback cart 7"]),
        (
            BACK,
            ArgoTarget(7, "abc", auto_sync=False),
            "def",
            ["argocd app rollback cart 7", "git revert --no-edit def", "git push"],
        ),
        (BACK, ArgoTarget(7, "abc", auto_sync=True), "def", ["git revert --no-edit def", "git push"]),
        (BACK, ArgoTarget(7, "abc", auto_sync=True), None, ["argocd app history cart"]),
        (BACK, None, "def", ["git revert --no-edit def", "git push"]),
        (
            RESTART,
            None,
            None,
            ["argocd app actions run cart restart --kind Deployment --resource-name cart --namespace shop"],
        ),
        (LIMIT, None, None, []),
    ],
)
def test_of_argo_cd(act, target, commit, commands):
    assert list(by_argocd(act, ARGO, CART, target, commit).commands) == commands


def test_auto_sync_is_said():
    assert "auto-sync" in by_argocd(BACK, ARGO, CART, ArgoTarget(7, "abc", auto_sync=True), None).summary


@pytest.mark.parametrize(
    ("owner", "commit", "commands"),
    [
        (FLUX, "abc", ["git revert --no-edit abc", "git push"]),
        (FLUX, None, []),
        (Owner("flux", "cart", "shop", "HelmRelease, by its label"), None, []),
    ],
)
def test_of_flux(owner, commit, commands):
    found = list(by_flux(BACK, owner, CART, commit).commands)
    kind = "helmrelease" if owner.name == "cart" else "kustomization"
    assert found == [*commands, f"flux reconcile {kind} {owner.name} -n {owner.namespace} --with-source"]


@pytest.mark.parametrize("name", ["cart; rm -rf /", "$(reboot)", "a b"])
def test_a_name_is_one_word_of_a_shell(name):
    command = by_helm(BACK, Owner("helm", name, "shop"), CART, HelmTarget(3)).commands[0]
    assert command == f"helm rollback '{name}' 3 -n shop"


def test_a_name_that_no_screen_shows_gets_no_command():
    assert by_helm(BACK, Owner("helm", "ca\x1brt", "shop"), CART, HelmTarget(3)).commands == ()

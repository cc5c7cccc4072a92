"""What a person is told to run where Helm, Argo CD or Flux keeps the workload."""

import pytest

from app.domain.mitigation.model import ActKind, Owner
from app.domain.mitigation.owner import ArgoTarget, HelmTarget, Reference, by_argocd, by_flux, by_helm

CART = Reference("shop", "Deployment", "cart")
HELM, ARGO = Owner("helm", "cart", "shop"), Owner("argocd", "cart", "argocd")
FLUX = Owner("flux", "apps", "flux-system", "Kustomization, by its label")
RELEASE = Owner("flux", "cart", "shop", "HelmRelease, by its label")
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
    ("owner", "kind"), [(FLUX, "kustomization apps -n flux-system"), (RELEASE, "helmrelease cart -n shop")]
)
def test_of_flux_the_commit_is_reverted_where_it_is_known(owner, kind):
    assert list(by_flux(BACK, owner, CART, "abcd").commands) == [
        "git revert --no-edit abcd",
        "git push",
        f"flux reconcile {kind} --with-source",
    ]


@pytest.mark.parametrize(
    ("kind", "revision", "undo"),
    [
        ("Deployment", None, "kubectl rollout undo deployment/cart -n shop"),
        ("StatefulSet", 4, "kubectl rollout undo statefulset/cart -n shop --to-revision=4"),
        ("Rollout", 4, "kubectl argo rollouts undo cart -n shop --to-revision=4"),
    ],
)
def test_of_flux_it_is_suspended_until_the_commit_is_found(kind, revision, undo):
    advised = by_flux(BACK, RELEASE, Reference("shop", kind, "cart", revision), None)
    assert list(advised.commands) == [
        "flux suspend helmrelease cart -n shop",
        undo,
        "flux resume helmrelease cart -n shop",
    ]
    assert "resume it once Git has the revert" in advised.summary


@pytest.mark.parametrize("name", ["cart; rm -rf /", "$(reboot)", "a b"])
def test_a_name_is_one_word_of_a_shell(name):
    command = by_helm(BACK, Owner("helm", name, "shop"), CART, HelmTarget(3)).commands[0]
    assert command == f"helm rollback '{name}' 3 -n shop"


@pytest.mark.parametrize("name", ["ca\x1brt", "--kubeconfig=x"])
def test_a_name_that_no_screen_shows_or_that_is_an_option_gets_no_command(name):
    assert by_helm(BACK, Owner("helm", name, "shop"), CART, HelmTarget(3)).commands == ()


def test_a_commit_that_is_an_option_gets_no_command():
    assert by_flux(BACK, FLUX, CART, "--abort").commands == ()

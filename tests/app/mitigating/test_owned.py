"""Where Helm and Argo CD are asked to go back to, and what else that would move."""

import base64
import gzip
import json
from dataclasses import dataclass, field

import pytest
import yaml

from app.domain.acts import ActRefused
from app.domain.mitigation.model import Way
from app.mitigating.planning import make_plan
from tests.support.argo_cd import application
from tests.support.kubernetes_objects import template, workload
from tests.support.planning import asked, cluster, hour, reach

HELM = {"meta.helm.sh/release-name": "cart", "meta.helm.sh/release-namespace": "shop"}
ARGO = {"argocd.argoproj.io/tracking-id": "cart:apps/Deployment:shop/cart"}
SECRETS = "/api/v1/namespaces/shop/secrets"


def _release(number, version, made):
    manifest = yaml.safe_dump(workload(spec={"template": template(f"shop/cart:{version}")}))
    text = json.dumps({"version": number, "manifest": manifest})
    packed = base64.b64encode(base64.b64encode(gzip.compress(text.encode()))).decode()
    metadata = {"labels": {"version": str(number), "status": "superseded"}, "creationTimestamp": made}
    return {"metadata": metadata, "data": {"release": packed}}


def _helm(releases, *versions, suspect="v2", **wish):
    """The commands where cart has had these versions, an hour each."""
    kept = [_release(number, version, hour(made)) for number, (version, made) in enumerate(releases, 1)]
    there = cluster(*versions, annotations=HELM, more={SECRETS: kept})
    return make_plan(reach(there), asked(suspect=suspect, **wish)).plan.commands


@pytest.mark.parametrize(
    ("releases", "versions", "suspect", "commands"),
    [
        pytest.param(
            [("v1", 1), ("v2", 2)], ("v1", "v2"), "v2", ["helm rollback cart 1 -n shop"], id="the suspect runs"
        ),
        pytest.param(
            [("v1", 1), ("v2", 2), ("v3", 3)],
            ("v1", "v2", "v3"),
            "v2",
            ["helm rollback cart 1 -n shop"],
            id="another came after the suspect",
        ),
        pytest.param(
            [("v1", 1), ("v2", 2)], ("v1", "v2"), None, ["helm rollback cart 1 -n shop"], id="none is suspected"
        ),
        pytest.param(
            [("v1", 1), ("v3", 3)],
            ("v1", "v2", "v3"),
            "v2",
            ["helm history cart -n shop", "helm rollback cart -n shop"],
            id="no release brought the suspect",
        ),
        pytest.param(
            [("v2", 2), ("v3", 3)], ("v1", "v2", "v3"), "v2", ["helm history cart -n shop"], id="none is before it"
        ),
    ],
)
def test_helm_goes_back_to_before_the_suspect(releases, versions, suspect, commands):
    assert list(_helm(releases, *versions, suspect=suspect)) == commands


def test_a_revision_of_kubernetes_is_not_one_of_helm_s():
    with pytest.raises(ActRefused, match="helm keeps the workload, and goes back by its own history"):
        _helm([("v1", 1), ("v2", 2)], "v1", "v2", revision=1)


@dataclass
class _Argo:
    """Argo CD's API. cart was deployed as often as there are Git revisions, an hour each."""

    deployments: tuple[str, ...]
    resources: list = field(default_factory=lambda: application()["status"]["resources"])

    def application(self, name, namespace):
        history = [
            {"id": at, "revision": git, "deployStartedAt": hour(at), "deployedAt": hour(at)}
            for at, git in enumerate(self.deployments, 1)
        ]
        return application() | {"status": {"history": history, "resources": self.resources}}


def _argo(argo, *versions, suspect="v2"):
    return make_plan(reach(cluster(*versions, annotations=ARGO), argo), asked(suspect=suspect)).plan


@pytest.mark.parametrize(
    ("deployments", "versions", "commands"),
    [
        pytest.param(
            ("aaa", "bbb"),
            ("v1", "v2"),
            ["argocd app rollback cart 1", "git revert --no-edit bbb"],
            id="the suspect runs",
        ),
        pytest.param(
            ("aaa", "bbb", "ccc"),
            ("v1", "v2", "v3"),
            ["argocd app rollback cart 1", "git revert --no-edit bbb"],
            id="another came after the suspect",
        ),
        pytest.param(
            ("aaa", "bbb", "ccc"),
            ("v1", "v2"),
            ["argocd app rollback cart 1", "git revert --no-edit bbb"],
            id="the last deployment left it as it was",
        ),
        pytest.param(
            ("aaa",), ("v1", "v2"), ["argocd app history cart"], id="no deployment is sure to have brought it"
        ),
    ],
)
def test_argo_cd_goes_back_to_before_the_suspect(deployments, versions, commands):
    assert list(_argo(_Argo(deployments), *versions).commands)[:2] == commands


def test_argo_cd_is_told_where_the_workload_is_all_that_it_moves():
    config = {"group": "", "kind": "ConfigMap", "namespace": "shop", "name": "cart"}
    argo = _Argo(("aaa", "bbb"))
    argo.resources = [*argo.resources, config]
    plan = _argo(argo, "v1", "v2")
    assert (plan.way, plan.history_id, plan.deployed) == (Way.ARGOCD, 1, 2)


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        pytest.param(
            [
                *application()["status"]["resources"],
                {"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "web"},
            ],
            "a rollback of application cart moves Deployment shop/web, too",
            id="another workload",
        ),
        pytest.param(
            [
                *application()["status"]["resources"],
                {"group": "", "kind": "ConfigMap", "namespace": "pay", "name": "a"},
            ],
            "a rollback of application cart moves ConfigMap pay/a, too",
            id="another namespace",
        ),
        pytest.param([], "application cart does not list this workload", id="what it has is not known"),
    ],
)
def test_what_would_move_more_than_the_workload_is_done_by_hand(resources, says):
    plan = _argo(_Argo(("aaa", "bbb"), resources), "v1", "v2")
    assert plan.way is Way.BY_HAND
    assert plan.disturbance.notes[-1].startswith(says)


@pytest.mark.parametrize(
    ("labels", "commands"),
    [
        pytest.param({"app.kubernetes.io/instance": "cart"}, "argocd app rollback cart 1", id="named by its label"),
        pytest.param({}, None, id="not named"),
    ],
)
def test_what_argo_cd_applies_without_its_mark_is_not_patched(labels, commands):
    there = cluster("v1", "v2", labels=labels, managedFields=[{"manager": "argocd-controller"}])
    plan = make_plan(reach(there, _Argo(("aaa", "bbb"))), asked()).plan
    assert next(iter(plan.commands), None) == commands
    assert there.patched == []


def test_an_application_that_does_not_list_the_workload_is_not_its_own():
    there = cluster(
        "v1", "v2", labels={"app.kubernetes.io/instance": "cart"}, managedFields=[{"manager": "argocd-controller"}]
    )
    plan = make_plan(reach(there, _Argo(("aaa", "bbb"), [])), asked()).plan
    assert plan.way is Way.BY_HAND

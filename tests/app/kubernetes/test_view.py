"""A cluster at one moment: whose each pod is, and what is known of a workload."""

import pytest

from app.domain.finding import Workload
from app.domain.workload_facts import BudgetFacts, KillFacts, ScalerFacts
from app.kubernetes.keeping import selector_of
from app.kubernetes.kept import (
    KeptBudget,
    KeptContainer,
    KeptEviction,
    KeptNode,
    KeptOwned,
    KeptPod,
    KeptReplicaSet,
    KeptScaler,
    KeptWorkload,
    OomKill,
    Owner,
)
from app.kubernetes.managers import Manager
from app.kubernetes.view import Objects, View

APP = KeptContainer("app", "cart:2", 2.0**29, None, None, None)
APPS = "apps/v1"


def _owner(api, kind, name):
    return Owner(api, kind, name, f"uid-{name}")


def _base(name, owner=None, created=0.0):
    return ("shop", name, f"uid-{name}", owner, created)


def _pod(name, owner, **more):
    given = {
        "node": "node-a",
        "template_hash": "h2",
        "qos": "Burstable",
        "priority_class": "high",
        "containers": (APP,),
        "kills": (),
        "created": 0.0,
        **more,
    }
    return KeptPod(*_base(name, owner, given.pop("created")), **given)


def _owned(name, owner=None, manager=None):
    return KeptOwned(*_base(name, owner), manager=manager)


def _deployment(name="cart", owner=None, kind="Deployment", manager=None):
    labels = (("app", "cart"),)
    return KeptWorkload(
        *_base(name, owner), kind=kind, wanted=2, ready=1, labels=labels, paused=False, rolling=True, manager=manager
    )


def _set(name, number, owner, created):
    return KeptReplicaSet(*_base(name, owner, created), manager=None, number=number, template_hash=f"h{number}")


CART = _owner(APPS, "Deployment", "cart")
SET = _owner(APPS, "ReplicaSet", "cart-2")


@pytest.mark.parametrize(
    ("pod_owner", "owners", "workload"),
    [
        (None, [], ("Pod", "p")),
        (SET, [(APPS, "ReplicaSet", _set("cart-2", 2, CART, 0.0))], ("Deployment", "cart")),
        (SET, [], ("ReplicaSet", "cart-2")),
        (
            SET,
            [
                (APPS, "ReplicaSet", _set("cart-2", 2, CART, 0.0)),
                (APPS, "Deployment", _deployment(owner=_owner("shop.example/v1", "Shop", "s"))),
                ("shop.example/v1", "Shop", _owned("s")),
            ],
            ("Deployment", "cart"),
        ),
        (
            _owner(APPS, "ReplicaSet", "r"),
            [(APPS, "ReplicaSet", _set("r", 1, _owner("argoproj.io/v1alpha1", "Rollout", "cart"), 0.0))],
            ("Rollout", "cart"),
        ),
        (
            _owner("batch/v1", "Job", "backup-1"),
            [("batch/v1", "Job", _owned("backup-1", _owner("batch/v1", "CronJob", "backup")))],
            ("CronJob", "backup"),
        ),
        (
            _owner("argoproj.io/v1alpha1", "Workflow", "w-1"),
            [
                (
                    "argoproj.io/v1alpha1",
                    "Workflow",
                    _owned("w-1", _owner("argoproj.io/v1alpha1", "CronWorkflow", "w")),
                ),
            ],
            ("CronWorkflow", "w"),
        ),
        (_owner("kruise.io/v1", "CloneSet", "c"), [], ("CloneSet", "c")),
        (_owner("other.example/v1", "Deployment", "d"), [], ("Deployment", "d")),
    ],
)
def test_whose_a_pod_is(pod_owner, owners, workload):
    view = View(Objects(owners=tuple(owners), pods=(_pod("p", pod_owner),)))
    assert view.workload_of("shop", "p", Workload("Pod", "p")) == Workload(*workload)


def test_a_pod_that_is_gone_is_its_owners_owners():
    flow = _owner("argoproj.io/v1alpha1", "CronWorkflow", "w")
    view = View(Objects(owners=(("argoproj.io/v1alpha1", "Workflow", _owned("w-1", flow)),)))
    assert view.workload_of("shop", "gone", Workload("Workflow", "w-1")) == Workload("CronWorkflow", "w")


def test_a_pod_of_which_nothing_is_known_stays_as_it_was_told():
    view = View(Objects(owners=((APPS, "Deployment", _deployment(owner=_owner("x/v1", "Shop", "s"))),)))
    for told in (Workload("Deployment", "cart"), Workload("Deployment", "other")):
        assert view.workload_of("shop", "gone", told) == told
        assert view.workload_of("elsewhere", "gone", told) == told


def test_owners_that_own_each_other_are_no_end():
    first, second = _owner("x/v1", "A", "a"), _owner("x/v1", "B", "b")
    owners = (("x/v1", "A", _owned("a", second)), ("x/v1", "B", _owned("b", first)))
    view = View(Objects(owners=owners, pods=(_pod("p", first),)))
    assert view.workload_of("shop", "p", Workload("Pod", "p")).kind in {"A", "B"}


def test_kinds_that_are_not_followed_are_told():
    view = View(Objects(pods=(_pod("p", _owner("kruise.io/v1", "CloneSet", "c")), _pod("q", None))))
    assert view.unknown_owners() == {("kruise.io/v1", "CloneSet")}


def _whole():
    shop = _owner("shop.example/v1", "Shop", "s")
    kill = OomKill("shop", "p", "app", 100.0)
    return View(
        Objects(
            owners=(
                (APPS, "Deployment", _deployment(owner=shop)),
                (APPS, "ReplicaSet", _set("cart-1", 1, CART, 10.0)),
                (APPS, "ReplicaSet", _set("cart-2", 2, CART, 20.0)),
                ("shop.example/v1", "Shop", _owned("s", manager=Manager("helm", "shop", "shop", ""))),
            ),
            pods=(_pod("p", SET, kills=(kill,), created=30.0), _pod("q", SET, node="node-b", created=25.0)),
            nodes=(
                KeptNode("", "node-a", "n1", None, 0.0, pool="tools", instance="n2"),
                KeptNode("", "node-b", "n2", None, 0.0, pool="", instance="n2"),
            ),
            scalers=(KeptScaler(*_base("scaler"), target=("Deployment", "cart"), least=1, most=9, current=2),),
            budgets=(
                KeptBudget(
                    *_base("budget"),
                    selector=selector_of({"matchLabels": {"app": "cart"}}),
                    least="1",
                    most_down="",
                    allowed=0,
                ),
                KeptBudget(*_base("other"), selector=None, least="1", most_down="", allowed=0),
            ),
            evictions=(KeptEviction(*_base("event"), pod="q", at=90.0),),
            kills={("shop", "p"): (kill, OomKill("shop", "p", "app", 50.0))},
        )
    )


def test_what_is_known_of_a_workload():
    facts = _whole().facts_of("shop", Workload("Deployment", "cart"))
    assert facts.owners == (Workload("Shop", "s"),)
    assert (facts.replicas, facts.pods, facts.revision, facts.rolling) == ((2, 1), 2, (2, 20.0), True)
    assert (facts.qos, facts.priority_classes) == (("Burstable",), ("high",))
    assert (facts.node_pools, facts.instance_types) == (("tools",), ("n2",))
    assert facts.scaler == ScalerFacts("scaler", 1, 9, 2)
    assert facts.budgets == (BudgetFacts("budget", "1", "", 0),)
    assert facts.manager == "helm shop"
    assert facts.kills == (KillFacts("p", "app", 100.0), KillFacts("q", None, 90.0), KillFacts("p", "app", 50.0))


def test_a_container_of_it_is_as_its_newest_pod_has_it():
    facts = _whole().container_of("shop", Workload("Deployment", "cart"), "app")
    assert (facts.image, facts.memory_limit_bytes, facts.memory_request_bytes) == ("cart:2", 2.0**29, None)
    assert _whole().container_of("shop", Workload("Deployment", "cart"), "other") is None


def test_when_the_pods_of_a_revision_began():
    assert _whole().first_pods_at("shop", Workload("Deployment", "cart")) == {"h2": 25.0}


def test_a_workload_that_is_not_there():
    assert _whole().facts_of("shop", Workload("Deployment", "other")) is None

"""The revisions of each kind of workload, as its controller keeps them."""

import pytest

from app.errors import ClusterError, ObjectNotFound, UsageError
from app.kubernetes.rollouts import read_history, selector_text
from tests.support.kubernetes_objects import Objects, controller_revision, replica_set, template, workload

APPS = "/apis/apps/v1/namespaces/shop"
ARGO = "argoproj.io/v1alpha1"


def _deployment(*, kept=None, **options):
    one = workload(annotations={"deployment.kubernetes.io/revision": "2"}, **options)
    listed = (
        [replica_set(one, 2, template("cart:2")), replica_set(one, 1, template("cart:1"))] if kept is None else kept
    )
    return Objects({f"{APPS}/deployments/cart": one}, {f"{APPS}/replicasets": listed})


def test_a_deployment():
    history = read_history(_deployment(), "Deployment", "shop", "cart")
    assert [(one.number, one.template_hash, one.images) for one in history.rollouts] == [
        (1, "hash1", {"app": "cart:1"}),
        (2, "hash2", {"app": "cart:2"}),
    ]
    assert history.current is history.rollouts[1]
    assert history.current.created_at == 1_767_225_600.0
    assert (history.paused, history.rolling) == (False, False)


def test_only_what_the_workload_owns_is_a_revision_of_it():
    other = workload(name="other")
    one = workload()
    access = _deployment(kept=[replica_set(other, 7, template()), replica_set(one, 1, template())])
    assert [rollout.number for rollout in read_history(access, "Deployment", "shop", "cart").rollouts] == [1]
    assert access.queries == [{"labelSelector": "app=cart"}]


def test_what_is_told_of_a_revision():
    one = workload()
    kept = replica_set(
        one,
        1,
        template(labels={"helm.sh/chart": "cart-1.4.0"}, annotations={"app.kubernetes.io/commit": "0a1b2c3d"}),
        annotations={"kubernetes.io/change-cause": "release\x1b[31m 7"},
    )
    current = read_history(_deployment(kept=[kept]), "Deployment", "shop", "cart").current
    assert (current.change_cause, current.commit, current.source) == (
        "release [31m 7",
        "0a1b2c3d",
        "Helm chart cart-1.4.0",
    )


def test_a_stateful_set():
    one = workload("StatefulSet", status={"observedGeneration": 1, "updatedReplicas": 2, "updateRevision": "cart-h1"})
    kept = [controller_revision(one, 3, template("cart:3")), controller_revision(one, 1, template("cart:1"))]
    access = Objects({f"{APPS}/statefulsets/cart": one}, {f"{APPS}/controllerrevisions": kept})
    history = read_history(access, "StatefulSet", "shop", "cart")
    assert [one.template_hash for one in history.rollouts] == ["cart-h1", "cart-h3"]
    assert history.current.number == 1
    assert "$patch" not in history.current.template


def test_a_daemon_set():
    status = {"observedGeneration": 1, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3}
    one = workload("DaemonSet", status=status)
    kept = [controller_revision(one, 3, template("cart:3")), controller_revision(one, 1, template("cart:1"))]
    access = Objects({f"{APPS}/daemonsets/cart": one}, {f"{APPS}/controllerrevisions": kept})
    history = read_history(access, "DaemonSet", "shop", "cart")
    assert (history.current.number, history.current.template_hash, history.rolling) == (3, "h3", False)


def test_an_argo_rollout():
    one = workload("Rollout", api=ARGO, status={"currentPodHash": "hash1", "phase": "Healthy"})
    kept = [replica_set(one, number, template(), prefix="rollout.argoproj.io") for number in (1, 2)]
    access = Objects({f"/apis/{ARGO}/namespaces/shop/rollouts/cart": one}, {f"{APPS}/replicasets": kept})
    history = read_history(access, "Rollout", "shop", "cart")
    assert (history.current.number, len(history.rollouts), history.rolling) == (1, 2, False)


@pytest.mark.parametrize(
    ("kind", "spec", "status", "paused", "rolling"),
    [
        ("Deployment", {"paused": True}, {"observedGeneration": 1, "updatedReplicas": 2, "replicas": 2}, True, False),
        ("Deployment", {}, {"observedGeneration": 0, "updatedReplicas": 2, "replicas": 2}, False, True),
        ("Deployment", {}, {"observedGeneration": 1, "updatedReplicas": 1, "replicas": 2}, False, True),
        ("Deployment", {}, {"observedGeneration": 1, "updatedReplicas": 2, "replicas": 3}, False, True),
        (
            "Deployment",
            {},
            {
                "observedGeneration": 1,
                "updatedReplicas": 1,
                "replicas": 3,
                "conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}],
            },
            False,
            False,
        ),
        (
            "Deployment",
            {},
            {
                "observedGeneration": 1,
                "updatedReplicas": 2,
                "replicas": 2,
                "availableReplicas": 0,
                "conditions": [{"type": "Progressing", "reason": "NewReplicaSetAvailable"}],
            },
            False,
            False,
        ),
        ("Deployment", {"replicas": 0}, {"observedGeneration": 1}, False, False),
        ("StatefulSet", {}, {"observedGeneration": 1, "updatedReplicas": 1}, False, True),
        (
            "StatefulSet",
            {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}},
            {"observedGeneration": 1, "updatedReplicas": 1},
            True,
            False,
        ),
        (
            "StatefulSet",
            {"updateStrategy": {"type": "OnDelete"}},
            {"observedGeneration": 1, "updatedReplicas": 0},
            False,
            False,
        ),
        ("DaemonSet", {}, {"observedGeneration": 1, "desiredNumberScheduled": 3}, False, True),
        ("Rollout", {"paused": True}, {"phase": "Paused"}, True, False),
        ("Rollout", {}, {"phase": "Progressing"}, False, True),
        ("Rollout", {}, {"phase": "Healthy", "observedGeneration": "0"}, False, True),
        ("Rollout", {}, {"phase": "Healthy", "observedGeneration": "6d5f9"}, False, False),
        ("Rollout", {}, {"phase": "Paused", "pauseConditions": [{"reason": "CanaryPauseStep"}]}, True, False),
    ],
)
def test_whether_it_rolls_or_waits(kind, spec, status, paused, rolling):
    api = ARGO if kind == "Rollout" else "apps/v1"
    one = workload(kind, api=api, spec=spec, status=status)
    if kind in {"Deployment", "Rollout"}:
        prefix = "rollout.argoproj.io" if kind == "Rollout" else "deployment.kubernetes.io"
        lists = {f"{APPS}/replicasets": [replica_set(one, 1, template(), prefix=prefix)]}
    else:
        lists = {f"{APPS}/controllerrevisions": [controller_revision(one, 1, template())]}
    plural = {
        "Deployment": "deployments",
        "StatefulSet": "statefulsets",
        "DaemonSet": "daemonsets",
        "Rollout": "rollouts",
    }
    access = Objects({f"/apis/{api}/namespaces/shop/{plural[kind]}/cart": one}, lists)
    history = read_history(access, kind, "shop", "cart")
    assert (history.paused, history.rolling) == (paused, rolling)


def test_a_kind_without_revisions():
    with pytest.raises(UsageError, match="a Job keeps no revisions"):
        read_history(Objects({}), "Job", "shop", "cart")


def test_a_workload_that_is_gone():
    with pytest.raises(ObjectNotFound):
        read_history(Objects({}), "Deployment", "shop", "cart")


def test_a_workload_without_a_revision_yet():
    with pytest.raises(ClusterError, match="no revision yet"):
        read_history(_deployment(kept=[]), "Deployment", "shop", "cart")


@pytest.mark.parametrize(
    "odd",
    [
        {"metadata": {"annotations": {}}},
        {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "x"}}},
        {"metadata": {"creationTimestamp": "yesterday"}},
        {"spec": None},
    ],
)
def test_a_revision_that_makes_no_sense_is_left_out(odd):
    one = workload()
    good = replica_set(one, 1, template())
    bad = replica_set(one, 2, template())
    bad["metadata"] |= odd.get("metadata", {})
    if "spec" in odd:
        bad["spec"] = odd["spec"]
    history = read_history(_deployment(kept=[bad, good]), "Deployment", "shop", "cart")
    assert [rollout.number for rollout in history.rollouts] == [1]


@pytest.mark.parametrize("name", ["", "a/b", "..", "."])
def test_what_can_be_no_name(name):
    with pytest.raises(UsageError, match="cannot be the name"):
        read_history(Objects({}), "Deployment", "shop", name)


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ({"matchLabels": {"b": "2", "a": "1"}}, "a=1,b=2"),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, "a in (1,2)"),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, "a notin (1)"),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "DoesNotExist"}]}, "a,!b"),
        ({"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "a", "operator": "Odd"}]}, ""),
        ({}, ""),
    ],
)
def test_a_selector_as_a_query_has_it(selector, text):
    assert selector_text(selector) == text

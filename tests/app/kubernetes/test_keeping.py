"""What is kept of each kind of object."""

import sys

import pytest

from app.kubernetes.keeping import (
    keep_budget,
    keep_eviction,
    keep_node,
    keep_owned,
    keep_pod,
    keep_replica_set,
    keep_scaler,
    keep_workload,
    selector_of,
)
from app.kubernetes.kept import KeptContainer, OomKill, Owner
from app.kubernetes.quantities import amount_of
from tests.support.kubernetes_objects import owned_by, replica_set, template, workload

AT = "2026-01-01T00:00:00Z"
SECONDS = 1_767_225_600.0


def _named(**more):
    return {"metadata": {"name": "a", "namespace": "shop", "uid": "u", **more.pop("metadata", {})}, **more}


def _pod(**more):
    ended = {"terminated": {"reason": "OOMKilled", "finishedAt": AT}}
    return _named(
        metadata=owned_by(replica_set(workload(), 1, template()) | {"metadata": {"name": "cart-1", "uid": "rs"}})
        | {"name": "cart-1-x", "uid": "u", "creationTimestamp": AT, "labels": {"pod-template-hash": "hash1"}},
        spec={
            "nodeName": "node-a",
            "priorityClassName": "high",
            "containers": [
                {
                    "name": "app",
                    "image": "cart:1",
                    "resources": {"limits": {"memory": "512Mi"}, "requests": {"memory": "256Mi", "cpu": "100m"}},
                }
            ],
        },
        status={"qosClass": "Burstable", "containerStatuses": [{"name": "app", "lastState": ended}]},
        **more,
    )


def test_a_pod():
    pod = keep_pod(_pod())
    assert (pod.namespace, pod.name, pod.node, pod.qos, pod.priority_class) == (
        "shop",
        "cart-1-x",
        "node-a",
        "Burstable",
        "high",
    )
    assert (pod.template_hash, pod.created_at) == ("hash1", SECONDS)
    assert pod.owner == Owner("apps/v1", "ReplicaSet", "cart-1", "rs")
    assert pod.containers == (KeptContainer("app", "cart:1", 512 * 2**20, 256 * 2**20, None, 0.1),)
    assert pod.kills == (OomKill("shop", "cart-1-x", "app", SECONDS),)


def test_pods_of_a_workload_share_what_is_the_same():
    first, second = keep_pod(_pod()), keep_pod(_pod())
    assert first.containers is second.containers
    assert first.owner is second.owner
    assert first.node is second.node is sys.intern("node-a")


@pytest.mark.parametrize("labels", [{"controller-revision-hash": "db-h1"}, {"rollouts-pod-template-hash": "db-h1"}])
def test_whatever_label_tells_the_revision(labels):
    assert keep_pod(_named(metadata={"labels": labels})).template_hash == "db-h1"


def test_a_deployment():
    kept = keep_workload("apps/v1", "Deployment")(
        workload(
            spec={"template": template(labels={"b": "2"})},
            status={"observedGeneration": 1, "readyReplicas": 1, "updatedReplicas": 2, "replicas": 2},
            labels={"argocd.argoproj.io/instance": "web"},
        )
    )
    assert (kept.kind, kept.wanted, kept.ready, kept.rolling, kept.paused) == ("Deployment", 2, 1, False, False)
    assert kept.labels == (("app", "cart"), ("b", "2"))
    assert kept.manager.name == "web"


def test_a_daemon_set_counts_nodes():
    status = {"observedGeneration": 1, "desiredNumberScheduled": 5, "numberReady": 4, "updatedNumberScheduled": 5}
    kept = keep_workload("apps/v1", "DaemonSet")(workload("DaemonSet", status=status))
    assert (kept.wanted, kept.ready) == (5, 4)


def test_a_replica_set():
    kept = keep_replica_set(replica_set(workload(), 3, template()) | {"metadata": {**_uid(), "name": "cart-3"}})
    assert (kept.number, kept.template_hash, kept.owner.name) == (3, "hash3", "cart")


def _uid():
    return replica_set(workload(), 3, template())["metadata"] | {"uid": "u"}


def test_what_only_stands_between():
    kept = keep_owned("batch/v1", "Job")(_named(metadata=owned_by(workload("CronJob", api="batch/v1"))))
    assert (kept.name, kept.owner.kind) == ("a", "CronJob")


def test_a_scaler():
    kept = keep_scaler(
        _named(
            spec={"scaleTargetRef": {"kind": "Deployment", "name": "cart"}, "maxReplicas": 9},
            status={"currentReplicas": 3},
        )
    )
    assert (kept.target, kept.least, kept.most, kept.current) == (("Deployment", "cart"), 1, 9, 3)


def test_a_budget():
    kept = keep_budget(
        _named(
            spec={"minAvailable": "50%", "selector": {"matchLabels": {"app": "cart"}}}, status={"disruptionsAllowed": 0}
        )
    )
    assert (kept.least, kept.most_down, kept.allowed) == ("50%", "", 0)
    assert kept.selector.fits({"app": "cart", "b": "2"})
    assert not kept.selector.fits({"app": "other"})


@pytest.mark.parametrize(
    ("label", "pool"),
    [
        ("cloud.google.com/gke-nodepool", "p"),
        ("eks.amazonaws.com/nodegroup", "p"),
        ("kubernetes.azure.com/agentpool", "p"),
        ("karpenter.sh/nodepool", "p"),
        ("unknown", ""),
    ],
)
def test_the_pool_of_a_node(label, pool):
    kept = keep_node(
        {"metadata": {"name": "n", "uid": "u", "labels": {label: "p", "node.kubernetes.io/instance-type": "t"}}}
    )
    assert (kept.pool, kept.instance) == (pool, "t")


@pytest.mark.parametrize(
    ("reason", "message", "kept"),
    [
        ("Evicted", "The node was low on resource: memory. Threshold quantity", True),
        ("Evicted", "The node was low on resource: ephemeral-storage.", False),
        ("BackOff", "memory", False),
    ],
)
def test_an_eviction_for_want_of_memory(reason, message, kept):
    event = _named(reason=reason, message=message, involvedObject={"name": "cart-1-x"}, lastTimestamp=AT)
    found = keep_eviction(event)
    assert (found is not None) is kept
    assert found is None or (found.pod, found.at) == ("cart-1-x", SECONDS)


@pytest.mark.parametrize(
    ("expression", "labels", "fits"),
    [
        (None, {"a": "1"}, True),
        ({"key": "a", "operator": "In", "values": ["1", "2"]}, {"a": "2"}, True),
        ({"key": "a", "operator": "In", "values": ["1"]}, {}, False),
        ({"key": "a", "operator": "NotIn", "values": ["1"]}, {}, True),
        ({"key": "a", "operator": "Exists"}, {"a": ""}, True),
        ({"key": "a", "operator": "DoesNotExist"}, {"a": ""}, False),
        ({"key": "a", "operator": "Odd"}, {"a": "1"}, False),
    ],
)
def test_what_a_selector_fits(expression, labels, fits):
    assert selector_of({"matchExpressions": [expression]} if expression else {}).fits(labels) is fits


def test_no_selector_selects_nothing():
    assert selector_of(None) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("512Mi", 512 * 2**20),
        ("1.5Gi", 1.5 * 2**30),
        ("100m", 0.1),
        ("2", 2.0),
        (2, 2.0),
        (0.5, 0.5),
        ("1e3", 1000.0),
        ("1E3", 1000.0),
        ("1E", 1e18),
        ("5k", 5000.0),
        ("", None),
        ("-1", None),
        ("1Zi", None),
        ("9" * 400, None),
        ("1e999", None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_amounts(text, amount):
    assert amount_of(text) == pytest.approx(amount) if amount is not None else amount_of(text) is None


@pytest.mark.parametrize("keep", [keep_pod, keep_replica_set, keep_scaler, keep_budget, keep_node, keep_eviction])
@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"metadata": {"name": "a" * 300, "uid": "u"}},
        {"metadata": {"name": "a", "uid": "u", "labels": 1, "ownerReferences": [1, {}]}, "spec": [], "status": "x"},
        {"metadata": {"name": "a", "uid": "u"}, "spec": {"containers": [1, {"resources": 5}]}, "reason": 5},
    ],
)
def test_odd_objects_are_no_error(keep, odd):
    keep(odd)

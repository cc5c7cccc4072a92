"""Pages of which only what is kept is parsed: nothing that is kept is lost, and nothing else is there."""

import json

import pytest

from app.errors import ClusterError
from app.kubernetes.keeping import keep_node, keep_owned, keep_pod, keep_replica_set, keep_workload
from app.kubernetes.picking import picked_in
from tests.support.kubernetes_objects import owned_by, template, workload

AT = "2026-01-01T00:00:00Z"
KILLED = {"name": "app", "restartCount": 1, "lastState": {"terminated": {"reason": "OOMKilled", "finishedAt": AT}}}
KILLED_NOW = {"name": "setup", "state": {"terminated": {"reason": "OOMKilled", "finishedAt": AT}}}
REVISION = "deployment.kubernetes.io/revision"
HELM = {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "web"}
FLUX = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
RESOURCES = {"limits": {"memory": "512Mi", "cpu": "1"}, "requests": {"memory": "256Mi", "cpu": "100m"}}
PARTITION = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
POD = {
    "metadata": owned_by(
        workload(), name="cart-1-x", uid="p", creationTimestamp=AT, labels={"pod-template-hash": "h1"}
    ),
    "spec": {
        "nodeName": "node-a",
        "priorityClassName": "high",
        "containers": [
            {"name": "app", "image": "cart:1", "resources": RESOURCES, "env": [{"name": "A", "value": "1"}]}
        ],
    },
    "status": {"qosClass": "Burstable", "containerStatuses": [KILLED], "initContainerStatuses": [KILLED_NOW]},
}
REPLICA_SET = {
    "metadata": owned_by(
        workload(), uid="r", name="cart-3", labels={"pod-template-hash": "h3"}, annotations={REVISION: "3"}
    )
}
NODE = {"name": "node-a", "uid": "n", "labels": {"karpenter.sh/nodepool": "tools"}}


def _rolling(**status):
    condition = {"type": "Progressing", "reason": "ReplicaSetUpdated", "message": "going on"}
    return {"observedGeneration": 3, "replicas": 3, "readyReplicas": 2, "updatedReplicas": 1, **status} | {
        "conditions": [condition]
    }


def _page(*items, **more):
    return json.dumps({"kind": "List", "metadata": {"resourceVersion": "7", "continue": "on"}, "items": items, **more})


def _picked(*items, **more):
    return picked_in(_page(*items, **more).encode(), "pods")


@pytest.mark.parametrize(
    ("keep", "document"),
    [
        (keep_pod, POD),
        (keep_replica_set, REPLICA_SET),
        (keep_node, {"metadata": NODE}),
        (keep_owned("batch/v1", "CronJob"), {"metadata": {"name": "report", "uid": "r", "labels": FLUX}}),
        (keep_workload("apps/v1", "Deployment"), workload(annotations=HELM, generation=3, status=_rolling())),
        (keep_workload("apps/v1", "Deployment"), workload(spec={"paused": True, "template": template()})),
        (keep_workload("apps/v1", "Deployment"), workload(generation=9, status=_rolling())),
        (keep_workload("apps/v1", "StatefulSet"), workload(spec={"updateStrategy": PARTITION}, status=_rolling())),
        (
            keep_workload("apps/v1", "DaemonSet"),
            workload(status=_rolling(desiredNumberScheduled=9, updatedNumberScheduled=4, numberReady=8)),
        ),
        (keep_workload("argoproj.io/v1alpha1", "Rollout"), workload(status={"phase": "Progressing"})),
        (keep_workload("argoproj.io/v1alpha1", "Rollout"), workload(status={"pauseConditions": [{"reason": "Step"}]})),
    ],
    ids=[
        *("a pod", "a ReplicaSet", "a node", "a CronJob that Flux keeps", "a Deployment that rolls", "a paused one"),
        *("one whose controller lags", "a StatefulSet in part", "a DaemonSet", "a Rollout", "a held Rollout"),
    ],
)
def test_what_is_kept_is_the_same_as_of_the_whole(keep, document):
    (picked,) = _picked(document)["items"]
    assert keep(picked) == keep(document)
    assert keep(picked) is not None


def test_what_nobody_keeps_is_not_there():
    (pod,) = _picked({**POD, "metadata": {**POD["metadata"], "managedFields": [{"manager": "kubectl"}]}})["items"]
    assert "managedFields" not in pod["metadata"]
    assert set(pod["spec"]["containers"][0]) == {"name", "image", "resources"}


def test_the_page_says_where_to_go_on():
    assert _picked()["metadata"] == {"resourceVersion": "7", "continue": "on"}


@pytest.mark.parametrize(
    "page",
    [_page(items=None), _page({"metadata": "a"}), _page({"spec": {"containers": None}}), _page(3)],
    ids=["no items", "metadata that are a text", "containers that are null", "an item that is a number"],
)
def test_what_is_of_another_type_is_left_as_it_came(page):
    assert picked_in(page.encode(), "pods") == json.loads(page)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"items": [', b"[]", b"\xff"])
def test_what_is_no_document_says_so(body):
    with pytest.raises(ClusterError, match="pods: the answer is no JSON object"):
        picked_in(body, "pods")

"""The patch that each act is."""

import pytest

from app.domain.acts import ActRefused
from app.domain.mitigation import patches
from tests.support.workload_objects import controller_revision, replica_set, template, workload

KEY = "17-3fa9c2"


def _operations(patch):
    return {one["path"]: one for one in patch.body}


@pytest.mark.parametrize("kind", ["Deployment", "Rollout"])
def test_a_rollback_takes_the_template_without_the_label_of_the_replica_set(kind):
    patch = patches.rollback(workload(kind), replica_set(kind=kind), KEY)
    assert (patch.kind, patch.status) == ("json", False)
    assert _operations(patch)["/spec/template"]["value"] == template("cart:v1")


def test_annotations_come_from_the_replica_set_but_for_those_that_are_the_workloads_own():
    own = {"deployment.kubernetes.io/revision": "5", "kubernetes.io/change-cause": "v2", "only": "here"}
    kept = {"deployment.kubernetes.io/revision": "4", "kubernetes.io/change-cause": "v1"}
    patch = patches.rollback(workload(annotations=own), replica_set(**kept), KEY)
    assert _operations(patch)["/metadata/annotations"]["value"] == {
        "deployment.kubernetes.io/revision": "5",
        "kubernetes.io/change-cause": "v1",
        "leakwatch.io/mitigation": KEY,
    }


def test_an_argo_rollout_keeps_all_of_its_own_annotations():
    patch = patches.rollback(workload("Rollout", annotations={"only": "here"}), replica_set(kind="Rollout"), KEY)
    assert _operations(patch).keys() == {
        "/metadata/resourceVersion",
        "/spec/template",
        "/metadata/annotations/leakwatch.io~1mitigation",
    }


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_a_controller_revision_is_the_patch(kind):
    patch = patches.rollback(workload(kind), controller_revision(), KEY)
    assert patch.kind == "strategic"
    assert patch.body == {
        "metadata": {"resourceVersion": "41", "annotations": {"leakwatch.io/mitigation": KEY}},
        "spec": {"template": {**template("cart:v1"), "$patch": "replace"}},
    }


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        pytest.param("Deployment", replica_set("cart:v2"), id="a ReplicaSet of the same template"),
        pytest.param("StatefulSet", controller_revision("cart:v2"), id="a ControllerRevision of the same template"),
        pytest.param("Deployment", {"kind": "ReplicaSet", "metadata": {"name": "x"}}, id="a ReplicaSet without one"),
        pytest.param("StatefulSet", controller_revision(replicas=9), id="a ControllerRevision that changes more"),
        pytest.param("StatefulSet", {"kind": "ControllerRevision", "metadata": {}, "data": None}, id="without data"),
    ],
)
def test_a_rollback_that_makes_no_sense_is_refused(kind, source):
    with pytest.raises(ActRefused):
        patches.rollback(workload(kind), source, KEY)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_restart_is_the_annotation_of_kubectl(kind):
    body = patches.restart(workload(kind), KEY, "2026-01-01T00:00:00Z").body
    annotations = body["spec"]["template"]["metadata"]["annotations"]
    assert annotations == {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}


def test_a_restart_of_an_argo_rollout_is_its_own_field():
    patch = patches.restart(workload("Rollout"), KEY, "2026-01-01T00:00:00Z")
    assert (patch.kind, patch.body["spec"]) == ("merge", {"restartAt": "2026-01-01T00:00:00Z"})


def test_a_limit_is_of_the_container_that_was_meant_and_of_no_other():
    both = template()
    both["spec"]["containers"].insert(0, {"name": "proxy", "resources": {"limits": {"memory": "64Mi"}}})
    patch = patches.raise_limit(workload(spec={"template": both}), "app", "512Mi", KEY)
    assert _operations(patch)["/spec/template/spec/containers/1/name"] == {
        "op": "test",
        "path": "/spec/template/spec/containers/1/name",
        "value": "app",
    }
    assert _operations(patch)["/spec/template/spec/containers/1/resources/limits/memory"]["value"] == "512Mi"


@pytest.mark.parametrize(
    ("name", "limit"), [pytest.param("ap", "256Mi", id="no such container"), pytest.param("app", None, id="no limit")]
)
def test_a_limit_that_is_not_there_cannot_be_raised(name, limit):
    with pytest.raises(ActRefused):
        patches.raise_limit(workload(spec={"template": template(limit=limit)}), name, "512Mi", KEY)


@pytest.mark.parametrize(
    ("requests", "place", "value"),
    [
        pytest.param(None, "", {"memory": "256Mi"}, id="no request"),
        pytest.param({"cpu": "1"}, "/memory", "256Mi", id="none of memory"),
        pytest.param({"memory": "64Mi"}, "", None, id="one, which stays"),
    ],
)
def test_a_request_stays_what_it_was_where_a_pod_takes_its_limit_for_it(requests, place, value):
    limited = template(limit="256Mi")
    limits = limited["spec"]["containers"][0]["resources"]["limits"]
    limited["spec"]["containers"][0]["resources"] = {"limits": limits} | ({"requests": requests} if requests else {})
    patch = patches.raise_limit(workload(spec={"template": limited}), "app", "512Mi", KEY)
    found = _operations(patch).get(f"/spec/template/spec/containers/0/resources/requests{place}", {"value": None})
    assert found["value"] == value


def test_an_abort_is_of_the_status():
    patch = patches.abort(workload("Rollout"))
    assert (patch.kind, patch.status) == ("merge", True)
    assert patch.body == {"metadata": {"resourceVersion": "41"}, "status": {"abort": True}}


@pytest.mark.parametrize("annotations", [None, {"other": "x"}])
def test_every_patch_of_the_object_has_its_version_and_the_mark(annotations):
    there = {} if annotations is None else {"annotations": annotations}
    for patch in (
        patches.rollback(workload(**there), replica_set(), KEY),
        patches.rollback(workload("StatefulSet", **there), controller_revision(), KEY),
        patches.restart(workload(**there), KEY, "2026-01-01T00:00:00Z"),
        patches.raise_limit(workload(**there), "app", "512Mi", KEY),
    ):
        text = str(patch.body)
        assert "resourceVersion" in text
        assert "'41'" in text
        assert "leakwatch.io" in text
        assert KEY in text


def test_the_digest_is_of_what_is_done_and_not_of_when():
    early, late = (patches.restart(workload(resourceVersion=one), one, f"2026-01-0{one}T00:00:00Z") for one in "12")
    assert early.digest == late.digest
    assert patches.rollback(workload(), replica_set("cart:v0"), KEY).digest != (
        patches.rollback(workload(), replica_set("cart:v1"), KEY).digest
    )


@pytest.mark.parametrize(
    ("found", "is_abort", "applied"),
    [
        (workload(annotations={"leakwatch.io/mitigation": KEY}), False, True),
        (workload(annotations={"leakwatch.io/mitigation": "16-aa"}), False, False),
        (workload(), False, False),
        ({"status": {"abort": True}}, True, True),
        ({"status": {"abort": False}}, True, False),
        ({"status": {}}, True, False),
        ({}, True, False),
    ],
)
def test_whether_it_was_done_is_told_by_the_object(found, is_abort, applied):
    assert patches.is_applied(found, KEY, is_abort=is_abort) is applied

"""What goes wrong while a leak is acted on, on a real control plane: nothing is half done, or done twice."""

import time

import pytest

from app.domain.mitigation.model import MitigationState
from app.errors import ClusterError, ClusterRefused, ClusterUnreachable, ObjectNotFound
from tests.support.control_plane import ControlPlane
from tests.support.interposed import Interposed
from tests.support.leaking_workloads import image_of, incident_of, path_of, rolled_out_twice
from tests.support.mitigating import acting
from tests.support.servers import wait_until

S = MitigationState
V1, V2 = "shop/cart:v1", "shop/cart:v2"


@pytest.fixture
def make(control_plane, sqlite_engine):
    made = []

    def acting_with(**settings):
        made.append(acting(control_plane, sqlite_engine, **settings))
        return made[-1]

    yield acting_with
    for one in made:
        one.clusters.close()


@pytest.fixture
def leak(control_plane, namespace, sqlite_engine):
    rolled_out_twice(control_plane, namespace)
    return incident_of(sqlite_engine, namespace)


def _interpose(act, **hooks):
    act.clusters._open[""] = Interposed(act.clusters.to("").access, **hooks)


def _generation(plane: ControlPlane, path):
    return plane.get(path)["metadata"]["generation"]


def test_an_edit_that_comes_between_is_told_and_nothing_is_done(control_plane, namespace, make, leak):
    act, path = make(), path_of(namespace)
    one = act.approve(act.propose(leak))
    _interpose(act, before=lambda: control_plane.merge(path, {"spec": {"replicas": 3}}))
    found = act.carried(one)
    assert found.state is S.FAILED
    assert "changed meanwhile, and nothing was done" in found.outcome
    assert image_of(control_plane, path) == V2
    assert found.applying_at is None, "what was not done counts for no guard"


def test_a_note_that_its_controller_writes_is_no_edit(control_plane, namespace, make, leak):
    act, path = make(), path_of(namespace)
    one = act.approve(act.propose(leak))
    notes = iter(["seen"])

    def note():
        for text in notes:
            control_plane.merge(path, {"metadata": {"labels": {"controller.example/note": text}}})

    _interpose(act, before=note)
    assert act.carried(one).state is S.APPLYING
    assert act.until(one, rolled_out=True).state is S.WATCHING
    assert image_of(control_plane, path) == V1


def test_an_answer_that_is_lost_is_found_out(control_plane, namespace, make, leak):
    act, path = make(), path_of(namespace)
    before = _generation(control_plane, path)
    one = act.approve(act.propose(leak))

    def lose():
        raise ClusterUnreachable("no whole answer in 10 s")

    _interpose(act, after=lose)
    assert act.carried(one).state is S.APPLYING
    assert act.carried(one).state is S.WATCHING
    assert _generation(control_plane, path) == before + 1


def test_what_was_cut_off_and_then_changed_by_another_is_not_done_again(control_plane, namespace, make, leak):
    act, path = make(), path_of(namespace)
    one = act.approve(act.propose(leak))

    def lose():
        raise ClusterUnreachable("no whole answer in 10 s")

    _interpose(act, before=lose)
    assert act.carried(one).state is S.APPLYING
    control_plane.merge(path, {"spec": {"replicas": 3}})
    found = act.carried(one)
    assert found.state is S.FAILED
    assert "cannot be told" in found.outcome
    assert image_of(control_plane, path) == V2
    assert found.applying_at is not None, "what may have been done counts"


def test_a_workload_that_vanished_between_proposal_and_act(control_plane, namespace, make, leak):
    act, path = make(), path_of(namespace)
    one = act.approve(act.propose(leak))
    control_plane.delete(path)
    found = act.carried(one)
    assert found.state is S.FAILED
    assert "the workload is gone, and nothing was done" in found.outcome


def test_a_workload_of_another_birth_is_another(control_plane, namespace, make, leak):
    act, path = make(), path_of(namespace)
    one = act.approve(act.propose(leak))
    control_plane.delete(path)
    wait_until(lambda: control_plane.call("GET", path).status_code == 404, "it is gone")
    rolled_out_twice(control_plane, namespace)
    found = act.carried(one)
    assert found.state is S.FAILED
    assert "not the object that was proposed" in found.outcome
    assert image_of(control_plane, path) == V2


def test_there_is_no_proposal_for_what_is_not_there(control_plane, namespace, make, sqlite_engine):
    with pytest.raises(ObjectNotFound, match="deployments"):
        make().propose(incident_of(sqlite_engine, namespace))


def test_no_cluster_is_a_clear_word(make, leak):
    with pytest.raises(ClusterError, match="no access to the API of the cluster"):
        make(kubernetes="off").propose(leak)


def test_a_stale_kubeconfig_is_a_clear_word(control_plane, make, leak, tmp_path):
    stale = control_plane.kubeconfig_of(tmp_path / "stale.yaml", "no-token-any-more")
    with pytest.raises(ClusterError, match="does not accept the credentials") as raised:
        make(kubernetes_kubeconfig=stale).propose(leak)
    assert "stale" in raised.value.hint


def _account(plane: ControlPlane, namespace, verbs, folder):
    rules = [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": verbs},
        {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["list"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
        {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": ["list"]},
    ]
    roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    name = {"metadata": {"name": "acting"}}
    plane.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", name)
    plane.create(f"{roles}/roles", name | {"rules": rules})
    bound = {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "acting"},
        "subjects": [{"kind": "ServiceAccount", "name": "acting", "namespace": namespace}],
    }
    plane.create(f"{roles}/rolebindings", name | bound)
    return plane.kubeconfig_of(folder / "acting.yaml", plane.token_of(namespace, "acting"))


def test_without_the_right_to_act_a_proposal_was_not_tried_and_is_not_done(
    control_plane, namespace, make, leak, tmp_path
):
    act = make(kubernetes_kubeconfig=_account(control_plane, namespace, ["get"], tmp_path))
    one = act.propose(leak)
    assert "there is no right to patch" in one.plan.disturbance.notes[-1]
    found = act.carried(act.approve(one))
    assert found.state is S.FAILED
    assert "cannot patch" in found.outcome


def test_a_right_that_is_taken_away_before_the_act(control_plane, namespace, make, leak, tmp_path):
    act = make(kubernetes_kubeconfig=_account(control_plane, namespace, ["get", "patch"], tmp_path))
    one = act.approve(act.propose(leak))
    role = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/acting"
    control_plane.merge(role, {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]})
    path = path_of(namespace)

    def may_not():
        return act.carried(one).state is not S.APPROVED

    wait_until(may_not, "it is carried on")
    found = act.service.one(one.id)
    assert found.state is S.FAILED
    assert "nothing was done" in found.outcome
    assert image_of(control_plane, path) == V2


def _refuse_old_images(plane: ControlPlane, namespace):
    """An admission policy: no image v1 in the namespace."""
    policies = "/apis/admissionregistration.k8s.io/v1"
    where = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    name = f"no-old-{namespace}"
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["deployments"]}
    expression = "object.spec.template.spec.containers.all(c, !c.image.endsWith(':v1'))"
    validation = {"expression": expression, "message": "old images are not allowed here"}
    spec = {"matchConstraints": {"resourceRules": [rule]}, "validations": [validation]}
    plane.create(f"{policies}/validatingadmissionpolicies", {"metadata": {"name": name}, "spec": spec})
    bound = {"policyName": name, "validationActions": ["Deny"], "matchResources": {"namespaceSelector": where}}
    plane.create(f"{policies}/validatingadmissionpolicybindings", {"metadata": {"name": name}, "spec": bound})
    path = path_of(namespace)
    old = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": V1}]}}}}
    headers = {"Content-Type": "application/strategic-merge-patch+json"}
    wait_until(
        lambda: plane.call("PATCH", f"{path}?dryRun=All", old, headers=headers).status_code == 422,
        "the policy is in force",
    )


def test_an_admission_policy_that_refuses_is_told_by_the_dry_run(control_plane, namespace, make, leak):
    _refuse_old_images(control_plane, namespace)
    with pytest.raises(ClusterRefused, match="old images are not allowed here"):
        make().propose(leak)


def test_an_admission_policy_that_refuses_at_the_act(control_plane, namespace, make, leak):
    act = make()
    one = act.approve(act.propose(leak))
    _refuse_old_images(control_plane, namespace)
    found = act.carried(one)
    assert found.state is S.FAILED
    assert "nothing was done" in found.outcome
    assert "old images are not allowed here" in found.outcome
    assert image_of(control_plane, path_of(namespace)) == V2


def test_an_api_server_that_hangs_is_waited_for_a_little_and_then_asked_again(control_plane, namespace, make, leak):
    act = make(kubernetes_timeout="1s")
    one = act.approve(act.propose(leak))
    began = time.monotonic()
    with control_plane.standing_still():
        found = act.carried(one)
        with pytest.raises(ClusterUnreachable):
            act.propose(leak)
    assert time.monotonic() - began < 10
    assert found.state is S.APPROVED
    assert "no whole answer in 1 s" in found.note
    assert act.until(one, rolled_out=True).state is S.WATCHING


def test_what_cannot_be_done_in_time_is_not_done_later(control_plane, namespace, make, leak, monkeypatch):
    act = make(kubernetes_timeout="1s")
    one = act.approve(act.propose(leak))
    with control_plane.standing_still():
        act.carried(one)
    monkeypatch.setattr("app.mitigating.applying.APPROVED_SECONDS", -1.0)
    found = act.carried(one)
    assert found.state is S.EXPIRED
    assert "nothing was done" in found.outcome
    assert image_of(control_plane, path_of(namespace)) == V2

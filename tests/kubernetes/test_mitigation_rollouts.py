"""Argo Rollouts on a real API server with their own definition; the test plays their controller."""

import pytest

from app.domain.mitigation.model import MitigationState
from app.errors import Conflict
from tests.support.argo_rollouts import ArgoRollout
from tests.support.custom_resources import define
from tests.support.interposed import Interposed
from tests.support.leaking_workloads import incident_of
from tests.support.mitigating import acting

S = MitigationState


@pytest.fixture(scope="module")
def cluster(control_plane):
    define(control_plane, "Rollout")
    return control_plane


@pytest.fixture
def cart(cluster, namespace):
    return ArgoRollout(cluster, namespace)


@pytest.fixture
def act(cluster, sqlite_engine):
    made = acting(cluster, sqlite_engine)
    yield made
    made.clusters.close()


@pytest.fixture
def leak(namespace, sqlite_engine):
    return incident_of(sqlite_engine, namespace, "Rollout")


def test_an_undo_changes_the_template_and_nothing_else_and_is_watched_to_its_end(cart, act, leak):
    cart.create()
    cart.healthy(2)
    proposed = act.propose(leak)
    assert {one.path: (one.before, one.after) for one in proposed.plan.changes} == {
        "spec.template.spec.containers[app].image": ("shop/cart:v2", "shop/cart:v1")
    }
    assert act.carried(act.approve(proposed)).state is S.WATCHING
    now = cart.now()
    assert now["spec"]["template"]["metadata"]["labels"] == {"app": "cart"}
    assert now["spec"]["template"]["spec"]["containers"][0]["image"] == "shop/cart:v1"
    assert now["metadata"]["annotations"] == {
        "notifications.example/to": "team-cart",
        "leakwatch.io/mitigation": proposed.key,
    }
    assert act.carried(proposed).note == "its controller has not looked at it yet"
    cart.seen("Paused", "CanaryPauseStep")
    assert "waits at a step of its canary" in act.carried(proposed).note
    cart.seen("Healthy", currentPodHash="h1")
    assert act.carried(proposed).rolled_out_at is not None


def test_an_abort_ends_the_canary_and_leaves_what_is_declared(cart, act, leak):
    cart.create()
    cart.waiting(2)
    proposed = act.propose(leak, "abort")
    assert (proposed.state, proposed.plan.disturbance.at_once) == (S.PROPOSED, 0), proposed.outcome
    assert act.carried(act.approve(proposed)).state is S.WATCHING
    now = cart.now()
    assert now["status"]["abort"] is True
    assert now["spec"]["template"]["spec"]["containers"][0]["image"] == "shop/cart:v2"
    assert act.carried(proposed).note == "the abort is not seen yet"
    cart.seen("Degraded", "RolloutAborted: Rollout aborted update to revision 2", abortedAt="2026-01-01T00:00:00Z")
    assert act.carried(proposed).rolled_out_at is not None


def test_what_its_controller_writes_in_between_does_not_keep_an_abort_from_being_done(cart, act, leak):
    cart.create()
    cart.waiting(2)
    one = act.approve(act.propose(leak, "abort"))
    notes = iter([{"HPAReplicas": 2}])

    def write():
        for status in notes:
            cart.write_status(status)

    act.clusters._open[""] = Interposed(act.clusters.to("").access, before=write)
    assert act.carried(one).state is S.APPLYING
    assert act.carried(one).state is S.WATCHING
    assert cart.now()["status"]["abort"] is True


def test_an_undo_while_its_canary_waits_is_refused_and_an_abort_named(cart, act, leak):
    cart.create()
    cart.waiting(2)
    found = act.propose(leak)
    assert found.state is S.REFUSED
    assert "its rollout is paused (abort it" in found.outcome


def test_what_its_controller_has_not_looked_at_yet_is_being_rolled_out(cart, act, leak):
    cart.create()
    cart.deploy(2)
    found = act.propose(leak, "restart")
    assert found.state is S.REFUSED
    assert "a rollout of it is under way (abort it" in found.outcome


def test_an_abort_of_nothing_is_refused(cart, act, leak):
    cart.create()
    cart.healthy(2)
    assert "no rollout of it is under way to abort" in act.propose(leak, "abort").outcome


def test_a_restart_is_over_once_its_controller_says_so(cart, act, leak):
    cart.create()
    cart.healthy(2)
    one = act.approve(act.propose(leak, "restart"))
    before = cart.now()["spec"]["template"]
    assert act.carried(one).state is S.WATCHING
    now = cart.now()
    assert (now["spec"]["template"], "restartAt" in now["spec"]) == (before, True)
    cart.seen("Progressing", "rollout is restarting")
    assert act.carried(one).note == "rollout is restarting"
    cart.seen("Healthy", restartedAt=now["spec"]["restartAt"])
    assert act.carried(one).state is S.SUCCEEDED


def test_a_restart_takes_a_pod_away_even_where_a_rollout_would_not(cluster, namespace, act, leak):
    services = {"activeService": "cart", "autoPromotionEnabled": True}
    cart = ArgoRollout(cluster, namespace, {"blueGreen": services})
    cart.create()
    cart.healthy(2)
    assert act.propose(leak).plan.disturbance.at_once == 0
    assert act.propose(leak, "restart").plan.disturbance.at_once == 1


def test_a_limit_is_raised(cart, act, leak):
    cart.create()
    cart.healthy(2)
    act.carried(act.approve(act.propose(leak, "raise_limit", limit_bytes=512 * 2**20)))
    container = cart.now()["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"] == {"limits": {"memory": "512Mi"}, "requests": {"memory": "64Mi"}}


def test_a_rollout_that_its_controller_gives_up_has_failed_and_nothing_is_undone(cart, act, leak):
    cart.create()
    cart.healthy(2)
    one = act.approve(act.propose(leak))
    act.carried(one)
    cart.seen("Degraded", "ProgressDeadlineExceeded: ReplicaSet has timed out progressing")
    found = act.carried(one)
    assert found.state is S.FAILED
    assert "its rollout failed, and nothing was undone: it is degraded: ProgressDeadlineExceeded" in found.outcome


def test_one_with_its_template_elsewhere_is_aborted_and_not_changed(cart, act, leak):
    cart.create(template=None, workloadRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"})
    cart.seen("Paused", pauseConditions=[{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}])
    with pytest.raises(Conflict, match="has its template in another object"):
        act.propose(leak, "raise_limit", limit_bytes=512 * 2**20)
    act.carried(act.approve(act.propose(leak, "abort")))
    assert cart.now()["status"]["abort"] is True


def test_a_revision_that_runs_already_is_not_gone_back_to(cart, act, leak):
    cart.create()
    cart.healthy(2)
    with pytest.raises(Conflict, match="revision 2 is what runs already"):
        act.propose(leak, revision=2)

"""Guards on a real control plane: what they refuse is not done."""

import pytest

from app.domain.mitigation.model import MitigationState
from app.errors import Conflict
from app.services.acts import By
from tests.support.leaking_workloads import image_of, incident_of, is_rolled_out, rolled_out_twice
from tests.support.mitigating import acting
from tests.support.servers import wait_until

S = MitigationState
V2 = "shop/cart:v2"


@pytest.fixture
def path(control_plane, namespace):
    return rolled_out_twice(control_plane, namespace)


@pytest.fixture
def leak(path, namespace, sqlite_engine):
    return incident_of(sqlite_engine, namespace)


@pytest.fixture
def act(control_plane, sqlite_engine):
    made = acting(control_plane, sqlite_engine)
    yield made
    made.clusters.close()


def _budget(plane, namespace, least):
    """A budget whose figures its controller has reckoned."""
    budgets = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"
    spec = {"minAvailable": least, "selector": {"matchLabels": {"app": "cart"}}}
    plane.create(budgets, {"metadata": {"name": "cart"}, "spec": spec})

    def is_known():
        return plane.get(f"{budgets}/cart").get("status", {}).get("currentHealthy") == 2

    wait_until(is_known, "the budget is known")


def test_a_paused_workload_is_left_alone(control_plane, path, leak, act):
    control_plane.merge(path, {"spec": {"paused": True}})
    found = act.propose(leak)
    assert found.state is S.REFUSED
    assert "its rollout is paused" in found.outcome


def test_one_that_is_paused_after_the_proposal_is_left_alone_too(control_plane, path, leak, act):
    one = act.approve(act.propose(leak))
    control_plane.merge(path, {"spec": {"paused": True}})
    found = act.carried(one)
    assert found.state in {S.FAILED, S.REFUSED}
    assert image_of(control_plane, path) == V2


def test_a_workload_that_rolls_is_left_alone(control_plane, path, leak, act):
    stuck = {"spec": {"template": {"spec": {"nodeSelector": {"no": "such-node"}}}}}
    control_plane.merge(path, stuck)
    found = act.propose(leak)
    assert found.state is S.REFUSED
    assert "a rollout of it is under way" in found.outcome


def _recreates(control_plane, path):
    """All pods go before new ones come; a workload whose controller has not seen that yet counts as one that rolls."""
    control_plane.merge(path, {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}})
    wait_until(lambda: is_rolled_out(control_plane, path), "it is rolled out", 60)


def test_what_would_go_below_a_budget_is_refused(control_plane, namespace, path, leak, act):
    _recreates(control_plane, path)
    _budget(control_plane, namespace, 1)
    found = act.propose(leak)
    assert found.state is S.REFUSED
    assert "2 pods would be down at once, and PodDisruptionBudget cart allows 1" in found.outcome


def test_a_budget_that_comes_after_the_proposal_is_kept(control_plane, namespace, path, leak, act):
    _recreates(control_plane, path)
    one = act.approve(act.propose(leak))
    _budget(control_plane, namespace, 2)
    found = act.carried(one)
    assert found.state is S.REFUSED
    assert image_of(control_plane, path) == V2


def test_a_rollout_that_brings_up_pods_first_goes_with_a_tight_budget(control_plane, namespace, path, leak, act):
    _budget(control_plane, namespace, 2)
    assert act.propose(leak).state is S.PROPOSED


def test_one_act_an_hour_on_a_workload(path, leak, act):
    act.until(act.approve(act.propose(leak)), rolled_out=True)
    found = act.propose(leak, "restart")
    assert found.state is S.REFUSED
    assert "one act an hour is the most" in found.outcome


def test_so_many_acts_a_day(control_plane, path, leak, sqlite_engine):
    none = acting(control_plane, sqlite_engine, mitigation_a_day=0)
    found = none.propose(leak)
    assert (found.state, "in the last 24 hours" in found.outcome) == (S.REFUSED, True)
    none.clusters.close()


def test_the_emergency_stop_is_heeded_between_approval_and_act(control_plane, path, leak, act):
    one = act.approve(act.propose(leak))
    act.service.stop(By("ann"), "too many at once")
    found = act.carried(one)
    assert found.state is S.STOPPED
    assert image_of(control_plane, path) == V2
    with pytest.raises(Conflict, match="too many at once"):
        act.approve(act.service.one(one.id))


def test_what_another_replica_stopped_is_stopped(control_plane, path, leak, act, sqlite_engine):
    other = acting(control_plane, sqlite_engine)
    one = act.approve(act.propose(leak))
    other.service.stop(By("ann"), "too many at once")
    assert act.carried(one).state is S.STOPPED
    other.clusters.close()

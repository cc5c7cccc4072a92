"""How many pods an act takes down at once, and what else it disturbs."""

import pytest

from app.domain.mitigation.disturbance import disturbance_of, down_at_once
from app.domain.mitigation.model import ActKind, Budget, Scaler
from tests.support.workload_objects import workload


@pytest.mark.parametrize(
    ("kind", "replicas", "spec", "down"),
    [
        pytest.param("Deployment", 3, {}, 0, id="a quarter of three, down: none, for one more comes first"),
        pytest.param("Deployment", 8, {}, 2, id="a quarter of eight"),
        pytest.param("Deployment", 1, {}, 0, id="the only one"),
        pytest.param("Deployment", 5, {"strategy": {"type": "Recreate"}}, 5, id="Recreate"),
        pytest.param(
            "Deployment", 5, {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}}, 1, id="both none"
        ),
        pytest.param("Deployment", 5, {"strategy": {"rollingUpdate": {"maxUnavailable": 3}}}, 3, id="a number"),
        pytest.param("Deployment", 5, {"strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}, 5, id="all"),
        pytest.param("Deployment", 5, {"strategy": {"rollingUpdate": {"maxUnavailable": "odd"}}}, 5, id="no number"),
        pytest.param("Deployment", 0, {}, 0, id="none there"),
        pytest.param("StatefulSet", 3, {}, 1, id="one after the other"),
        pytest.param("StatefulSet", 3, {"updateStrategy": {"type": "OnDelete"}}, 0, id="not before they are deleted"),
        pytest.param("StatefulSet", 3, {"updateStrategy": {"rollingUpdate": {"partition": 3}}}, 0, id="a partition"),
        pytest.param("StatefulSet", 9, {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "50%"}}}, 4, id="half"),
        pytest.param("Rollout", 8, {"strategy": {"canary": {}}}, 2, id="a canary"),
        pytest.param("Rollout", 8, {"strategy": {"blueGreen": {}}}, 0, id="blue-green"),
    ],
)
def test_pods_down_at_once(kind, replicas, spec, down):
    assert down_at_once(workload(kind, spec={"replicas": replicas, **spec})) == down


@pytest.mark.parametrize(
    ("rolling", "down"), [({}, 1), ({"maxUnavailable": "10%"}, 2), ({"maxSurge": 1}, 0), ({"maxUnavailable": 50}, 11)]
)
def test_pods_of_a_daemon_set(rolling, down):
    daemons = workload("DaemonSet", spec={"updateStrategy": {"rollingUpdate": rolling}})
    daemons["status"] = {"desiredNumberScheduled": 11, "numberReady": 10}
    assert down_at_once(daemons) == down


def _look(act=ActKind.ROLLBACK, *, kind="Deployment", pods=(), budgets=(), scalers=(), **spec):
    return disturbance_of(act, workload(kind, spec=spec), pods, budgets, scalers, paused=False, rolling=False)


@pytest.mark.parametrize(
    ("act", "kind", "replicas", "down"),
    [
        pytest.param(ActKind.RESTART, "Rollout", 2, 1, id="it evicts a pod even where none may be missing"),
        pytest.param(ActKind.RESTART, "Rollout", 0, 0, id="none there"),
        pytest.param(ActKind.RESTART, "Deployment", 2, 0, id="a Deployment's restart is a rollout"),
        pytest.param(ActKind.ROLLBACK, "Rollout", 2, 0, id="so is a rollback"),
        pytest.param(ActKind.ABORT, "Rollout", 8, 0, id="an abort takes the canary away alone"),
    ],
)
def test_what_the_act_makes_of_it(act, kind, replicas, down):
    assert _look(act, kind=kind, replicas=replicas, strategy={"canary": {}}).at_once == down


def _budget(selector, **more):
    status = {"disruptionsAllowed": 1, "currentHealthy": 3, "desiredHealthy": 2, "observedGeneration": 1}
    return {"metadata": {"name": "b", "generation": 1}, "spec": {"selector": selector}, "status": status | more}


@pytest.mark.parametrize(
    ("selector", "is_about"),
    [
        ({"matchLabels": {"app": "cart"}}, True),
        ({"matchLabels": {"app": "web"}}, False),
        ({}, True),
        (None, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["cart"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["cart"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Newer"}]}, True),
    ],
)
def test_budgets_are_those_that_select_the_pods(selector, is_about):
    assert bool(_look(budgets=[_budget(selector)]).budgets) is is_about


def test_a_budget_has_its_figures_and_whether_they_are_of_now():
    there = {"matchLabels": {"app": "cart"}}
    assert _look(budgets=[_budget(there)]).budgets == (Budget("b", 1, 3, 2),)
    assert not _look(budgets=[_budget(there, observedGeneration=0)]).budgets[0].is_current


def test_the_scaler_is_that_of_the_workload():
    def scaler(kind):
        target = {"kind": kind, "name": "cart"}
        spec = {"minReplicas": 2, "maxReplicas": 9, "scaleTargetRef": target}
        return {"metadata": {"name": "h"}, "spec": spec, "status": {"currentReplicas": 3}}

    assert _look(scalers=[scaler("StatefulSet"), scaler("Deployment")]).scalers == (Scaler("h", 2, 9, 3),)


def test_pods_that_wait_for_a_place_are_counted():
    assert _look(pods=[{"status": {"phase": "Pending"}}, {"status": {"phase": "Running"}}]).pending == 1


@pytest.mark.parametrize(
    ("act", "kind", "spec", "word"),
    [
        (ActKind.ROLLBACK, "Deployment", {"strategy": {"type": "Recreate"}}, "Recreate"),
        (ActKind.ROLLBACK, "StatefulSet", {"updateStrategy": {"type": "OnDelete"}}, "OnDelete"),
        (ActKind.ROLLBACK, "StatefulSet", {"updateStrategy": {"rollingUpdate": {"partition": 2}}}, "partition"),
        (ActKind.ROLLBACK, "Rollout", {"strategy": {"canary": {"steps": [{}]}}}, "steps"),
        (ActKind.ABORT, "Rollout", {"strategy": {"canary": {"steps": [{}]}}}, "canary's pods"),
    ],
)
def test_what_else_a_person_should_know(act, kind, spec, word):
    assert any(word in note for note in _look(act, kind=kind, **spec).notes)


def test_an_abort_takes_no_pod_of_the_stable_revision():
    assert _look(ActKind.ABORT, kind="Rollout", replicas=8, strategy={"canary": {}}).at_once == 0

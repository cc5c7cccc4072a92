"""What an act must not do: each guard, with what it lets through and what it does not."""

from dataclasses import replace

import pytest

from app.domain.mitigation.guards import Mode, Policy, Situation, refusals
from app.domain.mitigation.model import ActKind, Budget, Disturbance, Stop, Subject, Way, Wish

NOW = 1_800_000_000.0
MIB = 2**20
POLICY = Policy(mode=Mode.ACT, namespaces=("shop",), a_day=3, automatic=("shop/cart",), automatic_above=0.95)
CALM = Disturbance(replicas=3, ready=3, pending=0, at_once=1, paused=False, rolling=False)
FINE = Situation(
    subject=Subject(7, "f", "", "shop", "Deployment", "cart", "app"),
    wish=Wish(ActKind.ROLLBACK),
    way=Way.PATCH,
    disturbance=CALM,
    stop=Stop(),
    last_on_workload=None,
    in_a_day=0,
    now=NOW,
    applying=True,
)


def _codes(policy, situation):
    return [one.code for one in refusals(policy, situation)]


def test_an_act_that_nothing_speaks_against_may_be_done():
    assert _codes(POLICY, FINE) == []


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        pytest.param({"mode": Mode.OFF}, ["off"], id="off, as it is unless it is set"),
        pytest.param({"mode": Mode.PROPOSE}, ["off"], id="proposals alone are allowed"),
        pytest.param({"stopped": True}, ["stopped"], id="the emergency stop is set"),
        pytest.param({"namespaces": ()}, ["namespace"], id="no namespace is named"),
        pytest.param({"namespaces": ("sho",)}, ["namespace"], id="a part of the name is not the name"),
        pytest.param({"namespaces": ("sh.*",)}, [], id="an expression that fits"),
        pytest.param({"workloads": ("shop/web",)}, ["workload"], id="other workloads are named"),
        pytest.param({"workloads": ("shop/c.*",)}, [], id="the workload is among those named"),
        pytest.param({"acts": frozenset({ActKind.RESTART})}, ["act"], id="this act is not allowed"),
        pytest.param({"a_day": 0}, ["daily"], id="none a day"),
    ],
)
def test_what_settings_allow(changed, codes):
    assert _codes(replace(POLICY, **changed), FINE) == codes


def test_a_proposal_may_be_made_where_acting_is_not_allowed_yet():
    assert _codes(replace(POLICY, mode=Mode.PROPOSE), replace(FINE, applying=False)) == []


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        pytest.param({"stop": Stop(NOW - 5, "ann", "too much", 2)}, ["stopped"], id="somebody stopped all acts"),
        pytest.param({"last_on_workload": NOW - 3599}, ["hourly"], id="59 minutes after the last on it"),
        pytest.param({"last_on_workload": NOW - 3600}, [], id="an hour after the last on it"),
        pytest.param({"in_a_day": 2}, [], id="the last of the day"),
        pytest.param({"in_a_day": 3}, ["daily"], id="one too many a day"),
        pytest.param({"way": Way.ARGOCD}, ["argocd"], id="Argo CD may not be told"),
        pytest.param(
            {"way": Way.BY_HAND, "in_a_day": 99, "last_on_workload": NOW}, [], id="what a person does is theirs to time"
        ),
        pytest.param({"way": Way.BY_HAND, "stop": Stop(NOW, "ann", "", 2)}, ["stopped"], id="by hand while stopped"),
    ],
)
def test_what_was_done_and_said_before(changed, codes):
    assert _codes(POLICY, replace(FINE, **changed)) == codes


@pytest.mark.parametrize(
    ("act", "changed", "codes"),
    [
        pytest.param("rollback", {"paused": True}, ["paused"], id="a paused workload"),
        pytest.param("rollback", {"rolling": True}, ["rolling"], id="a workload that rolls"),
        pytest.param("restart", {"paused": True, "rolling": True}, ["paused", "rolling"], id="both"),
        pytest.param("abort", {"rolling": True}, [], id="an abort is of what rolls"),
        pytest.param("abort", {"paused": True}, [], id="or waits at a step"),
        pytest.param("abort", {}, ["not_rolling"], id="an abort of nothing"),
        pytest.param("rollback", {"budgets": (Budget("b", 1, 3, 2),)}, [], id="the budget allows one, one goes"),
        pytest.param("rollback", {"budgets": (Budget("b", 0, 2, 2),)}, ["budget"], id="the budget allows none"),
        pytest.param("rollback", {"budgets": (Budget("b", 0, 1, 2),)}, ["budget"], id="below the budget already"),
        pytest.param(
            "rollback", {"at_once": 0, "budgets": (Budget("b", 0, 1, 2),)}, [], id="nothing goes before more is there"
        ),
        pytest.param(
            "rollback", {"budgets": (Budget("b", 5, 9, 4, is_current=False),)}, ["budget"], id="a budget just made"
        ),
        pytest.param(
            "rollback",
            {"budgets": (Budget("a", 1, 3, 2), Budget("b", 0, 3, 3))},
            ["budget"],
            id="one of two budgets does not allow it",
        ),
    ],
)
def test_how_the_workload_stands(act, changed, codes):
    wish = Wish(ActKind(act))
    assert _codes(POLICY, replace(FINE, wish=wish, disturbance=replace(CALM, **changed))) == codes


@pytest.mark.parametrize(
    ("wanted", "present", "codes"),
    [
        (512, 256, []),
        (1024, 256, []),
        (1025, 256, ["limit"]),
        (256, 256, ["limit"]),
        (128, 256, ["limit"]),
        (512, None, []),
    ],
)
def test_a_limit_is_raised_within_reason(wanted, present, codes):
    wish = Wish(ActKind.RAISE_LIMIT, limit_bytes=wanted * MIB)
    situation = replace(FINE, wish=wish, present_limit=None if present is None else present * MIB)
    assert _codes(POLICY, situation) == codes


@pytest.mark.parametrize(
    ("changed", "policy", "codes"),
    [
        pytest.param({"probability": 0.97}, {}, [], id="named, and sure enough"),
        pytest.param({"probability": 0.95}, {}, [], id="exactly as sure as needed"),
        pytest.param({"probability": 0.94}, {}, ["probability"], id="not sure enough"),
        pytest.param({"probability": 0.99}, {"automatic": ()}, ["automatic"], id="not named"),
        pytest.param({"probability": 0.99}, {"automatic": ("shop/car",)}, ["automatic"], id="another is named"),
        pytest.param({"probability": 0.99, "tried": True}, {}, ["tried"], id="an earlier act did not help"),
        pytest.param(
            {"probability": 0.99, "tried": True, "way": Way.BY_HAND}, {}, ["tried"], id="nor proposed to a person again"
        ),
    ],
)
def test_without_asking_only_what_is_named_and_sure(changed, policy, codes):
    assert _codes(replace(POLICY, **policy), replace(FINE, automatic=True, **changed)) == codes


def test_a_person_may_act_on_what_is_neither_named_nor_sure():
    assert _codes(replace(POLICY, automatic=()), replace(FINE, probability=0.1, tried=True)) == []


def test_every_refusal_says_what_to_do():
    stopped = replace(FINE, stop=Stop(NOW, "ann", "x", 1), way=Way.ARGOCD, in_a_day=9, last_on_workload=NOW)
    rough = replace(stopped, automatic=True, disturbance=replace(CALM, paused=True, rolling=True, at_once=3))
    found = refusals(Policy(acts=frozenset()), rough)
    assert len(found) >= 9
    assert all(one.text and one.hint for one in found)

"""Which state follows which, and what the timeline is told."""

from dataclasses import replace

import pytest

from app.domain.acts import ActRefused
from app.domain.incident import EventKind
from app.domain.mitigation import life
from app.domain.mitigation.guards import Refusal
from app.domain.mitigation.model import MitigationState, Owner, Plan, Way
from tests.support.mitigation_rows import PLAN, mitigation

S = MitigationState
NOW = 1_800_000_000.0
FOLLOWS = {
    S.PROPOSED: {S.APPROVED, S.REFUSED, S.REJECTED, S.EXPIRED, S.STOPPED},
    S.APPROVED: {S.APPLYING, S.REFUSED, S.REJECTED, S.EXPIRED, S.STOPPED, S.FAILED},
    S.APPLYING: {S.WATCHING, S.FAILED, S.STOPPED},
    S.WATCHING: {S.SUCCEEDED, S.NO_EFFECT, S.INCONCLUSIVE, S.FAILED},
}


def _step(one, state):
    if state is S.APPROVED:
        return life.approve(one, "bob", "", NOW).mitigation
    if state is S.APPLYING:
        return life.begin(one, NOW)
    if state is S.WATCHING:
        return life.applied(one, NOW).mitigation
    return life.end(one, state, "so", NOW).mitigation


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("after", [state for state in S if state is not S.PROPOSED])
def test_what_follows_what(before, after):
    one = replace(mitigation(), state=before)
    if after in FOLLOWS.get(before, ()):
        assert _step(one, after).state is after
    else:
        with pytest.raises(ActRefused):
            _step(one, after)


@pytest.mark.parametrize("state", S)
def test_what_is_over_ends_in_nothing(state):
    assert state.is_over is (state not in FOLLOWS)


def test_who_approved_it_and_why_is_told():
    step = life.approve(mitigation(), "bob", "v42 leaks", NOW)
    assert (step.mitigation.approved_by, step.mitigation.approval, step.mitigation.approved_at) == (
        *("bob", "v42 leaks"),
        NOW,
    )
    assert step.event.kind is EventKind.MITIGATION_APPROVED
    assert step.event.text.endswith(": v42 leaks")
    told = life.applied(life.begin(step.mitigation, NOW), NOW).event
    assert told.text.endswith("approved by bob: v42 leaks")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        pytest.param(mitigation(expires_at=NOW), "expired", id="too late"),
        pytest.param(
            mitigation(plan=replace(PLAN, way=Way.BY_HAND, owner=Owner("helm", "cart", "shop"))), "helm", id="by hand"
        ),
    ],
)
def test_what_cannot_be_approved(one, why):
    with pytest.raises(ActRefused, match=why):
        life.approve(one, "bob", "", NOW)


def test_a_refusal_says_all_that_speaks_against_it():
    why = (Refusal("a", "it is paused", "resume it"), Refusal("b", "it rolls", ""))
    step = life.refuse(mitigation(), why, NOW)
    assert step.mitigation.outcome == "it is paused (resume it); it rolls"
    assert (step.event.before, step.event.after) == ("proposed", "refused")


def test_a_plan_is_read_as_it_was_kept_and_what_a_newer_version_added_is_left_out():
    plan = replace(PLAN, owner=Owner("argocd", "cart", "argocd", "git"), commands=("a", "b"), history_id=7)
    document = plan.document()
    document |= {"new": 1}
    document["disturbance"] |= {"new": 1}
    assert Plan.of(document) == plan

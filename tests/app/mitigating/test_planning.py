"""What is planned, by what runs just now."""

import pytest

from app.domain.acts import ActRefused
from app.domain.mitigation.model import ActKind, Way
from app.errors import ClusterForbidden, ClusterRefused
from app.mitigating.planning import make_plan
from app.mitigating.reach import Reach
from tests.support.planning import asked, cluster, reach


def test_the_suspect_that_runs_needs_no_word():
    assert make_plan(reach(cluster("v1", "v2")), asked()).plan.disturbance.notes == ()


def test_a_person_is_told_that_another_revision_runs_than_the_suspect():
    plan = make_plan(reach(cluster("v1", "v2", "v3")), asked()).plan
    assert plan.target_number == 1
    assert plan.disturbance.notes == ("revision 3 runs, and not 2, which is suspected: see whether it leaks, too",)


def test_without_asking_the_suspect_that_runs_is_rolled_back():
    assert make_plan(reach(cluster("v1", "v2")), asked(automatic=True)).plan.target_number == 1


@pytest.mark.parametrize(
    ("versions", "suspect", "why"),
    [
        pytest.param(("v1", "v2", "v3"), "v2", "revision 3 runs, and not 2", id="a person has deployed the mend"),
        pytest.param(("v2", "v3"), "v9", "whether revision 2, which runs, is", id="the suspect is not kept any more"),
        pytest.param(("v1", "v2", "v2"), "v2", "which of the revisions 2, 3 is", id="a mend of the same version"),
    ],
)
def test_without_asking_nothing_else_is(versions, suspect, why):
    there = cluster(*versions)
    with pytest.raises(ActRefused, match=why):
        make_plan(reach(there), asked(suspect=suspect, automatic=True))
    assert there.patched == []


def test_without_the_right_to_patch_a_person_sees_the_plan_and_that_it_was_not_tried():
    there = cluster("v1", "v2")
    there.refusal = ClusterForbidden("403 cannot patch resource deployments")
    plan = make_plan(reach(there), asked()).plan
    assert (plan.way, plan.target_number, plan.changes) == (Way.PATCH, 1, ())
    assert plan.disturbance.notes[-1].startswith("it was not tried")


@pytest.mark.parametrize(
    ("refusal", "automatic"),
    [
        pytest.param(ClusterRefused("denied by a webhook"), False, id="what admission refuses"),
        pytest.param(ClusterForbidden("403 cannot patch"), True, id="without asking"),
    ],
)
def test_what_cannot_be_done_is_no_plan(refusal, automatic):
    there = cluster("v1", "v2")
    there.refusal = refusal
    with pytest.raises(type(refusal)):
        make_plan(reach(there), asked(automatic=automatic))


@pytest.mark.parametrize(
    ("limits", "notes"),
    [
        pytest.param({"cpu": "1", "memory": "256Mi"}, 1, id="Guaranteed"),
        pytest.param({"memory": "256Mi"}, 0, id="Burstable already"),
    ],
)
def test_a_higher_limit_that_changes_the_class_of_pods_says_so(limits, notes):
    there = cluster("v1", "v2", container={"resources": {"limits": limits}})
    plan = make_plan(reach(there), asked(ActKind.RAISE_LIMIT, limit_bytes=2**29)).plan
    assert sum("become Burstable" in note for note in plan.disturbance.notes) == notes


def test_a_command_says_which_cluster_it_looked_at():
    there = Reach(cluster("v1", "v2"), by_hand=True)
    assert "staging.example:6443" in make_plan(there, asked()).plan.disturbance.notes[-1]

"""By which names a revision is found, and what is said of one that is not there."""

import pytest

from app.domain.finding import Workload
from app.errors import UnknownRevision, UsageError
from app.prometheus.source import ContainerRef
from app.scanning.gate.choosing import Start, by_name, newest_that_runs, other_that_runs
from app.scanning.gate.names import named


def _ref(pod, revision, template, image):
    return ContainerRef("shop", pod, "app", Workload("Deployment", "cart"), revision, image, None, template)


V1 = _ref("cart-aaaaa-1", "v1", "aaaaa", "r.example/cart:v1")
V2 = _ref("cart-bbbbb-1", "v2@bbbbb", "bbbbb", "r.example/cart:v2")
V2_AGAIN = _ref("cart-ccccc-1", "v2@ccccc", "ccccc", "r.example/cart:v2")
ALL = [V1, V2, V2_AGAIN]


def _nothing(container, name):
    return None


@pytest.mark.parametrize(
    ("name", "pods"),
    [
        ("v1", {V1.pod}),
        ("aaaaa", {V1.pod}),
        ("cart-aaaaa", {V1.pod}),
        ("v2@bbbbb", {V2.pod}),
        ("ccccc", {V2_AGAIN.pod}),
        ("v3", set()),
        ("", set()),
        ("aaaa", set()),
        ("v1\x1b[31m", set()),
    ],
)
def test_names(name, pods):
    assert named(ALL, name, "canary") == pods


def test_a_tag_of_two_templates_is_refused_with_both():
    with pytest.raises(UsageError, match="canary: v2 is the tag of several revisions") as raised:
        named(ALL, "v2", "canary")
    assert raised.value.hint == "choose v2@bbbbb, v2@ccccc"


def test_an_unknown_revision_is_refused_with_those_there_are():
    with pytest.raises(UnknownRevision, match="stable: no pod in the window runs a revision 'v3'") as raised:
        by_name(ALL, "v3", "stable", _nothing)
    assert raised.value.hint == "the revisions there are: v1@aaaaa, v2@bbbbb, v2@ccccc"


@pytest.mark.parametrize("name", ["x\x1b[2J\nleakwatch: pass", "a" * 5000])
def test_a_hostile_name_is_shown_harmlessly(name):
    with pytest.raises(UnknownRevision) as raised:
        by_name(ALL, name, "canary", _nothing)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 300


def test_a_word_is_left_to_what_runs():
    assert by_name(ALL, "canary", "canary", _nothing).pods is None


@pytest.mark.parametrize(("name", "option"), [("canary", "stable"), ("stable", "canary")])
def test_the_word_for_the_other_side_is_refused(name, option):
    with pytest.raises(UsageError, match=f"{option}: {name} is a word for the other side"):
        by_name(ALL, name, option, _nothing)


def test_a_revision_that_is_called_by_a_word_is_meant():
    mine = _ref("cart-ddddd-1", "canary", "ddddd", "r.example/cart:canary")
    assert by_name([*ALL, mine], "canary", "canary", _nothing).pods == {mine.pod}


STARTS = {V1: Start(True, 100.0), V2: Start(False, 300.0), V2_AGAIN: Start(True, 500.0)}


def test_the_canary_is_what_was_started_last():
    assert newest_that_runs(STARTS, "canary") == {V2_AGAIN.pod}


def test_a_pod_that_the_stable_was_given_since_makes_it_no_canary():
    more = _ref("cart-aaaaa-2", "v1", "aaaaa", "r.example/cart:v1")
    assert newest_that_runs({**STARTS, more: Start(True, 900.0)}, "canary") == {V2_AGAIN.pod}


def test_what_is_rolled_back_to_is_the_canary():
    starts = {V1: Start(True, 900.0), V2: Start(True, 300.0)}
    assert newest_that_runs(starts, "canary") == {V1.pod}


def test_a_stable_that_nobody_has_seen_may_be_about_to_come():
    with pytest.raises(UnknownRevision, match="no revision but the canary's was seen"):
        other_that_runs({V1: Start(True, 100.0)}, frozenset({V1.pod}), "stable")


def test_the_stable_is_what_else_runs():
    assert other_that_runs(STARTS, frozenset({V2_AGAIN.pod}), "stable") == {V1.pod}


def test_where_nothing_else_runs_the_stable_is_what_ran_last():
    starts = {V1: Start(False, 100.0), V2: Start(False, 300.0), V2_AGAIN: Start(True, 500.0)}
    assert other_that_runs(starts, frozenset({V2_AGAIN.pod}), "stable") == {V2.pod}


@pytest.mark.parametrize("starts", [{}, {V1: Start(False, 100.0)}])
def test_where_nothing_runs_there_is_no_canary(starts):
    with pytest.raises(UsageError, match="no pod of the workload runs now"):
        newest_that_runs(starts, "canary")

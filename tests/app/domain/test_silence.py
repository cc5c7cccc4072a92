"""What silences cover, and which cannot be."""

import re

import pytest

from app.domain.finding import Identity
from app.domain.silence import (
    Matcher,
    MatcherLabel,
    MatcherOp,
    Silence,
    SilenceState,
    check_matchers,
    check_span,
    matcher_of,
    silenced_until,
)
from app.domain.silencing import edited, ended
from tests.support.findings import NOW

CART = Identity("eu-1", "shop", "cart", "app")


def _silence(*matchers, incident_id=None, starts_at=NOW - 60, ends_at=NOW + 60):
    parsed = tuple(matcher_of(one) for one in matchers)
    return Silence(1, parsed, incident_id, "ann", "deploying", NOW - 60, starts_at, ends_at, None, 1)


@pytest.mark.parametrize(
    ("matchers", "covered"),
    [
        (["namespace=shop"], True),
        (["namespace=sho"], False),
        (["namespace=shop", "workload=cart"], True),
        (["namespace=shop", "workload=mail"], False),
        (["namespace!=data", "cluster=eu-1"], True),
        (["workload=~ca.*"], True),
        (["workload=~ca"], False),
        (["workload!~ca", "container=app"], True),
        (["workload!~ca.*"], False),
        (["revision=v2"], True),
        (["revision=", "namespace=shop"], False),
    ],
)
def test_all_matchers_must_be_met(matchers, covered):
    assert _silence(*matchers).covers(CART, "v2", 7) is covered


def test_what_is_not_suspected_is_empty():
    assert _silence("revision=", "namespace=shop").covers(CART, None, 7)


@pytest.mark.parametrize(("incident_id", "covered"), [(7, True), (8, False)])
def test_one_of_an_incident_covers_that_alone(incident_id, covered):
    assert _silence(incident_id=incident_id).covers(CART, None, 7) is covered


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "state", "until"),
    [
        (NOW - 60, NOW + 60, SilenceState.ACTIVE, NOW + 60),
        (NOW, NOW + 60, SilenceState.ACTIVE, NOW + 60),
        (NOW + 1, NOW + 60, SilenceState.PENDING, None),
        (NOW - 60, NOW, SilenceState.EXPIRED, None),
    ],
)
def test_is_in_force_from_its_start_to_its_end(starts_at, ends_at, state, until):
    one = _silence("namespace=shop", starts_at=starts_at, ends_at=ends_at)
    assert one.state(NOW) is state
    assert silenced_until(CART, None, 7, [one], NOW) == until


def test_of_several_the_latest_end_counts():
    several = [_silence("namespace=shop"), _silence("workload=cart", ends_at=NOW + 90), _silence("workload=mail")]
    assert silenced_until(CART, None, 7, several, NOW) == NOW + 90


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ("namespace=shop", Matcher(MatcherLabel.NAMESPACE, MatcherOp.EQUAL, "shop")),
        ('workload =~ "cart-.*"', Matcher(MatcherLabel.WORKLOAD, MatcherOp.FITS, "cart-.*")),
        ("revision!~v1|v2", Matcher(MatcherLabel.REVISION, MatcherOp.FITS_NOT, "v1|v2")),
        ("cluster!=", Matcher(MatcherLabel.CLUSTER, MatcherOp.NOT_EQUAL, "")),
    ],
)
def test_matchers_are_read_as_they_are_written(text, matcher):
    assert matcher_of(text) == matcher


@pytest.mark.parametrize("text", ["", "shop", "pod=x", "namespace", "namespace>shop"])
def test_what_is_no_matcher_is_named(text):
    with pytest.raises(ValueError, match="is no matcher"):
        matcher_of(text)


@pytest.mark.parametrize(
    ("matchers", "says"),
    [
        ([], "must be 1 to 20"),
        (["namespace=shop"] * 21, "must be 1 to 20"),
        ([f"namespace={'x' * 256}"], "up to 255"),
        (["namespace=a\x00b"], "that print"),
        (["workload=~("], "the expression for workload has a ("),
        (["workload=~.*"], "nearly everything"),
        (["workload!=cart"], "nearly everything"),
    ],
)
def test_matchers_that_cannot_be(matchers, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        check_matchers(tuple(matcher_of(one) for one in matchers))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "says"),
    [
        (NOW - 60, NOW, "later than now"),
        (NOW + 60, NOW + 60, "later than the start"),
        (NOW, NOW + 366 * 86_400, "within 365 days"),
    ],
)
def test_times_that_cannot_be(starts_at, ends_at, says):
    with pytest.raises(ValueError, match=says):
        check_span(starts_at, ends_at, NOW)


def test_one_that_is_ended_is_over_and_tells_by_whom():
    over = ended(_silence("namespace=shop"), "bob", NOW)
    assert (over.state(NOW), over.ends_at, over.ended_by, over.version) == (SilenceState.EXPIRED, NOW, "bob", 2)


def test_one_that_has_not_begun_never_does():
    over = ended(_silence("namespace=shop", starts_at=NOW + 30), "bob", NOW)
    assert (over.starts_at, over.state(NOW + 30)) == (NOW, SilenceState.EXPIRED)


def test_what_is_over_cannot_end_again():
    assert ended(_silence("namespace=shop", ends_at=NOW), "bob", NOW) is None


def test_an_edit_that_changes_nothing_is_none():
    assert edited(_silence("namespace=shop"), _silence("namespace=shop")) is None

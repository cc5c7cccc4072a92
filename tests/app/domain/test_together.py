"""One report on several clusters."""

import pytest

from app.domain.finding import Identity
from app.domain.scan import Problem, ShardResult, together
from tests.support.findings import NOW, finding, report

EU = report(finding(cluster="eu"), cluster="eu", problems=(Problem("silent_pods", "some run unseen"),))
US = report(finding(cluster="us"), cluster="us")


def _both(eu=EU, us=US):
    return together([ShardResult("eu", eu), ShardResult("us", us, "" if us else "cannot connect")], NOW, NOW + 2)


def test_adds_up():
    both = _both()
    assert (both.containers, both.workloads, both.samples, both.complete) == (2, 2, 2000, True)
    assert [one.identity.cluster for one in both.findings] == ["eu", "us"]
    assert both.seen == EU.seen | US.seen


def test_says_of_which_cluster_a_problem_is():
    assert [one.text for one in _both().problems] == ["eu: some run unseen"]


def test_one_that_could_not_be_read_makes_it_incomplete_and_is_named():
    both = _both(us=None)
    assert not both.complete
    assert both.problems[-1] == Problem("cluster_unread", "us: cannot connect")


@pytest.mark.parametrize(
    ("eu", "us", "covered"),
    [(EU, US, {"eu", "us"}), (EU, None, {"eu"}), (report(complete=False, cluster="eu"), US, {"us"})],
    ids=["both whole", "one unread", "one incomplete"],
)
def test_what_is_not_seen_is_gone_only_from_clusters_that_were_read_whole(eu, us, covered):
    both = _both(eu, us)
    assert {name for name in ("eu", "us", "asia") if both.covers(Identity(name, "shop", "gone", "app"))} == covered


def test_without_any_there_is_no_report():
    with pytest.raises(ValueError, match="no report"):
        together([ShardResult("us", None, "cannot connect")], NOW, NOW)

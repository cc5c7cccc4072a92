"""Which of many incidents silences cover."""

import pytest

from app.domain.coverage import Coverable, Coverage
from app.domain.finding import Identity
from app.domain.silence import Silence, matcher_of

INCIDENTS = (
    Coverable(1, Identity("eu", "shop", "cart", "app"), "v2"),
    Coverable(2, Identity("eu", "shop", "cart-worker", "app"), None),
    Coverable(3, Identity("us", "shop", "mail", "app"), "v1"),
    Coverable(4, Identity("us", "data", "cart", "sidecar"), "v2"),
)


def silence(*matchers, incident_id=None):
    return Silence(1, tuple(matcher_of(one) for one in matchers), incident_id, "ann", "why", 0.0, 0.0, 10.0, None, 1)


@pytest.mark.parametrize(
    ("matchers", "covered"),
    [
        (["namespace=shop"], {1, 2, 3}),
        (["namespace=shop", "workload=~cart.*"], {1, 2}),
        (["namespace=shop", "workload!~cart.*"], {3}),
        (["cluster=us", "namespace!=shop"], {4}),
        (["revision=v2"], {1, 4}),
        (["revision="], {2}),
        (["container=sidecar", "workload=mail"], set()),
        (["namespace=nosuch"], set()),
        ([], set()),
    ],
)
def test_an_incident_is_covered_that_meets_every_matcher(matchers, covered):
    assert Coverage.of(INCIDENTS).covered(silence(*matchers)) == covered


@pytest.mark.parametrize(("incident_id", "covered"), [(3, {3}), (9, set())])
def test_one_of_a_single_incident_covers_that_alone(incident_id, covered):
    assert Coverage.of(INCIDENTS).covered(silence(incident_id=incident_id)) == covered


def test_it_says_what_the_silence_itself_says():
    asked = [silence("namespace=shop", "workload=~ca.*"), silence("revision!=v2"), silence(incident_id=2), silence()]
    for one in asked:
        alone = {each.id for each in INCIDENTS if one.covers(each.identity, each.suspect, each.id)}
        assert Coverage.of(INCIDENTS).covered(one) == alone


def test_each_matcher_by_itself():
    coverage = Coverage.of(INCIDENTS)
    assert [coverage.met(matcher_of(one)) for one in ("cluster=eu", "workload=cart")] == [{1, 2}, {1, 4}]

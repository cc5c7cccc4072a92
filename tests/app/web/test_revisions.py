"""`/workloads/{fingerprint}/revisions`: what the gate says of two revisions, and what it was asked."""

import dataclasses
import re

import pytest

from app.domain.gate import Answer, ContainerGate
from app.errors import SourceUnreachable, UnknownRevision
from app.services.rollouts import RolloutService
from detectors.canary.outcome import Basis, Comparison, Outcome, Side
from detectors.judgement import Figure, Reason
from tests.support.incident_rows import leak
from tests.support.workload_rows import judged

CART = leak("cart", suspect="v2")
PATH = f"/workloads/{CART.fingerprint}/revisions"
HOSTILE = "<img src=x onerror=alert(1)>"
OLDER = Side(3, 3600.0, 2e8, 1e5, 0.1, 4e8, 0, Basis.LAST_HOUR)
NEWER = Side(2, 3600.0, 3e8, 9e7, 0.1, 4e8, 1, Basis.SAME_AGE)


@pytest.fixture
def gate(viewer, sqlite_engine):
    """What the service is told; what it was asked is in `asked`."""

    class Gate:
        outcome, error = Outcome.FAIL, None

        def __init__(self):
            self.asked = []

        def __call__(self, question, seconds):
            self.asked.append(question)
            if self.error is not None:
                raise self.error
            reasons = (
                Reason("grows_beyond_stable", f"it is {self.outcome.value}"),
                Reason("goes_on", f"{HOSTILE} too"),
            )
            figures = (Figure("agreement", 0.5, "share of windows"),)
            told = Comparison(self.outcome, 0.97, 8e7, (7e7, 9e7), reasons, figures, OLDER, NEWER, 300.0)
            return Answer(question, 0.0, (ContainerGate("app", "v1", "v2", told),))

    made, app = Gate(), viewer.client.app
    app.state.services = dataclasses.replace(app.state.services, rollouts=RolloutService(made, 2.0))
    judged(sqlite_engine, CART)
    return made


def _text(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page.text.partition("<main")[2]).split())


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome.FAIL, "fail The canary fails: it is fail"),
        (Outcome.PASS, "pass The canary passes: it is pass"),
        (Outcome.INCONCLUSIVE, "cannot tell It cannot be told yet: it is inconclusive"),
        (Outcome.INCONCLUSIVE, "It may be told in 5 min."),
    ],
)
def test_the_outcome_is_said_with_its_first_reason_and_when_to_ask_again(viewer, gate, outcome, says):
    gate.outcome = outcome
    assert says in _text(viewer.get(PATH))


def test_all_that_was_found_is_there(viewer, gate):
    text = _text(viewer.get(PATH))
    for said in (
        "canary v2 2 60 min 286 MiB 85.8 MiB/h 0.1 381 MiB 1",
        "stable v1 3 60 min 191 MiB 97.7 KiB/h 0.1 381 MiB 0",
        "Figures of the stable are those of the last hour it was seen.",
        "76.3 MiB/h 80 % between 66.8 MiB/h and 85.8 MiB/h",
        "goes_on",
        "share of windows: 0.5 agreement",
    ):
        assert said in text


def test_nothing_on_it_is_taken_for_a_tag(viewer, gate):
    assert HOSTILE not in viewer.get(PATH, params={"canary": HOSTILE}).text


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, ("stable", "canary")),
        ({"stable": " ", "canary": ""}, ("stable", "canary")),
        ({"stable": "v1", "canary": " v2 "}, ("v1", "v2")),
    ],
)
def test_the_newest_two_are_meant_where_none_is_named(viewer, gate, given, asked):
    viewer.get(PATH, params=given)
    question = gate.asked[0]
    assert (question.stable, question.canary) == asked
    assert (question.namespace, question.workload, question.container) == ("shop", "cart", "app")


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (UnknownRevision("canary: no pod runs 'v9'", "there are: v1"), 400, "no pod runs &#39;v9&#39;; there are: v1."),
        (SourceUnreachable("gone"), 200, "cannot tell"),
    ],
)
def test_what_could_not_be_compared_is_no_good_news(viewer, gate, error, status, says):
    gate.error = error
    page = viewer.get(PATH)
    assert page.status_code == status
    assert says in page.text


@pytest.mark.parametrize("path", ["/workloads/nope/revisions", "/workloads/0123456789abcdef/revisions"])
def test_a_workload_that_is_not_there(viewer, gate, path):
    assert viewer.get(path).status_code == 404
    assert gate.asked == []


def test_the_workloads_page_offers_its_revisions_and_compares_none_by_itself(viewer, gate):
    page = viewer.get(f"/workloads/{CART.fingerprint}")
    assert f'action="{PATH}"' in page.text
    assert '<option value="v2">' in page.text
    assert gate.asked == []


def test_a_stranger_is_asked_to_sign_in(person, gate):
    person.client.cookies.clear()
    assert person.get(PATH).status_code == 303

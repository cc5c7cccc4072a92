"""`/api/v1/gate` and `/webhooks/flagger`: what is asked, what is answered, and what is never a pass."""

import dataclasses
import re
from pathlib import Path

import pytest

from app.domain.gate import Answer, ContainerGate, by_severity
from app.errors import ScanAbandoned, SourceUnreachable, UnknownRevision
from app.services.rollouts import RolloutService
from detectors.canary.outcome import Comparison, Outcome, Side
from detectors.judgement import Reason

ASKED = {"namespace": "shop", "workload": "cart", "stable": "v1", "canary": "v2"}
SIDE = Side(2, 1800.0, 2e8, 1e6, 0.1, 4e8, 0)


def _container(name, outcome, probability=0.5):
    said = (Reason("may_be_chance", f"{name} is {outcome.value}"),)
    return ContainerGate(
        name, "v1", "v2", Comparison(outcome, probability, 1e6, (0.0, 2e6), said, (), SIDE, SIDE, 60.0)
    )


@pytest.fixture
def gate(client):
    """What the service is told; how it was asked is in `asked`."""

    class Gate:
        answer = (Outcome.PASS,)

        def __init__(self):
            self.asked = []

        def __call__(self, question, seconds):
            self.asked.append((question, seconds))
            if isinstance(self.answer, Exception):
                raise self.answer
            return Answer(question, 0.0, by_severity([_container(f"c{n}", one) for n, one in enumerate(self.answer)]))

    made = Gate()
    services = client.app.state.services
    client.app.state.services = dataclasses.replace(services, rollouts=RolloutService(made, 2.0))
    return made


@pytest.fixture
def flagger(client):
    """Posts as Flagger does."""
    return lambda hook, sent: client.post(f"/webhooks/flagger/{hook}", json=sent)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_verdict_is_that_of_the_comparison(client, gate, outcome):
    gate.answer = (outcome,)
    answer = client.get("/api/v1/gate", params=ASKED)
    assert answer.status_code == 200, answer.text
    assert answer.json()["verdict"] == outcome.value
    assert answer.json()["canary"]["revision"] == "v2"


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        ((Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE), "fail"),
        ((Outcome.PASS, Outcome.INCONCLUSIVE), "inconclusive"),
        ((Outcome.PASS, Outcome.PASS), "pass"),
    ],
)
def test_the_worst_container_decides(client, gate, outcomes, worst):
    gate.answer = outcomes
    document = client.get("/api/v1/gate", params=ASKED).json()
    assert document["verdict"] == worst
    assert len(document["containers"]) == len(outcomes)


@pytest.mark.parametrize(
    ("error", "code"), [(SourceUnreachable("gone"), "not_read"), (ScanAbandoned("late"), "out_of_time")]
)
def test_what_could_not_be_read_is_inconclusive(client, gate, error, code):
    gate.answer = error
    document = client.get("/api/v1/gate", params=ASKED).json()
    assert (document["verdict"], document["reasons"][0]["code"], document["containers"]) == ("inconclusive", code, [])


def test_nothing_compared_is_inconclusive(client, gate):
    gate.answer = ()
    assert client.get("/api/v1/gate", params=ASKED).json()["verdict"] == "inconclusive"


def test_an_unknown_revision_is_a_bad_request_that_lists_the_others(client, gate):
    gate.answer = UnknownRevision("canary: no pod in the window runs a revision 'v9'", "the revisions there are: v1")
    answer = client.get("/api/v1/gate", params=ASKED)
    assert answer.status_code == 400
    assert "canary" in answer.json()["detail"]
    assert "v1" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"namespace": ""}, "namespace"),
        ({"workload": "x" * 254}, "workload"),
        ({"canary": "a\x00b"}, "canary"),
        ({"stable": "v" * 401}, "stable"),
        ({"container": "\x1b[31m"}, "container"),
    ],
)
def test_what_makes_no_sense_is_named(client, gate, change, field):
    answer = client.get("/api/v1/gate", params=ASKED | change)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert gate.asked == []


SENT = {"name": "cart", "namespace": "shop", "phase": "Progressing", "checksum": "1"}


@pytest.mark.parametrize(
    ("hook", "outcome", "inconclusive", "status"),
    [
        ("rollout", Outcome.PASS, None, 200),
        ("rollout", Outcome.INCONCLUSIVE, None, 200),
        ("rollout", Outcome.INCONCLUSIVE, "fail", 409),
        ("rollout", Outcome.FAIL, None, 409),
        ("confirm-promotion", Outcome.PASS, None, 200),
        ("confirm-promotion", Outcome.INCONCLUSIVE, None, 409),
        ("confirm-promotion", Outcome.INCONCLUSIVE, "pass", 200),
        ("confirm-promotion", Outcome.FAIL, None, 409),
        ("rollback", Outcome.PASS, None, 409),
        ("rollback", Outcome.INCONCLUSIVE, None, 409),
        ("rollback", Outcome.FAIL, None, 200),
    ],
)
def test_flagger_is_answered_by_the_type_of_its_webhook(flagger, gate, hook, outcome, inconclusive, status):
    gate.answer = (outcome,)
    metadata = {} if inconclusive is None else {"inconclusive": inconclusive}
    answer = flagger(hook, SENT | {"metadata": metadata})
    assert answer.status_code == status
    assert answer.text.startswith(f"leakwatch: {outcome.value}: ")


def test_flaggers_target_is_compared_with_its_primary(flagger, gate):
    flagger("rollout", SENT)
    question, _ = gate.asked[0]
    assert (question.workload, question.workload_of_stable) == ("cart", "cart-primary")
    assert (question.stable, question.canary) == ("stable", "canary")


def test_a_canary_that_has_not_been_seen_yet_does_not_count_against_the_threshold(flagger, gate):
    gate.answer = UnknownRevision("canary: no pod")
    assert flagger("rollout", SENT).status_code == 200
    assert flagger("confirm-promotion", SENT).status_code == 409
    assert flagger("rollback", SENT).status_code == 409


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"name": "cart"},
        SENT | {"name": "x" * 300},
        SENT | {"metadata": {"inconclusive": "maybe"}},
        SENT | {"metadata": "no"},
    ],
)
def test_what_flagger_would_not_send_is_refused(flagger, gate, sent):
    assert flagger("rollout", sent).status_code == 422
    assert gate.asked == []


def test_other_types_of_webhooks_are_none_of_the_gates(flagger, gate):
    assert flagger("post-rollout", SENT).status_code == 422


@pytest.mark.parametrize(
    "file", ["analysis-template.yaml", "cluster-analysis-template.yaml"], ids=lambda name: name.removesuffix(".yaml")
)
def test_argo_rollouts_is_told_to_ask_for_what_there_is(client, file):
    text = (Path(__file__).parents[3] / "deploy" / "gate" / file).read_text(encoding="utf-8")
    path, query = re.search(r'url: "{{args.leakwatch}}([^?]+)\?(.+)"', text).groups()
    operation = client.get("/openapi.json").json()["paths"][path]["get"]
    assert set(re.findall(r"([a-z]+)=", query)) <= {one["name"] for one in operation["parameters"]}

"""`/api/v1/mitigations`, but for what a cluster answers: tests/kubernetes has that."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.domain.mitigation.model import MitigationState, Way
from app.main import create_app
from app.services.tokens import TokenService
from app.settings import load_settings
from tests.support.incident_rows import keep, leak
from tests.support.mitigation_rows import PLAN, keep_mitigation

URL = "/api/v1/mitigations"
SAID = {"comment": "too many at once"}


def _client(sqlite_engine, told, **settings):
    given = {"scan_on_start": False, "mitigation": "act", "mitigation_namespaces": ("shop",), "kubernetes": "off"}
    return TestClient(create_app(load_settings(**given | settings), sqlite_engine, told), raise_server_exceptions=False)


@pytest.fixture
def client(sqlite_engine, told):
    # Not entered: nothing runs in the background.
    return _client(sqlite_engine, told, insecure_no_auth=True)


@pytest.fixture
def incident(sqlite_engine):
    return keep(sqlite_engine, leak("cart"))


@pytest.fixture
def proposed(sqlite_engine, incident):
    return keep_mitigation(sqlite_engine, incident)


def test_a_proposal_is_shown_with_what_it_changes_and_disturbs(client, proposed):
    one = client.get(f"{URL}/{proposed}")
    assert (one.status_code, one.headers["etag"]) == (200, '"1"')
    document = one.json()
    assert (document["state"], document["act"], document["way"], document["revision"]) == (
        *("proposed", "rollback", "patch"),
        41,
    )
    assert document["changes"] == [
        {"path": "spec.template.spec.containers[app].image", "before": "shop/cart:v42", "after": "shop/cart:v41"}
    ]
    assert document["disturbs"]["down_at_once"] == 1
    assert "key" not in document


def test_lists_newest_first_in_pages_by_state_and_incident(client, sqlite_engine, incident):
    states = (MitigationState.PROPOSED, MitigationState.FAILED, MitigationState.PROPOSED)
    for state in states:
        keep_mitigation(sqlite_engine, incident, state)
    first = client.get(f"{URL}?limit=2")
    second = client.get(first.links["next"]["url"])
    assert [one["id"] for one in first.json()["items"] + second.json()["items"]] == [3, 2, 1]
    assert [one["id"] for one in client.get(f"{URL}?state=failed").json()["items"]] == [2]
    assert len(client.get(f"{URL}?incident={incident}").json()["items"]) == 3
    assert client.get(f"{URL}?incident={incident + 1}").json()["items"] == []


def test_approving_says_who_and_twice_is_once(client, proposed, incident):
    done = client.post(f"{URL}/{proposed}/approve", json={"comment": "go on"}, headers={"If-Match": '"1"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert done.json()["mitigation"]["approved_by"] == "anonymous"
    assert client.post(f"{URL}/{proposed}/approve").json()["changed"] is False
    events = client.get(f"/api/v1/incidents/{incident}").json()["events"]
    assert [one["kind"] for one in events] == ["opened", "mitigation_approved"]
    assert "go on" in events[-1]["text"]


def test_with_a_key_the_same_request_is_answered_alike(client, proposed):
    headers = {"Idempotency-Key": "k"}
    answers = [client.post(f"{URL}/{proposed}/approve", headers=headers) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["changed"] is True


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_what_was_changed_since_is_not_decided_on(client, proposed, act):
    assert client.post(f"{URL}/{proposed}/{act}", headers={"If-Match": '"9"'}).status_code == 412
    assert client.get(f"{URL}/{proposed}").json()["state"] == "proposed"


@pytest.mark.parametrize(
    ("state", "act", "status"),
    [
        ("proposed", "reject", 200),
        ("approved", "reject", 200),
        ("applying", "reject", 409),
        ("watching", "reject", 409),
        ("succeeded", "reject", 409),
        ("applying", "approve", 409),
        ("rejected", "approve", 409),
        ("expired", "approve", 409),
        ("stopped", "approve", 409),
        ("refused", "approve", 409),
    ],
)
def test_what_may_be_decided_when(client, sqlite_engine, incident, state, act, status):
    number = keep_mitigation(sqlite_engine, incident, MitigationState(state))
    assert client.post(f"{URL}/{number}/{act}").status_code == status


def test_what_is_done_by_hand_is_not_approved(client, sqlite_engine, incident):
    by_hand = replace(PLAN, way=Way.BY_HAND, commands=("helm rollback cart 41 -n shop",))
    number = keep_mitigation(sqlite_engine, incident, plan=by_hand)
    answer = client.post(f"{URL}/{number}/approve")
    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
    assert "run the commands of the plan" in answer.json()["detail"]


def test_an_expired_proposal_is_not_approved(client, sqlite_engine, incident):
    number = keep_mitigation(sqlite_engine, incident, expires_at=1.0)
    assert "expired" in client.post(f"{URL}/{number}/approve").json()["detail"]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"mitigation": "off"}, "not done"),
        ({"mitigation": "propose"}, "not done"),
        ({"mitigation_stop": True}, "stopped by a setting"),
    ],
)
def test_settings_may_not_let_it_be_done(sqlite_engine, told, proposed, settings, word):
    answer = _client(sqlite_engine, told, insecure_no_auth=True, **settings).post(f"{URL}/{proposed}/approve")
    assert answer.status_code == 409
    assert word in answer.json()["detail"]


def test_the_emergency_stop_ends_what_is_approved_and_keeps_the_rest_from_being(client, sqlite_engine, incident):
    states = (MitigationState.APPROVED, MitigationState.PROPOSED, MitigationState.WATCHING)
    approved, proposed, watched = (keep_mitigation(sqlite_engine, incident, state) for state in states)
    stopped = client.post(f"{URL}/stop", json=SAID)
    assert (stopped.status_code, stopped.json()["changed"]) == (200, True)
    shown = client.get(f"{URL}/stop").json()
    assert (shown["stopped"], shown["by"], shown["reason"]) == (True, "anonymous", SAID["comment"])
    assert client.post(f"{URL}/stop", json=SAID).json()["changed"] is False
    found = [client.get(f"{URL}/{one}").json()["state"] for one in (approved, proposed, watched)]
    assert found == ["stopped", "proposed", "watching"]
    answer = client.post(f"{URL}/{proposed}/approve")
    assert (answer.status_code, SAID["comment"] in answer.json()["detail"]) == (409, True)
    resumed = client.post(f"{URL}/resume", headers={"If-Match": client.get(f"{URL}/stop").headers["etag"]})
    assert (resumed.json()["changed"], resumed.json()["stop"]["stopped"]) == (True, False)
    assert client.post(f"{URL}/{proposed}/approve").status_code == 200


def test_a_stop_says_why(client):
    assert client.post(f"{URL}/stop").status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"act": "rollback"}, 502, id="no cluster is set"),
        pytest.param({"act": "raise_limit"}, 422, id="a limit without a limit"),
        pytest.param({"act": "raise_limit", "limit": "much"}, 422, id="what is no amount"),
        pytest.param({"act": "raise_limit", "limit": "0"}, 422, id="nothing"),
        pytest.param({"act": "rollback", "limit": "1Gi"}, 422, id="a rollback with a limit"),
        pytest.param({"act": "restart", "revision": 3}, 422, id="a restart with a revision"),
        pytest.param({"act": "rollback", "revision": 0}, 422, id="revision 0"),
        pytest.param({"act": "delete"}, 422, id="no such act"),
        pytest.param({"act": "rollback", "force": True}, 422, id="a field that is not there"),
        pytest.param({"act": "rollback", "incident_id": 999}, 404, id="no such incident"),
    ],
)
def test_proposals_that_cannot_be(client, incident, body, status):
    answer = client.post(URL, json={"incident_id": incident} | body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert client.get(URL).json()["items"] == []


def test_nothing_is_proposed_while_it_is_off(sqlite_engine, told, incident):
    off = _client(sqlite_engine, told, insecure_no_auth=True, mitigation="off")
    answer = off.post(URL, json={"incident_id": incident, "act": "rollback"})
    assert (answer.status_code, "LEAKWATCH_MITIGATION" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("method", "path", "least"),
    [
        ("GET", "", Role.VIEWER),
        ("GET", "/1", Role.VIEWER),
        ("GET", "/stop", Role.VIEWER),
        ("POST", "", Role.RESPONDER),
        ("POST", "/1/reject", Role.RESPONDER),
        ("POST", "/stop", Role.RESPONDER),
        ("POST", "/1/approve", Role.ADMIN),
        ("POST", "/resume", Role.ADMIN),
    ],
)
def test_who_may(sqlite_engine, told, proposed, method, path, least):
    client, tokens = _client(sqlite_engine, told), TokenService(sqlite_engine)
    for role in Role:
        headers = {"Authorization": f"Bearer {tokens.create(role.value, role, None, 'test').text}"}
        answer = client.request(method, URL + path, headers=headers, json=SAID if method == "POST" else None)
        assert (answer.status_code != 403) is role.includes(least), role


def test_acts_are_counted(client, sqlite_engine, incident):
    for state in (MitigationState.SUCCEEDED, MitigationState.SUCCEEDED, MitigationState.WATCHING):
        keep_mitigation(sqlite_engine, incident, state)
    client.post(f"{URL}/stop", json=SAID)
    told = client.get("/metrics").text
    assert 'leakwatch_mitigations_total{act="rollback",state="succeeded"} 2.0' in told
    assert 'leakwatch_mitigations_total{act="restart",state="failed"} 0.0' in told
    assert 'leakwatch_mitigations_under_way{state="watching"} 1.0' in told
    assert "leakwatch_mitigation_stopped 1.0" in told

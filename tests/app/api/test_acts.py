"""`POST /api/v1/incidents/{id}/...`, conditions, and requests that are sent again."""

import pytest

from app.domain.lifecycle import IncidentPolicy
from app.scanning.record import Recorder
from tests.support.findings import NOW, finding, report

URL = "/api/v1/incidents/1"
SAID = {"comment": "a cache"}
ACTS = {
    "acknowledge": None,
    "unacknowledge": None,
    "resolve": SAID,
    "reopen": None,
    "assign": {"assignee": "bob"},
    "comment": SAID,
    "silence": {"seconds": 3600, **SAID},
    "unsilence": None,
    "not-a-leak": SAID,
    "is-a-leak": None,
}


@pytest.fixture(autouse=True)
def _kept(sqlite_engine):
    """One open incident, number 1."""
    Recorder(sqlite_engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None).record(
        report(finding()), NOW
    )


def _lines(client):
    return [event["kind"] for event in client.get(URL).json()["events"][1:]]


def _post(client, act, body=None, **headers):
    return client.post(f"{URL}/{act}", json=body, headers={name.replace("_", "-"): v for name, v in headers.items()})


@pytest.mark.parametrize(
    ("acts", "shown", "lines"),
    [
        (["acknowledge"], {"state": "acknowledged", "acknowledged_by": "anonymous"}, ["acknowledged"]),
        (
            ["acknowledge", "unacknowledge"],
            {"state": "open", "acknowledged_by": None},
            ["acknowledged", "unacknowledged"],
        ),
        (["resolve"], {"state": "resolved"}, ["resolved"]),
        (["resolve", "reopen"], {"state": "open", "resolved_at": None}, ["resolved", "reopened"]),
        (["assign"], {"state": "open", "assignee": "bob"}, ["assigned"]),
        (["comment"], {"state": "open", "version": 2}, ["commented"]),
        (["silence", "unsilence"], {"state": "open", "silenced_until": None}, ["silenced", "unsilenced"]),
        (["not-a-leak"], {"state": "resolved"}, ["not_a_leak", "resolved"]),
        (["not-a-leak", "is-a-leak"], {"state": "resolved"}, ["not_a_leak", "resolved", "is_a_leak"]),
    ],
    ids=" then ".join,
)
def test_an_act_answers_how_it_stands_and_tells_the_timeline(client, acts, shown, lines):
    for act in acts:
        answer = _post(client, act, ACTS[act])
        assert (answer.status_code, answer.json()["changed"]) == (200, True), answer.text
    incident = answer.json()["incident"]
    assert {name: incident[name] for name in shown} == shown
    assert _lines(client) == lines
    now = client.get(URL)
    assert answer.headers["etag"] == now.headers["etag"]
    assert incident == {name: value for name, value in now.json().items() if name in incident}


@pytest.mark.parametrize("act", ["acknowledge", "resolve", "assign", "comment", "silence", "not-a-leak"])
def test_to_do_it_twice_is_to_do_it_once(client, act):
    first, second = _post(client, act, ACTS[act]), _post(client, act, ACTS[act])
    assert (first.json()["changed"], second.json()["changed"]) == (True, False)
    assert second.json()["incident"] == first.json()["incident"]


def test_silenced_until_is_a_time_and_part_of_the_etag(client):
    answer = _post(client, "silence", {"until": "2030-01-01T00:00:00Z", **SAID})
    assert answer.status_code == 400  # more than a year
    assert "within 365 days" in answer.json()["detail"]
    before = client.get(URL).headers["etag"]
    answer = _post(client, "silence", {"seconds": 60, **SAID})
    assert answer.json()["incident"]["silenced_until"].endswith("Z")
    assert (before, answer.headers["etag"].partition("-")[0]) == ('"1"', '"2')


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('"1"', 200),
        ('W/"1"', 200),
        ('"7", "1"', 200),
        ('"1-1800000000"', 200),
        ("*", 200),
        ('"2"', 412),
        ('"abc"', 412),
        ("1", 400),
        ('"1', 400),
        ("", 400),
    ],
)
def test_if_match_is_honoured(client, act, header, status):
    answer = _post(client, act, ACTS[act], If_Match=header)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.json()["type"].rpartition(":")[2] == {412: "outdated", 400: "bad-request"}[status]
        assert _lines(client) == []


@pytest.mark.parametrize(
    ("header", "status"),
    [('"1"', 304), ('W/"1"', 304), ('"3", "1"', 304), ("*", 304), ('"2"', 200), ("1", 400)],
)
def test_what_is_known_is_not_sent_again(client, header, status):
    answer = client.get(URL, headers={"If-None-Match": header})
    assert answer.status_code == status
    if status == 304:
        assert (answer.content, answer.headers["etag"]) == (b"", '"1"')


@pytest.mark.parametrize("act", ACTS)
def test_the_same_key_again_is_answered_alike(client, act):
    first = _post(client, act, ACTS[act], Idempotency_Key="key-1", If_Match='"1"')
    _post(client, "comment", {"comment": "something else meanwhile"})
    again = _post(client, act, ACTS[act], Idempotency_Key="key-1", If_Match='"1"')
    assert (again.status_code, again.content, again.headers["etag"]) == (200, first.content, first.headers["etag"])


def test_a_comment_with_a_key_is_kept_once(client):
    for _ in range(2):
        _post(client, "comment", SAID, Idempotency_Key="key-1")
        _post(client, "comment", {"comment": "in between"})
    assert _lines(client) == ["commented"] * 2


@pytest.mark.parametrize(
    ("act", "body"), [("comment", {"comment": "other"}), ("resolve", SAID)], ids=["another body", "another act"]
)
def test_the_key_with_another_request_is_refused(client, act, body):
    _post(client, "comment", SAID, Idempotency_Key="key-1")
    answer = _post(client, act, body, Idempotency_Key="key-1")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:leakwatch:problem:idempotency-key-reused")


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9".encode("latin-1")])
def test_a_key_that_cannot_be_is_named(client, key):
    answer = _post(client, "comment", SAID, Idempotency_Key=key)
    assert (answer.status_code, "Idempotency-Key" in answer.json()["detail"]) == (422, True)


def test_a_scan_with_a_key_is_begun_once(client):
    begun = [client.post("/api/v1/scans", headers={"Idempotency-Key": "key-1"}) for _ in range(2)]
    assert [one.status_code for one in begun] == [202, 202]
    assert begun[0].headers["location"] == begun[1].headers["location"]
    assert len(client.get("/api/v1/scans").json()["items"]) == 1


@pytest.mark.parametrize(
    ("act", "body", "status", "says"),
    [
        ("resolve", None, 422, "body"),
        ("resolve", {"comment": ""}, 422, "comment"),
        ("resolve", {"comment": " \u0000"}, 400, "comment"),
        ("comment", {"comment": "x" * 2001}, 422, "comment"),
        ("comment", {"comment": 7}, 422, "comment"),
        ("acknowledge", {"coment": "x"}, 422, "coment"),
        ("assign", {}, 422, "assignee"),
        ("assign", {"assignee": ""}, 422, "assignee"),
        ("silence", SAID, 422, "until or seconds"),
        ("silence", {"seconds": 5, "until": "2027-01-15T09:00:00Z", **SAID}, 422, "until or seconds"),
        ("silence", {"seconds": 0, **SAID}, 422, "seconds"),
        ("silence", {"seconds": 1e9, **SAID}, 422, "seconds"),
        ("silence", {"until": "2001-01-01T00:00:00Z", **SAID}, 400, "later than now"),
        ("silence", {"until": "9999-12-31T23:59:59-14:00", **SAID}, 422, "until"),
    ],
)
def test_wrong_input_is_named(client, act, body, status, says):
    answer = _post(client, act, body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert says in answer.json()["detail"]
    assert _lines(client) == []


def test_what_is_resolved_cannot_be_acknowledged(client):
    _post(client, "resolve", SAID)
    answer = _post(client, "acknowledge")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:leakwatch:problem:conflict")


@pytest.mark.parametrize("act", ACTS)
def test_an_incident_that_is_not_there(client, act):
    answer = client.post(f"/api/v1/incidents/9/{act}", json=ACTS[act])
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:leakwatch:problem:not-found")

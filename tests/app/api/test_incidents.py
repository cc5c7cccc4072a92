"""`/api/v1/incidents`."""

import pytest

from app.domain.finding import Severity
from app.domain.lifecycle import IncidentPolicy
from app.scanning.record import Recorder
from app.services.feedback import FeedbackService
from detectors.judgement import Verdict
from tests.support.findings import MIB, NOW, finding, report

HEALTHY = finding("mail", verdict=Verdict.HEALTHY)


@pytest.fixture(autouse=True)
def _kept(sqlite_engine):
    """Four incidents, one a minute; the first of them resolved at last."""
    found = [
        finding("mail"),
        finding("cart", severity=Severity.CRITICAL, suspect="v2"),
        finding("db", namespace="data", container="postgres"),
        finding("web", cluster="eu-1"),
    ]
    recorder = Recorder(sqlite_engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None)
    for minute, one in enumerate(found):
        at = NOW + 60 * minute
        recorder.record(report(one, cluster=one.identity.cluster, seen=("mail", "cart"), end=at), at)
    recorder.record(report(HEALTHY, seen=("cart",), namespaces=("shop",), end=NOW + 600), NOW + 600)


def _names(answer):
    assert answer.status_code == 200, answer.text
    return [one["workload"] for one in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["web", "db", "cart", "mail"]),
        ("state=open", ["web", "db", "cart"]),
        ("state=resolved", ["mail"]),
        ("state=open&state=resolved", ["web", "db", "cart", "mail"]),
        ("severity=critical", ["cart"]),
        ("namespace=data", ["db"]),
        ("workload=cart", ["cart"]),
        ("container=postgres", ["db"]),
        ("cluster=eu-1", ["web"]),
        ("cluster=", ["db", "cart", "mail"]),
        ("since=2027-01-15T08:01:30Z", ["web", "db", "mail"]),
        ("state=acknowledged", []),
    ],
)
def test_lists_what_is_asked_for_newest_first(client, query, names):
    assert _names(client.get(f"/api/v1/incidents?{query}")) == names


def test_pages_join_to_the_whole(client):
    seen, address = [], "/api/v1/incidents?limit=3&state=open&state=resolved"
    while address:
        answer = client.get(address)
        seen += _names(answer)
        address = answer.links.get("next", {}).get("url")
    assert seen == ["web", "db", "cart", "mail"]


def test_the_last_page_says_so(client):
    answer = client.get("/api/v1/incidents?limit=4")
    assert answer.json()["next_cursor"] is None
    assert "Link" not in answer.headers


def test_one_has_its_finding_timeline_and_evidence(client):
    wanted = client.get("/api/v1/incidents?workload=cart").json()["items"][0]
    one = client.get(f"/api/v1/incidents/{wanted['id']}").json()
    assert one["suspect"] == "v2"
    assert one["finding"]["pods"] == {"observed": 9, "leaking": 7}
    assert [event["kind"] for event in one["events"]] == ["opened"]
    assert one["evidence"]["opened"]["pods"][0]["floor"] == [1, None, 3]
    assert one["opened_at"] == "2027-01-15T08:01:00Z"


def test_nobody_has_said_anything_of_it(client):
    assert client.get("/api/v1/incidents/1").json()["feedback"] is None


def test_one_has_what_was_said_of_it(client, sqlite_engine):
    FeedbackService(sqlite_engine, lambda: NOW + 700).not_a_leak(2, "ann", "a cache")
    one = client.get("/api/v1/incidents/2").json()
    assert one["state"] == "resolved"
    assert one["feedback"] == {
        "growth_bytes_per_hour": 5.0 * MIB,
        "level_bytes": 390 * MIB,
        "comment": "a cache",
        "actor": "ann",
        "at": "2027-01-15T08:11:40Z",
    }
    assert [event["kind"] for event in one["events"]] == ["opened", "not_a_leak", "resolved"]
    FeedbackService(sqlite_engine).is_a_leak(2, "ann")
    assert client.get("/api/v1/incidents/2").json()["feedback"] is None


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("limit=0", 422, "limit"),
        ("limit=201", 422, "limit"),
        ("limit=x", 422, "limit"),
        ("state=closed", 422, "state"),
        ("severity=urgent", 422, "severity"),
        ("since=yesterday", 422, "since"),
        ("since=2027-01-15T08:01:30", 422, "since"),
        ("since=0001-01-01T00:00:00%2B14:00", 422, "since"),
        ("since=9999-12-31T23:59:59-14:00", 422, "since"),
        ("namespace=%00", 422, "namespace"),
        (f"workload={'x' * 256}", 422, "workload"),
        ("cursor=abc", 400, "cursor"),
        ("cursor=aWQ6MA", 400, "cursor"),
        ("cursor=aWQ6OTk5OTk5OTk5OTk5OTk5OTk5OQ", 400, "cursor"),
        ("cursor=%00", 400, "cursor"),
        (f"cursor={'a' * 201}", 422, "cursor"),
    ],
)
def test_wrong_input_is_named(client, query, status, says):
    answer = client.get(f"/api/v1/incidents?{query}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(("number", "status"), [("999", 404), ("0", 422), ("x", 422), ("9223372036854775808", 422)])
def test_one_that_is_not_there(client, number, status):
    answer = client.get(f"/api/v1/incidents/{number}")
    assert answer.status_code == status
    assert answer.json()["status"] == status

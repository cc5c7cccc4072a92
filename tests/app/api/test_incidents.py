"""`/api/v1/incidents`."""

import base64
import json

import pytest

from app.domain.finding import Severity
from app.domain.lifecycle import IncidentPolicy
from app.domain.listing import IncidentSort
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
        ("until=2027-01-15T08:01:30Z", ["cart"]),
        ("since=2027-01-15T08:01:30Z&until=2027-01-15T08:03:00Z", ["db"]),
        ("revision=v2", ["cart"]),
        ("assignee=ann", []),
        ("q=POST", ["db"]),
        ("q=%25", []),
        ("q=", ["web", "db", "cart", "mail"]),
        ("sort=urgency", ["cart", "db", "web", "mail"]),
        ("sort=id", ["mail", "cart", "db", "web"]),
        ("sort=-updated_at", ["mail", "web", "db", "cart"]),
        ("sort=-limit_at&state=open", ["web", "db", "cart"]),
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


@pytest.mark.parametrize("sort", [sort.value for sort in IncidentSort])
def test_pages_join_in_every_order(client, sort):
    seen, address = [], f"/api/v1/incidents?limit=1&sort={sort}"
    while address:
        answer = client.get(address)
        seen += _names(answer)
        address = answer.links.get("next", {}).get("url")
    assert sorted(seen) == ["cart", "db", "mail", "web"]


def test_counts_are_of_all_pages_and_states(client):
    answer = client.get("/api/v1/incidents?state=open&limit=1&namespace=shop").json()
    assert answer["counts"] == {"open": 2, "acknowledged": 0, "resolved": 1}


def test_a_cursor_is_good_for_one_order(client):
    cursor = client.get("/api/v1/incidents?limit=1&sort=growth").json()["next_cursor"]
    answer = client.get(f"/api/v1/incidents?limit=1&sort=-growth&cursor={cursor}")
    assert answer.status_code == 400
    assert "not of a list sorted by -growth" in answer.json()["detail"]


def test_the_timeline_in_pages(client, sqlite_engine):
    FeedbackService(sqlite_engine, lambda: NOW + 700).not_a_leak(2, "ann", "a cache")
    first = client.get("/api/v1/incidents/2/timeline?limit=2")
    second = client.get(first.links["next"]["url"])
    assert [one["kind"] for one in first.json()["items"]] == ["opened", "not_a_leak"]
    assert [(one["kind"], one["actor"], one["before"], one["after"]) for one in second.json()["items"]] == [
        ("resolved", "ann", "open", "resolved")
    ]
    assert second.json()["next_cursor"] is None
    newest = client.get("/api/v1/incidents/2/timeline?limit=1&sort=-id").json()["items"]
    assert [one["kind"] for one in newest] == ["resolved"]


@pytest.mark.parametrize("moment", ["opened", "latest"])
def test_evidence_to_plot(client, moment):
    plot = client.get(f"/api/v1/incidents/2/evidence?points=2&moment={moment}").json()
    assert plot["times_unix_seconds"] == [NOW - 600, NOW - 300]
    assert plot["pods"][0]["peak_bytes"] == [2, 4]
    assert (plot["limit_bytes"], plot["onset_at"]) == (512 * MIB, "2027-01-14T22:00:00Z")
    judged = NOW + 60
    assert plot["forecast"]["times_unix_seconds"] == [judged, judged + 60_000, judged + 80_000, judged + 100_000]
    assert plot["forecast"]["p10_bytes"] == [400 * MIB, 512 * MIB, None, None]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("999/timeline", 404),
        ("999/evidence", 404),
        ("1/timeline?cursor=abc", 400),
        ("1/timeline?sort=at", 422),
        ("1/evidence?points=1", 422),
        ("1/evidence?points=2001", 422),
        ("1/evidence?moment=now", 422),
    ],
)
def test_what_cannot_be_had_of_one(client, path, status):
    assert client.get(f"/api/v1/incidents/{path}").status_code == status


def _word(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "word"),
    [
        ("growth", _word("growth", 0, float("nan"), 5)),
        ("growth", _word("growth", 0, float("inf"), 5)),
        ("growth", f"{_word('growth', 0, 1.0, 5)}!"),
        ("growth", _word("growth", 0, "1", 5)),
        ("growth", _word("growth", 0, True, 5)),
        ("growth", _word("growth", 0, 1.0, 0)),
        ("growth", _word("growth", 0, 1.0, 2**63)),
        ("growth", _word("growth", 0, 1.0)),
        ("opened_at", _word("opened_at", 0, 1e12, 5)),
        ("opened_at", _word("opened_at", 0, -1.0, 5)),
        ("urgency", _word("urgency", -1, 1.0, 5)),
        ("urgency", _word("urgency", [], 1.0, 5)),
        ("id", _word({}, 0, None, 5)),
    ],
)
def test_a_cursor_that_was_made_up_is_refused(client, sort, word):
    answer = client.get(f"/api/v1/incidents?sort={sort}&cursor={word}")
    assert (answer.status_code, "cursor" in answer.json()["detail"]) == (400, True)


def test_a_cursor_with_a_whole_number_that_no_database_holds(client):
    assert _names(client.get(f"/api/v1/incidents?sort=growth&cursor={_word('growth', 0, 10**100, 5)}")) == []


@pytest.mark.parametrize("sort", [sort.value for sort in IncidentSort])
def test_a_cursor_without_a_value_is_one_at_most(client, sort):
    assert client.get(f"/api/v1/incidents?sort={sort}&cursor={_word(sort, 0, None, 5)}").status_code in {200, 400}


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


def test_one_says_what_to_do(client):
    wanted = client.get("/api/v1/incidents?workload=cart").json()["items"][0]
    first = client.get(f"/api/v1/incidents/{wanted['id']}").json()["advice"][0]
    assert first["title"] == "Roll back to v1"
    assert first["commands"][-1] == "kubectl -n shop rollout undo deployment/cart"
    assert "advice" not in wanted


def test_nothing_is_to_do_about_one_that_is_over(client):
    wanted = client.get("/api/v1/incidents?state=resolved").json()["items"][0]
    assert client.get(f"/api/v1/incidents/{wanted['id']}").json()["advice"] == []


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
        ("sort=name", 422, "sort"),
        ("q=%00", 422, "q"),
        (f"q={'x' * 256}", 422, "q"),
        ("until=9999-12-31T23:59:59-14:00", 422, "until"),
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

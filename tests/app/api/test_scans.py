"""`/api/v1/scans`."""

import threading

from app.errors import SourceUnreachable
from tests.support.findings import finding, report
from tests.support.servers import wait_until


def _ended(client, address):
    def look():
        scan = client.get(address).json()
        return scan if scan["state"] != "running" else None

    return wait_until(look, "the scan has ended")


def test_a_scan_on_demand(client, told):
    told.report = report(finding())
    begun = client.post("/api/v1/scans")
    assert begun.status_code == 202
    scan = _ended(client, begun.headers["location"])
    assert (scan["id"], scan["trigger"], scan["state"], scan["leaks"]) == (begun.json()["id"], "api", "succeeded", 1)
    assert scan["summary"]["source"] == "query_range"
    assert [one["workload"] for one in client.get("/api/v1/incidents").json()["items"]] == ["cart"]


def test_one_at_a_time(client, told):
    told.released = threading.Event()
    begun = client.post("/api/v1/scans")
    again = client.post("/api/v1/scans")
    told.released.set()
    assert (again.status_code, again.json()["type"]) == (409, "urn:leakwatch:problem:scan-in-progress")
    assert again.headers["retry-after"] == "5"
    assert _ended(client, begun.headers["location"])["state"] == "succeeded"


def test_one_that_fails_says_why(client, told):
    told.error = SourceUnreachable("http://x: cannot connect", "is it up?")
    scan = _ended(client, client.post("/api/v1/scans").headers["location"])
    assert (scan["state"], scan["error"]) == ("failed", "http://x: cannot connect; is it up?")
    assert scan["summary"] is None


def test_lists_newest_first_in_pages(client, told):
    for error in (None, SourceUnreachable("x"), None):
        told.error = error
        _ended(client, client.post("/api/v1/scans").headers["location"])
    first = client.get("/api/v1/scans?limit=2")
    assert [one["id"] for one in first.json()["items"]] == [3, 2]
    second = client.get(first.links["next"]["url"])
    assert [one["id"] for one in second.json()["items"]] == [1]
    assert [one["id"] for one in client.get("/api/v1/scans?state=failed").json()["items"]] == [2]


def test_a_page_of_another_site_cannot_begin_one(client):
    answer = client.post("/api/v1/scans", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert client.get("/api/v1/scans").json()["items"] == []


def test_our_own_pages_can(client):
    answer = client.post("/api/v1/scans", headers={"Origin": "http://testserver"})
    assert answer.status_code == 202
    _ended(client, answer.headers["location"])


def test_one_that_is_not_there(client):
    assert client.get("/api/v1/scans/7").status_code == 404

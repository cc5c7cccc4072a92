"""`/api/v1/workloads`."""

import pytest

from app.domain.listing import WorkloadSort
from app.scanning.verdicts import VerdictRecorder
from detectors.judgement import Quantiles, Verdict
from tests.support.findings import NOW, finding, report
from tests.support.servers import wait_until

SOON = Quantiles(10.0, 20.0, 30.0)
CART = finding("cart", probability=0.9)
FOUND = (
    CART,
    finding("db", Verdict.HEALTHY, namespace="data", container="postgres", probability=0.2, time_to_limit=SOON),
    finding("web", Verdict.HEALTHY, cluster="eu-1", probability=0.1, time_to_limit=None),
    finding("job", Verdict.INSUFFICIENT_DATA, probability=0.05, time_to_limit=None),
)


def _keep(engine, *findings, at=NOW):
    VerdictRecorder(engine, 1, lambda session: None).record(report(*findings, end=at))


@pytest.fixture(autouse=True)
def _kept(sqlite_engine):
    _keep(sqlite_engine, *FOUND)


def _names(answer):
    assert answer.status_code == 200, answer.text
    return [one["workload"] for one in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["cart", "db", "web", "job"]),
        ("sort=probability", ["job", "web", "db", "cart"]),
        ("sort=id", ["cart", "db", "web", "job"]),
        ("sort=-judged_at", ["job", "web", "db", "cart"]),
        ("sort=growth", ["cart", "db", "web", "job"]),
        ("sort=limit_at", ["db", "cart", "web", "job"]),
        ("sort=-limit_at", ["job", "web", "cart", "db"]),
        ("verdict=healthy", ["db", "web"]),
        ("verdict=healthy&verdict=leak", ["cart", "db", "web"]),
        ("namespace=data", ["db"]),
        ("workload=web", ["web"]),
        ("container=postgres", ["db"]),
        ("cluster=eu-1", ["web"]),
        ("q=POST", ["db"]),
        ("q=%25", []),
    ],
)
def test_lists_what_is_asked_for(client, query, names):
    assert _names(client.get(f"/api/v1/workloads?{query}")) == names


@pytest.mark.parametrize("sort", list(WorkloadSort))
@pytest.mark.parametrize("limit", [1, 3])
def test_pages_join_to_the_whole(client, sort, limit):
    seen, address = [], f"/api/v1/workloads?limit={limit}&sort={sort}"
    while address:
        answer = client.get(address)
        seen += _names(answer)
        address = answer.links.get("next", {}).get("url")
    assert sorted(seen) == ["cart", "db", "job", "web"]
    assert seen == _names(client.get(f"/api/v1/workloads?sort={sort}"))


def test_counts_heed_all_filters_but_the_verdict(client):
    answer = client.get("/api/v1/workloads?verdict=leak&namespace=shop").json()
    assert answer["counts"] == {"leak": 1, "healthy": 1, "insufficient_data": 1}


def test_one_with_its_past_in_pages(client, sqlite_engine):
    for hour in (1, 2):
        _keep(sqlite_engine, CART, at=NOW + 3600 * hour)
    first = client.get(f"/api/v1/workloads/{CART.fingerprint}?limit=2")
    second = client.get(first.links["next"]["url"])
    assert first.json()["judged_at"] == "2027-01-15T10:00:00Z"
    assert first.json()["finding"]["reasons"] == [{"code": "rising_floor", "text": "the floor rose by 84 MiB"}]
    past = [line["at"] for page in (first, second) for line in page.json()["history"]]
    assert past == ["2027-01-15T10:00:00Z", "2027-01-15T09:00:00Z", "2027-01-15T08:00:00Z"]
    assert second.json()["next_cursor"] is None


def test_a_scan_keeps_them(client, told):
    told.report = report(finding("mail", Verdict.HEALTHY))
    address = client.post("/api/v1/scans").headers["location"]
    wait_until(lambda: client.get(address).json()["state"] == "succeeded", "the scan has succeeded")
    (mail,) = client.get("/api/v1/workloads?workload=mail").json()["items"]
    assert (mail["verdict"], mail["scan_id"]) == ("healthy", client.get(address).json()["id"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("0123456789abcdef", 404),
        ("0123456789ABCDEF", 422),
        ("x", 422),
        (f"{CART.fingerprint}?cursor=abc", 400),
        (f"{CART.fingerprint}?limit=0", 422),
        ("?sort=name", 422),
        ("?verdict=maybe", 422),
        (f"?q={'x' * 256}", 422),
    ],
)
def test_wrong_input_is_refused(client, path, status):
    answer = client.get(f"/api/v1/workloads{'' if path[0] == '?' else '/'}{path}")
    assert (answer.status_code, answer.json()["status"]) == (status, status)

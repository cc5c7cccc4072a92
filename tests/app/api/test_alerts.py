"""`/webhooks/alertmanager`, `/api/v1/alerts`, and the alerts of an incident."""

import sqlite3

import pytest
from fastapi.testclient import TestClient

from app.alertmanager.intake import AlertIntake, writer
from app.domain.lifecycle import IncidentPolicy
from app.scanning.record import Recorder
from tests.support.findings import NOW, finding, report
from tests.support.notifications import alert, payload
from tests.support.servers import wait_until

HOOK = "/webhooks/alertmanager"
SENT = payload(
    alert("KubePodCrashLooping", fingerprint="f1", deployment="cart"),
    alert("KubeContainerOOMKilled", fingerprint="f2", deployment="mail", container="app", cluster="eu"),
    alert("Watchdog", "resolved", fingerprint="f3", ends_at="2027-01-15T09:00:00Z"),
)


@pytest.fixture
def sent(client, sqlite_engine):
    """One incident, and three alerts of which one is about it."""
    recorder = Recorder(sqlite_engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None)
    recorder.record(report(finding("cart"), end=NOW), NOW)
    answer = client.post(HOOK, json=SENT)
    assert (answer.status_code, answer.json()) == (200, {"alerts": 3, "set_aside": 0})


def test_what_makes_no_sense_does_not_keep_out_the_rest(client):
    answer = client.post(HOOK, json=payload(alert(), {"status": "firing"}))
    assert (answer.status_code, answer.json()) == (200, {"alerts": 1, "set_aside": 1})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"alerts": 1}'])
def test_what_is_no_notification_is_refused_for_good(client, body):
    answer = client.post(HOOK, content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_content_type_does_not_matter(client):
    assert client.post(HOOK, content=b'{"alerts": []}', headers={"content-type": "text/plain"}).status_code == 200


def test_a_database_that_fails_is_a_503_with_a_time_to_come_again(client, sqlite_engine):
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alerts")
    answer = client.post(HOOK, json=SENT)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_database_that_is_locked_is_a_503(app, sqlite_engine):
    services = app.state.services
    intake = AlertIntake(writer(sqlite_engine), patience=0.2)
    intake.start()
    object.__setattr__(services.alerts, "intake", intake)
    with sqlite3.connect(sqlite_engine.url.database, isolation_level=None) as other, TestClient(app) as client:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post(HOOK, json=SENT)
        other.execute("ROLLBACK")
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:leakwatch:problem:overloaded")
        wait_until(lambda: client.post(HOOK, json=SENT).status_code == 200, "it is taken again")
    other.close()
    assert intake.stop()


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"KubePodCrashLooping", "KubeContainerOOMKilled", "Watchdog"}),
        ("status=firing", {"KubePodCrashLooping", "KubeContainerOOMKilled"}),
        ("status=firing&status=resolved&kind=other", {"Watchdog"}),
        ("kind=oom&kind=restart", {"KubePodCrashLooping", "KubeContainerOOMKilled"}),
        ("name=Watchdog", {"Watchdog"}),
        ("cluster=eu", {"KubeContainerOOMKilled"}),
        ("namespace=data", set()),
        ("workload=mail", {"KubeContainerOOMKilled"}),
        ("container=app", {"KubeContainerOOMKilled"}),
        ("incident_id=1", {"KubePodCrashLooping"}),
        ("since=2100-01-01T00:00:00Z", set()),
    ],
)
def test_lists_what_is_asked_for(client, query, names):
    answer = client.get(f"/api/v1/alerts?{query}")
    assert answer.status_code == 200, answer.text
    assert {one["name"] for one in answer.json()["items"]} == names


@pytest.mark.usefixtures("sent")
def test_pages_join_to_the_whole(client):
    seen, address = [], "/api/v1/alerts?limit=2"
    while address:
        answer = client.get(address)
        seen += [one["id"] for one in answer.json()["items"]]
        address = answer.links["next"]["url"] if "next" in answer.links else None
    assert seen == [3, 2, 1]


@pytest.mark.usefixtures("sent")
def test_one_alert(client):
    (listed,) = client.get("/api/v1/alerts?name=Watchdog").json()["items"]
    one = client.get(f"/api/v1/alerts/{listed['id']}").json()
    assert one == listed
    assert (one["starts_at"], one["ends_at"]) == ("2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z")


@pytest.mark.usefixtures("sent")
def test_the_alerts_of_an_incident(client):
    answer = client.get("/api/v1/incidents/1/alerts")
    assert [one["name"] for one in answer.json()["items"]] == ["KubePodCrashLooping"]


@pytest.mark.parametrize("address", ["/api/v1/alerts/9", "/api/v1/incidents/9/alerts"])
def test_what_is_not_there(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "says"), [("status=x", "status"), ("kind=x", "kind"), ("name=%00", "name"), ("incident_id=0", "incident")]
)
def test_wrong_input_is_named(client, query, says):
    answer = client.get(f"/api/v1/alerts?{query}")
    assert answer.status_code == 422
    assert says in answer.json()["detail"]

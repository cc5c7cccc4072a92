"""Health, metrics, the reference, and errors of every kind."""

import time

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from alert_rules import conventions
from app.alertmanager.push import RESULTS
from app.domain.finding import Severity
from app.errors import SourceUnreachable
from app.main import create_app
from app.services.health import HealthService
from app.settings import load_settings
from app.storage import scans
from app.storage.engine import transaction
from app.storage.scans import Outcome
from tests.support.findings import finding, report
from tests.support.notifications import alert, payload
from tests.support.servers import wait_until

# A gate's "no" is an answer, not a problem: Flagger shows its text.
_NO_OF_FLAGGER = ("/webhooks/flagger/{hook}", "409")


def _scan(client):
    address = client.post("/api/v1/scans").headers["location"]
    wait_until(lambda: client.get(address).json()["state"] != "running", "the scan has ended")


def _break_database(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE scans")
        connection.exec_driver_sql("ALTER TABLE incidents RENAME TO gone")


def test_alive(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("broken", [False, True])
def test_probes_that_ask_for_the_head_alone_are_told_the_same(client, sqlite_engine, path, broken):
    if broken:
        _break_database(sqlite_engine)
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.headers["content-length"]) == (whole.status_code, whole.headers["content-length"])
    assert head.content == b""


def test_ready_at_the_start(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_not_ready_after_a_failed_scan_and_ready_again_after_a_good_one(client, told):
    told.error = SourceUnreachable("http://x: cannot connect")
    _scan(client)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "cannot connect" in answer.json()["detail"]
    told.error = None
    _scan(client)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/readyz", "/readyz?exclude=scans"])
def test_not_ready_without_the_database(client, sqlite_engine, path):
    _break_database(sqlite_engine)
    answer = client.get(path)
    assert answer.status_code == 503
    assert not any(check["ok"] for check in answer.json()["checks"])


def test_a_replica_can_serve_after_a_failed_scan(client, told):
    told.error = SourceUnreachable("http://x: cannot connect")
    _scan(client)
    answer = client.get("/readyz?exclude=scans")
    assert (answer.status_code, [check["name"] for check in answer.json()["checks"]]) == (200, ["database"])


@pytest.mark.parametrize("query", ["exclude=database", "exclude=", "exclude=scans&exclude=scans"])
def test_no_other_check_can_be_left_out(client, query):
    assert client.get(f"/readyz?{query}").status_code == 422


def test_alive_without_the_database(client, sqlite_engine):
    _break_database(sqlite_engine)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("since", "ok"), [(99.0, True), (101.0, False)])
def test_not_ready_when_no_scan_has_ended_for_too_long(sqlite_engine, since, ok):
    with transaction(sqlite_engine) as session:
        scan_id = scans.add(session, "schedule", 1000.0)
        scans.finish(session, scan_id, Outcome(scans.ScanState.SUCCEEDED, 1000.0, complete=True))
    health = HealthService(sqlite_engine, started_at=500.0, longest_silence=100.0, now=lambda: 1000.0 + since)
    assert health.checks()[1].ok is ok


def test_a_failure_before_the_start_does_not_count(sqlite_engine):
    with transaction(sqlite_engine) as session:
        scan_id = scans.add(session, "schedule", 1000.0)
        scans.finish(session, scan_id, Outcome(scans.ScanState.ABANDONED, 1000.0, error="stopped"))
    health = HealthService(sqlite_engine, started_at=1001.0, longest_silence=100.0, now=lambda: 1002.0)
    assert health.checks()[1].ok


def _metrics(client):
    text = client.get("/metrics").text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_of_what_alertmanager_sent(client):
    client.post("/webhooks/alertmanager", json=payload(alert(), {"status": "firing"}))
    client.post("/webhooks/alertmanager", content=b"{")
    metrics = _metrics(client)
    notifications = {
        key[1][1]: value for key, value in metrics.items() if key[0] == "leakwatch_webhook_notifications_total"
    }
    assert notifications == {"kept": 1, "malformed": 1, "failed": 0}
    alerts = {key[1][1]: value for key, value in metrics.items() if key[0] == "leakwatch_webhook_alerts_total"}
    assert alerts == {"kept": 1, "set_aside": 1}


def test_metrics_of_scans_and_incidents(client, told):
    told.report = report(finding(severity=Severity.CRITICAL))
    _scan(client)
    told.error = SourceUnreachable("x")
    _scan(client)
    metrics = _metrics(client)
    assert metrics["leakwatch_scans_total", ("state", "succeeded")] == 1
    assert metrics["leakwatch_scans_total", ("state", "failed")] == 1
    assert metrics["leakwatch_scan_samples",] == 1000
    cost = {name: metrics[f"leakwatch_scan_cost_{name}",] for name in ("queries", "samples", "bytes", "seconds")}
    assert cost == {"queries": 5, "samples": 2000, "bytes": 30_000, "seconds": 0.4}
    assert metrics["leakwatch_scan_duration_seconds", ("stage", "judge")] == pytest.approx(0.3)
    assert metrics["leakwatch_incidents", ("severity", "critical"), ("state", "open")] == 1
    assert metrics["leakwatch_incidents", ("severity", "info"), ("state", "open")] == 0
    assert time.time() - metrics["leakwatch_scan_last_success_timestamp_seconds",] < 60


def test_a_scan_tells_what_it_cost(client, told):
    told.report = report(finding())
    _scan(client)
    (scan,) = client.get("/api/v1/scans").json()["items"]
    assert scan["cost"] == {"queries": 5, "samples": 2000, "bytes": 30_000, "seconds": 0.4}


def test_pushes_to_each_alertmanager_are_counted_from_zero(sqlite_engine, told):
    """Or the first that fails would be no increase."""
    settings = load_settings(insecure_no_auth=True, alertmanager_urls="http://a:9093,http://b:9093")
    metrics = _metrics(TestClient(create_app(settings, sqlite_engine, told)))
    pushes = {key[1:]: value for key, value in metrics.items() if key[0] == "leakwatch_alertmanager_push_total"}
    assert pushes == {
        (("alertmanager", url), ("result", result)): 0
        for url in ("http://a:9093", "http://b:9093")
        for result in RESULTS
    }


def test_every_metric_of_the_conventions_is_there(client):
    names = {line.split()[2] for line in client.get("/metrics").text.splitlines() if line.startswith("# TYPE")}
    assert {metric.name for metric in conventions.ALL} <= names


def test_without_the_database_incidents_are_absent_and_not_zero(client, sqlite_engine):
    _break_database(sqlite_engine)
    names = {key[0] for key in _metrics(client)}
    assert not names & {"leakwatch_incidents", "leakwatch_scan_complete", "leakwatch_scan_samples"}


def test_what_is_known_of_the_last_scan_outlives_a_restart(app, told, sqlite_engine):
    with TestClient(app) as client:
        _scan(client)
        before = _metrics(client)["leakwatch_scan_last_success_timestamp_seconds",]
    with TestClient(
        create_app(load_settings(scan_on_start=False, insecure_no_auth=True), sqlite_engine, told)
    ) as client:
        assert _metrics(client)["leakwatch_scan_last_success_timestamp_seconds",] == before


def test_before_the_first_scan_nothing_is_said_of_it(client):
    assert "leakwatch_scan_complete" not in {key[0] for key in _metrics(client)}


def test_requests_are_counted_by_route_and_not_by_address(client):
    client.get("/api/v1/incidents/41")
    client.get("/api/v1/incidents/42")
    client.get("/nowhere/43")
    counts = {key[1:]: value for key, value in _metrics(client).items() if key[0].endswith("_seconds_count")}
    routes = {dict(labels)["route"]: value for labels, value in counts.items()}
    assert routes["/api/v1/incidents/{incident_id}"] == 2
    assert routes["unmatched"] == 1


def test_the_reference_shows_every_operation(client):
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page.text


def test_the_reference_shows_names_as_code(client):
    page = client.get("/docs").text
    assert "`" not in page
    assert "<code>Idempotency-Key</code>" in page


def test_the_reference_loads_nothing_from_elsewhere(client):
    page = client.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    assert client.get("/docs/style.css").headers["content-type"].startswith("text/css")


def test_every_operation_tells_its_problems(client):
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and (path, status) != _NO_OF_FLAGGER:
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)
    assert "HTTPValidationError" not in str(document)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/api/v1/incidents", 405, "method-not-allowed"),
        ("GET", "/api/v1/incidents/0", 422, "invalid-request"),
    ],
)
def test_every_error_is_a_problem(client, method, path, status, kind):
    answer = client.request(method, path)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, f"urn:leakwatch:problem:{kind}")
    assert problem["instance"] == path
    assert problem["title"]


@pytest.mark.parametrize("method", ["OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/incidents", {"GET"}),
        ("/api/v1/scans", {"GET", "POST"}),
        ("/api/v1/silences/7", {"GET", "PUT"}),
        ("/grafana/annotations", {"GET", "POST"}),
        ("/api/v1/incidents/7/resolve", {"POST"}),
    ],
)
def test_a_method_that_is_refused_is_told_all_that_are_taken(client, method, path, methods):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == methods


def test_what_an_address_takes_is_told_under_the_path_of_a_proxy_too(sqlite_engine, told):
    settings = load_settings(scan_on_start=False, insecure_no_auth=True, root_path="/leakwatch")
    with TestClient(create_app(settings, sqlite_engine, told)) as client:
        answer = client.delete("/leakwatch/api/v1/scans")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_a_failing_database_is_a_503_that_says_to_try_again(client, sqlite_engine):
    _break_database(sqlite_engine)
    answer = client.get("/api/v1/incidents")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:leakwatch:problem:database-unavailable")
    assert answer.headers["retry-after"] == "5"


def test_a_fault_of_ours_is_a_500_without_its_details(app):
    @app.get("/fault")
    def fault():
        raise ZeroDivisionError("a secret")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/fault")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:leakwatch:problem:failed")
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/docs", "/healthz", "/nowhere", "/api/v1/incidents"])
def test_every_answer_is_hardened(client, path):
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"

"""The OpenAPI document says enough to make a client from, and says of headers what is sent."""

import time

import pytest
from fastapi.testclient import TestClient

from app.api.openapi import TAGS
from app.domain.lifecycle import IncidentPolicy
from app.main import create_app
from app.output.document import rfc3339
from app.scanning.record import Recorder
from app.settings import load_settings
from tests.support.findings import NOW, finding, report

TOLD = {"location", "link", "etag", "retry-after", "www-authenticate"}
INCIDENT, SILENCE = "/api/v1/incidents/{incident_id}", "/api/v1/silences/{silence_id}"
# Clients that were made of the document call operations by these names: some may come, none may change.
OPERATION_IDS = {
    "ask_gate": "GET /api/v1/gate",
    "answer_flagger": "POST /webhooks/flagger/{hook}",
    "take_alertmanager_notification": "POST /webhooks/alertmanager",
    "list_incidents": "GET /api/v1/incidents",
    "get_incident": f"GET {INCIDENT}",
    "get_incident_timeline": f"GET {INCIDENT}/timeline",
    "get_incident_evidence": f"GET {INCIDENT}/evidence",
    "list_incident_alerts": f"GET {INCIDENT}/alerts",
    "acknowledge_incident": f"POST {INCIDENT}/acknowledge",
    "unacknowledge_incident": f"POST {INCIDENT}/unacknowledge",
    "resolve_incident": f"POST {INCIDENT}/resolve",
    "reopen_incident": f"POST {INCIDENT}/reopen",
    "assign_incident": f"POST {INCIDENT}/assign",
    "comment_on_incident": f"POST {INCIDENT}/comment",
    "silence_incident": f"POST {INCIDENT}/silence",
    "unsilence_incident": f"POST {INCIDENT}/unsilence",
    "mark_not_a_leak": f"POST {INCIDENT}/not-a-leak",
    "mark_a_leak": f"POST {INCIDENT}/is-a-leak",
    "list_alerts": "GET /api/v1/alerts",
    "get_alert": "GET /api/v1/alerts/{alert_id}",
    "list_mitigations": "GET /api/v1/mitigations",
    "propose_mitigation": "POST /api/v1/mitigations",
    "get_mitigation_stop": "GET /api/v1/mitigations/stop",
    "stop_mitigations": "POST /api/v1/mitigations/stop",
    "resume_mitigations": "POST /api/v1/mitigations/resume",
    "get_mitigation": "GET /api/v1/mitigations/{mitigation_id}",
    "approve_mitigation": "POST /api/v1/mitigations/{mitigation_id}/approve",
    "reject_mitigation": "POST /api/v1/mitigations/{mitigation_id}/reject",
    "list_silences": "GET /api/v1/silences",
    "create_silence": "POST /api/v1/silences",
    "get_silence": f"GET {SILENCE}",
    "edit_silence": f"PUT {SILENCE}",
    "expire_silence": f"POST {SILENCE}/expire",
    "list_workloads": "GET /api/v1/workloads",
    "get_workload": "GET /api/v1/workloads/{fingerprint}",
    "list_scans": "GET /api/v1/scans",
    "begin_scan": "POST /api/v1/scans",
    "get_scan": "GET /api/v1/scans/{scan_id}",
    "list_tokens": "GET /api/v1/tokens",
    "create_token": "POST /api/v1/tokens",
    "revoke_token": "POST /api/v1/tokens/{token_id}/revoke",
    "list_annotations": "GET /grafana/annotations",
    "query_annotations": "POST /grafana/annotations",
    "check_grafana_connection": "GET /grafana/",
    "search_grafana_targets": "POST /grafana/search",
    "list_filter_keys": "POST /grafana/tag-keys",
    "list_filter_values": "POST /grafana/tag-values",
    "query_grafana": "POST /grafana/query",
    "list_grafana_metrics": "POST /grafana/metrics",
    "list_metric_payload_options": "POST /grafana/metric-payload-options",
    "list_variable_values": "POST /grafana/variable",
    "get_liveness": "GET /healthz",
    "get_readiness": "GET /readyz",
    "get_metrics": "GET /metrics",
}


@pytest.fixture
def document(app):
    return app.openapi()


def _operations(document):
    return [
        (f"{method.upper()} {path}", operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def _bodies(document):
    """The schema of each body that is sent, by operation, without references."""
    for name, operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            for one in schema.get("anyOf", [schema]):
                reference = one.get("$ref", "").rpartition("/")[2]
                yield name, document["components"]["schemas"][reference] if reference else one


def _fields(document):
    """(what it is of, its name, its schema) of every field of every model."""
    models = [*document["components"]["schemas"].items(), *_bodies(document)]
    for owner, model in models:
        for name, field in model.get("properties", {}).items():
            yield owner, name, field
            for inner, of in field.get("items", {}).get("properties", {}).items():
                yield f"{owner} {name}", inner, of


def test_every_model_and_field_has_a_description(document):
    models = [name for name, model in document["components"]["schemas"].items() if not model.get("description")]
    assert models == []
    assert [(owner, name) for owner, name, field in _fields(document) if not field.get("description")] == []


def test_every_field_that_may_be_null_says_what_null_means(document):
    lacking = [
        (owner, name)
        for owner, name, field in _fields(document)
        if {"type": "null"} in field.get("anyOf", []) and "null" not in field["description"].lower()
    ]
    assert lacking == []


def test_every_time_is_one_for_a_client(document):
    lacking = [
        (owner, name)
        for owner, name, field in _fields(document)
        if name.endswith("_at") and "date-time" not in {one.get("format") for one in field.get("anyOf", [field])}
    ]
    assert lacking == []


def test_every_parameter_has_a_description(document):
    lacking = [
        (name, parameter["name"])
        for name, operation in _operations(document)
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
    ]
    assert lacking == []


def test_what_must_be_sent_has_an_example_or_a_model(document):
    lacking = [
        (name, field)
        for name, model in _bodies(document)
        for field in model.get("required", [])
        if not {"examples", "$ref", "items"} & model["properties"][field].keys()
    ]
    assert lacking == []


def test_every_reference_leads_somewhere(document):
    def references(part):
        if isinstance(part, dict):
            yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            part = list(part.values())
        for one in part if isinstance(part, list) else []:
            yield from references(one)

    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= there


def test_every_operation_tells_what_it_is(document):
    lacking = [
        name for name, operation in _operations(document) if not (operation["summary"] and operation.get("description"))
    ]
    assert lacking == []


def test_operations_keep_their_names(document):
    assert {operation["operationId"]: name for name, operation in _operations(document)} == OPERATION_IDS


def test_every_tag_is_used_and_described(document):
    used = {tag for _, operation in _operations(document) for tag in operation["tags"]}
    assert used == set(TAGS)
    assert {tag["name"]: tag["description"] for tag in document["tags"]} == TAGS


@pytest.fixture
def kept(sqlite_engine):
    """Two incidents, so that their list has a second page."""
    recorder = Recorder(sqlite_engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None)
    recorder.record(report(finding("mail"), finding("cart")), NOW)


def _silence():
    matcher = {"name": "namespace", "op": "=", "value": "shop"}
    return {"matchers": [matcher], "ends_at": rfc3339(time.time() + 3600), "comment": "deploying"}


def _documented(document, operation_id, answer):
    """Those of the headers that an answer has which the document knows of, and those it does not."""
    operation = next(one for _, one in _operations(document) if one["operationId"] == operation_id)
    known = {name.lower() for name in operation["responses"][str(answer.status_code)].get("headers", {})}
    sent = TOLD & {name.lower() for name in answer.headers}
    return sent & known, sent - known


@pytest.mark.parametrize(
    ("operation_id", "method", "path", "more", "status", "headers"),
    [
        ("list_incidents", "GET", "/api/v1/incidents?limit=1", {}, 200, {"link"}),
        ("get_incident_timeline", "GET", "/api/v1/incidents/1/timeline?limit=1", {}, 200, {"link"}),
        ("list_silences", "GET", "/api/v1/silences?limit=1", {}, 200, {"link"}),
        ("get_incident", "GET", "/api/v1/incidents/1", {}, 200, {"etag"}),
        ("get_incident", "GET", "/api/v1/incidents/1", {"headers": {"If-None-Match": "*"}}, 304, {"etag"}),
        ("comment_on_incident", "POST", "/api/v1/incidents/1/comment", {"json": {"comment": "x"}}, 200, {"etag"}),
        ("get_silence", "GET", "/api/v1/silences/1", {}, 200, {"etag"}),
        ("edit_silence", "PUT", "/api/v1/silences/1", {"json": _silence()}, 200, {"etag"}),
        ("expire_silence", "POST", "/api/v1/silences/1/expire", {}, 200, {"etag"}),
        ("create_silence", "POST", "/api/v1/silences", {"json": _silence()}, 201, {"etag", "location"}),
        ("begin_scan", "POST", "/api/v1/scans", {}, 202, {"location"}),
    ],
)
def test_the_headers_of_an_answer_are_documented(
    client, document, kept, operation_id, method, path, more, status, headers
):
    client.post("/api/v1/incidents/1/comment", json={"comment": "a second line"})
    for _ in range(2):
        client.post("/api/v1/silences", json=_silence())
    answer = client.request(method, path, **more)
    assert answer.status_code == status, answer.text
    assert _documented(document, operation_id, answer) == (headers, set())


def test_the_headers_of_a_failing_database_are_documented(client, document, sqlite_engine):
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE scans")
    assert _documented(document, "list_scans", client.get("/api/v1/scans")) == ({"retry-after"}, set())


def test_the_headers_of_a_refusal_are_documented(sqlite_engine, told):
    app = create_app(load_settings(scan_on_start=False), sqlite_engine, told)
    with TestClient(app) as client:
        none = client.get("/api/v1/scans")
        guesses = [client.get("/api/v1/scans", headers={"Authorization": "Bearer wrong"}) for _ in range(21)]
    assert (none.status_code, guesses[-1].status_code) == (401, 429)
    assert _documented(app.openapi(), "list_scans", none) == ({"www-authenticate"}, set())
    assert _documented(app.openapi(), "list_scans", guesses[-1]) == ({"retry-after"}, set())


@pytest.mark.parametrize("tag", TAGS)
def test_the_reference_describes_every_tag(client, tag):
    section = client.get("/docs").text.partition(f'<section id="{tag}">')[2].partition("<article>")[0]
    assert "<p>" in section


def test_the_reference_names_the_headers_of_answers(client):
    assert "<code>Retry-After</code>" in client.get("/docs").text

"""Who may use which part of the API."""

import base64

import pytest
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.api import access
from app.api.access import WEBHOOK_SECURITY, principal_of
from app.domain.access import Role
from app.main import create_app
from app.services.tokens import TokenService
from app.settings import load_settings

HEALTH = {"/healthz", "/readyz"}
OPEN = HEALTH | {"/sign-in", "/static/1/1"}
TESTS = "/webhooks/test"


def _app(sqlite_engine, told, **settings):
    app = create_app(load_settings(scan_on_start=False, **settings), sqlite_engine, told)
    router = APIRouter(tags=["test"])

    @router.post(TESTS, openapi_extra={"security": WEBHOOK_SECURITY})
    def hook(request: Request) -> str:
        return principal_of(request).name

    app.include_router(router)
    return app


@pytest.fixture
def app(sqlite_engine, told):
    return _app(sqlite_engine, told, webhook_token="h00k", webhook_username="am", webhook_password="pass")


@pytest.fixture
def tokens(sqlite_engine):
    """Headers with a token of each role."""
    service = TokenService(sqlite_engine)
    texts = {role: service.create(role.value, role, None, "test").text for role in Role}
    return {role: {"Authorization": f"Bearer {text}"} for role, text in texts.items()}


def _routes(app):
    """(method, path with something for each parameter, route) of all that there is."""
    for route in _flat(app.routes):
        path = route.path
        for name in route.param_convertors:
            path = path.replace(f"{{{name}}}", "1")
        for method in route.methods - {"HEAD"}:
            yield method, path, route


def _flat(routes):
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _flat(getattr(getattr(route, "original_router", None), "routes", []))


def test_there_are_routes_to_look_at(app):
    assert {"/api/v1/incidents", "/metrics", "/docs", "/openapi.json"} <= {path for _, path, _ in _routes(app)}


def test_without_a_token_everything_but_health_and_the_way_in_is_shut(client, app):
    let_in = {
        path
        for method, path, _ in _routes(app)
        if client.request(method, path, follow_redirects=False).status_code != 401
    }
    assert let_in == OPEN


def _calls(dependant):
    return {one.call for one in dependant.dependencies} | {
        call for one in dependant.dependencies for call in _calls(one)
    }


def _asks_for(dependant):
    return _calls(dependant) & {access._viewer, access._responder, access._admin}


def test_every_route_says_what_role_it_needs(app):
    silent = {path for _, path, route in _routes(app) if len(_asks_for(route.dependant)) != 1}
    # Of webhooks the middleware asks for their own secrets, and no role.
    assert silent == OPEN | {TESTS, "/webhooks/alertmanager", "/webhooks/flagger/1"}


def test_what_is_no_read_needs_more_than_a_viewer(app):
    # Grafana asks its questions by POST; and whoever came in may go.
    weak = {
        path
        for method, path, route in _routes(app)
        if method != "GET" and access._viewer in _asks_for(route.dependant) and not path.startswith("/grafana/")
    }
    assert weak == {"/sign-out"}


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        (Role.VIEWER, "GET", "/api/v1/incidents", 200),
        (Role.VIEWER, "GET", "/metrics", 200),
        (Role.VIEWER, "GET", "/openapi.json", 200),
        (Role.VIEWER, "GET", "/nowhere", 404),
        (Role.VIEWER, "POST", "/api/v1/scans", 403),
        (Role.RESPONDER, "POST", "/api/v1/scans", 202),
        (Role.RESPONDER, "GET", "/api/v1/tokens", 403),
        (Role.ADMIN, "GET", "/api/v1/tokens", 200),
        (Role.ADMIN, "POST", TESTS, 401),
    ],
)
def test_roles(client, tokens, role, method, path, status):
    assert client.request(method, path, headers=tokens[role]).status_code == status


def test_a_refusal_for_want_of_a_token(client):
    answer = client.get("/api/v1/incidents")
    assert answer.json()["type"] == "urn:leakwatch:problem:unauthenticated"
    assert answer.headers["www-authenticate"] == 'Bearer realm="leakwatch"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_refusal_of_a_wrong_token(client):
    answer = client.get("/api/v1/incidents", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="leakwatch", error="invalid_token"'


def test_a_refusal_for_want_of_a_role(client, tokens):
    answer = client.post("/api/v1/scans", headers=tokens[Role.VIEWER])
    assert answer.json()["type"] == "urn:leakwatch:problem:forbidden"
    assert answer.json()["detail"] == "this needs the role responder; the token has viewer"
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_nothing_is_read_of_a_body_before_the_token(client):
    answer = client.post("/api/v1/tokens", content=b"no JSON", headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


def _basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Token {token}",
        "bearer{token}",
        "Bearer {token} x",
        "Bearer {token},",
        "Basic {token}",
        "Basic !!!",
        "Basic Og==",
        "Bearer " + "x" * 5000,
        "Bearer \xff\xfe",
    ],
)
def test_headers_that_make_no_sense(client, tokens, value):
    token = tokens[Role.ADMIN]["Authorization"].removeprefix("Bearer ")
    header = value.replace("{token}", token).encode("latin-1")
    answer = client.get("/api/v1/incidents", headers={b"Authorization": header})
    assert answer.status_code == 401


def test_two_headers_open_nothing(client, tokens):
    header = tokens[Role.ADMIN]["Authorization"]
    twice = [("Authorization", header), ("Authorization", header)]
    assert client.get("/api/v1/incidents", headers=twice).status_code == 401


def test_the_scheme_is_written_as_one_likes(client, tokens):
    header = tokens[Role.VIEWER]["Authorization"].replace("Bearer", "BEARER")
    assert client.get("/api/v1/incidents", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("where", ["token={}", "access_token={}", "Authorization=Bearer {}"])
def test_a_token_in_an_address_opens_nothing(client, tokens, where):
    token = tokens[Role.ADMIN]["Authorization"].removeprefix("Bearer ")
    assert client.get(f"/api/v1/incidents?{where.format(token)}").status_code == 401


def test_a_browser_is_led_to_the_sign_in_page(client):
    asked = client.get("/docs?x=1", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fdocs%3Fx%3D1")


def test_a_password_opens_no_page(client, tokens):
    token = tokens[Role.VIEWER]["Authorization"].removeprefix("Bearer ")
    assert client.get("/docs", headers=_basic("anything", token)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer h00k"}, 200),
        (_basic("am", "pass"), 200),
        (_basic("am", "h00k"), 401),
        ({"Authorization": "Bearer pass"}, 401),
        ({}, 401),
    ],
)
def test_webhooks(client, headers, status):
    assert client.post(TESTS, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/api/v1/incidents", "/metrics", "/webhooks", "/webhooks/../metrics", "//webhooks/x"])
def test_a_webhooks_secret_opens_nothing_else(client, path):
    for headers in ({"Authorization": "Bearer h00k"}, _basic("am", "pass")):
        assert client.get(path, headers=headers).status_code == 401


def test_webhooks_without_a_secret_are_off(sqlite_engine, told):
    with TestClient(_app(sqlite_engine, told)) as client:
        answer = client.post(TESTS, headers={"Authorization": "Bearer "})
    assert answer.status_code == 401
    assert "LEAKWATCH_WEBHOOK_TOKEN" in answer.json()["detail"]


@pytest.mark.parametrize(("settings", "status"), [({}, 200), ({"webhook_token": "h00k"}, 401)])
def test_where_no_token_is_asked_for_a_webhooks_secret_still_is(sqlite_engine, told, settings, status):
    with TestClient(_app(sqlite_engine, told, insecure_no_auth=True, **settings)) as client:
        assert client.post(TESTS).status_code == status
        assert client.get("/api/v1/tokens").status_code == 200


def test_a_guesser_is_told_to_wait(client, tokens):
    for _ in range(20):
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = client.get("/metrics", headers=tokens[Role.ADMIN])
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:leakwatch:problem:too-many-failures")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert client.get("/healthz").status_code == 200


def test_who_sends_no_token_is_no_guesser(client, tokens):
    for _ in range(30):
        assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=tokens[Role.ADMIN]).status_code == 200


def test_a_webhook_is_told_to_come_again_and_never_429(client):
    answers = [client.post(TESTS, headers={"Authorization": "Bearer wrong"}) for _ in range(21)]
    assert {one.status_code for one in answers[:20]} == {401}
    assert answers[20].status_code == 503
    assert int(answers[20].headers["retry-after"]) > 0


def test_without_the_database_it_is_a_503_and_nobody_is_let_in(client, tokens, sqlite_engine):
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE tokens")
    answer = client.get("/api/v1/incidents", headers=tokens[Role.ADMIN])
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:leakwatch:problem:database-unavailable")


def test_every_operation_says_in_openapi_what_it_asks_for(client, tokens):
    document = client.get("/openapi.json", headers=tokens[Role.VIEWER]).json()
    by_secret = [{"webhookToken": []}, {"webhookPassword": []}]
    asked = {path: [] for path in HEALTH} | {
        path: by_secret for path in document["paths"] if path.startswith("/webhooks/")
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            wanted = asked.get(path, [{"token": []}])
            assert operation.get("security", []) == wanted, path
            assert ("401" in operation["responses"]) is bool(wanted), path

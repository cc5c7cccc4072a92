"""What one request may cost."""

import threading

import pytest
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from app.api.access import Responder
from app.main import create_app
from app.settings import load_settings

MOST, WEBHOOK_MOST = 2000, 4000


@pytest.fixture
def held():
    """Handlers wait for this."""
    event = threading.Event()
    yield event
    event.set()


def _routes(held):
    router = APIRouter()

    @router.post("/json")
    def json(_: Responder, body: list[str]) -> int:
        return len(body)

    @router.post("/stream")
    async def stream(_: Responder, request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    @router.post("/ignores")
    def ignores(_: Responder) -> str:
        return "fine"

    @router.post("/webhooks/x")
    async def hook(request: Request) -> int:
        return len(await request.body())

    @router.get("/slow")
    def slow() -> str:
        held.wait(30)
        return "late"

    @router.get("/drips")
    def drips():
        def parts():
            yield "begun "
            held.wait(1.5)
            yield "and ended"

        return StreamingResponse(parts())

    @router.get("/fails")
    def fails():
        raise ZeroDivisionError

    return router


def _client(sqlite_engine, told, held, **settings):
    given = {"max_body_bytes": MOST, "webhook_max_body_bytes": WEBHOOK_MOST, "insecure_no_auth": True} | settings
    app = create_app(load_settings(scan_on_start=False, **given), sqlite_engine, told)
    app.include_router(_routes(held))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def client(sqlite_engine, told, held):
    with _client(sqlite_engine, told, held) as client:
        yield client


def _chunks(size):
    """A body whose length is not told before."""
    for start in range(0, size, 500):
        yield b"x" * min(500, size - start)


@pytest.mark.parametrize("path", ["/stream", "/webhooks/x"])
def test_a_body_of_just_the_size_is_taken(client, path):
    most = WEBHOOK_MOST if path.startswith("/webhooks") else MOST
    assert client.post(path, content=b"x" * most).json() == most
    assert client.post(path, content=_chunks(most)).json() == most


@pytest.mark.parametrize("path", ["/json", "/stream", "/webhooks/x", "/nowhere"])
def test_a_larger_one_is_refused_by_its_head(client, path):
    most = WEBHOOK_MOST if path.startswith("/webhooks") else MOST
    answer = client.post(path, content=b"x" * (most + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:leakwatch:problem:too-large")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/json", "/stream", "/webhooks/x"])
def test_a_larger_one_is_refused_as_it_comes(client, path):
    most = WEBHOOK_MOST if path.startswith("/webhooks") else MOST
    answer = client.post(path, content=_chunks(most + 1), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:leakwatch:problem:too-large")


def test_a_body_that_is_not_read_is_not_counted(client):
    assert client.post("/ignores", content=_chunks(MOST + 1)).json() == "fine"


def test_who_takes_too_long_is_given_up_while_its_thread_goes_on(sqlite_engine, told, held):
    with _client(sqlite_engine, told, held, request_time_limit=0.2) as client:
        answer = client.get("/slow")
        assert not held.is_set()
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:leakwatch:problem:too-slow")
        assert answer.headers["retry-after"] == "5"
        assert client.get("/healthz").status_code == 200
        held.set()


def test_an_answer_that_has_begun_is_not_cut_off(sqlite_engine, told, held):
    with _client(sqlite_engine, told, held, request_time_limit=1) as client:
        assert client.get("/drips").text == "begun and ended"


def test_a_fault_is_still_a_500(client):
    assert client.get("/fails").status_code == 500

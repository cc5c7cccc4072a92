"""Connections that ask for nothing, or too slowly."""

import contextlib
import http.client
import json
import socket
import threading
import time

import pytest
import uvicorn

from app.connections import PatientProtocol
from tests.support.servers import free_port, wait_until

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"


class _Hasty(PatientProtocol):
    head_seconds = 0.4


async def _answer(scope, receive, send):
    """Reads the whole body where it is asked to, and answers."""
    if scope["type"] != "http":
        return
    if scope["path"] != "/refuses":
        while (await receive()).get("more_body"):
            pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def port():
    port = free_port()
    config = uvicorn.Config(
        _answer, port=port, http=_Hasty, ws="none", lifespan="off", log_config=None, timeout_keep_alive=30
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the server is up")
    yield port
    server.should_exit = True
    thread.join(10)


@contextlib.contextmanager
def _connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


def _dripping(connection, piece, seconds):
    """Send a piece every so often; how long until that was refused."""
    began = time.monotonic()
    with contextlib.suppress(OSError):
        while time.monotonic() - began < seconds:
            connection.settimeout(0.05)
            connection.sendall(piece)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1000):
                    break
    return time.monotonic() - began


def test_what_is_no_http_is_told_so_as_a_problem(port):
    with _connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        body = json.loads(answer.read())
    assert (answer.status, answer.getheader("content-type")) == (400, "application/problem+json")
    assert (body["type"], body["status"]) == ("urn:leakwatch:problem:bad-request", 400)


def test_silence_is_not_waited_for(port):
    with _connected(port) as connection:
        assert connection.recv(10) == b""


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(port):
    with _connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert _dripping(connection, b"x", 5) < 3


@pytest.mark.parametrize(
    ("opening", "piece"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"x"),
        (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),
        (b"GET /?", b"x"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X: y\r\n"),
    ],
    ids=["a header", "many headers", "an address", "a chunk's extension", "trailers"],
)
def test_what_is_no_body_may_not_grow_for_ever(port, opening, piece):
    with _connected(port) as connection:
        connection.sendall(opening)
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 4_000_000:
                connection.sendall(piece * (4000 // len(piece)))
                sent += 4000
    assert sent < 4_000_000


def test_a_head_that_is_too_large_is_told_so(port):
    with _connected(port) as connection:
        connection.sendall(b"GET /" + b"x" * 40_000)
        assert connection.recv(1000).startswith(b"HTTP/1.1 431")


def test_a_body_may_come_in_many_small_chunks(port):
    with _connected(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_body_may_take_longer_than_a_head(port):
    with _connected(port) as connection:
        connection.sendall(REQUEST)
        for _ in range(5):
            # Each well within the time, all together well beyond it.
            assert _dripping(connection, b"", 0.2) >= 0.2
            connection.settimeout(5)
            connection.sendall(b"x")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_body_that_goes_on_after_its_answer_is_not_waited_for(port):
    with _connected(port) as connection:
        connection.sendall(b"POST /refuses HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert _dripping(connection, b"x", 5) < 3


def test_one_request_after_another_is_answered(port):
    with _connected(port) as connection:
        for _ in range(3):
            connection.sendall(REQUEST + b"12345")
            answer = b""
            while not answer.endswith(b"\r\n\r\nok"):  # head and body may come apart
                answer += connection.recv(1000)
            assert answer.startswith(b"HTTP/1.1 200")

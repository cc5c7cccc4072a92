"""What is said of a server that is down, is none, refuses, or answers in part."""

import json
import math
import socket
import ssl
import subprocess
import threading
import time

import pytest

from app.domain.finding import Workload
from app.errors import (
    ScanAbandoned,
    SourceOverloaded,
    SourceRefused,
    SourceRejected,
    SourceTooLarge,
    SourceUnreachable,
    SourceUnusable,
)
from app.prometheus import session
from app.prometheus.client import PrometheusClient
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.server_source import history_grid
from app.prometheus.source import ContainerRef, Control, Plan
from app.scanning.service import make_perform
from app.settings import load_settings
from detectors.panel import Grid
from tests.support.servers import dripping_server, false_prometheus, free_port

GOOD = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": []}}).encode()
JSON = "application/json"


def _error(status, text, kind="execution"):
    return status, JSON, json.dumps({"status": "error", "errorType": kind, "error": text}).encode()


def _ask(url, control=None, **settings):
    client = PrometheusClient(load_settings(prometheus_url=url, **({"prometheus_retries": 0} | settings)))
    try:
        return client.query_range("up", 1.7e9, 1.7e9 + 600, 60.0, control or Control())
    finally:
        client.close()


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        ((401, "text/plain", b"Unauthorized"), SourceRefused, "401"),
        ((403, "text/html", b"<html>no</html>"), SourceRefused, "403"),
        ((404, "text/plain", b"404 page not found"), SourceUnusable, "no Prometheus API"),
        ((301, "text/html", b""), SourceUnusable, "redirects"),
        (_error(400, "invalid parameter", "bad_data"), SourceRejected, "invalid parameter"),
        (_error(422, "found duplicate series"), SourceRejected, "found duplicate series"),
        (_error(422, "query processing would load too many samples into memory"), SourceTooLarge, "too many samples"),
        (_error(503, "query timed out", "timeout"), SourceOverloaded, "query timed out"),
        ((502, "text/html", b"<html>bad gateway</html>"), SourceOverloaded, "HTTP 502"),
        ((200, "text/html", b"<html>hello</html>"), SourceUnusable, "not Prometheus' (text/html)"),
        ((200, JSON, b'{"status": "ok"}'), SourceUnusable, "not Prometheus'"),
        ((200, JSON, b'{"status": "success", "data":'), SourceUnusable, "not Prometheus'"),
        ((200, JSON, b"[" * 100_000), SourceUnusable, "not Prometheus'"),
        (None, SourceUnreachable, "cut"),
    ],
    ids=[
        *("401", "403", "404", "redirect", "400", "422", "422 too many", "503", "502", "HTML", "other JSON"),
        *("cut JSON", "deep JSON", "cut connection"),
    ],
)
def test_what_goes_wrong_is_told_apart(reply, error, says):
    with false_prometheus(lambda path, form: reply) as server, pytest.raises(error) as caught:
        _ask(server.url)
    assert says in str(caught.value)
    assert caught.value.hint


def test_nobody_there():
    with pytest.raises(SourceUnreachable, match="cannot connect"):
        _ask(f"http://127.0.0.1:{free_port()}")


def test_a_name_that_does_not_exist():
    with pytest.raises(SourceUnreachable, match="cannot connect"):
        _ask("http://no-such-host.invalid:9090")


def test_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceUnreachable, match="no whole answer"):
        _ask(f"http://127.0.0.1:{silent.getsockname()[1]}", prometheus_timeout=0.2)


def test_an_answer_that_is_given_up_does_not_keep_the_server_writing(monkeypatch):
    monkeypatch.setattr(session, "_MAX_BODY_BYTES", 1000)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    given_up = threading.Event()
    with dripping_server(head, b"400\r\n" + b" " * 1024 + b"\r\n", given_up) as url:
        client = PrometheusClient(load_settings(prometheus_url=url, prometheus_retries=0))
        with pytest.raises(SourceTooLarge):
            client.query_range("up", 1.7e9, 1.7e9, 60.0, Control())
        assert given_up.wait(10)
        client.close()


_DRIPS = {
    "the body": (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n", b" "),
    "one chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n", b" "),
    "the headers": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "more and more headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
}


@pytest.mark.parametrize(("head", "drop"), _DRIPS.values(), ids=_DRIPS.keys())
@pytest.mark.parametrize("ended_by", ["the time-out", "the scan's deadline", "being told to stop"])
def test_a_server_that_drips_is_not_waited_for(head, drop, ended_by):
    """Each byte comes in time for a socket's time-out, but the whole never comes."""
    control = Control(deadline=time.monotonic() + 0.3) if ended_by == "the scan's deadline" else Control()
    settings = {"prometheus_timeout": 0.3} if ended_by == "the time-out" else {}
    began = time.monotonic()
    with dripping_server(head, drop) as url:
        if ended_by == "being told to stop":
            threading.Timer(0.3, control.cancelled.set).start()
        with pytest.raises(SourceUnreachable if settings else ScanAbandoned):
            _ask(url, control, **settings)
    assert time.monotonic() - began < 10


def test_plain_http_where_tls_is_expected():
    with false_prometheus(lambda path, form: (200, JSON, GOOD)) as server, pytest.raises(SourceUnusable, match="TLS"):
        _ask(server.url.replace("http://", "https://"))


def test_what_fails_in_passing_is_tried_again():
    replies = iter([_error(503, "busy"), None, (200, JSON, GOOD)])
    with false_prometheus(lambda path, form: next(replies)) as server:
        assert _ask(server.url, prometheus_retries=2) == ([], [])
    assert len(server.asked) == 3


def test_what_cannot_get_better_is_not_tried_again():
    with false_prometheus(lambda path, form: (401, "text/plain", b"")) as server, pytest.raises(SourceRefused):
        _ask(server.url, prometheus_retries=5)
    assert len(server.asked) == 1


def test_parameters_go_in_a_form_and_not_in_the_address():
    with false_prometheus(lambda path, form: (200, JSON, GOOD)) as server:
        _ask(server.url)
    path, headers, form = server.asked[0]
    assert path == "/api/v1/query_range"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert {"query=up", "start=1700000000", "step=60", "partial_response=false", "max_source_resolution=0s"} <= set(
        form.split("&")
    )


def test_a_path_prefix_is_kept():
    with false_prometheus(lambda path, form: (200, JSON, GOOD)) as server:
        _ask(f"{server.url}/select/0/prometheus/")
    assert server.asked[0][0] == "/select/0/prometheus/api/v1/query_range"


@pytest.mark.parametrize(
    ("settings", "header", "value"),
    [
        ({"prometheus_token": "t0ken"}, "Authorization", "Bearer t0ken"),
        ({"prometheus_username": "me", "prometheus_password": "p"}, "Authorization", "Basic bWU6cA=="),
        ({"prometheus_tenant": "team-a"}, "X-Scope-OrgID", "team-a"),
        ({"prometheus_headers": {"X-Key": "k"}}, "X-Key", "k"),
    ],
)
def test_credentials_and_headers_are_sent(settings, header, value):
    with false_prometheus(lambda path, form: (200, JSON, GOOD)) as server:
        _ask(server.url, **settings)
    assert server.asked[0][1][header] == value


def test_no_proxy_variable_diverts_credentials(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with false_prometheus(lambda path, form: (200, JSON, GOOD)) as server:
        _ask(server.url, prometheus_token="t0ken")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("more", "warning"),
    [({"warnings": ["store a is down"]}, "store a is down"), ({"isPartial": True}, "the answer is partial")],
    ids=["Thanos", "VictoriaMetrics"],
)
def test_a_partial_answer_makes_the_scan_incomplete(more, warning):
    times = [[1_700_000_100 + 300 * i, str(100_000_000 + i)] for i in range(144)]
    series = {"namespace": "shop", "pod": "cart-0", "container": "app"}

    def answer(path, form):
        if path.endswith("/series"):
            data = [series] if "container_memory_rss" in form else []
        else:
            rows = [{"metric": series, "values": times}] if "container_memory_rss" in form else []
            data = {"resultType": "matrix", "result": rows}
        return 200, JSON, json.dumps({"status": "success", "data": data, **more}).encode()

    with false_prometheus(answer) as server:
        settings = load_settings(prometheus_url=server.url, lookback="12h", step="5m")
        report = make_perform(settings, end=1_700_000_100 + 43_200)(Control())
    assert not report.complete
    assert warning in {problem.text for problem in report.problems}
    assert not report.findings[0].fully_read


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A certificate for 127.0.0.1 and its key, made by openssl."""
    folder = tmp_path_factory.mktemp("tls")
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout {folder}/key.pem"
    alternative = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", f"{folder}/ca.pem"]
    made = subprocess.run([*command.split(), *alternative], capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip("openssl is not installed")
    return folder


@pytest.fixture
def tls_server(certificates):
    """A false Prometheus behind TLS that asks for a client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "ca.pem", certificates / "key.pem")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with false_prometheus(lambda path, form: (200, JSON, GOOD), context) as server:
        yield server.url.replace("http://", "https://")


def test_tls_with_a_client_certificate(tls_server, certificates):
    pems = {"prometheus_client_cert": certificates / "ca.pem", "prometheus_client_key": certificates / "key.pem"}
    assert _ask(tls_server, prometheus_ca_file=certificates / "ca.pem", **pems) == ([], [])


def test_an_unknown_certificate_authority_is_refused(tls_server):
    with pytest.raises(SourceUnusable, match="TLS"):
        _ask(tls_server)


def test_a_certificate_file_that_is_not_there_is_named(tls_server, tmp_path):
    with pytest.raises(SourceUnusable, match=r"nothing\.pem"):
        _ask(tls_server, prometheus_ca_file=tmp_path / "nothing.pem")


def test_times_before_the_window_that_were_not_asked_for_are_left_out():
    window = Grid(1.7e9, 60.0, 60)
    container = ContainerRef("shop", "cart-1", "app", Workload("Deployment", "cart"))
    first = history_grid(window, 7200.0)
    times = [first.start - first.step, first.start, first.end + first.step]
    series = {
        "metric": {"namespace": "shop", "pod": "cart-1", "container": "app"},
        "values": [[time, str(number)] for number, time in enumerate(times)],
    }
    answer = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [series]}}).encode()
    with false_prometheus(lambda path, form: (200, JSON, answer)) as server:
        source = QueryRangeSource(load_settings(prometheus_url=server.url))
        history, _ = source.history(Plan(window, ()), [container], 7200.0, Control())
        source.close()
    assert history.low[0].tolist() == pytest.approx([1.0, *[math.nan] * (first.steps - 1)], nan_ok=True)

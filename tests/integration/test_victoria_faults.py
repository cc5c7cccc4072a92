"""What becomes of a scan when VictoriaMetrics, or what stands before it, fails; most by servers that fail to order."""

import json
import threading
import time
from urllib.parse import parse_qs

import numpy as np
import pytest

from app.errors import (
    ScanAbandoned,
    SourceError,
    SourceOverloaded,
    SourceRejected,
    SourceUnreachable,
    SourceUnusable,
)
from app.prometheus.choice import chosen_source
from app.prometheus.client import PrometheusClient
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Batch, ContainerRef, Control, Plan, ScanRequest, Workload
from app.prometheus.victoria.probe import is_victoria
from app.prometheus.victoria.source import VictoriaSource
from app.scanning.service import make_perform
from app.settings import load_settings
from demo.load import load
from tests.support.servers import cutting_server, dripping_server, false_prometheus, running_victoria

START = 1_700_000_100.0
STREAM, JSON = "application/stream+json; charset=utf-8", "application/json"
LABELS = {"__name__": "container_memory_rss", "namespace": "shop", "pod": "cart-0", "container": "app"}
TIMES = [int(START * 1000) + 30_000 * index for index in range(1440)]
LINE = json.dumps({"metric": LABELS, "values": list(range(1440)), "timestamps": TIMES}, separators=(",", ":")).encode()
TYPE = b"HTTP/1.1 200 OK\r\nContent-Type: application/stream+json\r\n"


def _read(url, control=None, **settings):
    """What is read of one container; only one query is asked at a time, RSS's."""
    source = VictoriaSource(load_settings(prometheus_url=url, **({"prometheus_retries": 0} | settings)))
    container = ContainerRef("shop", "cart-0", "app", Workload("Deployment", "cart"))
    plan = Plan(ScanRequest(START, START + 43_000, 300.0).grid, (Batch((container,)),))
    try:
        return source.read(plan, plan.batches[0], control or Control())
    finally:
        source.close()


def _lines(form):
    """The export of a server that has RSS and nothing else."""
    return LINE + b"\n" if "container_memory_rss" in form else b""


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        ((200, "text/html", b"<html>hello</html>"), SourceUnusable, r"not VictoriaMetrics' \(text/html\)"),
        ((200, JSON, b'{"status":"success","data":[]}'), SourceUnusable, "not VictoriaMetrics'"),
        ((200, STREAM, b"<html>"), SourceOverloaded, "ended with an error: <html>"),
        ((200, STREAM, LINE + b"\nsearch error: vmstorage-1 is gone\n"), SourceOverloaded, "vmstorage-1 is gone"),
        ((200, STREAM, b'{"metric":1}\n'), SourceUnusable, "not a series"),
        ((200, STREAM, LINE), SourceUnreachable, "cut within a line"),
        ((400, "text/plain", b'remoteAddr: "a"; requestURI: /x; cannot parse'), SourceRejected, "export: cannot parse"),
        ((404, "text/plain", b"404 page not found"), SourceUnusable, "404"),
        ((503, "text/plain", b'remoteAddr: "a"; requestURI: /x; too busy'), SourceOverloaded, "too busy"),
    ],
    ids=["HTML", "JSON", "HTML as lines", "error in the middle", "no series", "no end", "400", "404", "503"],
)
def test_what_goes_wrong_is_told_apart(reply, error, says):
    with false_prometheus(lambda path, form: reply) as server, pytest.raises(error, match=says) as caught:
        _read(server.url)
    assert caught.value.hint


@pytest.mark.parametrize("framed", ["by its length", "in chunks", "not at all"])
def test_an_answer_cut_at_any_byte_is_no_answer(framed):
    body = LINE + b"\n" + LINE.replace(b"cart-0", b"cart-1") + b"\n"
    head = (
        TYPE
        + {
            "by its length": b"Content-Length: %d\r\n\r\n" % len(body),
            "in chunks": b"Transfer-Encoding: chunked\r\n\r\n",
            "not at all": b"Connection: close\r\n\r\n",
        }[framed]
    )
    whole = head + (b"%x\r\n%s\r\n" % (len(body), body) if framed == "in chunks" else body)
    cuts = [*np.random.default_rng(6).integers(len(TYPE), len(whole), 6), whole.index(b"\n{", len(head)) + 1]
    for cut in map(int, cuts):
        with cutting_server(whole[:cut]) as url, pytest.raises(SourceError):
            _read(url)


def test_an_answer_of_unknown_length_is_not_believed_even_when_it_is_whole():
    with cutting_server(TYPE + b"\r\n") as url, pytest.raises(SourceUnusable, match="how long it is"):
        _read(url)


def test_what_was_cut_is_asked_for_again_and_counts_once():
    answered = []

    def answer(path, form):
        answered.append(form)
        if "container_memory_rss" in form and sum("container_memory_rss" in one for one in answered) == 1:
            return 200, STREAM, LINE + b"\n" + LINE[:-3]
        return 200, STREAM, _lines(form)

    with false_prometheus(answer) as server:
        again = _read(server.url, prometheus_retries=1)
    with false_prometheus(lambda path, form: (200, STREAM, _lines(form))) as server:
        once = _read(server.url)
    np.testing.assert_equal(again.panel.rss, once.panel.rss)
    np.testing.assert_equal(again.panel.peak, once.panel.peak)
    assert again.samples == once.samples > 0


def test_the_address_the_tenant_and_the_span_are_sent():
    with false_prometheus(lambda path, form: (200, STREAM, _lines(form))) as server:
        _read(f"{server.url}/select/7/prometheus/", prometheus_tenant="team-a")
    path, headers, form = next(one for one in server.asked if "memory_rss" in one[2])
    assert (path, headers["X-Scope-OrgID"]) == ("/select/7/prometheus/api/v1/export", "team-a")
    assert parse_qs(form) == {
        "match[]": ['container_memory_rss{container!="",container!="POD",namespace=~"shop"}'],
        "start": ["1699999800.000"],
        "end": ["1700043000.000"],
    }


@pytest.mark.parametrize("ended_by", ["the time-out", "the scan's deadline", "being told to stop"])
def test_an_export_without_end_is_not_waited_for(ended_by):
    line = LINE + b"\n"
    control = Control(deadline=time.monotonic() + 0.3) if ended_by == "the scan's deadline" else Control()
    settings = {"prometheus_timeout": 0.3} if ended_by == "the time-out" else {}
    if ended_by == "being told to stop":
        threading.Timer(0.3, control.cancelled.set).start()
    began = time.monotonic()
    head = TYPE + b"Transfer-Encoding: chunked\r\n\r\n"
    expected = pytest.raises(SourceUnreachable if settings else ScanAbandoned)
    with dripping_server(head, b"%x\r\n%s\r\n" % (len(line), line)) as url, expected:
        _read(url, control, **settings)
    assert time.monotonic() - began < 10


def test_a_cluster_that_plans_in_part_gives_an_incomplete_scan():
    def answer(path, form):
        if path.endswith("/export"):
            return 200, STREAM, _lines(form)
        data = [LABELS] if "memory_rss" in form else []
        return 200, JSON, json.dumps({"status": "success", "isPartial": True, "data": data}).encode()

    with false_prometheus(answer) as server:
        settings = load_settings(prometheus_url=server.url, source="victoria_metrics", lookback="12h", step="5m")
        report = make_perform(settings, end=START + 43_200)(Control())
    assert (report.source, report.complete) == ("victoria_metrics", False)
    assert "the answer is partial" in {problem.text for problem in report.problems}


@pytest.mark.parametrize(
    ("reply", "is_one"),
    [
        ((200, STREAM, b""), True),
        ((200, STREAM, b"{}\n"), False),
        ((200, "text/html", b""), False),
        ((200, JSON, b'{"status":"success"}'), False),
        ((400, "text/plain", b"missing route"), False),
        ((403, "text/plain", b""), False),
        ((404, "text/plain", b"404 page not found"), False),
    ],
)
def test_it_is_told_by_an_export_of_nothing(reply, is_one):
    with false_prometheus(lambda path, form: reply) as server:
        client = PrometheusClient(load_settings(prometheus_url=server.url))
        assert is_victoria(client, Control()) is is_one
        client.close()


def test_a_server_that_is_down_tells_nothing():
    with false_prometheus(lambda path, form: (503, "text/plain", b"")) as server, pytest.raises(SourceOverloaded):
        chosen_source(load_settings(prometheus_url=server.url, prometheus_retries=0), Control())


def test_a_server_killed_half_way_fails_the_scan_and_closes_nothing(tmp_path, leakwatch):
    with running_victoria(tmp_path / "victoria") as server:
        load(demo_recording(), server.url, time.time())
        server.flush()
        hasty = {"prometheus_url": server.url, "gone_after": "1s", "resolve_after_scans": 1, "prometheus_retries": 0}
        assert leakwatch("scan", "-o", "json", **hasty).status == 0
        before = leakwatch("incidents", "list", "-o", "json").document["incidents"]

        def kill(done, total):
            if done:
                server.process.stop(9)

        in_many = load_settings(**hasty, step="1m", prometheus_max_samples=10_000)
        with pytest.raises(SourceUnreachable):
            make_perform(in_many)(Control(progress=kill))
        assert leakwatch("scan", **hasty).status == 1
    assert leakwatch("incidents", "list", "--all", "-o", "json").document["incidents"] == before
    assert len(before) == 10

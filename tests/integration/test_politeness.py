"""What is asked of a server that has a hard time, and how much at once."""

import json
import re
import time
from email.utils import formatdate
from urllib.parse import parse_qs

import numpy as np
import pytest

from app.errors import ScanAbandoned
from app.prometheus.client import PrometheusClient
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.source import Control, ScanRequest
from app.prometheus.watch import BusyWatch
from app.settings import load_settings
from tests.support.servers import exporting, false_prometheus, running_prometheus, wait_until

JSON = "application/json"
START, HOURS = 1_700_000_100.0, 12
REQUEST = ScanRequest(START, START + HOURS * 3600, 300.0)
PODS = 200


def _good(result, kind="matrix"):
    document = {"status": "success", "data": {"resultType": kind, "result": result}}
    return 200, JSON, json.dumps(document).encode()


def _ask(server, control=None, **more):
    client = PrometheusClient(load_settings(prometheus_url=server.url, prometheus_retries=1, **more))
    began = time.monotonic()
    try:
        client.query_range("up", 1.7e9, 1.7e9 + 600, 60.0, control or Control())
    finally:
        client.close()
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("said", "least"),
    [("2", 2.0), ("nonsense", 0.0), ("-5", 0.0), (formatdate(0, usegmt=True), 0.0)],
    ids=["seconds", "nonsense", "below zero", "a date of the past"],
)
def test_a_server_that_says_when_to_come_again_is_left_alone_so_long(said, least):
    replies = iter([(503, "text/plain", b"busy", {"Retry-After": said}), _good([])])
    with false_prometheus(lambda path, form: next(replies)) as server:
        took = _ask(server)
    assert least <= took < max(least, 1.5) + 1


def test_a_wait_longer_than_the_scan_has_ends_the_scan_at_its_time():
    began = time.monotonic()
    reply = (503, "text/plain", b"busy", {"Retry-After": "100000"})
    with false_prometheus(lambda path, form: reply) as server, pytest.raises(ScanAbandoned):
        _ask(server, Control(deadline=began + 0.5))
    assert time.monotonic() - began < 5


def _fleet(path, form, most):
    """A server of `PODS` pods that refuses to answer more than so many at once; it says no owners."""
    (asked,) = parse_qs(form).get("query", [""])
    if path.endswith("/series"):
        series = [{"namespace": "shop", "pod": f"web-{i}", "container": "app"} for i in range(PODS)]
        data = series if "container_memory_rss" in form else []
        return 200, JSON, json.dumps({"status": "success", "data": data}).encode()
    pods = _pods(asked)
    if len(pods) > most:
        error = "query processing would load too many samples into memory in query execution"
        return 422, JSON, json.dumps({"status": "error", "errorType": "execution", "error": error}).encode()
    if "container_memory_rss" not in asked:
        return _good([])
    (at,) = parse_qs(form)["start"]
    rows = [
        {"metric": {"namespace": "shop", "pod": pod, "container": "app"}, "values": [[float(at), str(i)]]}
        for i, pod in enumerate(pods)
    ]
    return _good(rows)


def _read(server, **more):
    source = QueryRangeSource(load_settings(prometheus_url=server.url, prometheus_concurrency=1, **more))
    try:
        plan = source.plan(REQUEST, Control())
        readings = [source.read(plan, batch, Control()) for batch in plan.batches]
        history = source.history(plan, plan.batches[0].containers, 604_800.0, Control())
        return plan, readings, history
    finally:
        source.close()


def _asked(server):
    return [parse_qs(form)["query"][0] for path, _, form in server.asked if path.endswith("/query_range")]


def _pods(query):
    """The pods that a query of the fleet is about."""
    named = re.search(r'pod=~"([^"]*)"', query)
    return named[1].split("|") if named else [f"web-{i}" for i in range(PODS)]


def test_refusals_make_queries_smaller_and_nothing_is_lost():
    with false_prometheus(lambda path, form: _fleet(path, form, most=40)) as server:
        _, readings, _ = _read(server)
    assert sum(np.isfinite(one.panel.rss).any(axis=1).sum() for one in readings) == PODS
    refused = [len(_pods(query)) for query in _asked(server) if len(_pods(query)) > 40]
    # Nine metrics and two queries of the past: halving anew for each would be refused thirty times and more.
    assert len(refused) < 12, refused


def test_no_query_asks_for_more_than_it_may():
    most = 10_000
    with false_prometheus(lambda path, form: _fleet(path, form, most=PODS)) as server:
        plan, _, _ = _read(server, prometheus_max_samples=most)
    steps = [336 if "_over_time" in query else plan.grid.steps for query in _asked(server)]
    pods = [len(_pods(query)) for query in _asked(server)]
    assert {336, plan.grid.steps} == set(steps)
    assert max(one * several for one, several in zip(steps, pods, strict=True)) <= most


def test_a_slow_answer_makes_the_next_query_smaller():
    client = PrometheusClient(load_settings(prometheus_url="http://127.0.0.1:1", prometheus_slow_after=1e-9))
    before = client.pace.samples
    with client.room_for(10, Control()):
        pass
    client.close()
    assert client.pace.samples == before // 2


@pytest.fixture(scope="module")
def watched_prometheus(tmp_path_factory):
    """A Prometheus that scrapes a page like its own, by which 12 queries are under way in 2 GB."""
    page = "prometheus_engine_queries 12\nprocess_resident_memory_bytes 2e9\n"
    with exporting(page) as target:
        jobs = f"scrape_configs: [{{job_name: self, scrape_interval: 1s, static_configs: [{{targets: ['{target}']}}]}}]"
        with running_prometheus(tmp_path_factory.mktemp("watched"), configured=f"{jobs}\n") as server:
            wait_until(lambda: _is_told(server.url), "it has scraped itself")
            yield server


def _is_told(url):
    client = PrometheusClient(load_settings(prometheus_url=url))
    try:
        return client.query("process_resident_memory_bytes and prometheus_engine_queries", None, Control())[0]["result"]
    finally:
        client.close()


@pytest.mark.parametrize(
    ("settings", "waits"),
    [
        ({}, False),
        ({"prometheus_pause_above_queries": 20}, False),
        ({"prometheus_pause_above_queries": 5}, True),
        ({"prometheus_pause_above_bytes": 3_000_000_000}, False),
        ({"prometheus_pause_above_bytes": 1_000_000_000}, True),
        ({"prometheus_pause_above_queries": 20, "prometheus_pause_above_bytes": 1_000_000_000}, True),
    ],
    ids=["no bound", "few queries", "many queries", "little memory", "much memory", "either"],
)
def test_a_busy_prometheus_is_waited_for_but_not_for_ever(watched_prometheus, settings, waits):
    loaded = load_settings(prometheus_url=watched_prometheus.url, **settings)
    client, control = PrometheusClient(loaded), Control()
    watch = BusyWatch(loaded, client)
    watch._pause_seconds, watch._longest_seconds = 0.05, 0.2
    watch.wait(control)
    client.close()
    asked = control.cost.total().queries
    assert (asked > 1) == waits
    assert bool(asked) == bool(settings)


@pytest.mark.parametrize("reply", [_good([], "vector"), (400, "text/plain", b"no")], ids=["not scraped", "refused"])
def test_where_nothing_is_told_there_is_no_waiting(reply):
    with false_prometheus(lambda path, form: reply) as server:
        loaded = load_settings(prometheus_url=server.url, prometheus_pause_above_queries=1)
        client = PrometheusClient(loaded)
        BusyWatch(loaded, client).wait(Control())
        client.close()
    assert len(server.asked) == 1

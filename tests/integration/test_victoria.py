"""Reading a real VictoriaMetrics: by its export, and by range queries."""

import json
import time

import numpy as np
import pytest

from app.errors import SourceRefused, SourceTooLarge
from app.prometheus.choice import chosen_source
from app.prometheus.client import PrometheusClient
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.recording.demo import demo_recording
from app.prometheus.remote_read.source import RemoteReadSource
from app.prometheus.source import Control, ScanRequest
from app.prometheus.victoria.probe import is_victoria
from app.prometheus.victoria.source import VictoriaSource
from app.settings import load_settings
from demo.load import Series, load, push
from tests.support.servers import running_prometheus, running_victoria

START = 1_790_000_100.0
STEP = 120.0
SPAN = 86_000.0


@pytest.fixture(scope="module")
def demo_victoria(tmp_path_factory):
    """A real VictoriaMetrics that holds the demo cluster, its window ending now."""
    with running_victoria(tmp_path_factory.mktemp("victoria")) as server:
        load(demo_recording(), server.url, time.time())
        server.flush()
        yield server


def test_the_way_is_found_and_shown_and_the_leaks_of_the_demo_with_it(leakwatch, demo_victoria):
    done = leakwatch("scan", "--prometheus-url", demo_victoria.url, "--all", "--output", "json")
    labels = json.loads(demo_recording().with_suffix(".labels.json").read_text())
    assert (done.status, done.leaks) == (0, {name for name, label in labels.items() if label["leak"]}), done.err
    scan = done.document["scan"]
    assert (scan["source"], scan["complete"], scan["problems"]) == ("victoria_metrics", True, [])
    assert (scan["workloads"], scan["containers"]) == (23, 32)


@pytest.mark.parametrize("source", ["victoria_metrics", "query_range"])
def test_each_way_gives_the_verdicts_of_a_prometheus(leakwatch, demo_victoria, demo_prometheus, source):
    arguments = ("scan", "--all", "-o", "json", "--no-store", "--prometheus-url")
    here = leakwatch(*arguments, demo_victoria.url, source=source)
    there = leakwatch(*arguments, demo_prometheus.url, source="query_range")
    assert here.document["scan"]["source"] == source
    assert {name: one["verdict"] for name, one in here.findings.items()} == {
        name: one["verdict"] for name, one in there.findings.items()
    }
    for name in there.leaks:
        one, other = here.findings[name], there.findings[name]
        assert one["fingerprint"] == other["fingerprint"]
        assert one["growth_bytes_per_hour"] == pytest.approx(other["growth_bytes_per_hour"], rel=0.25), name
        assert one["revision"] == other["revision"]


def _odd_series():
    """What real servers hold: replicas, overlaps, stale markers, NaN, infinities, gaps, odd names, odd times."""
    index = np.arange(24 * 120)
    times, memory = START + 30.0 * index, 1e8 + 1e3 * index
    stale = np.frombuffer(np.uint64(0x7FF0000000000002).tobytes(), dtype=np.float64)[0]
    half = index.size // 2

    def one(pod, values, at=times, **labels):
        base = {"__name__": "container_memory_rss", "namespace": "odd", "pod": pod, "container": "app"}
        known = ~(np.isnan(values) & (values.view(np.uint64) != np.float64(stale).view(np.uint64)))
        return Series(base | labels, at[known], values[known])

    return [
        one("twice-0", memory, prometheus_replica="a"),
        one("twice-0", memory, prometheus_replica="b"),
        one("interleaved-0", np.repeat(memory, 2), np.repeat(times, 2) + np.tile([5.0, 20.0], index.size)),
        one("replaced-0", np.where(index < half + 8, memory, stale), id="/old"),
        one("replaced-0", np.where(index < half, np.nan, 5e7), id="/new"),
        one("gappy-0", np.where(index % 40 < 25, memory, np.nan)),
        one("stale-0", np.where(index % 40 == 25, stale, np.where(index % 40 < 25, memory, np.nan))),
        one("infinite-0", np.where(index == 100, np.inf, memory)),
        one("between-0", memory, times + 7.123),
        one("short-0", np.where(index < 200, memory, np.nan)),
        one('quoted"\\\u00e9{}],"timestamps":[', memory),
    ]


@pytest.fixture(scope="module")
def odd_servers(tmp_path_factory):
    """A VictoriaMetrics and a Prometheus with the same odd series."""
    folder = tmp_path_factory.mktemp("odd")
    with running_victoria(folder / "victoria") as victoria, running_prometheus(folder / "prometheus") as prometheus:
        for url in (victoria.url, prometheus.url):
            push(url, _odd_series())
        victoria.flush()
        yield victoria, prometheus


def _read(kind, url, step=STEP, **settings):
    source = kind(load_settings(prometheus_url=url, **settings))
    try:
        plan = source.plan(ScanRequest(START, START + SPAN, step), Control())
        readings = [(batch, source.read(plan, batch, Control())) for batch in plan.batches]
    finally:
        source.close()
    rss = {ref.pod: reading.panel.rss[row] for batch, reading in readings for row, ref in enumerate(batch.containers)}
    peak = [reading.panel.peak for _, reading in readings]
    return rss, np.concatenate(peak) if peak[0] is not None else None, sum(reading.samples for _, reading in readings)


@pytest.mark.parametrize("step", [30.0, 120.0, 300.0])
def test_the_export_is_exactly_what_remote_read_gives_of_a_prometheus(odd_servers, step):
    victoria, prometheus = odd_servers
    here, there = _read(VictoriaSource, victoria.url, step), _read(RemoteReadSource, prometheus.url, step)
    assert len(here[0]) == 9
    np.testing.assert_equal(here[0], there[0])
    np.testing.assert_equal(here[1], there[1])


def test_range_queries_differ_from_a_prometheus_only_in_gaps(odd_servers):
    """VictoriaMetrics does not carry a sample for five minutes, but for about one interval of the scrapes."""
    victoria, prometheus = odd_servers
    here, there = _read(QueryRangeSource, victoria.url)[0], _read(QueryRangeSource, prometheus.url)[0]
    for pod, values in there.items():
        known = np.isfinite(here[pod])
        np.testing.assert_array_equal(here[pod][known], values[known])
        if pod not in {"gappy-0", "short-0"}:
            np.testing.assert_array_equal(np.isfinite(values), known, pod)


def test_deduplicated_replicas_are_read_alike(tmp_path, odd_servers):
    with running_victoria(tmp_path / "victoria", "-dedup.minScrapeInterval=30s") as server:
        push(server.url, _odd_series())
        server.flush()
        here = _read(VictoriaSource, server.url)[0]
    there = _read(VictoriaSource, odd_servers[0].url)[0]
    for pod in ("twice-0", "interleaved-0", "gappy-0", "stale-0"):
        np.testing.assert_array_equal(here[pod], there[pod], pod)


def _pods(count, pods=lambda index: f"p-{index}"):
    times = START + 60.0 * np.arange(1440)
    labels = {"__name__": "container_memory_rss", "namespace": "n", "container": "app"}
    return [Series(labels | {"pod": pods(i)}, times, np.full(times.size, 1e8 + i)) for i in range(count)]


@pytest.fixture(scope="module")
def stingy_victoria(tmp_path_factory):
    """A cluster's address, 30 pods, and limits that a real cluster of 30,000 pods meets: on series, samples, text."""
    limits = ("maxSeries=12", "maxExportSeries=12", "maxUniqueTimeseries=12", "maxQueryLen=300")
    options = [f"-search.{limit}" for limit in limits]
    with running_victoria(tmp_path_factory.mktemp("stingy"), *options, prefix="/select/7/prometheus") as server:
        push(server.url, _pods(30))
        server.flush()
        yield server


@pytest.mark.parametrize("kind", [VictoriaSource, QueryRangeSource])
def test_limits_of_the_server_are_kept_to(stingy_victoria, kind):
    rss, _, samples = _read(kind, stingy_victoria.url)
    assert {pod: values[0] for pod, values in rss.items()} == {f"p-{i}": 1e8 + i for i in range(30)}
    assert samples > 0


def test_too_much_of_one_container_is_said_in_short(tmp_path):
    with running_victoria(tmp_path / "victoria", "-search.maxSamplesPerQuery=1000") as server:
        push(server.url, _pods(1))
        server.flush()
        with pytest.raises(SourceTooLarge, match="cannot select more than") as caught:
            _read(VictoriaSource, server.url)
    assert "remoteAddr" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_password_is_asked_for_and_taken(tmp_path):
    with running_victoria(tmp_path / "victoria", "-httpAuth.username=me", "-httpAuth.password=p") as server:
        with pytest.raises(SourceRefused):
            _read(VictoriaSource, server.url)
        settings = load_settings(prometheus_url=server.url, prometheus_username="me", prometheus_password="p")
        assert chosen_source(settings, Control()) == "victoria_metrics"


def test_a_prometheus_is_no_victoria(odd_servers):
    told = []
    for server in odd_servers:
        client = PrometheusClient(load_settings(prometheus_url=server.url))
        told.append(is_victoria(client, Control()))
        client.close()
    assert told == [True, False]


def test_a_long_past_is_told_in_half_hours(odd_servers):
    source = VictoriaSource(load_settings(prometheus_url=odd_servers[0].url))
    plan = source.plan(ScanRequest(START + 43_200, START + SPAN, STEP), Control())
    wanted = [ref for batch in plan.batches for ref in batch.containers if ref.pod == "between-0"]
    history, problems = source.history(plan, wanted, 40_000.0, Control())
    source.close()
    assert problems == ()
    known = np.isfinite(history.low[0])
    assert known.sum() == 22
    np.testing.assert_array_equal((history.high - history.low)[0, known], 59_000.0)

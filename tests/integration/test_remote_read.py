"""Remote read on a real Prometheus, and on servers that have none or break off."""

import json
import subprocess
import sys
import time

import cramjam
import numpy as np
import pytest
import requests

from app.errors import ScanAbandoned, SourceError, SourceOverloaded, SourceUnreachable, SourceUnusable
from app.prometheus.choice import chosen_source
from app.prometheus.promql import LabelMatcher
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.reduce import reduce_samples
from app.prometheus.remote_read.protobuf import ResponseType, read_request
from app.prometheus.remote_read.source import RemoteReadSource
from app.prometheus.remote_read.wire_format import HEADERS, PATH, STREAMED
from app.prometheus.source import Control, ScanRequest
from app.prometheus.victoria.probe import EXPORT
from app.settings import load_settings
from demo.load import Series, push
from tests.support.chunks import STALE, chunks_of, decoded, frame, series_message, xor_chunk
from tests.support.servers import Cut, dripping_server, false_prometheus, running_prometheus, wait_until

STREAM = f"{STREAMED}; proto=prometheus.ChunkedReadResponse"
DAYS = 1.5
CLEAR_OF_END = 7200.0


def _values(rng, count):
    """By name, series of all shapes that a chunk may hold."""
    walk = np.cumsum(rng.normal(0, 1e5, count))
    pages = np.floor((2e8 + walk) / 4096) * 4096
    odd = np.where(rng.random(count) < 0.05, np.nan, walk)
    ended = pages.copy()
    ended[rng.random(count) < 0.02] = STALE
    return {
        "pages": pages,
        "constant": np.full(count, 4096.0),
        "zero": np.zeros(count),
        "counter": np.cumsum(rng.exponential(0.01, count)),
        "any_bits": rng.integers(0, 2**63, count, dtype=np.int64).view(np.float64),
        "not_numbers": odd,
        "infinite": np.where(rng.random(count) < 0.1, -np.inf, walk),
        "stale": ended,
    }


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A Prometheus with blocks and a head, with regular, jittering, sparse and interrupted series."""
    rng = np.random.default_rng(6)
    end = time.time() // 60 * 60
    regular = end - DAYS * 86_400 + 30.0 * np.arange(int(DAYS * 2880) + 1)
    timings = {
        "regular": regular,
        "jitter": np.round(regular + rng.uniform(-9, 9, regular.size), 3),
        "sparse": regular[rng.random(regular.size) < 0.03],
        "gaps": regular[(np.arange(regular.size) // 400) % 2 == 0],
    }
    series = [
        Series({"__name__": "odd", "shape": shape, "timing": timing}, times, values)
        for timing, times in timings.items()
        for shape, values in _values(rng, times.size).items()
    ]
    with running_prometheus(tmp_path_factory.mktemp("filled")) as server:
        push(server.url, series)
        wait_until(lambda: _metric(server.url, "prometheus_tsdb_blocks_loaded") >= 2, "there are blocks", 120)
        yield server.url, end


def _metric(url, name):
    lines = requests.get(f"{url}/metrics", timeout=10).text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


def _answer(url, start, end, kind=ResponseType.STREAMED_XOR_CHUNKS):
    request = read_request([LabelMatcher("__name__", "=", "odd")], int(start * 1000), int(end * 1000), [kind])
    body = bytes(cramjam.snappy.compress_raw(request))
    return requests.post(url + PATH, data=body, headers=HEADERS, timeout=60).content


def _bits(values):
    return np.asarray(values, dtype=np.float64).view(np.uint64)


def _by_chunks(answer):
    """Times and values of each series, by its labels, sorted."""
    found = {}
    for labels, inner in chunks_of(answer):
        key = (labels["timing"], labels["shape"])
        found.setdefault(key, []).extend(decoded(chunk[4]) for chunk in inner)
    return {
        key: tuple(np.concatenate([one[i] for one in chunks]) for i in (0, 1)) for key, chunks in sorted(found.items())
    }


def _by_query(url, start, end):
    asked = {"query": f"odd[{int(end - start)}s]", "time": f"{end:.3f}"}
    answer = requests.post(f"{url}/api/v1/query", data=asked, timeout=60).json()
    return {
        (one["metric"]["timing"], one["metric"]["shape"]): (
            np.array([round(time * 1000) for time, _ in one["values"]]),
            np.array([float(value) for _, value in one["values"]]),
        )
        for one in answer["data"]["result"]
    }


def test_every_chunk_of_head_and_blocks_is_what_a_query_returns(filled):
    url, end = filled
    start = end - DAYS * 86_400
    found, expected = _by_chunks(_answer(url, start, end)), _by_query(url, start, end)
    assert len(expected) == 32
    assert sorted(found) == sorted(expected)
    for key, (times, values) in found.items():
        # A query leaves out stale markers, and tells not which NaN it is.
        there = (times >= start * 1000) & (times <= end * 1000) & (_bits(values) != _bits([STALE])[0])
        asked, told = expected[key]
        np.testing.assert_array_equal(times[there], asked, err_msg=str(key))
        either_nan = np.isnan(values[there]) & np.isnan(told)
        assert (either_nan | (_bits(values[there]) == _bits(told))).all(), key


def test_a_panel_by_remote_read_is_one_by_queries_but_for_memory_which_is_lowest(demo_prometheus):
    settings = load_settings(prometheus_url=demo_prometheus.url)
    end = time.time() // 300 * 300
    # Which rows need no CPU hangs on the lowest and the highest of each step, which queries do not see.
    request = ScanRequest(end - 86_400, end, 300.0, load_of_all=True)
    (plan, whole), (_, single) = (_read(kind, settings, request) for kind in (RemoteReadSource, QueryRangeSource))
    for name in ("cpu", "start_time", "restarts", "oom_killed", "limit"):
        np.testing.assert_array_equal(getattr(whole.panel, name), getattr(single.panel, name), err_msg=name)
    assert whole.samples > 5 * single.samples
    for name in ("rss", "working_set", "cache"):
        lowest, at = getattr(whole.panel, name), getattr(single.panel, name)
        known = np.isfinite(at)
        assert (lowest[known] <= at[known]).all(), name
    row = next(i for i, one in enumerate(plan.batches[0].containers) if one.workload.name == "cart")
    assert whole.panel.rss[row].tobytes() == _lowest_rss(demo_prometheus.url, plan, row).tobytes()


def _read(kind, settings, request):
    source = kind(settings)
    try:
        plan = source.plan(request, Control())
        return plan, source.read(plan, plan.batches[0], Control())
    finally:
        source.close()


def _lowest_rss(url, plan, row):
    """What a query gives of one pod, reduced here."""
    ref, grid = plan.batches[0].containers[row], plan.grid
    span = int(grid.end - grid.start + 300)
    asked = {"query": f'container_memory_rss{{pod="{ref.pod}"}}[{span}s]', "time": f"{grid.end:.3f}"}
    (one,) = requests.post(f"{url}/api/v1/query", data=asked, timeout=60).json()["data"]["result"]
    times = np.array([round(time * 1000) for time, _ in one["values"]], dtype=np.int64)
    values = np.array([float(value) for _, value in one["values"]])
    return reduce_samples(times, values, np.array([times.size]), grid).low[0]


def test_the_past_is_the_same_by_both_ways(demo_prometheus):
    settings = load_settings(prometheus_url=demo_prometheus.url)
    end = time.time() // 300 * 300
    request = ScanRequest(end - 43_200, end, 300.0, 86_400.0)
    found = []
    for kind in (RemoteReadSource, QueryRangeSource):
        source = kind(settings)
        plan = source.plan(request, Control())
        found.append(source.history(plan, plan.batches[0].containers, 86_400.0, Control())[0])
        source.close()
    ours, theirs = found
    known = np.isfinite(ours.low) & np.isfinite(theirs.low)
    assert known.mean() > 0.5
    # Prometheus 2 takes the sample at a span's very beginning into it too.
    assert (theirs.low[known] <= ours.low[known]).all()
    assert (theirs.high[known] >= ours.high[known]).all()
    np.testing.assert_allclose(ours.low[known], theirs.low[known], rtol=0.2)


def test_samples_are_taken_where_a_server_streams_no_chunks(demo_prometheus, monkeypatch):
    settings = load_settings(prometheus_url=demo_prometheus.url)
    end = time.time() // 300 * 300
    request = ScanRequest(end - 7200, end, 60.0)
    _, streamed = _read(RemoteReadSource, settings, request)
    monkeypatch.setattr(
        "app.prometheus.remote_read.source.read_request",
        lambda matchers, start, stop: read_request(matchers, start, stop, [ResponseType.SAMPLES]),
    )
    _, sampled = _read(RemoteReadSource, settings, request)
    assert streamed.samples == sampled.samples > 0
    for name in ("rss", "working_set", "cache", "cpu", "peak", "start_time"):
        np.testing.assert_array_equal(getattr(streamed.panel, name), getattr(sampled.panel, name), err_msg=name)


def test_both_ways_find_the_same(leakwatch, demo_prometheus):
    arguments = ("scan", "--no-store", "--all", "-o", "json", "--end", str(time.time() // 300 * 300))
    found = [
        leakwatch(*arguments, "--prometheus-url", demo_prometheus.url, source=kind)
        for kind in ("remote_read", "query_range")
    ]
    one, other = (done.findings for done in found)
    assert [done.document["scan"]["source"] for done in found] == ["remote_read", "query_range"]
    assert {name: it["verdict"] for name, it in one.items()} == {name: it["verdict"] for name, it in other.items()}
    for name in found[0].leaks:
        assert one[name]["growth_bytes_per_hour"] == pytest.approx(other[name]["growth_bytes_per_hour"], rel=0.1)


def _chosen(url, **settings):
    return chosen_source(load_settings(prometheus_url=url, prometheus_retries=0, **settings), Control())


def test_a_prometheus_is_read_by_its_chunks(demo_prometheus):
    assert _chosen(demo_prometheus.url) == "remote_read"


@pytest.mark.parametrize(
    "reply",
    [
        (404, "text/plain", b"404 page not found"),
        (405, "text/plain", b""),
        (400, "text/plain", b"unsupported path requested"),
        (403, "text/plain", b"Forbidden"),
        (501, "text/plain", b""),
        (200, "text/html", b"<html>hello</html>"),
        (200, "application/x-protobuf", bytes(cramjam.snappy.compress_raw(b""))),
        (301, "text/html", b""),
    ],
    ids=["404", "405", "400", "403", "501", "HTML", "samples only", "redirect"],
)
def test_a_server_without_it_is_asked_by_queries(reply):
    with false_prometheus(lambda path, form: reply) as server:
        assert _chosen(server.url) == "query_range"
        assert _chosen(server.url) == "query_range"
        assert [path for path, _, _ in server.asked] == [PATH, EXPORT]


def test_what_is_set_is_not_asked():
    assert _chosen("http://no-such-host.invalid:9090", source="remote_read") == "remote_read"


def test_a_server_that_is_down_is_asked_again():
    with false_prometheus(lambda path, form: (503, "text/plain", b"starting")) as server:
        with pytest.raises(SourceOverloaded):
            _chosen(server.url)
        server.answer = lambda path, form: (200, STREAM, b"")
        assert _chosen(server.url) == "remote_read"


def _label_sets(*pods):
    return [{"__name__": "m", "namespace": "shop", "pod": pod, "container": "app"} for pod in pods]


def _false(read, *pods):
    """Answers of a server that has these pods, and gives `read` for their resident memory."""

    def answer(path, form):
        if path.endswith("/series"):
            data = _label_sets(*pods) if "container_memory_rss" in form else []
            return 200, "application/json", json.dumps({"status": "success", "data": data}).encode()
        return read(form)

    return answer


TIMES = 1_700_000_100_000 + 30_000 * np.arange(200)
GOOD = frame(series_message(_label_sets("cart-0")[0], xor_chunk(TIMES, np.full(TIMES.size, 4096.0))))


def _scan(url, control=None, **settings):
    source = RemoteReadSource(load_settings(prometheus_url=url, **({"prometheus_retries": 0} | settings)))
    try:
        plan = source.plan(ScanRequest(1_700_000_100.0, 1_700_006_100.0, 60.0), control or Control())
        return source.read(plan, plan.batches[0], control or Control())
    finally:
        source.close()


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        ((200, "text/html", b"<html>hello</html>"), SourceUnusable, "not Prometheus' (text/html)"),
        ((200, STREAM, GOOD[:-10]), SourceUnreachable, "damaged"),
        ((200, STREAM, GOOD + b"query timed out in query execution\n"), SourceOverloaded, "query timed out"),
        ((503, "text/plain", b"too many concurrent reads"), SourceOverloaded, "too many concurrent reads"),
        ((404, "text/plain", b"404 page not found"), SourceUnusable, "404"),
        ((200, STREAM, Cut(GOOD)), SourceUnreachable, "cut"),
        ((200, STREAM, Cut(GOOD + GOOD[:50])), SourceUnreachable, "cut"),
    ],
    ids=["HTML", "damaged", "broken off", "503", "404", "cut between frames", "cut amid a frame"],
)
def test_what_goes_wrong_is_told_apart(reply, error, says):
    with false_prometheus(_false(lambda form: reply, "cart-0")) as server, pytest.raises(error) as caught:
        _scan(server.url)
    assert says in str(caught.value)
    assert caught.value.hint


def test_an_answer_that_was_cut_is_asked_for_again_and_counts_once():
    cut = {"left": 3}

    def read(form):
        cut["left"] -= 1
        return (200, STREAM, GOOD) if cut["left"] < 0 else (200, STREAM, GOOD + GOOD[:50])

    with false_prometheus(_false(read, "cart-0")) as server:
        reading = _scan(server.url, prometheus_retries=3, prometheus_concurrency=1)
    # Memory, load and kills as a whole; of when it started, how often and its limit, the last ten minutes.
    assert reading.samples == 5 * TIMES.size + 3 * 21
    np.testing.assert_array_equal(reading.panel.rss[0], 4096.0)
    np.testing.assert_array_equal(reading.panel.peak[0], 4096.0)


def test_what_is_too_large_is_asked_for_by_halves():
    pods = [f"cart-{i}" for i in range(4)]

    def read(form):
        return (200, STREAM, GOOD) if sum(pod in form for pod in pods) == 1 else (400, "text/plain", b"exceeded limit")

    with false_prometheus(_false(read, *pods, "web-0")) as server:
        source = RemoteReadSource(load_settings(prometheus_url=server.url, prometheus_retries=0))
        plan = source.plan(ScanRequest(1_700_000_100.0, 1_700_006_100.0, 60.0), Control())
        batch = type(plan.batches[0])(tuple(one for one in plan.batches[0].containers if one.pod != "web-0"))
        reading = source.read(plan, batch, Control())
        source.close()
    assert np.isfinite(reading.panel.rss[0]).all()


@pytest.mark.parametrize("ended_by", ["the time-out", "the scan's deadline"])
def test_frames_that_never_end_are_not_waited_for(ended_by):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {STREAM}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    drop = f"{len(GOOD):x}\r\n".encode() + GOOD + b"\r\n"
    control = Control(deadline=time.monotonic() + 0.4) if "deadline" in ended_by else Control()
    began = time.monotonic()
    with dripping_server(head, drop) as url:
        settings = load_settings(
            prometheus_url=url, prometheus_retries=0, prometheus_timeout=60.0 if "deadline" in ended_by else 0.4
        )
        with pytest.raises((SourceError, ScanAbandoned)):
            chosen_source(settings, control)
    assert time.monotonic() - began < 10


def test_help_waits_for_no_compiler():
    asked = "import sys, app.cli; sys.exit('numba' in sys.modules or 'llvmlite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0

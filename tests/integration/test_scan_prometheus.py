"""`leakwatch scan` on a real Prometheus."""

import json
import threading
import time

import numpy as np
import pytest

from app.domain.scan import ScanState
from app.domain.severity import SeverityPolicy
from app.errors import SourceError
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Control, ScanRequest
from app.scanning.scan import scan
from app.scanning.service import make_perform
from app.settings import load_settings
from app.storage import scans
from app.storage.engine import make_engine, reading
from demo.load import Series, load, push
from detectors.judgement import Verdict
from detectors.options import Options
from tests.support.servers import running_prometheus


def _truth():
    labels = json.loads(demo_recording().with_suffix(".labels.json").read_text())
    return {name for name, label in labels.items() if label["leak"]}


def test_finds_the_leaks_of_the_demo_cluster_and_nothing_else(leakwatch, demo_prometheus):
    done = leakwatch("scan", "--prometheus-url", demo_prometheus.url, "--all", "--output", "json")
    assert (done.status, done.leaks) == (0, _truth()), done.err
    scan = done.document["scan"]
    assert (scan["source"], scan["complete"], scan["problems"]) == ("remote_read", True, [])
    assert (scan["workloads"], scan["containers"]) == (23, 32)
    assert set(scan["window"]) == {"start", "end", "step_seconds"}
    assert set(scan["seconds"]) == {"plan", "read", "judge", "record"}


def test_a_server_and_a_recording_of_it_say_the_same(leakwatch, demo_prometheus):
    by_server = leakwatch("scan", "--prometheus-url", demo_prometheus.url, "--all", "-o", "json", "--no-store")
    by_file = leakwatch("scan", "--recording", demo_recording(), "--all", "-o", "json", "--no-store")
    assert by_server.leaks == by_file.leaks
    for name in by_file.leaks:
        one, other = by_server.findings[name], by_file.findings[name]
        assert one["fingerprint"] == other["fingerprint"]
        assert one["growth_bytes_per_hour"] == pytest.approx(other["growth_bytes_per_hour"], rel=0.25), name
        assert one["revision"] == other["revision"]


def test_small_batches_say_what_one_large_one_says(leakwatch, demo_prometheus):
    end = str(time.time() - 60)
    arguments = ("scan", "--no-store", "-o", "json", "--end", end, "--prometheus-url", demo_prometheus.url)
    cut = leakwatch(*arguments, prometheus_max_samples=10_000)
    assert cut.document["findings"] == leakwatch(*arguments).document["findings"]


@pytest.mark.parametrize(
    ("options", "leaks"),
    [
        (["--namespace", "data"], {"data/session-cache"}),
        (["-n", "data", "-n", "logistics"], {"data/session-cache", "logistics/label-printer", "logistics/routing"}),
        (["--selector", 'pod=~"cart-.*"'], {"shop/cart"}),
    ],
)
def test_scans_less_when_told_to(leakwatch, demo_prometheus, options, leaks):
    done = leakwatch("scan", "--prometheus-url", demo_prometheus.url, "--no-store", "-o", "json", *options)
    assert done.leaks == leaks


def test_says_when_nothing_is_meant(leakwatch, demo_prometheus):
    done = leakwatch("scan", "--prometheus-url", demo_prometheus.url, "--selector", 'container="none"')
    assert done.status == 1
    assert "matches nothing" in done.err


def test_the_suspect_revision_of_the_demo(leakwatch, demo_prometheus):
    done = leakwatch("scan", "--prometheus-url", demo_prometheus.url, "-n", "shop", "-o", "json", "--no-store")
    assert done.findings["shop/cart"]["revision"] == {
        "current": "v2",
        "suspect": "v2",
        "previous": "v1",
        "rollout": None,
    }


def test_pods_that_vanish_close_nothing_when_prometheus_dies_half_way(tmp_path, leakwatch):
    with running_prometheus(tmp_path / "prometheus") as server:
        load(demo_recording(), server.url, time.time())
        # Nothing is kept for long, and one healthy scan would close: what stays open, stays open for lack of data.
        hasty = {"prometheus_url": server.url, "gone_after": "1s", "resolve_after_scans": 1, "prometheus_retries": 0}
        assert leakwatch("scan", "-o", "json", **hasty).status == 0
        before = leakwatch("incidents", "list", "-o", "json").document["incidents"]
        killed = threading.Event()
        settings = load_settings(**hasty, step="1m", prometheus_max_samples=10_000)  # in many small batches

        def kill_after_the_first_batch(done, total):
            if done and not killed.is_set():
                server.process.stop(9)
                killed.set()

        with pytest.raises(SourceError):
            make_perform(settings)(Control(progress=kill_after_the_first_batch))
        assert killed.is_set()
        # The same through the command: Prometheus is dead now.
        done = leakwatch("scan", **hasty)
    assert (done.status, done.out) == (1, "")
    assert "cannot connect" in done.err
    after = leakwatch("incidents", "list", "--all", "-o", "json").document["incidents"]
    assert len(before) == 10
    assert after == before
    assert _last_scan() == ScanState.FAILED


def _last_scan():
    engine = make_engine(load_settings())
    with reading(engine) as session:
        (last, *_) = scans.page(session, None, 1, None)
    engine.dispose()
    return last.state


START = 1_700_000_100.0


@pytest.fixture(scope="module")
def odd_prometheus(tmp_path_factory):
    """A Prometheus with what real ones hold: replicas, overlaps, stale markers, NaN, slices, no limits, no owners."""
    times = START + 30.0 * np.arange(24 * 120)
    memory = 1e8 + 1e3 * np.arange(times.size)
    stale = np.frombuffer(np.uint64(0x7FF0000000000002).tobytes(), dtype=np.float64)[0]

    def one(pod, values, **labels):
        base = {"__name__": "container_memory_rss", "namespace": "odd", "pod": pod, "container": "app"}
        return Series({k: v for k, v in (base | labels).items() if v}, times, values)

    half = times.size // 2
    with running_prometheus(tmp_path_factory.mktemp("odd")) as server:
        push(
            server.url,
            [
                one("twice-0", memory, prometheus_replica="a"),
                one("twice-0", memory, prometheus_replica="b"),
                one("replaced-0", np.where(np.arange(times.size) < half + 8, memory, stale), id="/old"),
                one("replaced-0", np.where(np.arange(times.size) < half, np.nan, 5e7), id="/new"),
                one("gappy-0", np.where(np.arange(times.size) % 40 < 25, memory, np.nan)),
                one("slice-0", memory, container=""),
                one("sandbox-0", memory, container="POD"),
                one('quoted"\\0', memory),
            ],
        )
        yield server


def _odd(server, **more):
    settings = load_settings(prometheus_url=server.url, **more)
    source = QueryRangeSource(settings)
    request = ScanRequest(START, START + 86_400 - 300, 300.0)
    control = Control()
    try:
        plan = source.plan(request, control)
        batch = plan.batches[0]
        return plan, {ref.pod: i for i, ref in enumerate(batch.containers)}, source.read(plan, batch, control)
    finally:
        source.close()


def test_sandboxes_and_slices_are_left_out(odd_prometheus):
    _, rows, _ = _odd(odd_prometheus)
    assert set(rows) == {"twice-0", "replaced-0", "gappy-0", 'quoted"\\0'}


def test_missing_owners_are_said_and_are_no_reason_to_distrust(odd_prometheus):
    plan, _, reading = _odd(odd_prometheus)
    assert [problem.code for problem in plan.problems] == ["no_kube_state_metrics"]
    assert not reading.unread


def test_what_two_replicas_saw_counts_once(odd_prometheus):
    plan, rows, reading = _odd(odd_prometheus)
    twice = reading.panel.rss[rows["twice-0"]]
    np.testing.assert_equal(twice, 1e8 + 1e3 * 10 * np.arange(plan.grid.steps))


def test_an_old_and_a_new_container_together_are_the_new_one(odd_prometheus):
    _, rows, reading = _odd(odd_prometheus)
    replaced = reading.panel.rss[rows["replaced-0"]]
    middle = replaced.size // 2
    assert (replaced[middle:] == 5e7).all()
    assert (replaced[:middle] >= 1e8).all()


def test_every_value_is_what_the_server_says(odd_prometheus):
    plan, rows, reading = _odd(odd_prometheus)
    client = QueryRangeSource(load_settings(prometheus_url=odd_prometheus.url))._client
    for column in (0, 7, 100, plan.grid.steps - 1):
        at = float(plan.grid.times[column])
        matrix, _ = client.query_range('container_memory_rss{pod="gappy-0"}', at, at, 300.0, Control())
        told = float(matrix[0]["values"][0][1]) if matrix else np.nan
        np.testing.assert_equal(reading.panel.rss[rows["gappy-0"], column], told)
    client.close()


@pytest.fixture(scope="module")
def thirty_pods(tmp_path_factory):
    """A Prometheus that gives no more than 12,000 samples at once, and has one workload of thirty pods."""
    times = START + 60.0 * np.arange(1440)
    with running_prometheus(tmp_path_factory.mktemp("small"), "--query.max-samples=12000") as server:
        push(
            server.url,
            [
                Series(
                    {"__name__": "container_memory_rss", "namespace": "n", "pod": f"p-{i}", "container": "app"},
                    times,
                    np.full(times.size, 1e8 + i),
                )
                for i in range(30)
            ],
        )
        yield server


@pytest.mark.parametrize("most", [10_000, 250_000], ids=["told to ask for less", "finding out"])
def test_a_workload_that_is_too_large_for_one_query_is_read_by_several(thirty_pods, most):
    source = QueryRangeSource(load_settings(prometheus_url=thirty_pods.url, prometheus_max_samples=most))
    request = ScanRequest(START, START + 86_000, 120.0)
    plan = source.plan(request, Control())
    (batch,) = plan.batches
    reading = source.read(plan, batch, Control())
    source.close()
    expected = [1e8 + int(ref.pod.removeprefix("p-")) for ref in batch.containers]
    np.testing.assert_equal(reading.panel.rss[:, ::100], np.repeat(expected, 8)[:].reshape(30, 8))


def test_a_source_that_works_around_a_limit_gives_a_whole_scan(thirty_pods):
    source = QueryRangeSource(load_settings(prometheus_url=thirty_pods.url))
    request = ScanRequest(START, START + 86_000, 120.0)
    report = scan(source, request, SeverityPolicy(1.0, 2.0), Options(), Control(), START)
    source.close()
    (one,) = report.findings
    assert (report.complete, one.verdict, one.pods_observed) == (True, Verdict.HEALTHY, 30)


def test_a_window_of_more_than_ten_thousand_steps_is_read_in_parts(odd_prometheus):
    settings = load_settings(prometheus_url=odd_prometheus.url)
    source = QueryRangeSource(settings)
    request = ScanRequest(START, START + 86_370, 5.0, selector='pod="twice-0"')
    plan = source.plan(request, Control())
    reading = source.read(plan, plan.batches[0], Control())
    source.close()
    assert plan.grid.steps > 17_000
    assert np.isfinite(reading.panel.rss).all()

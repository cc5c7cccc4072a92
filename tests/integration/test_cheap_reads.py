"""What a scan leaves unread, on a real Prometheus: samples of what hardly changes, and JSON of label sets."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from app.prometheus import bulk
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.remote_read import listing
from app.prometheus.remote_read.source import RemoteReadSource
from app.prometheus.source import Control, ScanRequest
from app.settings import load_settings
from demo.load import Series, push
from detectors.judge import judge
from tests.support.chunks import samples_answer
from tests.support.servers import false_prometheus, running_prometheus

STEP, STEPS = 300.0, 73
MIB = 2.0**20
NAN = np.nan
MEMBERS = ("rss", "working_set", "cache", "cpu", "start_time", "restarts", "limit", "oom_killed", "peak")


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """A Prometheus with one pod of each kind that ends, starts anew, or is told of in part."""
    now = _now()
    times = now - (STEPS + 12) * STEP + 60.0 * np.arange(int((STEPS + 12) * STEP / 60) + 1)
    with running_prometheus(tmp_path_factory.mktemp("cheap")) as server:
        push(server.url, [one for pod in _pods(times) for one in pod])
        yield server.url, ScanRequest(now - (STEPS - 1) * STEP, now, STEP)


def _pods(times):
    """The series of each pod, which runs all along, has restarted three times before, and has a limit, but for ..."""
    before, middle, late = times[0] - 86_400, float(times[times.size // 2]), float(times[-1]) - 180
    half = times >= middle
    yield _pod("steady", times)
    yield _pod("young", times, there=half, start=middle - 5, restarts=0)
    yield _pod("anew", times, start=np.where(half, middle, before), restarts=half)
    yield _pod("gone", times, there=~half)
    yield _pod("just-gone", times, there=times < late)
    yield _pod("raised", times, limit=np.where(half, 200 * MIB, 100 * MIB))
    yield _pod("unlimited", times, limit=NAN, spec_limit=0)
    yield _pod("by-cadvisor-alone", times, limit=NAN, restarts=NAN, spec_limit=100 * MIB)
    # kube-state-metrics has been silent for twenty minutes, and cAdvisor's limits are not scraped.
    silent = times < times[-1] - 1200
    yield _pod("silent", times, limit=np.where(silent, 100 * MIB, NAN), restarts=np.where(silent, 1, NAN))
    # Some runtimes say that a container started in the year 1.
    yield _pod("year-one", times, start=-62_135_596_800, restarts=1 + half)
    # A container that has just died is told of beside the one in its place; which comes first is up to their ids.
    for old, new in (("a", "b"), ("b", "a")):
        yield _pod(f"just-anew-{old}", times, id=f"/{old}", restarts=times >= late)
        yield _pod(f"just-anew-{old}", times, id=f"/{new}", there=times >= late, start=late, state=False)


def _pod(name, times, *, there=None, start=None, restarts=3, limit=100 * MIB, spec_limit=NAN, id="", state=True):  # noqa: A002
    there = np.ones(times.size, dtype=bool) if there is None else there
    memory = 50 * MIB + 4096.0 * np.arange(times.size)
    metrics = {
        "container_memory_rss": memory,
        "container_memory_working_set_bytes": memory + MIB,
        "container_memory_cache": memory / 2,
        "container_cpu_usage_seconds_total": times - times[0],
        "container_start_time_seconds": times[0] - 86_400 if start is None else start,
        "container_spec_memory_limit_bytes": spec_limit,
    }
    if state:
        metrics["kube_pod_container_status_restarts_total"] = restarts
        metrics["kube_pod_container_resource_limits"] = limit
    labels = {"namespace": "shop", "pod": f"{name}-0", "container": "app"}
    for metric, value in metrics.items():
        values = np.broadcast_to(np.asarray(value, dtype=np.float64), times.shape)
        more = {"resource": "memory"} if metric.endswith("limits") else {"id": id} if "kube" not in metric else {}
        known = there & np.isfinite(values)
        if known.any():
            yield Series({"__name__": metric, **labels, **more}, times[known], values[known])


def _now():
    """A time on the grid that is over."""
    return time.time() // STEP * STEP


def _reading(url, request):
    source = RemoteReadSource(load_settings(prometheus_url=url))
    try:
        plan = source.plan(request, Control())
        return plan.batches[0].containers, source.read(plan, plan.batches[0], Control())
    finally:
        source.close()


def test_the_panel_is_the_one_of_all_samples(prometheus, monkeypatch):
    containers, cheap = _reading(*prometheus)
    monkeypatch.setattr(bulk, "_WORTH_TWO_READS_SECONDS", float("inf"))
    _, whole = _reading(*prometheus)
    assert len(containers) == 12
    for member in MEMBERS:
        for row, one in enumerate(containers):
            found, expected = (getattr(reading.panel, member)[row] for reading in (cheap, whole))
            np.testing.assert_array_equal(found, expected, err_msg=f"{member} of {one.pod}")


def test_of_steady_pods_little_more_than_what_moves_is_read(tmp_path):
    times = _now() - (STEPS + 12) * STEP + 60.0 * np.arange(int((STEPS + 12) * STEP / 60) + 1)
    with running_prometheus(tmp_path) as server:
        push(server.url, list(_pod("steady", times)))
        _, reading = _reading(server.url, ScanRequest(times[-1] - (STEPS - 1) * STEP, times[-1], STEP))
    a_metric = STEPS * STEP / 60
    assert 4 * a_metric < reading.samples < 4.5 * a_metric


def test_limits_over_time_are_read_where_they_are_asked_for(prometheus):
    url, request = prometheus
    told = ScanRequest(request.start, request.end, request.step_seconds, limits_over_time=True)
    containers, reading = _reading(url, told)
    raised = next(row for row, one in enumerate(containers) if one.pod == "raised-0")
    assert set(reading.limits.by_state[raised].tolist()) == {100 * MIB, 200 * MIB}


def test_series_listed_by_reads_make_the_plan_that_the_index_makes(demo_prometheus, monkeypatch):
    monkeypatch.setattr(listing, "_heeding", {})
    settings = load_settings(prometheus_url=demo_prometheus.url)
    end = _now()
    plans = []
    for kind in (RemoteReadSource, QueryRangeSource):
        source = kind(settings)
        plans.append(source.plan(ScanRequest(end - 86_400, end, STEP), Control()))
        source.close()
    assert listing._heeding == {demo_prometheus.url: True}
    assert plans[0] == plans[1]


CART = {"__name__": "container_memory_working_set_bytes", "namespace": "shop", "pod": "cart-0", "container": "app"}


@pytest.mark.parametrize(
    ("reply", "heeds"),
    [
        ((200, "application/x-protobuf", samples_answer((CART, [1_700_006_000_000], [1.0]))), {False}),
        ((200, "application/x-protobuf", samples_answer((CART, [], []))), {True}),
        ((200, "application/x-protobuf", samples_answer()), set()),
        ((400, "text/plain", b"exceeded sample limit"), set()),
        ((502, "text/plain", b"bad gateway"), set()),
    ],
    ids=["samples all the same", "labels alone", "no series, which tells nothing", "it refuses", "it always fails"],
)
def test_a_server_is_asked_for_labels_alone_only_where_it_heeds_that(monkeypatch, reply, heeds):
    monkeypatch.setattr(listing, "_heeding", {})

    def answer(path, form):
        if path.endswith("/series"):
            named = {name: value for name, value in CART.items() if name != "__name__"}
            return 200, "application/json", b'{"status":"success","data":[%s]}' % json.dumps(named).encode()
        return reply

    with false_prometheus(answer) as server:
        source = RemoteReadSource(load_settings(prometheus_url=server.url, prometheus_retries=0))
        plan = source.plan(ScanRequest(1_700_000_100.0, 1_700_006_100.0, 60.0), Control())
        source.close()
    assert [one.pod for one in plan.batches[0].containers] == ["cart-0"]
    assert set(listing._heeding.values()) == heeds


def _series_of(name, times, memory):
    """A pod whose memory is this, and whose CPU comes and goes."""
    for one in _pod(name, times):
        values = memory if one.labels["__name__"].startswith("container_memory") else one.values
        yield Series(one.labels, one.times, values)


@pytest.fixture(scope="module")
def still_and_moving(tmp_path_factory):
    """A Prometheus with a day of three pods that hardly move, in one namespace with one that does."""
    times = _now() - 90_000 + 60.0 * np.arange(90_000 // 60 + 1)
    with running_prometheus(tmp_path_factory.mktemp("still")) as server:
        series = list(_series_of("moves", times, 20 * MIB + 400.0 * (times - times[0])))
        for name in ("still-a", "still-b", "still-c"):
            series += _series_of(name, times, 50 * MIB + 4096.0 * (times // 60 % 3))
        for hours in np.array_split(np.arange(times.size), 25):
            push(server.url, [Series(one.labels, one.times[hours], one.values[hours]) for one in series])
        yield server.url, ScanRequest(times[-1] - 86_400, times[-1], STEP)


@pytest.mark.parametrize("kind", [RemoteReadSource, QueryRangeSource])
@pytest.mark.parametrize("load_of_all", [False, True])
def test_cpu_is_read_where_memory_moves_or_where_it_is_asked_for(still_and_moving, kind, load_of_all):
    url, request = still_and_moving
    source = kind(load_settings(prometheus_url=url))
    try:
        plan = source.plan(replace(request, load_of_all=load_of_all), Control())
        (batch,) = plan.batches
        reading = source.read(plan, batch, Control())
    finally:
        source.close()
    pods = [one.pod for one in batch.containers]
    assert pods == ["moves-0", "still-a-0", "still-b-0", "still-c-0"]
    told = np.isfinite(reading.panel.cpu).any(axis=1).tolist()
    assert told == [True, load_of_all, load_of_all, load_of_all]
    assert reading.unasked == (set() if load_of_all else {1, 2, 3})


def test_a_scan_of_still_pods_reads_a_quarter_less_and_finds_the_same(still_and_moving):
    url, request = still_and_moving
    cheap, whole = (_reading(url, replace(request, load_of_all=of_all))[1] for of_all in (False, True))
    samples_of_three = 3 * 86_400 / 60
    assert whole.samples - cheap.samples == pytest.approx(samples_of_three, rel=0.01)
    told = [[(one.verdict, one.probability) for one in judge(reading.panel)] for reading in (cheap, whole)]
    assert told[0] == told[1]

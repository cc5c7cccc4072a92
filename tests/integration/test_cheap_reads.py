"""What a scan leaves unread, on a real Prometheus: samples of what hardly changes, and JSON of label sets."""

import json
import time

import numpy as np
import pytest

from app.prometheus import bulk
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.remote_read import listing
from app.prometheus.remote_read.source import RemoteReadSource
from app.prometheus.source import Control, ScanRequest
from app.settings import load_settings
from demo.load import Series, push
from tests.support.chunks import samples_answer
from tests.support.servers import false_prometheus, running_prometheus

STEP, STEPS = 300.0, 73
MIB = 2.0**20


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """Pods that ran all along, began within the window, started anew in it, or are gone; of one a limit was raised."""
    now = _now()
    times = now - (STEPS + 12) * STEP + 60.0 * np.arange(int((STEPS + 12) * STEP / 60) + 1)
    begin, middle = times[0], float(times[times.size // 2])
    none = np.zeros(times.size)
    anew = np.where(times < middle, begin - 86_400, middle)
    said = {
        "steady": (times > 0, none + begin - 86_400, none + 3.0, none + 100 * MIB),
        "young": (times >= middle, none + middle - 5, none, none + 100 * MIB),
        "anew": (times > 0, anew, (times >= middle) * 1.0, none + 100 * MIB),
        "gone": (times < middle, none + begin - 86_400, none + 2.0, none + 100 * MIB),
        "raised": (times > 0, none + begin - 86_400, none, np.where(times < middle, 100 * MIB, 200 * MIB)),
        "unlimited": (times > 0, none + begin - 86_400, none, np.full(times.size, np.nan)),
    }
    series = []
    for pod, (there, start, restarts, limit) in said.items():
        labels = {"namespace": "shop", "pod": f"{pod}-0", "container": "app"}
        memory = 50 * MIB + 4096.0 * np.arange(times.size)
        metrics = {
            "container_memory_rss": memory,
            "container_memory_working_set_bytes": memory + MIB,
            "container_start_time_seconds": start,
            "container_spec_memory_limit_bytes": np.nan_to_num(limit),
            "kube_pod_container_status_restarts_total": restarts,
            "kube_pod_container_resource_limits": limit,
        }
        for name, values in metrics.items():
            known = there & np.isfinite(values)
            more = {"resource": "memory"} if name.endswith("limits") else {}
            if known.any():
                series.append(Series({"__name__": name, **labels, **more}, times[known], values[known]))
    with running_prometheus(tmp_path_factory.mktemp("cheap")) as server:
        push(server.url, series)
        yield server.url, ScanRequest(now - (STEPS - 1) * STEP, now, STEP)


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


@pytest.mark.parametrize("member", ["rss", "working_set", "start_time", "restarts", "limit", "oom_killed", "peak"])
def test_the_panel_is_the_one_of_all_samples(prometheus, monkeypatch, member):
    containers, cheap = _reading(*prometheus)
    monkeypatch.setattr(bulk, "_WORTH_TWO_READS_SECONDS", float("inf"))
    _, whole = _reading(*prometheus)
    assert cheap.samples < 0.75 * whole.samples
    assert len(containers) == 6
    np.testing.assert_array_equal(getattr(cheap.panel, member), getattr(whole.panel, member))


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
    ],
    ids=["it sends samples all the same", "it sends labels alone", "nothing is told by no series", "it refuses"],
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

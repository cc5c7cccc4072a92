"""From raw series, with all that real ones have, to the panel."""

import numpy as np
import pytest

from app.domain.finding import Workload
from app.prometheus.assemble import assemble, on_grid
from app.prometheus.series import RawSeries
from app.prometheus.source import ContainerRef
from app.settings import MetricNames
from detectors.panel import Grid

NAMES = MetricNames()
GRID = Grid(1000.0, 60.0, 5)
CART = ContainerRef("shop", "cart-1", "app", Workload("Deployment", "cart"), "v1")
NAN = np.nan


def _series(metric, values, *, times=None, **labels):
    base = {"namespace": "shop", "pod": "cart-1", "container": "app"}
    at = GRID.times if times is None else np.array(times, dtype=float)
    return RawSeries(metric, base | labels, at, np.array(values, dtype=float))


def _panel(*series, containers=(CART,), lookback=0.0):
    return assemble(series, containers, GRID, NAMES, lookback_seconds=lookback).panel


def test_each_metric_has_its_place():
    reading = assemble(
        [_series(NAMES.rss, [1, 2, 3, 4, 5]), _series(NAMES.cache, [9] * 5)], [CART], GRID, NAMES, lookback_seconds=0.0
    )
    np.testing.assert_equal(reading.panel.rss[0], [1, 2, 3, 4, 5])
    np.testing.assert_equal(reading.panel.cache[0], [9] * 5)
    assert np.isnan(reading.panel.working_set).all()
    assert reading.samples == 10


def test_two_prometheus_replicas_count_once():
    panel = _panel(
        _series(NAMES.rss, [1, NAN, 3, 4, 5], prometheus_replica="a"),
        _series(NAMES.rss, [1, 2, NAN, 4, 5], prometheus_replica="b"),
    )
    np.testing.assert_equal(panel.rss[0], [1, 2, 3, 4, 5])


def test_of_an_old_and_a_new_container_together_the_new_one_counts():
    panel = _panel(
        _series(NAMES.rss, [70, 80, 90, 90, NAN], id="/old"),
        _series(NAMES.rss, [NAN, NAN, 10, 11, 12], id="/new"),
    )
    np.testing.assert_equal(panel.rss[0], [70, 80, 10, 11, 12])


def test_old_label_names_are_understood():
    labels = {"namespace": "shop", "pod_name": "cart-1", "container_name": "app"}
    panel = _panel(RawSeries(NAMES.rss, labels, GRID.times, np.arange(5.0)))
    np.testing.assert_equal(panel.rss[0], np.arange(5.0))


@pytest.mark.parametrize(
    ("series", "limit"),
    [
        ([_series(NAMES.limit, [512] * 5, resource="memory")], 512),
        ([_series(NAMES.limit, [512] * 4 + [600], resource="memory")], 600),
        ([_series(NAMES.limit, [2] * 5, resource="cpu"), _series(NAMES.spec_limit, [256] * 5)], 256),
        ([_series(NAMES.spec_limit, [0] * 5)], NAN),
        ([_series(NAMES.spec_limit, [9223372036854771712] * 5)], NAN),
        ([], NAN),
    ],
    ids=["kube-state-metrics", "raised", "cAdvisor's", "zero is none", "the largest number is none", "none at all"],
)
def test_the_limit(series, limit):
    np.testing.assert_equal(_panel(*series).limit, [limit])


def test_cpu_is_a_rate_and_survives_a_restart():
    panel = _panel(_series(NAMES.cpu, [0, 60, 90, 30, 60]))
    np.testing.assert_equal(panel.cpu[0], [NAN, 1.0, 0.5, 0.5, 0.5])


def test_only_an_oom_kill_is_one():
    panel = _panel(_series(NAMES.terminated, [1] * 5, reason="Error"))
    np.testing.assert_equal(panel.oom_killed[0], [0] * 5)
    panel = _panel(_series(NAMES.terminated, [1] * 5, reason="OOMKilled"))
    np.testing.assert_equal(panel.oom_killed[0], [1] * 5)


def test_what_was_not_asked_for_is_left_out():
    reading = assemble([_series(NAMES.rss, [1] * 5, pod="other")], [CART], GRID, NAMES)
    assert (reading.samples, np.isnan(reading.panel.rss).all()) == (0, True)


def test_two_kinds_of_one_name_are_judged_as_one_as_they_have_one_incident():
    other = ContainerRef("shop", "cart-0", "app", Workload("StatefulSet", "cart"), "v1")
    reading = assemble([], [CART, other], GRID, NAMES)
    assert reading.subjects == (("shop", CART.workload, "app"),)


def test_revisions_are_in_the_order_of_their_first_samples():
    newer = ContainerRef("shop", "cart-2", "app", CART.workload, "a-later-one")
    series = [
        _series(NAMES.rss, [1] * 5),
        _series(NAMES.rss, [NAN, NAN, 1, 1, 1], pod="cart-2"),
    ]
    reading = assemble(series, [newer, CART], GRID, NAMES, lookback_seconds=0.0)
    assert reading.revisions == (("v1", "a-later-one"),)
    np.testing.assert_equal(reading.panel.revision, [1, 0])


@pytest.mark.parametrize(
    ("times", "values", "lookback", "expected"),
    [
        ([1000, 1120], [1, 3], 0, [1, NAN, 3, NAN, NAN]),
        ([990, 1050], [1, 2], 300, [1, 2, 2, 2, 2]),
        ([400], [1], 300, [NAN] * 5),
        ([1000, 1030], [1, NAN], 300, [1, NAN, NAN, NAN, NAN]),
        ([1000.004], [1], 0, [1, NAN, NAN, NAN, NAN]),
        ([], [], 300, [NAN] * 5),
        ([2000], [1], 300, [NAN] * 5),
    ],
    ids=["on the grid", "between", "too old", "a stale marker ends it", "milliseconds", "nothing", "after the window"],
)
def test_samples_on_the_grid(times, values, lookback, expected):
    got = on_grid(np.array(times, dtype=float), np.array(values, dtype=float), GRID, lookback)
    np.testing.assert_equal(got, expected)

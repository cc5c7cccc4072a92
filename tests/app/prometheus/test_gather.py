"""Reduced series come together as raw ones do."""

import numpy as np
import pytest

from app.domain.finding import Workload
from app.errors import SourceTooLarge
from app.prometheus import gather
from app.prometheus.gather import Gathering, place_of, places_of
from app.prometheus.reduce import Reduced
from app.prometheus.source import ContainerRef
from detectors.panel import Grid

NAN = np.nan
GRID = Grid(1000.0, 60.0, 3)
PODS = [ContainerRef("shop", f"cart-{i}", "app", Workload("Deployment", "cart"), "v1") for i in range(2)]
ROWS = places_of(PODS)


def _place(pod="cart-0", **labels):
    return place_of({"namespace": "shop", "pod": pod, "container": "app", **labels}, ROWS)


def _same(*rows):
    values = np.array(rows, dtype=np.float64)
    return Reduced(values, values + 1, values + 2, values + 3)


def _gathered(member, *added):
    gathering = Gathering.of(member, len(PODS), GRID)
    for places, reduced in added:
        gathering.add(places, reduced)
    gathering.settle()
    return gathering


def test_of_memory_the_lowest_and_the_highest_count():
    one = _gathered("rss", ([_place("cart-1")], _same([1, 2, 3])))
    np.testing.assert_equal((one.low[1], one.high[1]), ([1, 2, 3], [3, 4, 5]))
    assert np.isnan(one.low[0]).all()


def test_of_all_else_the_last():
    np.testing.assert_equal(_gathered("start_time", ([_place()], _same([1, 2, 3]))).low[0], [4, 5, 6])


def test_of_a_counter_its_rate():
    np.testing.assert_equal(_gathered("cpu", ([_place()], _same([0, 60, 30]))).low[0], [NAN, 1, 0.55])


def test_what_ended_by_something_else_was_no_oom_kill():
    error = [_place(reason="Error")], Reduced(*[np.array([[1.0, 1.0, 0.0]])] * 4)
    np.testing.assert_equal(_gathered("oom_killed", error).low[0], [0, 0, NAN])


def test_of_an_old_and_a_new_container_the_new_one_counts_wherever_it_is_known():
    old, new = [80, 90, NAN], [NAN, 10, 11]
    for first, second in (((old, "/a"), (new, "/b")), ((new, "/b"), (old, "/a"))):
        one = _gathered("rss", *(([_place(id=name)], _same(values)) for values, name in (first, second)))
        np.testing.assert_equal((one.low[0], one.high[0]), ([80, 10, 11], [82, 12, 13]))


def test_of_two_replicas_the_larger():
    one = _gathered("rss", ([_place(id="/a"), _place(id="/a")], _same([1, NAN, 5], [NAN, 3, 4])))
    np.testing.assert_equal(one.low[0], [1, 3, 5])


def test_what_was_read_twice_changes_nothing():
    once = [_place(id="/a"), _place(id="/b")], _same([80, 90, NAN], [NAN, 10, 11])
    np.testing.assert_equal(_gathered("rss", once, once).low, _gathered("rss", once).low)


@pytest.mark.parametrize(
    ("member", "labels"),
    [("cpu", {"cpu": "cpu00"}), ("limit", {"resource": "cpu"}), ("rss", {"pod": "other"})],
    ids=["one of many CPUs", "a limit of CPU", "another pod"],
)
def test_what_is_not_meant_is_left_out(member, labels):
    place = _place(**labels)
    assert np.isnan(_gathered(member, ([place], _same([1, 2, 3]))).low).all()


def test_far_more_series_than_containers_are_refused(monkeypatch):
    monkeypatch.setattr(gather, "_SPARE_CELLS", 0)
    gathering = Gathering.of("rss", len(PODS), GRID)
    with pytest.raises(SourceTooLarge, match="rss"):
        for i in range(100):
            gathering.add([_place(id=f"/{i}")], _same([1, 2, 3]))

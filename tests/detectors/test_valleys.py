"""Valleys: the level below which memory never falls again."""

import numpy as np
import pytest

from detectors.valleys import valleys

POINTS = 48
TIME = np.arange(POINTS, dtype=float)
SAW = 20.0 * ((TIME + 2) % 6) / 5
FULL = np.array([POINTS])


def _valleys(value, tolerance=0.1):
    found = valleys(value[None], np.array([np.isfinite(value).sum()]), np.array([tolerance]))
    return float(found.agreement[0]), float(found.last[0]), float(found.growth[0])


def _fall_at(hour, depth, then):
    """A straight rise that falls by so much at an hour, and goes on by so much an hour."""
    after = np.maximum(TIME - hour, 0.0)
    return 100 + np.where(hour > TIME, TIME, hour - depth + then * after)


@pytest.mark.parametrize(
    ("value", "agreement", "last"),
    [
        (np.full(POINTS, 100.0), 0.0, 0.0),
        (100 + TIME, 1.0, 1.0),
        (100 - TIME, 0.0, 0.0),
        (100 + SAW, 0.0, 0.0),
        (100 + SAW + TIME, 1.0, 1.0),
        (100 + 8 * np.floor(TIME / 4), 1.0, 1.0),
        (100 + np.minimum(TIME, 24), 3 / 6, 0.0),
        (100 + 40 * (TIME > 20), 1 / 6, 0.0),
        (100 + np.maximum(TIME - 32, 0), 2 / 6, 2.0),
        (100 + np.where(TIME == 30, 90.0, 0.0), 0.0, 0.0),
        (100 + np.where(TIME == 47, 90.0, 0.0), 1 / 6, 2.0),
    ],
    ids=[
        "flat",
        "straight",
        "falling",
        "a saw on a flat base",
        "a saw on a rising base",
        "stairs",
        "growth that stopped half way",
        "one step",
        "growth in the last third",
        "a spike",
        "a record at the very end",
    ],
)
def test_in_how_many_windows_it_rose_for_good(value, agreement, last):
    told = _valleys(value)
    assert told[0] == pytest.approx(agreement, abs=0.02)
    assert told[1] == pytest.approx(last, abs=0.3)


def test_a_climb_back_to_what_was_reached_before_counts_as_taken_back():
    told = _valleys(_fall_at(24, 20, 0.7))
    assert told[0] <= 1 / 6
    assert told[2] == pytest.approx(4.0)


def test_a_climb_beyond_what_was_reached_before_counts():
    told = _valleys(_fall_at(24, 5, 1.0))
    assert told[0] >= 4 / 6
    assert told[2] == pytest.approx(42.0)


def test_a_rise_within_the_tolerance_is_none():
    assert _valleys(100 + TIME / 8, tolerance=0.6)[:2] == (0.0, pytest.approx(1.0, abs=0.1))
    assert _valleys(100 + TIME / 48, tolerance=0.6) == (0.0, 0.0, pytest.approx(47 / 48))


def test_a_short_series_is_judged_by_its_own_points():
    short = np.where(TIME < 12, 100 + TIME, np.nan)
    assert _valleys(short)[0] == 1.0


@pytest.mark.parametrize("points", [0, 1, 2], ids=["no points", "one", "two"])
def test_hardly_any_points_are_no_trouble(points):
    found = valleys(np.full((1, points), 100.0), np.array([points]), np.zeros(1))
    assert (found.agreement[0], found.last[0], found.growth[0]) == (0.0, 0.0, 0.0)


def test_rows_do_not_touch_each_other():
    rows = np.array([100 + TIME, 100 + SAW])
    both = valleys(rows, np.array([POINTS, POINTS]), np.full(2, 0.1))
    assert both.agreement.tolist() == [_valleys(row)[0] for row in rows]


@pytest.mark.parametrize(
    ("grows", "by_time", "by_work"),
    [
        (TIME % 24 < 8, 3 / 6, 1.0),
        (TIME > 36, 2 / 6, 1.0),
        (TIME < 12, 2 / 6, 1.0),
        (TIME > -1, 1.0, 1.0),
    ],
    ids=["by day", "since the weekend", "until the weekend", "always"],
)
def test_windows_of_equal_work_where_it_rests_without_work(grows, by_time, by_work):
    value, count = (100 + np.cumsum(grows))[None].astype(float), FULL
    work = np.cumsum(0.01 + grows)[None]
    assert valleys(value, count, np.array([0.1])).agreement[0] == pytest.approx(by_time, abs=0.02)
    assert valleys(value, count, np.array([0.1]), work).agreement[0] == pytest.approx(by_work, abs=0.02)


def test_windows_of_equal_work_see_what_falls_back_at_rest():
    awake = TIME % 24 < 10
    value = (100 + np.where(awake, TIME % 24, 0.0))[None]
    assert valleys(value, FULL, np.array([0.1]), np.cumsum(awake)[None].astype(float)).agreement[0] <= 0.2

"""The same hour on another day."""

import numpy as np
import pytest

from detectors.season import day_on_day

POINTS = 48


def _compare(span_hours, level, tolerance=0.1):
    """A level by hours since the first block, over so many hours in 48 blocks."""
    time = np.linspace(0.0, span_hours, POINTS)
    found = day_on_day(time[None], level(time)[None], np.array([POINTS]), np.array([tolerance]))
    return float(found.told[0]), float(found.rise[0])


def _swing(time):
    return 20 * np.sin(2 * np.pi * time / 24)


@pytest.mark.parametrize(
    ("level", "rise"),
    [
        (lambda t: 100 + 0 * t, 0.0),
        (lambda t: 100 + t, 1.0),
        (lambda t: 100 - t, -1.0),
        (lambda t: 100 + _swing(t) + t, 1.0),
        (lambda t: 100 + 20 * (t % 24 > 12), 0.0),
    ],
    ids=["flat", "straight", "falling", "a daily swing on a rise", "a daily swing"],
)
def test_how_many_hours_stand_above_the_same_hour_of_the_day_before(level, rise):
    assert _compare(47.0, level) == (1.0, pytest.approx(rise, abs=0.1))


def test_a_daily_swing_is_no_rise_although_half_of_the_hours_climb():
    assert abs(_compare(47.0, lambda t: 100 + _swing(t), tolerance=3.0)[1]) < 0.1


@pytest.mark.parametrize(
    ("span", "told"),
    [(20.0, 0.0), (25.0, 0.0), (30.0, 0.0), (33.0, 0.5), (36.0, 1.0), (72.0, 1.0)],
    ids=lambda v: f"{v:g}",
)
def test_how_much_of_a_day_there_is_to_compare_with(span, told):
    assert _compare(span, lambda t: 100 + t) == (pytest.approx(told), pytest.approx(told))


def test_a_difference_within_the_tolerance_is_none():
    assert _compare(47.0, lambda t: 100 + t, tolerance=13.0)[1] == 0.0


def test_a_rise_in_half_of_the_hours_is_half_a_rise():
    assert _compare(47.5, lambda t: 100 + 10 * (t > 36))[1] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_blocks_tell_nothing(count):
    row = np.full((1, POINTS), np.nan)
    row[0, :count] = np.arange(count)
    found = day_on_day(row, row, np.array([count]), np.zeros(1))
    assert (found.told[0], found.rise[0]) == (0.0, 0.0)

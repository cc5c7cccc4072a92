"""What a window's end tells of the whole window: when containers started, and how often."""

import numpy as np
import pytest

from app.prometheus.standing import Standing, end_of
from detectors.panel import Grid

NAN = np.nan
GRID = Grid(1000.0, 100.0, 4)  # columns at 1000, 1100, 1200, 1300
ALL, LATER, UNTIL, NEVER = [1, 1, 1, 1], [0, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]


def _standing(memory, start=NAN, restarts=NAN):
    return Standing(GRID, np.array([memory], dtype=bool), np.array([start]), np.array([restarts]))


@pytest.mark.parametrize(
    ("memory", "start", "same"),
    [
        (ALL, 500.0, True),
        (ALL, 1001.5, True),
        (ALL, 1150.0, False),
        (LATER, 1050.0, True),
        (LATER, 1250.0, False),
        (ALL, NAN, False),
        (ALL, -62_135_596_800.0, False),
        (UNTIL, 500.0, False),
        (NEVER, 500.0, False),
    ],
    ids=[
        *("before the window", "as the window began, rounded", "within it", "with its first sample"),
        *("again since then", "not told", "in the year 1", "gone at the end", "never seen"),
    ],
)
def test_whether_what_runs_at_the_end_ran_all_along(memory, start, same):
    told = _standing(memory, start)
    assert told.same_start.tolist() == [same]
    expected = [start if same and seen else NAN for seen in memory]
    np.testing.assert_array_equal(told.start_times(), [expected])


@pytest.mark.parametrize(
    ("start", "restarts", "expected"),
    [
        (500.0, 7.0, [NAN, 7, 7, 7]),
        (NAN, 0.0, [NAN, 0, 0, 0]),
        (1250.0, 0.0, [NAN, 0, 0, 0]),
        (1250.0, 7.0, [NAN] * 4),
        (500.0, NAN, [NAN] * 4),
    ],
    ids=["as many as before", "none ever", "none, though its start says so", "one more, some time", "not told"],
)
def test_a_count_that_cannot_have_grown_was_the_same_all_along(start, restarts, expected):
    told = _standing(LATER, start, restarts)
    np.testing.assert_array_equal(told.all_restarts(), [expected])
    assert told.same_restarts.tolist() == [bool(np.isfinite(expected).any())]


@pytest.mark.parametrize(
    ("step", "columns"), [(60.0, 11), (300.0, 3), (3600.0, 2)], ids=["a minute", "five minutes", "an hour"]
)
def test_the_end_of_a_grid_is_ten_minutes_and_tells_old_from_new(step, columns):
    grid = Grid(0.0, step, 100)
    assert end_of(grid).times.tolist() == grid.times[-columns:].tolist()


def test_the_end_of_a_short_grid_is_all_of_it():
    assert end_of(GRID) == GRID

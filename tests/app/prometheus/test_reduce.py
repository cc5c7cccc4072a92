"""What is kept of each step of the grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.prometheus.assemble import on_grid
from app.prometheus.reduce import reduce_samples
from detectors.panel import Grid
from tests.support.chunks import STALE

NAN = np.nan
GRID = Grid(1000.0, 60.0, 4)


def _reduced(samples, grid=GRID, lookback=300.0):
    """low, mean, high and last of one series. samples: (seconds, value)."""
    times = np.array([round(time * 1000) for time, _ in samples], dtype=np.int64)
    values = np.array([value for _, value in samples], dtype=np.float64)
    one = reduce_samples(times, values, np.array([times.size]), grid, lookback)
    return [member[0].tolist() for member in (one.low, one.mean, one.high, one.last)]


@pytest.mark.parametrize(
    ("samples", "low", "mean", "high", "last"),
    [
        ([], [NAN] * 4, [NAN] * 4, [NAN] * 4, [NAN] * 4),
        ([(1030, 1), (1045, 5), (1060, 3)], [NAN, 1, 3, 3], [NAN, 3, 3, 3], [NAN, 5, 3, 3], [NAN, 3, 3, 3]),
        ([(1000, 7)], [7] * 4, [7] * 4, [7] * 4, [7] * 4),
        ([(940, 7)], [7] * 4, [7] * 4, [7] * 4, [7] * 4),
        ([(941, 7), (941.001, 9)], [7, 9, 9, 9], [8, 9, 9, 9], [9] * 4, [9] * 4),
        ([(690, 7)], [NAN] * 4, [NAN] * 4, [NAN] * 4, [NAN] * 4),
        ([(700, 7)], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN]),
        ([(1180.001, 7)], [NAN] * 4, [NAN] * 4, [NAN] * 4, [NAN] * 4),
        ([(1000, 7), (1030, STALE)], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN]),
        ([(990, 7), (1000, STALE)], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN], [7, NAN, NAN, NAN], [NAN] * 4),
        ([(1000, NAN), (1060, 2)], [NAN, 2, 2, 2], [NAN, 2, 2, 2], [NAN, 2, 2, 2], [NAN, 2, 2, 2]),
        ([(1000, np.inf), (1060, 2)], [NAN, 2, 2, 2], [NAN, 2, 2, 2], [NAN, 2, 2, 2], [NAN, 2, 2, 2]),
        ([(1055, 4), (1001, 9)], [NAN, 4, 4, 4], [NAN, 6.5, 4, 4], [NAN, 9, 4, 4], [NAN, 4, 4, 4]),
        ([(1060, 4), (1060, 9), (1060, STALE)], [NAN, 4, 9, 9], [NAN, 6.5, 9, 9], [NAN, 9, 9, 9], [NAN, 9, 9, 9]),
    ],
    ids=[
        *("nothing", "several in a step", "on the grid", "a step before", "a step's begin is the one's before"),
        *("too old", "as old as it may be", "after the end", "stale in a step of its own", "stale in the same step"),
        *("NaN", "infinite", "out of order", "at the same time"),
    ],
)
def test_a_series(samples, low, mean, high, last):
    np.testing.assert_equal(_reduced(samples), [low, mean, high, last])


def test_each_series_apart():
    times, values = np.array([1_000_000, 1_060_000, 1_000_000]), np.array([1.0, 2.0, 3.0])
    both = reduce_samples(times, values, np.array([2, 3]), GRID)
    np.testing.assert_equal(both.low, [[1, 2, 2, 2], [3, 3, 3, 3]])


SAMPLES = st.lists(st.tuples(st.integers(500, 1400), st.one_of(st.floats(0, 100), st.just(NAN))), max_size=60)


@given(SAMPLES, st.sampled_from([15.0, 60.0, 240.0]))
def test_the_last_is_what_a_range_query_gives(samples, step):
    grid = Grid(1000.0, step, 8)
    samples = sorted({time: value for time, value in samples}.items())  # noqa: C416 (one sample at each time)
    times, values = (np.array([one[i] for one in samples], dtype=np.float64) for i in (0, 1))
    np.testing.assert_equal(_reduced(samples, grid)[3], on_grid(times, values, grid, 300.0))


@given(SAMPLES, st.randoms())
def test_order_and_repetition_change_neither_lowest_nor_highest_nor_last(samples, random):
    samples = list({time: (time, value) for time, value in samples}.values())
    shuffled = [*samples, *samples]
    random.shuffle(shuffled)
    low, _, high, last = _reduced(samples)
    again = _reduced(shuffled)
    np.testing.assert_equal([again[0], again[2], again[3]], [low, high, last])

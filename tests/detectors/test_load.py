"""Memory with the load taken off: what CPU explains goes, what leaks stays."""

import numpy as np
import pytest

from detectors.load import without_load

POINTS = 48
TIME = np.arange(POINTS, dtype=float)
DAY = 1 + np.sin(2 * np.pi * (TIME - 9) / 24)
NONE = np.full(POINTS, np.nan)


def _noise(seed, scale=1.0):
    return np.random.default_rng(seed).normal(0.0, scale, POINTS)


def _left(floor, cpu):
    return without_load(TIME[None], floor[None], cpu[None])[0]


def _slope(values):
    return float(np.polyfit(TIME, values, 1)[0])


def test_load_that_explains_all_leaves_nothing():
    cpu = 1 + np.sin(TIME / 5)
    assert np.ptp(_left(100 + 50 * cpu, cpu)) < 0.1 * 100


def test_a_leak_under_a_daily_load_is_left_and_the_load_is_not():
    left = _left(100 + 2 * TIME + 40 * DAY + _noise(1), 0.1 + DAY)
    assert _slope(left) == pytest.approx(2.0, rel=0.15)
    assert np.ptp(left - 2 * TIME) < 0.4 * 80


def test_a_ramp_that_goes_with_cpu_is_taken():
    left = _left(100 + 3 * TIME + _noise(2, 0.5), 0.1 + 0.03 * TIME)
    assert abs(_slope(left)) < 0.3 * 3


def test_noise_in_cpu_explains_nothing():
    left = _left(100 + 3 * TIME + _noise(3), 1 + _noise(4, 0.2))
    assert _slope(left) == pytest.approx(3.0, rel=0.05)


def test_cpu_that_grows_and_wiggles_apart_from_memory_takes_little_of_a_leak():
    wiggles = _noise(6, 0.4)
    left = _left(100 + 3 * TIME + _noise(5, 0.5), 1 + 0.02 * TIME + wiggles)
    assert _slope(left) > 0.7 * 3


def test_memory_that_lags_behind_its_load_is_taken_too():
    lagging = np.zeros(POINTS)
    for hour in range(1, POINTS):
        lagging[hour] = 0.8 * lagging[hour - 1] + 0.2 * DAY[hour]
    lagging[0] = lagging[1]
    left = _left(100 + 40 * lagging + _noise(7, 0.5), 0.1 + DAY)
    assert np.std(left) < 0.55 * np.std(40 * lagging)


@pytest.mark.parametrize(
    "cpu",
    [NONE, np.where(TIME < 30, 0.1 + TIME, np.nan), np.ones(POINTS), -TIME],
    ids=["unknown", "unknown for a third", "constant", "less load, more memory"],
)
def test_where_load_says_nothing_the_floor_stays(cpu):
    np.testing.assert_allclose(_left(100 + TIME, cpu), 100 + TIME)


def test_load_that_hardly_varies_is_no_reason_for_much():
    left = _left(100 + TIME, 1 + 1e-6 * TIME)
    assert left[-1] - left[0] == pytest.approx(POINTS - 1, rel=0.02)


def test_too_few_blocks_say_nothing_about_load():
    floor = np.where(TIME < 5, 100 + TIME, np.nan)
    np.testing.assert_equal(_left(floor, TIME), floor)


def test_blocks_without_a_floor_stay_unknown():
    floor = np.where(TIME < 40, 100 + 50 * DAY, np.nan)
    left = _left(floor, DAY)
    np.testing.assert_equal(np.isnan(left), np.isnan(floor))


def test_a_row_is_the_same_in_whatever_company():
    lagging = 100 + 30 * np.convolve(DAY, [0.2, 0.3, 0.5])[:POINTS]
    rows, cpus = np.array([lagging, 100 + TIME, 100 + 40 * DAY]), np.array([DAY, NONE, 0.2 + DAY])
    together = without_load(np.broadcast_to(TIME, rows.shape), rows, cpus)
    for row, cpu, left in zip(rows, cpus, together, strict=True):
        np.testing.assert_array_equal(_left(row, cpu), left)


def test_load_that_is_off_by_a_factor_is_the_same_load():
    floor = 100 + 2 * TIME + 40 * DAY + _noise(1)
    np.testing.assert_allclose(_left(floor, 0.1 + DAY), _left(floor, 64 * (0.1 + DAY)), rtol=1e-6)

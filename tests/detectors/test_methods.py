"""The methods by themselves, against a published one or against arithmetic."""

import numpy as np
import pytest
from scipy import stats

from detectors.blocks import BLOCKS, cut
from detectors.lifetimes import split
from detectors.memory import nonreclaimable
from detectors.onset import onset_block
from detectors.ranked import median
from detectors.records import records
from detectors.trend import trend
from detectors.words import amount, percent, span
from tests.support.panels import MIB, START, STEP, hours, noise, panel_of

POINTS = 48
TIME = np.arange(POINTS, dtype=float)
FULL = np.array([POINTS])


def _trend(value):
    return trend(TIME[None], value[None], FULL)


def _ar1(rho, seed, count=1, points=POINTS):
    rng = np.random.default_rng(seed)
    series = np.zeros((count, points))
    for i in range(1, points):
        series[:, i] = rho * series[:, i - 1] + rng.normal(size=count)
    return series


def test_the_slope_is_that_of_theil_and_sen():
    value = 3 * TIME + np.random.default_rng(1).normal(0, 5, POINTS)
    assert _trend(value).slope[0] == pytest.approx(stats.theilslopes(value, TIME).slope)


def test_the_slope_does_not_care_for_a_few_wild_points():
    value = 3 * TIME
    value[[5, 20, 40]] = [1e6, -1e6, 1e6]
    assert _trend(value).slope[0] == pytest.approx(3.0)


def test_the_interval_of_a_straight_line_has_no_width():
    found = _trend(3 * TIME)
    assert (found.low[0], found.high[0]) == (pytest.approx(3.0), pytest.approx(3.0))


def test_the_statistic_without_correlation_is_that_of_mann_and_kendall():
    value = np.random.default_rng(0).permutation(POINTS).astype(float)
    sign = np.sign(value[None, :] - value[:, None])[np.triu_indices(POINTS, 1)].sum()
    plain = (sign - np.sign(sign)) / np.sqrt(POINTS * (POINTS - 1) * (2 * POINTS + 5) / 18)
    assert abs(_trend(value).z[0]) <= abs(plain) + 1e-9
    assert np.sign(_trend(value).z[0]) == np.sign(plain)


@pytest.mark.parametrize(("rho", "most"), [(0.0, 0.08), (0.5, 0.10), (0.8, 0.20)])
def test_autocorrelated_noise_is_seldom_taken_for_a_trend(rho, most):
    """Without the correction a series with rho 0.8 has |z| > 1.96 more than half of the time."""
    series = _ar1(rho, seed=3, count=2000)
    z = trend(np.broadcast_to(TIME, series.shape), series, np.full(2000, POINTS)).z
    assert (np.abs(z) > 1.96).mean() < most


def test_rows_of_different_length_do_not_touch_each_other():
    long, short = 2 * TIME, np.where(TIME < 10, 5 * TIME, np.nan)
    times = np.array([TIME, np.where(TIME < 10, TIME, np.nan)])
    found = trend(times, np.array([long, short]), np.array([POINTS, 10]))
    assert found.slope == pytest.approx([2.0, 5.0])


@pytest.mark.parametrize(
    ("value", "late", "rest"),
    [
        (TIME, 1.0, 0.0),
        (-TIME, 0.0, 1.0),
        (np.minimum(TIME, 24), 1 / 24, 23 / 47),
        (np.zeros(POINTS), 0.0, 1.0),
    ],
    ids=["rises", "falls", "rises and stops", "flat"],
)
def test_records(value, late, rest):
    found = records(value[None], FULL, np.zeros(1))
    assert (found.late[0], found.rest[0]) == (pytest.approx(late), pytest.approx(rest))


def test_a_record_must_beat_the_tolerance():
    assert records(0.1 * TIME[None], FULL, np.ones(1)).late[0] == 0.0


def test_the_depth_of_a_fall():
    value = np.concatenate((np.arange(24.0), np.arange(12.0, 36.0)))
    assert records(value[None], FULL, np.zeros(1)).draw_down[0] == pytest.approx(11 / 30, abs=0.05)


def test_a_walk_without_drift_has_a_drift_of_about_one():
    walks = np.cumsum(np.random.default_rng(2).normal(size=(500, POINTS)), axis=1)
    drift = records(walks, np.full(500, POINTS), np.zeros(500)).drift
    assert 0.7 < drift.std() < 1.5


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_median_of_what_is_there(count):
    row = np.full(8, np.nan)
    row[:count] = np.arange(count, dtype=float)[::-1]
    assert median(row[None], np.array([count]))[0] == pytest.approx(np.median(row[:count]))


@pytest.mark.parametrize(
    ("value", "block", "slack"),
    [(TIME, 0, 0), (np.maximum(TIME - 24, 0.0), 24, 1), (np.zeros(POINTS), 0, 0), (np.arange(5.0), 0, 0)],
    ids=["from the first", "half way", "never", "too short"],
)
def test_onset(value, block, slack):
    assert abs(onset_block(np.arange(value.size, dtype=float), value) - block) <= slack


@pytest.mark.parametrize(
    ("working_set", "rss", "cache", "counts"),
    [
        (300.0, 100.0, 150.0, 150.0),
        (300.0, 200.0, 150.0, 200.0),
        (300.0, np.nan, 100.0, 200.0),
        (300.0, 100.0, np.nan, 100.0),
        (300.0, np.nan, np.nan, 300.0),
        (np.nan, np.nan, np.nan, np.nan),
        (100.0, np.nan, 150.0, 0.0),
    ],
    ids=["kernel memory", "RSS", "no RSS", "no cache", "working set alone", "nothing", "more cache than working set"],
)
def test_what_the_kernel_cannot_take_back(working_set, rss, cache, counts):
    panel = panel_of([np.array([1.0])])
    for name, value in (("working_set", working_set), ("rss", rss), ("cache", cache)):
        getattr(panel, name)[:] = value
    np.testing.assert_equal(nonreclaimable(panel), [[counts]])


T = hours(12)
FLAT = np.full(T.size, 100 * MIB)


def _lifetimes(memory, **more):
    panel = panel_of([memory], **more)
    return split(panel, memory[None])


def test_a_new_start_time_begins_a_lifetime():
    start = START + np.where(T < 6, 0.0, 6 * 3600.0)
    found = _lifetimes(FLAT, start_time=[start])
    assert found.count == 2
    np.testing.assert_equal(found.first, [0, T.searchsorted(6)])
    np.testing.assert_equal(found.ended, [True, False])


def test_start_times_that_wobble_by_a_second_do_not():
    assert _lifetimes(FLAT, start_time=[START + np.arange(T.size) % 2]).count == 1


def test_a_gap_does_not_begin_a_lifetime():
    assert _lifetimes(np.where((T > 4) & (T < 6), np.nan, FLAT)).count == 1


def test_without_start_times_a_fall_by_half_does():
    memory = np.where(T < 6, FLAT, 0.3 * FLAT)
    unknown = np.full(T.size, np.nan)
    assert _lifetimes(memory, start_time=[unknown]).count == 2
    assert _lifetimes(np.where(T < 6, FLAT, 0.7 * FLAT), start_time=[unknown]).count == 1


@pytest.mark.parametrize(
    ("said", "peak", "killed"),
    [(1.0, 0.5, True), (0.0, 0.99, False), (np.nan, 0.99, True), (np.nan, 0.5, False)],
    ids=["the kubelet says so", "it says otherwise", "unknown, near the limit", "unknown, far from it"],
)
def test_what_ended_by_an_oom_kill(said, peak, killed):
    start = START + np.where(T < 6, 0.0, 6 * 3600.0)
    memory = np.where(T < 6, peak * 200 * MIB, 50 * MIB)
    reason = np.where(T < 6, np.nan, said)
    found = _lifetimes(memory, start_time=[start], oom_killed=[reason], limit=200 * MIB)
    np.testing.assert_equal(found.killed, [killed, False])


def test_blocks_stand_for_their_lowest_value():
    memory = 100 * MIB + noise(T.size, MIB)
    panel = panel_of([memory])
    found = cut(panel, memory[None], split(panel, memory[None]), np.zeros(1, dtype=np.int64))
    assert found.count[0] == BLOCKS
    per_block = T.size // BLOCKS
    np.testing.assert_allclose(found.floor[0], memory.reshape(BLOCKS, per_block).min(axis=1))
    np.testing.assert_allclose(found.peak[0], memory.reshape(BLOCKS, per_block).max(axis=1))
    assert found.time[0, 1] - found.time[0, 0] == pytest.approx(per_block * STEP / 3600)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1024, "1.0 KiB"),
        (5.1 * MIB, "5.1 MiB"),
        (-200 * MIB, "-200 MiB"),
        (2**31, "2.0 GiB"),
    ],
)
def test_amounts_in_words(size, text):
    assert amount(size) == text


@pytest.mark.parametrize(("count", "text"), [(0.5, "30 min"), (30, "30 h"), (96, "4 d")])
def test_spans_in_words(count, text):
    assert span(count) == text


def test_shares_in_words():
    assert percent(0.416) == "42 %"

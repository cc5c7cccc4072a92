"""When memory runs out."""

import numpy as np
import pytest

from detectors.coefficients import FORECAST
from detectors.forecast import EarlierLives, Swing, time_to_limit

HOUR = 3600.0
LEVEL = Swing(now=0.0, low=0.0, middle=0.0, high=0.0)
PEAKS = Swing(now=100.0, low=10.0, middle=40.0, high=60.0)
SURE = (10.0, 10.0, 10.0)
NOBODY_KNOWS = (10.0, -5.0, 20.0)
ALIKE = EarlierLives(6.0 * HOUR, 0.01)
LIVES = EarlierLives(2.0 * HOUR, 0.5)


def _until(limit=100.0, swing=LEVEL, growth=SURE, age=0.0, lives=None):
    return time_to_limit(limit, swing, *growth, age, lives)


def _width(found):
    """By how much the latest is later than the soonest, of the logarithm."""
    return float(np.log(found.p90 / found.p10))


@pytest.mark.parametrize(
    ("limit", "swing", "growth", "middle_hours", "open_ratios"),
    [
        (100.0, LEVEL, SURE, 10.0, []),
        (50.0, LEVEL, SURE, 5.0, []),
        (100.0, LEVEL, (20.0, 20.0, 20.0), 5.0, []),
        (100.0, LEVEL, (10.0, 5.0, 20.0), 10.0, [2.0]),
        (100.0, LEVEL, (10.0, 5.0, 40.0), 10.0, [4.0]),
        (100.0, LEVEL, NOBODY_KNOWS, 10.0, [10.0]),
        (200.0, PEAKS, SURE, 6.0, [1.5]),
        (200.0, PEAKS, (10.0, 5.0, 20.0), 6.0, [1.5, 2.0]),
    ],
    ids=[
        "a line that is sure",
        "less room",
        "faster",
        "the rate may be the double",
        "or four times as much",
        "it may be nothing",
        "peaks that reach it sooner and later",
        "both the rate and the peaks are open",
    ],
)
def test_the_interval_goes_as_far_down_as_up(limit, swing, growth, middle_hours, open_ratios):
    found = _until(limit, swing, growth)
    spread = np.sqrt(FORECAST.to_come**2 + sum(np.log(ratio) ** 2 for ratio in open_ratios))
    assert found.p50 == pytest.approx(middle_hours * HOUR)
    assert found.p10 == pytest.approx(middle_hours * HOUR * np.exp(-spread))
    assert found.p90 == pytest.approx(middle_hours * HOUR * min(np.exp(spread), 10.0))


@pytest.mark.parametrize("rate", [0.0, -1.0])
@pytest.mark.parametrize("lives", [None, LIVES], ids=["no earlier lives", "earlier lives"])
def test_without_growth_there_is_no_time_to_the_limit(rate, lives):
    assert _until(growth=(rate, -2.0, 1.0), lives=lives) is None


@pytest.mark.parametrize(
    ("limit", "swing", "latest_hours"),
    [
        (-1.0, LEVEL, 0.0),
        (100.0, Swing(now=90.0, low=20.0, middle=30.0, high=40.0), 0.0),
        (130.0, Swing(now=100.0, low=5.0, middle=30.0, high=60.0), 2.5),
    ],
    ids=["above the limit already", "all peaks reach it", "high peaks reach it, most do not"],
)
def test_where_peaks_reach_the_limit_now_there_may_be_no_time(limit, swing, latest_hours):
    found = _until(limit, swing)
    assert (found.p10, found.p50) == (0.0, 0.0)
    assert found.p90 == pytest.approx(latest_hours * HOUR)


@pytest.mark.parametrize(
    ("growth", "age_hours", "lives", "least_hours", "most_hours"),
    [
        (NOBODY_KNOWS, 0.0, ALIKE, 5.9, 6.2),
        (NOBODY_KNOWS, 4.0, ALIKE, 1.9, 2.2),
        (SURE, 0.0, EarlierLives(2.0 * HOUR, 30.0), 9.9, 10.0),
        ((5.0, 5.0, 5.0), 0.0, EarlierLives(20 * HOUR, 0.4), 20.0, 20.0),
        (SURE, 0.0, EarlierLives(6 * HOUR, 0.6), 7.0, 9.0),
        (NOBODY_KNOWS, 50.0, ALIKE, 0.0, 0.2),
    ],
    ids=[
        "lives alike, a line that may be nothing",
        "such lives, this one four hours old",
        "lives of all lengths, a line that is sure",
        "both say the same",
        "neither is surer by much",
        "older than any life was",
    ],
)
def test_the_surer_of_line_and_earlier_lives_says_more(growth, age_hours, lives, least_hours, most_hours):
    found = _until(growth=growth, age=age_hours * HOUR, lives=lives)
    assert least_hours * HOUR <= found.p50 <= most_hours * HOUR + 1e-6


@pytest.mark.parametrize("age_hours", [0.0, 2.0, 5.0])
def test_an_older_life_ends_sooner(age_hours):
    now, later = (_until(age=age * HOUR, lives=ALIKE) for age in (age_hours, age_hours + 1.0))
    assert later.p50 < now.p50


def test_line_and_lives_that_say_the_same_are_surer_than_the_less_sure_one():
    doubtful = (10.0, 5.0, 40.0)
    both = _until(growth=doubtful, lives=EarlierLives(10.0 * HOUR, 0.4))
    assert both.p50 == pytest.approx(10 * HOUR)
    assert _width(both) < 0.7 * _width(_until(growth=doubtful))


def test_lives_of_many_lengths_leave_more_open_than_lives_alike():
    open_, alike = (_until(growth=NOBODY_KNOWS, lives=lives) for lives in (EarlierLives(6 * HOUR, 0.7), ALIKE))
    assert _width(alike) < 0.8 * _width(open_)


def test_line_and_lives_that_contradict_each_other_leave_more_open():
    line = (10.0, 9.0, 11.0)
    agree, contradict = (_until(growth=line, lives=EarlierLives(hours * HOUR, 0.3)) for hours in (10.0, 2.0))
    assert _width(contradict) > 1.5 * _width(agree)


def test_lives_of_no_time_at_the_limit_itself_leave_none():
    found = _until(swing=Swing(100.0, 0.0, 0.0, 0.0), lives=EarlierLives(0.0, 0.0))
    assert (found.p10, found.p50, found.p90) == (0.0, 0.0, 0.0)


def test_quantiles_are_in_order():
    rng = np.random.default_rng(1)
    for _ in range(200):
        rate = rng.uniform(0.1, 20)
        swing = Swing(rng.uniform(0, 120), *np.sort(rng.uniform(-5, 60, 3)).tolist())
        low, high = rate - rng.uniform(0, 20), rate + rng.uniform(0, 20)
        lives = EarlierLives.of(rng.uniform(0, 9 * HOUR, rng.integers(0, 4)))
        found = _until(100.0, swing, (rate, low, high), rng.uniform(0, 10 * HOUR), lives)
        assert 0 <= found.p10 <= found.p50 <= found.p90
        # Documents are written of plain numbers only.
        assert {type(found.p10), type(found.p50), type(found.p90)} == {float}


def test_without_earlier_lives_there_is_nothing_to_learn_from_them():
    assert EarlierLives.of(np.array([])) is None


@pytest.mark.parametrize(
    ("surer", "less_sure"),
    [
        ([6.0, 6.0, 6.0, 6.0], [6.0]),
        ([6.0] * 12, [6.0] * 4),
        ([6.0, 6.1, 5.9], [3.0, 6.0, 12.0]),
        ([5.0, 6.0, 7.0] * 3, [5.0, 6.0, 7.0]),
    ],
    ids=["four, not one", "twelve, not four", "alike, not of many lengths", "nine, not three"],
)
def test_more_lives_and_lives_alike_say_more_surely_how_long_the_next_one_lasts(surer, less_sure):
    more, less = (EarlierLives.of(np.array(hours) * HOUR) for hours in (surer, less_sure))
    assert (more.typical, less.typical) == (6.0 * HOUR, 6.0 * HOUR)
    assert 0 < more.error < less.error


def test_a_single_life_tells_the_next_one_no_better_than_lives_are_alike():
    assert EarlierLives.of(np.array([6.0 * HOUR])).error >= FORECAST.between_lives

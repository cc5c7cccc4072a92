"""When memory runs out."""

import numpy as np
import pytest

from detectors.coefficients import GROWTH
from detectors.forecast import Swing, time_to_limit

HOUR = 3600.0
LEVEL = Swing(now=0.0, low=0.0, middle=0.0, high=0.0)
LIVES = (1.0 * HOUR, 2.0 * HOUR, 4.0 * HOUR)


def _until(limit=100.0, swing=LEVEL, growth=(10.0, 5.0, 20.0), age=1e6, life=None):
    return time_to_limit(limit, swing, *growth, age, life)


@pytest.mark.parametrize(
    ("limit", "growth", "expected"),
    [
        (100.0, (10.0, 5.0, 20.0), (5 * HOUR, 10 * HOUR, 20 * HOUR)),
        (100.0, (10.0, -5.0, 20.0), (5 * HOUR, 10 * HOUR, 100 * HOUR)),
        (100.0, (10.0, 0.1, 20.0), (5 * HOUR, 10 * HOUR, 100 * HOUR)),
        (-1.0, (10.0, 5.0, 20.0), (0.0, 0.0, 0.0)),
    ],
    ids=["an interval", "it may be nothing", "hardly anything", "above the limit already"],
)
def test_time_to_limit(limit, growth, expected):
    found = _until(limit, growth=growth)
    assert (found.p10, found.p50, found.p90) == expected


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_without_growth_there_is_no_time_to_the_limit(rate):
    assert _until(growth=(rate, -2.0, 1.0)) is None


def test_it_ends_at_the_first_peak_over_the_limit():
    found = _until(limit=200.0, swing=Swing(now=100.0, low=10.0, middle=40.0, high=60.0), growth=(10.0, 10.0, 10.0))
    assert (found.p10, found.p50, found.p90) == (4 * HOUR, 6 * HOUR, 9 * HOUR)


def test_peaks_that_reach_the_limit_now_leave_no_time_but_may_not_come():
    found = _until(limit=130.0, swing=Swing(now=100.0, low=5.0, middle=30.0, high=60.0))
    assert (found.p10, found.p50) == (0.0, 0.0)
    assert found.p90 == pytest.approx(25.0 / 5.0 * HOUR)


def test_earlier_lives_tell_how_long_this_one_lasts():
    found = _until(age=0.5 * HOUR, life=LIVES)
    spread = GROWTH.proportional * 1.5 * HOUR
    assert (found.p10, found.p50, found.p90) == (
        pytest.approx(min(0.5 * HOUR, 1.5 * HOUR - spread)),
        pytest.approx(1.5 * HOUR),
        pytest.approx(3.5 * HOUR),
    )


def test_past_the_shortest_of_them_it_may_end_at_once():
    found = _until(age=1.5 * HOUR, life=LIVES)
    assert (found.p10, found.p50) == (0.0, 0.5 * HOUR)


def test_past_the_longest_of_them_the_line_speaks():
    assert _until(age=5 * HOUR, life=LIVES) == _until()


def test_quantiles_are_in_order():
    rng = np.random.default_rng(1)
    for _ in range(200):
        rate = rng.uniform(0.1, 20)
        swing = Swing(rng.uniform(0, 120), *np.sort(rng.uniform(-5, 60, 3)).tolist())
        low, high = rate - rng.uniform(0, 20), rate + rng.uniform(0, 20)
        life = None if rng.random() < 0.5 else tuple(np.sort(rng.uniform(0, 9 * HOUR, 3)).tolist())
        found = _until(100.0, swing, (rate, low, high), rng.uniform(0, 10 * HOUR), life)
        assert 0 <= found.p10 <= found.p50 <= found.p90

"""When growth began, and how well that is known."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.onset import onset_block, onset_bounds
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size


def _judged(memory, began_hour=-24.0):
    (judged,) = judge(panel_of([memory], start_time=[np.full(N, START + began_hour * 3600.0)], limit=4000 * MIB))
    return judged


def _leak(onset_hour, per_hour=6.0, spread=0.5):
    return 100 * MIB + per_hour * MIB * np.maximum(T - onset_hour, 0) + noise(N, spread * MIB)


@pytest.mark.parametrize("onset_hour", [12, 24, 36])
def test_the_onset_lies_in_its_interval(onset_hour):
    judged = _judged(_leak(onset_hour))
    low, high = ((at - START) / 3600.0 for at in judged.onset_interval)
    assert low <= onset_hour + 1 <= high + 2
    assert high - low < 4
    assert judged.onset_interval[0] <= judged.onset_at <= judged.onset_interval[1]


def test_the_less_the_growth_stands_out_the_less_well_is_its_onset_known():
    def width(spread):
        time = np.arange(48.0)
        value = np.maximum(time - 20, 0) + np.random.default_rng(1).normal(0, spread, 48)
        first, last = onset_bounds(time, value, onset_block(time, value))
        return last - first

    assert width(0.1) < width(2.0) < width(6.0)


def test_growth_from_the_first_began_no_sooner_than_its_life():
    judged = _judged(_leak(0, per_hour=6.0), began_hour=-5.0)
    assert judged.onset_interval[0] == START - 5 * 3600.0


def test_where_the_start_of_a_life_is_not_known_growth_may_be_older():
    panel = panel_of([_leak(0)], start_time=[np.full(N, np.nan)], limit=4000 * MIB)
    (judged,) = judge(panel)
    assert judged.onset_interval[0] == -np.inf


def test_what_does_not_leak_has_no_onset():
    assert _judged(100 * MIB + noise(N, 0.5 * MIB)).onset_interval is None


def test_bounds_hold_the_block():
    time = np.arange(48.0)
    value = np.maximum(time - 20, 0) + np.random.default_rng(1).normal(0, 0.5, 48)
    block = onset_block(time, value)
    first, last = onset_bounds(time, value, block)
    assert first <= block <= last
    assert first <= 20 <= last + 1


@pytest.mark.parametrize("value", [np.zeros(48), np.arange(48.0), np.ones(3)])
def test_bounds_of_plain_shapes_are_no_error(value):
    first, last = onset_bounds(np.arange(value.size, dtype=float), value, 0)
    assert 0 <= first <= last < value.size

"""A leak under a swing of the day that CPU does not show, and days that are higher for another reason."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.swing import without_swing
from tests.support.panels import MIB, hours, noise, panel_of

T = hours(48)
LIMIT = 1000 * MIB
WAVE = 0.5 - 0.5 * np.cos(2 * np.pi * (T - 5) / 24)
PEAKS = np.maximum(np.sin(2 * np.pi * (T - 8) / 24), 0.0) ** 2


def _judged(memory, cpu=None):
    panel = panel_of([memory + noise(T.size, 0.5 * MIB)], limit=LIMIT, cpu=None if cpu is None else [cpu])
    return judge(panel)[0]


@pytest.mark.parametrize("cpu", [None, 0.2 + 0 * T, 0.1 + 0.2 * WAVE[::-1]], ids=["unknown", "even", "of other things"])
@pytest.mark.parametrize("swing", [20 * WAVE, 60 * WAVE, 100 * PEAKS], ids=["small", "large", "a hump by day"])
def test_a_leak_under_a_swing_that_cpu_does_not_show(swing, cpu):
    judged = _judged(300 * MIB + swing * MIB + 1.5 * MIB * T, cpu)
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(1.5 * MIB, rel=0.25)


@pytest.mark.parametrize(
    "memory",
    [
        60 * WAVE,
        60 * WAVE * np.where(T < 26, 1.0, 1.4),
        60 * WAVE + 40.0 * (T > 21),
        60 * WAVE + 40.0 * (T > 22) + 40.0 * (T > 46),
        60 * WAVE + 40 * (1 - np.exp(-np.maximum(T - 20, 0) / 2)),
        60 * WAVE + 40 * (1 - np.exp(-np.maximum(T - 24, 0) / 4)),
    ],
    ids=[
        "each day as the last",
        "a day that is busier where it is busy",
        "a step",
        "a step each day",
        "a cache that filled in two hours",
        "a cache that filled in four hours, a day ago",
    ],
)
def test_days_that_are_alike_or_higher_for_another_reason(memory):
    assert _judged((300 + memory) * MIB).verdict is not Verdict.LEAK


def test_two_days_are_one_comparison():
    assert _judged((300 + 60 * WAVE + 3 * T) * MIB).probability <= 0.9


def test_what_is_left_is_the_lift():
    at = np.arange(0.5, 48)
    swing = 60 * (0.5 - 0.5 * np.cos(2 * np.pi * (at - 5) / 24))
    left = without_swing(at, 300 + swing + 1.5 * at)
    assert np.polyfit(at, left, 1)[0] == pytest.approx(1.5, rel=0.02)
    assert np.ptp(left - 1.5 * at) < 1.0


def test_what_lies_in_a_long_gap_is_not_made_up():
    at = np.concatenate((np.arange(0.5, 12), np.arange(18.5, 48)))
    assert without_swing(at, 300 + 30 * np.sin(2 * np.pi * at / 24) + 1.5 * at) is None


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_a_few_blocks_of_a_second_day_are_no_comparison(blocks):
    at = np.arange(24.0 + blocks)
    assert without_swing(at, 300 + 30 * np.sin(2 * np.pi * at / 24) + 1.5 * at) is None

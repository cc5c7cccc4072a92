"""Where a window begins is chance, unless the life began there."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
OLDER, BORN_HERE, BORN_SHORTLY_BEFORE = START - 3 * 86_400.0, START - 60.0, START - 2 * 3600.0

BEGINS = {
    "the end of a peak of three hours": (np.where(T < 3, 80, 0), 1.5),
    "the end of a job of six hours": (np.where(T < 6, 60, 0), 1.5),
    "a step, which makes what follows look slower": (np.where(T > 5, 40, 0), 0.7),
    "a cache that fills up again after a flush": (60 * (1 - np.exp(-T / 2)), 0.7),
}


@pytest.mark.parametrize(("begin", "rate"), BEGINS.values(), ids=BEGINS)
def test_a_leak_is_seen_behind_what_the_window_happens_to_begin_with(begin, rate):
    assert _judged((100 + begin + rate * T) * MIB, OLDER) is Verdict.LEAK


@pytest.mark.parametrize("begin", [begin for begin, _ in BEGINS.values()], ids=BEGINS)
def test_what_the_window_begins_with_makes_no_leak(begin):
    assert _judged((100 + begin) * MIB, OLDER) is Verdict.HEALTHY


@pytest.mark.parametrize(
    "warm_up",
    [80 * np.log1p(T), 40 * np.log1p(2 * T), 80 * (1 - np.exp(-T / 3)) + 40 * (1 - np.exp(-T / 24))],
    ids=["as a logarithm", "as a logarithm, sooner", "in two parts, one of them slow"],
)
@pytest.mark.parametrize("started", [BORN_HERE, BORN_SHORTLY_BEFORE], ids=["born here", "born shortly before"])
def test_the_straighter_part_of_a_warm_up_is_no_leak(warm_up, started):
    assert _judged((100 + warm_up) * MIB, started) is Verdict.HEALTHY


def test_a_view_that_is_too_short_to_tell_does_not_take_the_word():
    t = hours(6.6)
    memory = (100 + np.where(t < 0.5, 2, 0) + 4 * t) * MIB + noise(t.size, 0.3 * MIB, 0)
    panel = panel_of([memory], start_time=[np.full(t.size, OLDER)], limit=300 * MIB)
    assert judge(panel)[0].verdict is not Verdict.INSUFFICIENT_DATA


def _judged(memory, started):
    panel = panel_of([memory + noise(N, 2 * MIB, 0)], start_time=[np.full(N, started)], limit=300 * MIB)
    return judge(panel)[0].verdict

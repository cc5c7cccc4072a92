"""A leak that stands at a bound of its own and only collects garbage, and memory that stands still beside more load."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.wall import reached_at
from tests.support.panels import MIB, hours, noise, panel_of

T = hours(48)
LIMIT = 700 * MIB
DAY = 0.5 - 0.5 * np.cos(2 * np.pi * (T - 4) / 24)


def _judged(memory, cpu):
    return judge(panel_of([memory * MIB + noise(T.size, MIB)], limit=LIMIT, cpu=[cpu]))[0]


def _until(end, rate=6.0):
    return 300 + rate * np.minimum(T, end)


def _since(hour, times, load=0.2 + 0 * T):
    return load * np.where(hour > T, 1.0, times)


@pytest.mark.parametrize("times", [1.8, 3.0, 8.0])
@pytest.mark.parametrize("stands", [5, 8, 16])
@pytest.mark.parametrize("load", [0.2 + 0 * T, 0.2 + 0.06 * DAY], ids=["even load", "a day's load"])
def test_a_leak_that_stands_where_its_heap_ends(stands, times, load):
    judged = _judged(_until(48 - stands), _since(48 - stands, times, load))
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(6 * MIB, rel=0.1)
    assert "at_own_bound" in [one.code for one in judged.reasons]


@pytest.mark.parametrize(
    ("memory", "cpu"),
    [
        (_until(36), 0.2 + 0 * T),
        (_until(36), _since(36, 1.2)),
        (_until(34), _since(40, 3.0)),
        (_until(36) - 60 * (T > 38), _since(36, 3.0)),
        (300 + 0 * T, _since(36, 3.0)),
        (_until(36), 0.1 + 0.6 * DAY),
    ],
    ids=[
        "a cache that is full",
        "a heap that collects a little more",
        "load that came hours after it was full",
        "what is given back",
        "load alone",
        "a day's load as the day before",
    ],
)
def test_what_stands_still_for_another_reason(memory, cpu):
    judged = _judged(memory, cpu)
    assert judged.verdict is not Verdict.LEAK
    assert "at_own_bound" not in [one.code for one in judged.reasons]


def test_its_line_ends_where_it_reached_the_wall():
    judged = _judged(_until(40), _since(40, 3.0))
    (row,) = judged.evidence
    drawn = np.flatnonzero(np.isfinite(row.fit))
    assert T[drawn[-1]] == pytest.approx(40, abs=1.1)
    np.testing.assert_allclose(row.fit[drawn], 300 * MIB + 6 * MIB * T[drawn], atol=8 * MIB)


def test_a_leak_that_goes_on_says_nothing_of_a_bound():
    judged = _judged(_until(48), 0.2 + 0 * T)
    assert judged.verdict is Verdict.LEAK
    assert "at_own_bound" not in [one.code for one in judged.reasons]


AT = np.arange(48.0)


@pytest.mark.parametrize(
    ("floor", "cpu", "at"),
    [
        (np.minimum(AT, 40), np.where(AT < 40, 1.0, 3.0), 41),
        (np.minimum(AT, 40), np.where(AT % 11 == 10, np.nan, np.where(AT < 40, 1.0, 3.0)), 41),
        (np.minimum(AT, 40), np.where(AT < 30, 1.0, 3.0), None),
        (np.minimum(AT, 40), np.where(AT < 46, 1.0, 3.0), None),
        (np.minimum(AT, 16), np.where(AT < 16, 1.0, 3.0), None),
        (AT, np.where(AT < 40, 1.0, 3.0), None),
        (np.minimum(AT, 40), np.where(AT < 40, 0.0, 0.0), None),
    ],
    ids=[
        "as CPU leaps",
        "CPU has gaps",
        "CPU leapt long before",
        "just now",
        "most of the life ago",
        "it climbs on",
        "no CPU at all",
    ],
)
def test_where_the_wall_was_reached(floor, cpu, at):
    assert reached_at(floor, cpu) == at

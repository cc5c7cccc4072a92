"""Situations in which many replicas wander, and one of them rises."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
LIMIT = 500 * MIB
LEVEL = 250 * MIB
# Replicas step by so many MiB at these hours, each by itself.
STEPS_AT = [5.0, 13.0, 22.0, 30.0, 37.0, 44.0]


def _steps(*by):
    return np.array([0, *np.cumsum(by)])[np.searchsorted(STEPS_AT, T)] * MIB


RISES = _steps(28, 6, 8, 5, 13, 5)
FALLS = [_steps(-5, -13, -5, -8, -6, -28), _steps(-15, -4, -12, -3, -16, -9), _steps(-8, 3, -13, -9, -12, -7)]
UP = [_steps(5, 2, -3, 7, 4, -2), _steps(-4, 5, 5, -3, 6, 3), _steps(2, -3, 5, 5, -4, 7)]
DOWN = [-one for one in UP]
CALM = [0 * T, 0 * T, 0 * T]
DRAINED = [-0.9 * T * MIB, -1.2 * T * MIB, -1.5 * T * MIB]


def _rows(moves):
    return [LEVEL + move + noise(N, 0.5 * MIB, seed) for seed, move in enumerate(moves)]


def _is_chance(rows, **panel):
    judged = judge(panel_of(rows, subject=panel.pop("subject", [0] * len(rows)), limit=LIMIT, **panel))[0]
    chance = "as_many_fall" in [reason.code for reason in judged.reasons]
    assert chance is (judged.verdict is Verdict.HEALTHY)
    return chance


BESIDE = {
    "nobody": ([], False),
    "as many that fall as rise, as far": ([*UP, *DOWN, *FALLS], True),
    "none that fall as far": ([*UP, *DOWN, *UP], False),
    "those that fall by a third of it": ([*UP, *DOWN, *(one / 3 for one in FALLS)], False),
    "one that falls": ([*UP, *DOWN, FALLS[0]], False),
    "two that fall, and others that are calm": ([*FALLS[:2], *CALM, *CALM], False),
    "others that all fall": ([*FALLS, *DOWN, *FALLS], False),
    "two that fall, and seven that rise as far": ([-FALLS[0]] * 7 + [*DOWN, *FALLS[:2]], False),
    "those that are drained, steadily": ([*UP, *DOWN, *DRAINED], False),
    "few": ([*UP, *FALLS], False),
}


@pytest.mark.parametrize(("others", "chance"), BESIDE.values(), ids=BESIDE)
def test_what_rises_as_others_fall_rises_by_chance(others, chance):
    assert _is_chance(_rows([RISES, *others])) is chance


def test_of_another_workload_falls_say_nothing():
    rows = _rows([RISES, *UP, *DOWN, *FALLS])
    assert not _is_chance(rows, subject=[0] * 7 + [1] * 3)


def test_replicas_of_another_size_say_nothing():
    rows = _rows([RISES, *UP, *DOWN, *FALLS])
    assert not _is_chance([rows[0], *(4 * row for row in rows[1:])])


def test_replicas_that_were_not_there_say_nothing():
    began = np.where(np.arange(10) < 7, -24.0, 8.0)
    rows = [np.where(began[n] <= T, row, np.nan) for n, row in enumerate(_rows([RISES, *UP, *DOWN, *FALLS]))]
    assert not _is_chance(rows, start_time=[np.full(N, START + 3600 * hour) for hour in began])


LEAKS = {
    "straight, by no more than others fall": 1.3 * T * MIB,
    "in steps, further than any falls": 3 * RISES,
    "in steps, as even as none falls": _steps(14, 9, 12, 10, 13, 11),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_a_leak_beside_replicas_that_wander(leak):
    assert not _is_chance(_rows([leak, *UP, *DOWN, FALLS[0], FALLS[2]]))


def test_a_leak_of_all_replicas_that_wander():
    rows = _rows([leak + 1.3 * T * MIB for leak in [RISES, *UP, *DOWN, *FALLS]])
    assert not _is_chance(rows)

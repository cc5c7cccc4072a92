"""How well the time to the limit is told: what is asked, and how it is counted."""

import numpy as np
import pytest

from bench import until_limit
from bench.until_limit import Asked, at_half_of_lives
from detectors.judgement import Quantiles
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
HOUR = 3600.0


def _lives(each, *, killed=True):
    """A pod that leaks, and is killed every so many hours."""
    life = np.floor(T / each)
    memory = 100 * MIB + 300 * MIB * (T - life * each) / each + noise(T.size, 0.5 * MIB)
    oom = np.where(life > 0, float(killed), np.nan)
    return panel_of([memory], start_time=[START + life * each * HOUR], oom_killed=[oom], limit=405 * MIB)


def test_it_is_asked_at_half_of_each_life_that_was_killed():
    asked = list(at_half_of_lives(_lives(20.0)))
    assert [one.left / HOUR for one in asked] == pytest.approx([10.0, 10.0], abs=0.1)
    assert asked[1].told is not None
    assert asked[1].told.p10 <= asked[1].left <= asked[1].told.p90


@pytest.mark.parametrize(
    "panel",
    [_lives(20.0, killed=False), _lives(1.0), _lives(60.0)],
    ids=["restarted, not killed", "an hour is too short", "it does not end in the window"],
)
def test_of_other_lives_it_is_not_asked(panel):
    assert list(at_half_of_lives(panel)) == []


def test_no_more_than_some_lives_of_one_workload_count():
    assert len(list(at_half_of_lives(_lives(5.0)))) == 4


def _asked(left, p10, p50, p90):
    return Asked(left, Quantiles(p10, p50, p90))


def test_what_is_printed(monkeypatch):
    lives = [_asked(10, 5, 8, 20), _asked(10, 5, 8, 9), _asked(10, 12, 14, 20), _asked(10, 8, 11, 12), Asked(9.0, None)]
    monkeypatch.setattr(until_limit, "_of_family", lambda family, seed: iter(lives if "days" in family else ()))
    (row,) = until_limit.section([1], []).splitlines()[-1:]
    assert row == "| simulated | 4 (1) | 0.20 | 0.50 | 0.25 | 0.25 |"


def test_where_no_leak_was_told_there_is_nothing_to_be_off():
    assert until_limit.section([], []).splitlines()[-1].startswith("| ---")

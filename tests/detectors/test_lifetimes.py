"""Where a row is cut into lives: at a new start, and not where only the clock that tells it moved."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.lifetimes import split
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
AT = N // 2
SINCE = np.arange(N) >= AT
NOW = START + 300.0 * AT - 20
OLD = START - 86_400.0
UNKNOWN = np.full(N, np.nan)
UNMOVED = np.full(N, 2.0)
LEVEL = 300 * MIB + noise(N, MIB)
FALLS = LEVEL - 30 * MIB * SINCE
HALF = LEVEL - 200 * MIB * SINCE
AWAY = np.where((np.arange(N) >= AT - 3) & ~SINCE, np.nan, LEVEL)
ANEW = np.where(SINCE, NOW, OLD)
TO_LONG_AGO = np.where(SINCE, OLD + 7200.0, OLD)
JITTER = OLD + noise(N, 1.5)

SITUATIONS = {
    "it started anew, and little is known": (LEVEL, ANEW, UNKNOWN, 2),
    "it was restarted, with as much memory as before": (LEVEL, ANEW, UNMOVED + SINCE, 2),
    "the count tells it a scrape late": (LEVEL, ANEW, UNMOVED + np.roll(SINCE, 1), 2),
    "the count tells it a scrape early": (LEVEL, ANEW, UNMOVED + (np.arange(N) >= AT - 1), 2),
    "another pod took its name, and holds less": (FALLS, ANEW, 0 * UNMOVED, 2),
    "another pod took its name after a while": (AWAY, ANEW, 0 * UNMOVED, 2),
    "another pod took its name, whose restarts count anew": (LEVEL, ANEW, UNMOVED - 2 * SINCE, 2),
    "another pod took its name, and holds as much": (LEVEL, ANEW, 0 * UNMOVED, 2),
    "the node's clock is two hours behind": (LEVEL, ANEW - 7200, UNMOVED + SINCE, 2),
    "the node's clock is behind, and nothing is counted": (HALF, ANEW - 7200, UNKNOWN, 2),
    "the start leaps to now, and nothing else moves": (LEVEL, ANEW, UNMOVED, 1),
    "the start leaps to now and back": (LEVEL, np.where(np.arange(N) == AT, NOW, OLD), UNMOVED, 1),
    "the clock was set": (LEVEL, TO_LONG_AGO, UNKNOWN, 1),
    "the clock was set as memory fell": (FALLS, TO_LONG_AGO, UNKNOWN, 1),
    "the clock was set as memory fell by half": (HALF, TO_LONG_AGO, UNMOVED, 1),
    "the clock was set back": (LEVEL, OLD - 7200.0 * SINCE, UNKNOWN, 1),
    "the start jitters by seconds": (LEVEL, JITTER, UNKNOWN, 1),
    "a young one's start jitters by seconds": (LEVEL, JITTER - OLD + START - 30, UNKNOWN, 1),
}


@pytest.mark.parametrize(("memory", "start", "restarts", "lives"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_row_is_cut_where_its_container_started_anew(memory, start, restarts, lives):
    panel = replace(panel_of([memory], start_time=[start]), restarts=restarts[None])
    found = split(panel, panel.rss)
    assert found.count == lives
    assert found.first.tolist() == [0, AT][:lives]


def test_a_leap_at_the_edge_of_a_row_is_compared_with_no_other_row():
    panel = panel_of([LEVEL, 2 * LEVEL], start_time=[np.where(np.arange(N) == N - 1, OLD + 7200, OLD), TO_LONG_AGO])
    assert split(replace(panel, restarts=np.array([UNMOVED, 0 * UNMOVED])), panel.rss).row.tolist() == [0, 1]


LEAPS = np.maximum.accumulate(np.where(np.arange(N) % 60 == 30, START + T * 3600 - 5, OLD))


@pytest.mark.parametrize(
    ("start", "restarts"),
    [(LEAPS, UNMOVED), (LEAPS, 0 * UNMOVED), (JITTER, UNKNOWN)],
    ids=["leaps", "leaps, never restarted", "jitters"],
)
def test_a_leak_whose_start_time_moves_is_told_as_one_life(start, restarts):
    panel = panel_of([100 * MIB + 3 * MIB * T + noise(N, MIB)], start_time=[start], limit=600 * MIB)
    (judged,) = judge(replace(panel, restarts=restarts[None]))
    assert (judged.verdict, judged.restarts) == (Verdict.LEAK, 0)
    assert judged.probability > 0.9

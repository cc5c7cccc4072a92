"""Situations of lives that are killed, one after the other, once the limit is lower than it was."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.panel import History
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
DEPLOYED = 30.0
LIMIT = 500 * MIB
BACK_OFF = 5 / 60
DAY = 0.5 - 0.5 * np.cos(2 * np.pi * (T - 2) / 24)


def _rest(level, *, begins=0.0, until=DEPLOYED):
    """One that holds a level, MiB, from an hour to another; when it began."""
    memory = np.where((begins <= T) & (until > T), level + 0 * T, np.nan) * MIB + noise(N, 2 * MIB)
    return memory, np.full(N, START + begins * 3600 - 60 if begins else START - 9e5)


def _killed(minutes, *, begins=DEPLOYED, until=48.0, starts_at=100.0, limit=LIMIT, slows=False):
    """Lives of so many minutes each, from MiB to the limit, one after the other."""
    lasts = minutes / 60
    life = np.floor((T - begins) / (lasts + BACK_OFF))
    age = T - begins - life * (lasts + BACK_OFF)
    climb = (1 - np.exp(-2 * age / lasts)) / (1 - np.exp(-2)) if slows else age / lasts
    there = (life >= 0) & (until > T) & (age <= lasts)
    memory = np.where(there, starts_at * MIB + (limit - starts_at * MIB) * climb, np.nan) + noise(N, MIB, 2)
    return memory, START + begins * 3600 + life * (lasts + BACK_OFF) * 3600


def _panel(*pods, revision, limit):
    memory, start = zip(*pods, strict=True)
    said = [np.where(np.isfinite(row) & (at > START + 60), 1.0, np.nan) for row, at in zip(memory, start, strict=True)]
    return panel_of(memory, start_time=start, oom_killed=said, subject=[0] * len(pods), revision=revision, limit=limit)


def _deployed(earlier, later, *, before=1000 * MIB, limit=LIMIT):
    """A pod of one revision, and one of the next."""
    return _panel(earlier, later, revision=[0, 1], limit=[before, limit])


def _same_pod(earlier, later):
    """Both in one row, as of a StatefulSet, of which the newest limit alone is known."""
    memory, start = (np.where(DEPLOYED > T, *pair) for pair in zip(earlier, later, strict=True))
    return _panel((memory, start), revision=[0], limit=LIMIT)


def _lower_since(*lives):
    """Three lives in one row, the second from hour 20 on, the third from 40 on."""
    memory, start = (np.select([T < 20, T < 40], each[:2], each[2]) for each in zip(*lives, strict=True))
    start = np.where((T >= 20) & (T < 40), START + 20 * 3600, start)
    return _panel((memory, start), revision=[0], limit=LIMIT)


LOWERED = {
    "it rested above, and is killed within minutes": _deployed(_rest(600), _killed(8)),
    "in a quarter of an hour": _deployed(_rest(600), _killed(12)),
    "in most of an hour, and it slows": _deployed(_rest(600), _killed(40, slows=True)),
    "the limit is just below": _deployed(_rest(520), _killed(8)),
    "its pod kept its name": _same_pod(_rest(600), _killed(8)),
    "it rested above by day": _deployed(_rest(420 + 200 * DAY), _killed(8)),
    "it rose by a little, far above": _deployed(_rest(600 + T / 3 + 2 * np.sin(T)), _killed(8)),
    "the old pod runs on beside it": _deployed(_rest(600, until=48.0), _killed(8)),
    "it was seen to start, in three hours": _deployed(
        _rest(600 - 600 * np.exp(-np.maximum(T - 2, 0) / 1.6), begins=2), _killed(150, slows=True)
    ),
}

LEAKS = {
    "it rested below": _deployed(_rest(300), _killed(8)),
    "it is killed above where it rested": _deployed(_rest(600), _killed(8, limit=800 * MIB), limit=800 * MIB),
    "it climbs for hours": _deployed(_rest(600), _killed(150)),
    "it climbs straight for most of an hour": _deployed(_rest(600), _killed(40)),
    "it was seen to start in minutes, and climbs for most of an hour": _deployed(
        _rest(600 * np.clip((T - 2) * 6, 0.2, 1), begins=2), _killed(50, slows=True)
    ),
    "it was seen to start, and came above by the load of the day": _deployed(
        _rest(420 + 200 * DAY, begins=2), _killed(150)
    ),
    "the revision before leaked": _deployed(_rest(300 + 20 * T), _killed(8)),
    "the revision before leaked above": _deployed(_rest(520 + 12 * T), _killed(8)),
    "the revision before leaked far above": _deployed(_rest(700 + 3 * T), _killed(8)),
    "the revision before was killed again and again": _deployed(
        _killed(120, begins=0, until=DEPLOYED, starts_at=600, limit=1000 * MIB), _killed(8)
    ),
    "the newest revision that rested did so below": _panel(
        _rest(600, until=14), _rest(300, begins=14.1), _killed(8), revision=[0, 1, 2], limit=[1000 * MIB, LIMIT, LIMIT]
    ),
    "its pod kept its name, and rested below since": _lower_since(
        _rest(600), _rest(300, until=48), _killed(8, begins=40)
    ),
    "one of five alone rested above": _panel(
        *[_rest(600), *[_rest(250)] * 4, _killed(8)], revision=[*[0] * 5, 1], limit=[*[1000 * MIB] * 5, LIMIT]
    ),
    "a nightly job alone was above": _deployed(_rest(np.where((T > 20) & (T < 23), 600, 250)), _killed(8)),
}


@pytest.mark.parametrize("panel", LOWERED.values(), ids=LOWERED)
def test_a_limit_below_what_it_held_at_rest_is_no_leak(panel):
    (judged,) = judge(panel)
    assert judged.verdict is not Verdict.LEAK
    assert judged.reasons[0].code == "limit_below_rest"
    assert judged.reasons[0].text.startswith("the limit of 500 MiB is below the ")


@pytest.mark.parametrize("panel", LEAKS.values(), ids=LEAKS)
def test_kills_that_a_lower_limit_does_not_explain_are_a_leak(panel):
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.LEAK
    assert judged.reasons[0].code == "oom_loop"


def test_where_it_was_raised_again_nobody_is_told_of_a_limit():
    raised = _rest(600, begins=34, until=48)
    panel = _panel(_rest(600), _killed(8, until=34), raised, revision=[0, 1, 2], limit=[1000 * MIB, LIMIT, 1000 * MIB])
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.HEALTHY
    assert "limit_below_rest" not in [reason.code for reason in judged.reasons]


PAST = np.arange(-7 * 48, 0) / 2.0  # hours before the window, a half each
BEFORE_THE_WINDOW = {
    "it rested above": (600 + 0 * PAST, 5.0, Verdict.INSUFFICIENT_DATA),
    "it rested above by day": (550 + 40 * np.cos(PAST / 12 * np.pi), 5.0, Verdict.INSUFFICIENT_DATA),
    "it rested below": (300 + 0 * PAST, 5.0, Verdict.LEAK),
    "it rested above for a day": (np.where(PAST < -144, 600.0, np.nan), 5.0, Verdict.LEAK),
    "it rested above, and below since": (np.where(PAST < -80, 600.0, 300.0), 5.0, Verdict.LEAK),
    "it rested above, and was killed since": (
        np.where(PAST < -24, 600.0, 100.0),
        np.where(PAST < -24, 5.0, 400.0),
        Verdict.INSUFFICIENT_DATA,
    ),
    "it climbed": (400 + 2 * (PAST + 168), 5.0, Verdict.LEAK),
    "it climbed and was ended every other day": (300 + 10 * (PAST % 40), 5.0, Verdict.LEAK),
    "it was killed within each half hour": (600 + 0 * PAST, 400.0, Verdict.LEAK),
    "nothing is known": (np.nan * PAST, 5.0, Verdict.LEAK),
}


@pytest.mark.parametrize(("low", "moves", "verdict"), BEFORE_THE_WINDOW.values(), ids=BEFORE_THE_WINDOW)
def test_what_its_pod_did_before_the_window(low, moves, verdict):
    panel = _panel(_killed(8, begins=0.2), revision=[0], limit=LIMIT)
    history = History(1800.0, low[None] * MIB, (low[None] + moves) * MIB)
    assert judge(replace(panel, history=history))[0].verdict is verdict


def test_pods_that_stood_above_the_limit_of_today_were_not_killed_by_it():
    rows, starts = [], []
    for seed in range(3):
        memory = np.where(DEPLOYED > T, 600 + 0.5 * T, 300) * MIB + noise(N, MIB, seed)
        rows.append(memory)
        starts.append(np.where(DEPLOYED > T, START - 9e5, START + DEPLOYED * 3600))
    (judged,) = judge(panel_of(rows, start_time=starts, limit=LIMIT, subject=[0] * 3))
    assert judged.verdict is Verdict.HEALTHY
    assert (judged.restarts, judged.oom_kills) == (3, 0)

"""Situations of several lives or pods, of a week, and of memory that the heap does not show, as whole judgements."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import MemoryKind, Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of, walk

T = hours(48)
N = T.size
LIMIT = 600 * MIB
QUARTER_HOUR = 900.0
WEEK = hours(168, QUARTER_HOUR)
DAYS_OF_WEEK = 1 + np.sin(2 * np.pi * (WEEK - 9) / 24)


def _after_restart(before, after, at=24):
    """One container that was started anew at an hour; its memory before and since."""
    started = np.where(at > T, START - 86_400.0, START + at * 3600)
    return panel_of([np.where(at > T, before, after) + noise(N, 0.5 * MIB)], start_time=[started], limit=LIMIT)


def _after_eviction(before, after, at=24, revision=None):
    """A pod that is gone since an hour, and the one that took its place."""
    rows = [np.where(at > T, before, np.nan), np.where(at <= T, after, np.nan)]
    rows = [row + noise(N, 0.5 * MIB, seed) for seed, row in enumerate(rows)]
    started = [np.full(N, START - 86_400.0), np.full(N, START + at * 3600)]
    return panel_of(rows, start_time=started, subject=[0, 0], revision=revision, limit=LIMIT)


def _lives(lasts, shape, *, killed=True, limit=LIMIT):
    """One container that is started anew every so many hours; memory by the hours since."""
    life = np.floor((T + 0.1) / lasts)
    memory = shape(T + 0.1 - life * lasts) + noise(N, 0.3 * MIB)
    started, said = START - 360 + life * lasts * 3600, np.where(life > 0, float(killed), np.nan)
    return panel_of([memory], start_time=[started], oom_killed=[said], limit=limit)


def _rollouts(lasts, shape, *, revisions):
    """A pod after the other, each of so many hours; memory by the hours since its start."""
    ages = [T - one * lasts for one in range(int(np.ceil(48 / lasts)))]
    rows = [
        np.where((age >= 0) & (age < lasts), shape(age) + noise(N, 0.2 * MIB, seed), np.nan)
        for seed, age in enumerate(ages)
    ]
    started = [np.full(N, START + one * lasts * 3600) for one in range(len(ages))]
    numbers = list(range(len(ages))) if revisions else None
    return panel_of(rows, start_time=started, subject=[0] * len(ages), revision=numbers, limit=LIMIT)


def _week(memory):
    return panel_of([memory + noise(WEEK.size, MIB)], step=QUARTER_HOUR, limit=LIMIT)


def _refill(hours_of):
    return 200 * MIB - 120 * MIB * np.exp(-(T - 24) / hours_of)


def _climb(per_hour):
    return lambda age: 100 * MIB + per_hour * MIB * age


def _flat(age):
    return 100 * MIB + 0 * age


LEAK = 100 * MIB + 3 * MIB * T + noise(N, MIB)

LOOK_ALIKES = {
    "the same warm-up in each life": _lives(16, lambda age: 250 * MIB - 150 * MIB * np.exp(-age / 3), killed=False),
    "a week whose end is quiet": _week(100 * MIB + 60 * MIB * DAYS_OF_WEEK * np.where(WEEK < 120, 1.0, 0.3)),
    "a week that began quietly": _week(100 * MIB + 60 * MIB * DAYS_OF_WEEK * np.where(WEEK < 48, 0.2, 1.0)),
    "a step at a deploy": _after_eviction(100 * MIB, 180 * MIB, revision=[0, 1]),
    "a step at a restart": _after_restart(100 * MIB, 180 * MIB),
    "spikes after calm that end in kills": _lives(8, lambda age: _flat(age) + 450 * MIB * (age > 7.85)),
    "calm lives that end in kills": _lives(12, _flat),
    "a refill after a restart": _after_restart(200 * MIB, _refill(6)),
    "a long refill after a restart": _after_restart(200 * MIB, _refill(12)),
    "a refill after an eviction": _after_eviction(200 * MIB, _refill(6)),
    "a long refill after an eviction": _after_eviction(200 * MIB, _refill(12)),
    "one rollout after the other, all calm": _rollouts(8, _flat, revisions=True),
}

LEAKS = {
    "slow, under a big daily swing, over a week": _week(200 * MIB + 0.5 * MIB * WEEK + 40 * MIB * DAYS_OF_WEEK),
    "restarted before it grows": _lives(8, _climb(3), killed=False),
    "redeployed before it grows": _rollouts(8, _climb(3), revisions=False),
    "redeployed as new revisions": _rollouts(8, _climb(3), revisions=True),
    "redeployed again and again, now three hours ago": _rollouts(15, _climb(8), revisions=True),
    "killed every twenty minutes": _lives(1 / 3, _climb(300), limit=200 * MIB),
    "killed every three hours": _lives(3, _climb(33), limit=200 * MIB),
    "killed every nine hours": _lives(9, _climb(11), limit=200 * MIB),
    "beyond where it was before the restart": _after_restart(150 * MIB, 80 * MIB + 7 * MIB * (T - 24)),
    "scraped in turn by two": panel_of(
        [np.where(np.arange(N) % 2 == one, LEAK, np.nan) for one in (0, 1)], subject=[0, 0], limit=LIMIT
    ),
    "scraped by two at once": panel_of([LEAK, LEAK], subject=[0, 0], limit=LIMIT),
    "without a limit": panel_of([LEAK]),
}


@pytest.mark.parametrize("panel", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_what_is_no_leak(panel):
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.HEALTHY, judged.reasons


@pytest.mark.parametrize("panel", LEAKS.values(), ids=LEAKS.keys())
def test_what_leaks(panel):
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.LEAK, judged.reasons


@pytest.mark.parametrize(
    ("leaked", "verdict"),
    [
        ((True, True), Verdict.LEAK),
        ((False, True), Verdict.INSUFFICIENT_DATA),
        ((True, False), Verdict.INSUFFICIENT_DATA),
    ],
    ids=["both before leaked", "the last one did", "the last one did not"],
)
def test_a_revision_of_three_hours_is_judged_by_the_last_two(leaked, verdict):
    rate = np.where(np.array(leaked)[np.minimum(T // 22.5, 1).astype(int)], 6, 0)
    (judged,) = judge(_rollouts(22.5, lambda age: 100 * MIB + MIB * rate * age, revisions=True))
    assert judged.verdict is verdict, judged.reasons


def test_memory_that_is_no_heap_leaks_as_well():
    calm = panel_of([100 * MIB + noise(N, MIB)], limit=LIMIT)
    (judged,) = judge(replace(calm, working_set=calm.rss + 3 * MIB * T))
    assert (judged.verdict, judged.memory_kind) == (Verdict.LEAK, MemoryKind.KERNEL)


def test_a_climb_long_killed_away_is_told_by_its_kills():
    (judged,) = judge(LEAKS["killed every twenty minutes"])
    assert judged.reasons[0].code == "oom_loop"
    assert judged.oom_kills > 100


def test_of_many_that_wander_by_a_few_percent_hardly_one_is_flagged():
    judged = judge(panel_of([300 * MIB + walk(N, 0.3 * MIB, seed) for seed in range(200)], limit=LIMIT))
    assert sum(one.verdict is Verdict.LEAK for one in judged) <= 8

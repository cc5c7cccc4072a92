"""Situations: what grows and is no leak, what leaks and hardly shows."""

import numpy as np
import pytest

from detectors.coefficients import UNTOLD_PROBABILITY
from detectors.judge import judge
from detectors.judgement import MemoryKind, Verdict
from detectors.options import Options
from detectors.panel import History
from tests.support.panels import MIB, START, STEP, hours, noise, panel_of, walk

T = hours(48)
N = T.size
DAY = 1 + np.sin(2 * np.pi * (T - 9) / 24)  # 0 at night, 2 at noon
LIMIT = 600 * MIB


def _sawtooth(height, period_hours=1.5):
    return height * ((T / period_hours) % 1.0)


def _each_night(lasts_hours, first_hour):
    """A ramp of so many hours each day, 0 to 1, from an hour of the day on, released when it is done."""
    into = (T - first_hour) % 24
    return into / lasts_hours * (into < lasts_hours)


def _restarting(period_hours, per_hour, base=100 * MIB):
    """Memory and start times of a container that climbs, and starts again every so many hours."""
    life = np.floor(T / period_hours)
    age = T - life * period_hours
    return base + per_hour * age + noise(N, 0.2 * MIB), START + life * period_hours * 3600


LOOK_ALIKES = {
    "flat": (100 * MIB + noise(N, MIB), None),
    "a warm-up that ends": (100 * MIB + 150 * MIB * (1 - np.exp(-T / 4)) + noise(N, MIB), None),
    "a garbage-collected saw-tooth": (100 * MIB + _sawtooth(80 * MIB) + noise(N, MIB), None),
    "daily load": (100 * MIB + 60 * MIB * DAY + noise(N, MIB), 0.1 + DAY),
    "load that rises all the time": (100 * MIB + 3 * MIB * T + noise(N, MIB), 0.1 + 0.03 * T),
    "a step": (100 * MIB + 80 * MIB * (T > 20) + noise(N, MIB), None),
    "a random walk": (200 * MIB + walk(N, 0.3 * MIB, seed=5), None),
    "spikes": (100 * MIB + 300 * MIB * (np.arange(N) % 37 == 0) + noise(N, MIB), None),
    "a fall to a lower level and a refill": (
        200 * MIB - 120 * MIB * np.exp(-np.maximum(T - 20, 0) / 5) * (T > 20) + noise(N, 0.5 * MIB),
        None,
    ),
    "growth too slow to matter": (100 * MIB + 0.02 * MIB * T + noise(N, 0.01 * MIB), None),
    "a heap that grows in stairs to its maximum": (
        100 * MIB + np.minimum(40 * MIB * np.floor(T / 3), 240 * MIB) + noise(N, MIB),
        None,
    ),
    "a cache that fills to its capacity": (100 * MIB + 10 * MIB * np.minimum(T, 20) + noise(N, MIB), None),
    "tables in memory, flushed every twelve hours, now full": (
        100 * MIB + _sawtooth(80 * MIB, 12) + noise(N, MIB),
        None,
    ),
    "daily load that CPU does not show": (100 * MIB + 60 * MIB * DAY + noise(N, MIB), None),
    "such load, now at its peak": (100 * MIB + 60 * MIB * np.roll(DAY, 9 * 12) + noise(N, MIB), None),
    "a nightly job's long ramp, over": (100 * MIB + 200 * MIB * _each_night(6, 0) + noise(N, MIB), None),
    "such a ramp, half way": (100 * MIB + 200 * MIB * _each_night(8, 20) + noise(N, MIB), None),
    "such a ramp, about to be released": (100 * MIB + 200 * MIB * _each_night(10, 14) + noise(N, MIB), None),
    "a fall and a straight climb to where it was": (
        np.where(T < 20, 300 * MIB, 80 * MIB + 7 * MIB * (T - 20)) + noise(N, MIB),
        None,
    ),
}

LEAKS = {
    "a straight one": (100 * MIB + 3 * MIB * T + noise(N, MIB), None),
    "under a saw-tooth": (100 * MIB + 3 * MIB * T + _sawtooth(60 * MIB) + noise(N, MIB), None),
    "under daily load": (100 * MIB + 4 * MIB * T + 40 * MIB * DAY + noise(N, MIB), 0.1 + DAY),
    "per request, asleep at night": (100 * MIB + 3 * MIB * np.cumsum(DAY) * STEP / 3600 + noise(N, MIB), 0.1 + DAY),
    "in steps": (100 * MIB + 15 * MIB * np.floor(T / 4) + noise(N, MIB), None),
    "late and steep": (100 * MIB + 8 * MIB * np.maximum(T - 30, 0) + noise(N, MIB), None),
    "slow, under noise": (200 * MIB + 0.8 * MIB * T + noise(N, 4 * MIB), None),
    "in steps with eight hours of rest": (100 * MIB + 40 * MIB * np.floor(T / 8) + noise(N, MIB), None),
    "gives back half every eight hours": (100 * MIB + 6 * MIB * T - 24 * MIB * np.floor(T / 8) + noise(N, MIB), None),
    "steps, a part of each given back": (
        100 * MIB + 20 * MIB * np.floor(T / 4) - 8 * MIB * (T % 4 > 2) + noise(N, MIB),
        None,
    ),
    "not scraped for ten hours": (np.where((T > 14) & (T < 24), np.nan, 100 * MIB + 3 * MIB * T + noise(N, MIB)), None),
    "with gaps": (np.where(np.arange(N) % 11 < 4, np.nan, 100 * MIB + 3 * MIB * T + noise(N, MIB)), None),
}


def _judge_one(memory, cpu=None, **more):
    return judge(panel_of([memory], cpu=None if cpu is None else [cpu], limit=LIMIT, **more))[0]


@pytest.mark.parametrize(("memory", "cpu"), LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_what_grows_and_is_no_leak(memory, cpu):
    judged = _judge_one(memory, cpu)
    assert judged.verdict is Verdict.HEALTHY, judged.reasons


@pytest.mark.parametrize(("memory", "cpu"), LEAKS.values(), ids=LEAKS.keys())
def test_what_leaks(memory, cpu):
    judged = _judge_one(memory, cpu)
    assert judged.verdict is Verdict.LEAK, judged.reasons


def test_growth_and_its_interval():
    judged = _judge_one(100 * MIB + 3 * MIB * T + noise(N, MIB))
    low, high = judged.growth_interval
    assert low <= 3 * MIB <= high
    assert judged.growth_bytes_per_hour == pytest.approx(3 * MIB, rel=0.05)


def test_time_to_limit():
    judged = _judge_one(100 * MIB + 3 * MIB * T + noise(N, 0.2 * MIB))
    left_hours = (LIMIT - (100 + 3 * 48) * MIB) / (3 * MIB)
    assert judged.time_to_limit.p50 == pytest.approx(left_hours * 3600, rel=0.1)
    assert judged.time_to_limit.p10 <= judged.time_to_limit.p50 <= judged.time_to_limit.p90


def test_without_a_limit_there_is_no_time_to_it():
    judged = judge(panel_of([100 * MIB + 3 * MIB * T + noise(N, MIB)]))[0]
    assert (judged.verdict, judged.limit_bytes, judged.time_to_limit) == (Verdict.LEAK, None, None)


def test_onset_of_a_late_leak():
    judged = _judge_one(100 * MIB + 8 * MIB * np.maximum(T - 24, 0) + noise(N, MIB))
    assert judged.onset_at == pytest.approx(START + 24 * 3600, abs=3 * 3600)


def test_page_cache_is_told_apart():
    memory, cache = 100 * MIB + noise(N, MIB), 5 * MIB * T
    judged = _judge_one(memory, cache=[cache])
    assert (judged.verdict, judged.memory_kind) == (Verdict.HEALTHY, MemoryKind.PAGE_CACHE)
    assert judged.reasons[0].code == "page_cache"


def test_lifetimes_that_grow_alike_say_together_what_none_says_alone():
    memory, start = _restarting(8, 3 * MIB)
    judged = judge(panel_of([memory], start_time=[start], limit=LIMIT))[0]
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(3 * MIB, rel=0.2)


def test_a_loop_of_oom_kills():
    memory, start = _restarting(2, 50 * MIB)
    killed = np.where(T > 2, 1.0, np.nan)
    judged = judge(panel_of([memory], start_time=[start], oom_killed=[killed], limit=200 * MIB))[0]
    assert judged.verdict is Verdict.LEAK
    assert judged.oom_kills >= 20
    assert "oom_loop" in {reason.code for reason in judged.reasons}


def test_restarts_after_calm_are_no_leak():
    life = np.floor(T / 8)
    memory, start = 100 * MIB + noise(N, MIB), START + life * 8 * 3600
    assert judge(panel_of([memory], start_time=[start], limit=LIMIT))[0].verdict is Verdict.HEALTHY


def test_one_replica_of_nine():
    flat = [100 * MIB + noise(N, MIB, seed) for seed in range(8)]
    leaking = 100 * MIB + 3 * MIB * T + noise(N, MIB)
    judged = judge(panel_of([*flat, leaking], subject=[0] * 9, limit=LIMIT))[0]
    assert (judged.verdict, judged.pods_leaking, judged.pods_observed) == (Verdict.LEAK, 1, 9)


def test_the_revision_that_brought_it():
    early = np.where(T < 24, 100 * MIB + noise(N, MIB), np.nan)
    late = np.where(T >= 24, 100 * MIB + 6 * MIB * (T - 24) + noise(N, MIB, 2), np.nan)
    start = [np.full(N, START - 86_400.0), np.full(N, START + 24 * 3600)]
    judged = judge(panel_of([early, late], subject=[0, 0], revision=[0, 1], start_time=start, limit=LIMIT))[0]
    assert (judged.verdict, judged.suspect_revision) == (Verdict.LEAK, 1)


_PAST = np.arange(-7 * 48, 0) / 2.0  # hours before the window, a half each

BEFORE = {
    "a level held for days": (3 * MIB * T, np.where((_PAST > -140) & (_PAST < -40), 250.0, 90.0), Verdict.HEALTHY),
    "less than today's": (3 * MIB * T, np.where(_PAST < -40, 150.0, 90.0), Verdict.LEAK),
    "a spike of an hour": (3 * MIB * T, np.where((_PAST > -50) & (_PAST < -49), 400.0, 90.0), Verdict.LEAK),
    "nearly as much as today's": (3 * MIB * T, np.where(_PAST < -40, 220.0, 90.0), Verdict.HEALTHY),
    "an hour of it": (3 * MIB * T, np.where(_PAST < -167, 400.0, np.nan), Verdict.LEAK),
}


@pytest.mark.parametrize(("rise", "low", "verdict"), BEFORE.values(), ids=BEFORE)
def test_growth_that_climbs_back_to_a_level_of_the_days_before_is_no_leak(rise, low, verdict):
    before = History(1800.0, low[None, :] * MIB, low[None, :] * MIB)
    # The same container all the time: it did not restart in between.
    started = np.full(N, START - 8 * 86_400.0)
    memory = 100 * MIB + rise + noise(N, MIB)
    judged = judge(panel_of([memory], history=before, start_time=[started], limit=LIMIT))[0]
    assert judged.verdict is verdict
    assert (judged.reasons[0].code == "level_held_before") is (verdict is Verdict.HEALTHY)


def test_a_leak_is_no_climb_back_at_night_to_where_it_was_at_noon():
    def load(hour):
        return np.cos(2 * np.pi * (hour - 12) / 24)

    low = (100 + _PAST + 40 * load(_PAST))[None, :] * MIB
    memory = (100 + T + 40 * load(T)) * MIB + noise(N, MIB)
    started = np.full(N, START - 8 * 86_400.0)
    panel = panel_of([memory], cpu=[2 + load(T)], history=History(1800.0, low, low), start_time=[started], limit=LIMIT)
    assert low[0, -24] > memory[-1]
    assert judge(panel)[0].verdict is Verdict.LEAK


def test_a_leak_that_falling_load_hides_in_part_is_no_climb_back():
    # It leaks a megabyte an hour for nine days; in the window much of the load goes, and takes most of that back.
    rise, fall = T + 168, 40 * T / 48
    low = (100 + _PAST + 168)[None, :] * MIB
    wiggle = np.sin(T)
    memory = (100 + rise - fall + 2 * wiggle) * MIB + noise(N, 0.2 * MIB)
    started = np.full(N, START - 9 * 86_400.0)
    load = 5 - fall / 20 + 0.1 * wiggle
    told = judge(panel_of([memory], cpu=[load], history=None, start_time=[started], limit=500 * MIB))[0]
    again = judge(
        panel_of([memory], cpu=[load], history=History(1800.0, low, low), start_time=[started], limit=500 * MIB)
    )[0]
    assert (told.verdict, again.verdict) == (Verdict.LEAK, Verdict.LEAK)


@pytest.mark.parametrize("lasts", [1.0, 3.0, 5.0])
def test_a_young_container_cannot_be_told(lasts):
    t = hours(lasts)
    judged = judge(panel_of([100 * MIB + 10 * MIB * t], start_time=[np.full(t.size, START)]))[0]
    assert (judged.verdict, judged.probability) == (Verdict.INSUFFICIENT_DATA, UNTOLD_PROBABILITY)


def test_a_container_that_is_gone_cannot_be_told():
    memory = np.where(T < 30, 100 * MIB + 3 * MIB * T, np.nan)
    judged = _judge_one(memory)
    assert (judged.verdict, judged.reasons[0].code) == (Verdict.INSUFFICIENT_DATA, "no_recent_samples")


def test_the_threshold_can_be_set():
    panel = panel_of([100 * MIB + 3 * MIB * T + noise(N, MIB)], limit=LIMIT)
    assert judge(panel, Options(threshold=1.0))[0].verdict is Verdict.HEALTHY

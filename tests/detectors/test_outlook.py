"""When the lifetime that runs now reaches its limit, by what those before it did."""

import numpy as np
import pytest

from detectors.outlook import outlook
from tests.support.panels import MIB, START, hours, noise, panel_of
from tests.support.scenes import members_of

T = hours(48)
N = T.size
HOUR = 3600.0
LIMIT = 400 * MIB
SURE = (10 * MIB, 9.5 * MIB, 10.5 * MIB)


def _lives(lasted, per_hour, *, killed=True, by_load=False):
    """A pod's lives, one after the other, the last not over; per_hour: of each, bytes/hour, all of it by_load."""
    begins = np.concatenate(([0.0], np.cumsum(lasted)))
    life = np.searchsorted(begins, T, side="right") - 1
    memory = 100 * MIB + np.take(per_hour, life) * (T - begins[life]) + noise(N, 0.5 * MIB)
    oom = np.where((life > 0) & killed, 1.0, np.nan)
    cpu = [(memory - 100 * MIB) / (10 * MIB) + 1.0] if by_load else None
    panel = panel_of([memory], start_time=[START + begins[life] * HOUR], oom_killed=[oom], limit=LIMIT, cpu=cpu)
    scene, members = members_of(panel)
    (running,) = members[scene.running[members]]
    return scene, int(running)


def _until(scene, running, *, rate=SURE, lives=None, of_others=False):
    floor, _ = scene.latest(running)
    return outlook(scene, running, floor, rate, lives, of_others=of_others)


@pytest.mark.parametrize("by_load", [False, True], ids=["it leaks faster", "load that comes with the day takes room"])
def test_a_life_that_grows_faster_than_the_one_before_ends_sooner(by_load):
    scene, running = _lives([40.0], [5 * MIB, 12 * MIB], by_load=by_load)
    rate = (5 * MIB, 4.8 * MIB, 5.2 * MIB)
    as_before, faster = (_until(scene, running, rate=rate, of_others=own) for own in (False, True))
    assert faster.p50 < 0.85 * as_before.p50


def test_a_life_that_has_hardly_begun_is_told_by_the_one_before():
    scene, running = _lives([47.8], [5 * MIB, 5 * MIB])
    assert _until(scene, running, of_others=True) == _until(scene, running)


@pytest.mark.parametrize("of_others", [False, True])
def test_earlier_lives_tell_the_end_also_where_the_running_one_leaks_plainly(of_others):
    scene, running = _lives([10.0, 10.0, 10.0, 10.0], [5 * MIB] * 5)
    until = _until(scene, running, rate=(5 * MIB, 2 * MIB, 12 * MIB), of_others=of_others)
    left = 10 - (T[-1] - 40.0)
    assert until.p50 == pytest.approx(left * HOUR, rel=0.5)
    assert until.p10 <= left * HOUR <= until.p90


def test_lives_that_ended_in_no_kill_tell_nothing_of_the_end():
    killed, restarted = (_lives([10.0, 10.0, 10.0, 10.0], [5 * MIB] * 5, killed=one) for one in (True, False))
    assert _until(*restarted).p50 > 2 * _until(*killed).p50


def test_lives_that_are_given_stand_in_for_those_that_the_kubelet_tells_of():
    scene, running = _lives([10.0, 10.0, 10.0, 10.0], [5 * MIB] * 5, killed=False)
    told, _ = _lives([10.0, 10.0, 10.0, 10.0], [5 * MIB] * 5)
    assert _until(scene, running, lives=np.arange(4)) == _until(told, running)


def test_a_life_whose_beginning_nobody_saw_says_nothing_of_how_long_lives_last():
    life = (T >= 20).astype(int)
    memory = 40 * MIB + 5 * MIB * (T - 20 * life) + noise(N, 0.5 * MIB)
    oom = np.where(life > 0, 1.0, np.nan)
    unknown = np.full(N, np.nan)
    scene, members = members_of(panel_of([memory], start_time=[unknown], oom_killed=[oom], limit=LIMIT))
    running = int(members[scene.running[members]][0])
    assert scene.lifetimes.killed.any()
    assert _until(scene, running) == _until(scene, running, lives=np.array([], dtype=np.int64))

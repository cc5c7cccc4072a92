"""When the lifetime that runs now reaches its limit, by what those before it did."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.outlook import climbed_to_the_limit, outlook
from tests.support.panels import MIB, START, hours, noise, panel_of
from tests.support.scenes import members_of

T = hours(48)
N = T.size
HOUR = 3600.0
LIMIT = 400 * MIB
SURE = (10 * MIB, 9.5 * MIB, 10.5 * MIB)


NOBODY = np.array([], dtype=np.int64)


def _lives(lasted, per_hour, *, killed=True, by_load=False):
    """A pod's lives, one after the other, the last not over; per_hour: of each, bytes/hour, all of it by_load."""
    panel = _panel(lasted, per_hour, killed=killed, by_load=by_load)
    scene, members = members_of(panel)
    (running,) = members[scene.running[members]]
    return scene, int(running)


def _panel(lasted, per_hour, *, killed=True, by_load=False, limit=LIMIT):
    begins = np.concatenate(([0.0], np.cumsum(lasted)))
    life = np.searchsorted(begins, T, side="right") - 1
    memory = 100 * MIB + np.take(per_hour, life) * (T - begins[life]) + noise(N, 0.5 * MIB)
    oom = np.where(life > 0, float(killed), np.nan)
    cpu = [(memory - 100 * MIB) / (10 * MIB) + 1.0] if by_load else None
    return panel_of([memory], start_time=[START + begins[life] * HOUR], oom_killed=[oom], limit=limit, cpu=cpu)


def _until(scene, running, *, rate=SURE, lives=NOBODY, of_others=False):
    floor, _ = scene.latest(running)
    return outlook(scene, running, floor, rate, lives, of_others=of_others).told


@pytest.mark.parametrize("by_load", [False, True], ids=["it leaks faster", "load that comes with the day takes room"])
def test_a_life_that_grows_faster_than_the_one_before_ends_sooner(by_load):
    scene, running = _lives([40.0], [5 * MIB, 12 * MIB], by_load=by_load)
    rate = (5 * MIB, 4.8 * MIB, 5.2 * MIB)
    as_before, faster = (_until(scene, running, rate=rate, of_others=own) for own in (False, True))
    assert faster.p50 < 0.85 * as_before.p50


def test_a_young_life_says_less_of_its_rate_than_an_older_one():
    rate = (5 * MIB, 4.8 * MIB, 5.2 * MIB)
    young, older = (_lives([lasted], [5 * MIB, 15 * MIB]) for lasted in (46.0, 40.0))
    sooner = [_until(*one, rate=rate, of_others=own).p50 for one in (young, older) for own in (True, False)]
    assert sooner[2] / sooner[3] < sooner[0] / sooner[1] < 1


def test_what_a_young_life_does_is_no_matter_of_whether_the_leak_matters():
    scene, running = _lives([40.0], [5 * MIB, 0.1 * MIB])
    floor, _ = scene.latest(running)
    found = outlook(scene, running, floor, SURE, NOBODY, of_others=True)
    assert found.by_line.p50 < found.told.p50


def test_a_life_that_has_hardly_begun_is_told_by_the_one_before():
    scene, running = _lives([47.8], [5 * MIB, 5 * MIB])
    assert _until(scene, running, of_others=True) == _until(scene, running)


def test_lives_that_climbed_to_the_limit_tell_the_end_of_the_next():
    scene, running = _lives([10.0] * 4, [29 * MIB] * 5)
    lives = climbed_to_the_limit(scene, running)
    assert lives.size == 4
    left = 10 - (T[-1] - 40.0)
    until = _until(scene, running, rate=(29 * MIB, 12 * MIB, 70 * MIB), lives=lives)
    assert until.p50 == pytest.approx(left * HOUR, rel=0.5)
    assert until.p10 <= left * HOUR <= until.p90


@pytest.mark.parametrize(
    ("lasted", "per_hour", "killed"),
    [([10.0] * 4, [29 * MIB] * 5, False), ([10.0] * 4, [5 * MIB] * 5, True)],
    ids=["they ended in no kill", "a spike killed them, far below the limit"],
)
def test_lives_that_ended_otherwise_tell_nothing(lasted, per_hour, killed):
    assert climbed_to_the_limit(*_lives(lasted, per_hour, killed=killed)).size == 0


@pytest.mark.parametrize("oldest", [True, False], ids=["older than all of them", "older than one of them"])
def test_lives_that_this_one_has_outlasted_tell_nothing(oldest):
    lasted = [10.0, 10.0, 10.0] if oldest else [22.0, 8.0]
    scene, running = _lives(
        lasted, [29 * MIB, 29 * MIB, 29 * MIB, 2 * MIB] if oldest else [13 * MIB, 36 * MIB, 2 * MIB]
    )
    rate, lives = (2 * MIB, 1.9 * MIB, 2.1 * MIB), np.arange(len(lasted))
    longer = lives[np.array(lasted) > 48.0 - sum(lasted)]
    assert _until(scene, running, rate=rate, lives=lives) == _until(scene, running, rate=rate, lives=longer)


def test_a_life_whose_beginning_nobody_saw_says_nothing_of_how_long_lives_last():
    life = (T >= 20).astype(int)
    memory = 40 * MIB + 5 * MIB * (T - 20 * life) + noise(N, 0.5 * MIB)
    oom = np.where(life > 0, 1.0, np.nan)
    unknown = np.full(N, np.nan)
    scene, members = members_of(panel_of([memory], start_time=[unknown], oom_killed=[oom], limit=LIMIT))
    running = int(members[scene.running[members]][0])
    assert scene.lifetimes.killed.any()
    assert _until(scene, running, lives=np.array([0])) == _until(scene, running)


def _fixed():
    """A revision that was killed every four hours, and one since that hardly grows."""
    panel = _panel([4.0] * 4, [900 * MIB] * 4 + [0.3 * MIB], limit=4000 * MIB)
    before = T < 16.0
    rows = [np.where(before, panel.rss[0], np.nan), np.where(before, np.nan, panel.rss[0])]
    killed = [panel.oom_killed[0], np.full(N, np.nan)]
    return panel_of(
        rows,
        start_time=panel.start_time.repeat(2, 0),
        oom_killed=killed,
        limit=4000 * MIB,
        subject=[0, 0],
        revision=[0, 1],
    )


@pytest.mark.parametrize(
    "panel",
    [
        _fixed(),
        _panel([4.0] * 4, [900 * MIB] * 4 + [0.3 * MIB], limit=4000 * MIB),
        _panel([4.0], [1 * MIB, 1 * MIB], limit=4000 * MIB),
        _panel([30.0], [2 * MIB, 2 * MIB], limit=4000 * MIB),
    ],
    ids=["a revision that mends the leak", "a life that outlasts leaking ones", "a spike at first", "a spike, late"],
)
def test_growth_that_is_weeks_from_the_limit_matters_no_more_for_kills_before(panel):
    assert judge(panel)[0].verdict is Verdict.HEALTHY

"""Lives of pods, and revisions at the same ages."""

import numpy as np
import pytest

from app.domain.lifetimes import PodCourse, ages_of, by_age, lifetimes
from tests.support.findings import MIB

HOUR = 3600.0
# A day, an hour a sample.
TIMES = np.arange(25) * HOUR


def pod(floor, name="cart-1", revision="v1", restarts=(), kills=()):
    return PodCourse(
        name, revision, np.array(floor, dtype=float), [at * HOUR for at in restarts], [at * HOUR for at in kills]
    )


def rising(rate, size=25, base=100.0):
    return [(base + rate * hour) * MIB for hour in range(size)]


def told(*pods):
    return [
        (life.began_at / HOUR, life.ended_at / HOUR, life.ending.value, life.is_begin_seen)
        for life in lifetimes(TIMES, pods)
    ]


@pytest.mark.parametrize(
    ("one", "lives"),
    [
        (pod(rising(1)), [(0, 24, "runs", False)]),
        (pod([np.nan] * 6 + rising(1, 19)), [(6, 24, "runs", True)]),
        (pod(rising(1, 12) + [np.nan] * 13), [(0, 11, "gone", False)]),
        (pod(rising(1), restarts=(9.5,)), [(9.5, 24, "runs", True), (0, 9.5, "restart", False)]),
        (pod(rising(1), kills=(9.5,)), [(9.5, 24, "runs", True), (0, 9.5, "oom_kill", False)]),
        (pod(rising(1), restarts=(10.0,), kills=(9.5,)), [(9.5, 24, "runs", True), (0, 9.5, "oom_kill", False)]),
        (pod([np.nan] * 25), []),
    ],
    ids=["all along", "began", "gone", "restart", "kill", "a kill and its restart are one", "nothing"],
)
def test_a_life_ends_where_its_pod_was_restarted_or_killed(one, lives):
    assert told(one) == lives


def test_growth_is_of_each_life_alone():
    floor = rising(1, 10) + rising(4, 15)
    growth = [round(life.growth_bytes_per_hour / MIB, 3) for life in lifetimes(TIMES, [pod(floor, restarts=(9.9,))])]
    assert growth == [4.0, 1.0]


def test_what_was_seen_at_the_time_of_a_kill_was_before_it():
    floor = [*rising(5, 11), *rising(5, 14)]
    after, before = lifetimes(TIMES, [pod(floor, kills=(10,))])
    assert (before.memory[-1] / MIB, after.memory[0] / MIB) == (150, 100)


def test_two_samples_are_no_growth():
    assert lifetimes(TIMES[:2], [pod([1.0, 2.0])])[0].growth_bytes_per_hour is None


def test_no_samples_are_no_lives():
    assert lifetimes(np.array([]), [pod([])]) == ()


def test_revisions_are_compared_at_the_same_age():
    old = pod([np.nan] * 2 + rising(1, 12) + [np.nan] * 11, "cart-1", "v1")
    new = pod([np.nan] * 14 + rising(5, 11), "cart-2", "v2")
    lives = lifetimes(TIMES, [old, new])
    ages = ages_of(lives)
    found = {one.revision: one for one in by_age(lives, ages)}
    assert [age / HOUR for age in ages] == [0.25, 0.5, 1, 2, 4, 8]
    assert [round(value / MIB, 2) for value in found["v1"].levels] == [100.25, 100.5, 101, 102, 104, 108]
    assert [round(value / MIB, 2) for value in found["v2"].levels] == [101.25, 102.5, 105, 110, 120, 140]
    assert list(found) == ["v2", "v1"]


def test_an_age_that_no_life_came_to_is_unknown():
    old = pod([np.nan] * 2 + rising(1, 3) + [np.nan] * 20, "cart-1", "v1")
    new = pod([np.nan] * 6 + rising(5, 19), "cart-2", "v2")
    lives = lifetimes(TIMES, [old, new])
    found = {one.revision: one.levels for one in by_age(lives, (HOUR, 8 * HOUR))}
    assert found["v1"][1] is None
    assert found["v2"][1] is not None


def test_lives_of_unknown_age_do_not_mix_with_those_of_known_age():
    older, younger = pod(rising(1, base=300), "cart-1"), pod([np.nan] * 9 + rising(1, 16), "cart-2")
    (both,) = by_age(lifetimes(TIMES, [older, younger]), (HOUR,))
    assert (both.lives, both.is_begin_seen, both.levels) == (1, True, (101 * MIB,))
    (alone,) = by_age(lifetimes(TIMES, [older]), (HOUR,))
    assert (alone.lives, alone.is_begin_seen, alone.levels) == (1, False, (301 * MIB,))

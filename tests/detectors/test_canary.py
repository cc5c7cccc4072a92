"""What a canary is told by, in a table of situations: it fails, it passes, or it cannot be told."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from detectors.canary.compare import compare
from detectors.canary.outcome import Basis, Outcome
from tests.support.rollouts import MIB, flat, growing, life, lives, warming

STABLE = lives(3, 30.0, flat())


def _codes(comparison):
    return {reason.code for reason in comparison.reasons}


@pytest.mark.parametrize(
    ("stable", "canary", "outcome", "code"),
    [
        pytest.param(
            STABLE, lives(2, 1.0, growing(60 * MIB), 9), Outcome.FAIL, "grows_beyond_stable", id="it grows and goes on"
        ),
        pytest.param(STABLE, lives(2, 2.0, flat(), 9), Outcome.PASS, "no_growth_beyond", id="both are flat"),
        pytest.param(
            STABLE, lives(2, 2.0, flat(300 * MIB), 9), Outcome.PASS, "higher_level", id="a higher level is no leak"
        ),
        pytest.param(
            lives(3, 30.0, warming(80 * MIB, 0.7)),
            lives(2, 4.0, warming(80 * MIB, 0.7), 9),
            Outcome.PASS,
            "no_growth_beyond",
            id="a warm-up that both have",
        ),
        pytest.param(
            lives(3, 30.0, growing(5 * MIB)),
            lives(2, 3.0, growing(5 * MIB), 9),
            Outcome.PASS,
            "stable_grows_too",
            id="it leaks no more than the stable does",
        ),
        pytest.param(
            STABLE,
            lives(2, 1.0, warming(60 * MIB, 0.2), 9),
            Outcome.INCONCLUSIVE,
            "does_not_go_on",
            id="a warm-up of its own slows down",
        ),
        pytest.param(STABLE, lives(1, 0.05, growing(60 * MIB), 9), Outcome.INCONCLUSIVE, "too_young", id="minutes old"),
        pytest.param(STABLE, [], Outcome.INCONCLUSIVE, "no_canary_samples", id="no canary"),
        pytest.param([], lives(1, 1.0, flat()), Outcome.INCONCLUSIVE, "no_stable_samples", id="no stable"),
        pytest.param(
            lives(3, 30.0, flat(), seen_from=20.0),
            lives(1, 0.7, growing(60 * MIB), 9),
            Outcome.INCONCLUSIVE,
            "stable_start_unknown",
            id="nobody has seen how the stable warmed up",
        ),
        pytest.param(
            STABLE,
            lives(1, 1.0, flat(), 9, cores=np.nan),
            Outcome.INCONCLUSIVE,
            "cpu_unknown",
            id="without CPU the load is not known",
        ),
        pytest.param(
            lives(2, 30.0, flat(), limit=1024 * MIB),
            lives(1, 1.0, flat(980 * MIB), 9, limit=1024 * MIB),
            Outcome.FAIL,
            "near_limit",
            id="it stands close under its limit",
        ),
    ],
)
def test_situations(stable, canary, outcome, code):
    comparison = compare(stable, canary)
    assert comparison.outcome is outcome, comparison.reasons
    assert code in _codes(comparison)


def test_kills_beyond_chance_fail():
    killed = [life(0.2, growing(900 * MIB), pod=0, seed=n, killed=True) for n in range(3)]
    comparison = compare(STABLE, [*killed, life(0.1, growing(900 * MIB), pod=0)])
    assert comparison.outcome is Outcome.FAIL
    assert "oom_killed" in _codes(comparison)


def test_kills_that_the_stable_has_as_often_do_not_fail():
    stable = [life(1.0, flat(), pod=0, seed=n, killed=True) for n in range(30)]
    comparison = compare([*STABLE, *stable], [life(1.0, flat(), killed=True), life(2.0, flat(), pod=1)])
    assert "oom_killed" not in _codes(comparison)


def _with_load(hours, seed):
    """A service that holds 100 MiB a core, under a load that goes up and down."""
    cores = 1 + 0.5 * np.sin(np.arange(0, hours, 30 / 3600) * 2)
    return replace(life(hours, flat(), pod=seed, seed=seed, cores=cores), memory=200 * MIB + 100 * MIB * cores)


def test_growth_that_load_explains_does_not_fail():
    cores = np.linspace(0.5, 1.5, int(np.ceil(1.0 / (30 / 3600))))
    canary = life(1.0, flat(), cores=cores)
    canary = replace(canary, memory=200 * MIB + 100 * MIB * canary.cpu)
    assert compare([_with_load(30.0, n) for n in range(3)], [canary]).outcome is not Outcome.FAIL


def test_the_earlier_it_is_the_less_it_says():
    late, early = (compare(STABLE, lives(2, hours, flat(), 9)) for hours in (3.0, 0.5))
    width = [one.interval[1] - one.interval[0] for one in (late, early)]
    assert width[0] < width[1]


def test_what_is_open_says_when_to_look_again():
    comparison = compare(STABLE, lives(1, 0.05, flat(), 9))
    assert 60 <= comparison.seconds_until_more <= 6 * 3600


def test_lives_are_left_as_they_are_and_tell_the_same_twice():
    canary = lives(2, 1.0, growing(60 * MIB), 9)
    before = copy.deepcopy((STABLE, canary))
    assert compare(STABLE, canary) == compare(STABLE, canary)
    for was, now in zip([*before[0], *before[1]], [*STABLE, *canary], strict=True):
        np.testing.assert_array_equal(was.memory, now.memory)


@pytest.mark.parametrize("memory", [0.0, 1e18, 4096.0])
@pytest.mark.parametrize("hours", [0.01, 0.5, 8.0])
def test_absurd_memory_is_told_and_raises_nothing(memory, hours):
    comparison = compare(lives(2, 10.0, flat(memory), noise=0.0), lives(1, hours, flat(memory), noise=0.0))
    assert comparison.outcome is not Outcome.FAIL
    assert 0.0 <= comparison.probability <= 1.0


OVER = [replace(one, began=one.began - 7 * 3600, ended=True) for one in STABLE]
UNSEEN_START = lives(3, 30.0, growing(5 * MIB), seen_from=20.0)


@pytest.mark.parametrize(
    ("stable", "canary_hours", "basis", "growth"),
    [
        pytest.param(STABLE, 1.0, Basis.SAME_AGE, 0.0, id="its start was seen"),
        pytest.param(UNSEEN_START, 1.0, Basis.SAME_TIME, 5.0, id="its start was not, and it runs beside the canary"),
        pytest.param(
            [replace(one, began=one.began - 7 * 3600) for one in UNSEEN_START],
            3.0,
            Basis.LAST_HOUR,
            5.0,
            id="its start was not, and it ran no more",
        ),
        pytest.param(OVER, 0.05, Basis.LAST_HOUR, 0.0, id="the canary is too young"),
    ],
)
def test_the_stables_figures_say_when_they_are_from(stable, canary_hours, basis, growth):
    side = compare(stable, lives(2, canary_hours, flat(), 9)).stable
    assert side.basis is basis
    assert side.level_bytes == pytest.approx(float(stable[0].memory[-1]), rel=0.02)
    assert side.growth_bytes_per_hour == pytest.approx(growth * MIB, abs=0.5 * MIB)
    assert side.cores == pytest.approx(0.1)


def test_a_canary_of_few_samples_has_a_level_and_no_growth():
    cores = np.array([np.nan, 0.1, 0.1, 0.1, 0.1, 0.1])
    side = compare(STABLE, lives(2, 0.05, flat(), 9, cores=cores)).canary
    assert side.cores == pytest.approx(0.1)
    assert (side.basis, side.growth_bytes_per_hour) == (Basis.LAST_HOUR, None)
    assert side.level_bytes == pytest.approx(200 * MIB, rel=0.02)


def test_of_what_was_not_seen_there_are_no_figures():
    side = compare([], lives(1, 1.0, flat())).stable
    assert (side.basis, side.level_bytes, side.growth_bytes_per_hour, side.cores) == (None, None, None, None)

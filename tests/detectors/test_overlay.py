"""Lives of half a day under the load of the day, laid over each other: load, warm-up and leak told apart together."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.overlay import overlay
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
LEVEL = 500 * MIB
# A deploy each half a day, more or less: lives that see load rise, lives that see it fall, none that sees a whole day.
DEPLOYS = (0.0, 11.0, 24.0, 35.5)


def _follows(cpu):
    return cpu


def _keeps_its_highest(cpu):
    return np.maximum.accumulate(cpu)


def _lags(cpu):
    behind = cpu.copy()
    for step in range(1, cpu.size):
        behind[step] = behind[step - 1] + (cpu[step] - behind[step - 1]) / 24
    return behind


def _lives(form=_follows, *, growth=0.0, fills=0.0, fills_in=2.5, deploys=DEPLOYS, leaks_from=0, pods=2):
    """Pods of each deploy until the next one: memory holds 400 MiB a core of load in a form, and may grow or fill.

    growth: bytes an hour, from the deploy of that number on; fills: bytes, all but a third within `fills_in` hours
    """
    cpu = 0.1 + 0.3 * (0.5 - 0.5 * np.cos(2 * np.pi * (T - 5) / 24))
    rows, cpus, starts, revision = [], [], [], []
    for number, began in enumerate(deploys):
        inside = (began <= T) & (np.append(deploys, np.inf)[number + 1] > T)
        age = T[inside] - began
        for pod in range(pods):
            row, used = np.full((2, T.size), np.nan)
            own = cpu[inside] + noise(age.size, 0.01, 50 + 10 * number + pod)
            leaked = growth * age * (number >= leaks_from)
            filled = fills * (1 - np.exp(-age / fills_in))
            row[inside] = (
                LEVEL + 400 * MIB * form(cpu[inside]) + leaked + filled + noise(age.size, 2 * MIB, 10 * number + pod)
            )
            used[inside] = own
            rows.append(row)
            cpus.append(used)
            starts.append(np.full(T.size, START + began * 3600))
            revision.append(number)
    return panel_of(
        rows, cpu=cpus, start_time=starts, limit=2000 * MIB, subject=[0] * len(rows), revision=np.array(revision)
    )


@pytest.mark.parametrize("form", [_follows, _keeps_its_highest, _lags])
def test_a_leak_across_the_load_of_the_day_that_no_life_shows_by_itself(form):
    (judged,) = judge(_lives(form, growth=10 * MIB))
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(10 * MIB, rel=0.25)


@pytest.mark.parametrize("form", [_follows, _keeps_its_highest, _lags])
@pytest.mark.parametrize("fills", [0.0, 150 * MIB], ids=["no warm-up", "a warm-up of hours"])
def test_load_of_the_day_that_deploys_cut_in_two(form, fills):
    (judged,) = judge(_lives(form, fills=fills))
    assert judged.verdict is not Verdict.LEAK


def _lives_of(shape):
    """Eight lives of eight hours, as shares of their level, that each grow by a tenth in this shape of age."""
    age = np.tile(np.linspace(0, 8, 33), (8, 1))
    grown = shape(age) / shape(age).max()
    return age, 1 + 0.1 * grown + noise(age.size, 0.001, 1).reshape(age.shape), np.full(age.shape, 0.2)


GROWTH = {
    "straight": (lambda age: age, True),
    "a quick start and then straight": (lambda age: 5 * (1 - np.exp(-age / 0.4)) + age, True),
    "its rate falls by two thirds": (lambda age: 1 - np.exp(-age / 7), False),
    "by three quarters": (lambda age: 1 - np.exp(-age / 5.6), False),
    "by nine tenths": (lambda age: 1 - np.exp(-age / 3.4), False),
    "by two thirds after a quick start": (lambda age: 0.4 * (1 - np.exp(-age / 0.4)) + 1 - np.exp(-age / 7), False),
}


@pytest.mark.parametrize(("shape", "goes_on"), GROWTH.values(), ids=GROWTH)
def test_growth_that_slows_within_each_life_does_not_go_on(shape, goes_on):
    assert (overlay(*_lives_of(shape)).log_odds > 0) is goes_on


def test_a_life_that_fills_as_all_before_it_did_is_spared_and_says_so():
    alone, with_others = (_lives(np.zeros_like, fills=500 * MIB, fills_in=6.0, deploys=d) for d in ((35.5,), DEPLOYS))
    (by_itself,), (told,) = judge(alone), judge(with_others)
    assert by_itself.verdict is Verdict.LEAK
    assert told.verdict is Verdict.HEALTHY
    assert told.reasons[0].code == "alike_each_lifetime"


def test_a_revision_that_leaks_is_not_spared_by_those_that_did_not():
    (judged,) = judge(_lives(growth=12 * MIB, leaks_from=3, deploys=(0.0, 8.0, 16.0, 24.0)))
    assert judged.verdict is Verdict.LEAK


def test_without_cpu_growth_that_goes_on_in_each_life_is_told_all_the_same():
    panel = _lives(np.zeros_like, growth=10 * MIB)
    panel.cpu[:] = np.nan
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.LEAK


def test_lives_of_days_say_nothing_of_the_warm_up_of_a_life_of_hours():
    """What they hardly see of it no weight of theirs tells, and a leak of the new revision is not explained away."""
    hour = np.linspace(0, 10, 41)
    age = np.stack([24 + hour, 30 + hour, hour])
    drifts = 0.002 * (1 - np.exp(-hour / 3))
    memory = 1 + np.stack([drifts, drifts, 0.03 * hour]) + noise(123, 0.0002, 1).reshape(3, 41)
    left = overlay(age, memory, 0.2 + 0 * age).left_by_others(np.arange(3))
    assert np.polyfit(hour, left[2], 1)[0] == pytest.approx(0.03, rel=0.1)

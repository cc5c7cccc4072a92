"""Situations of shifts and jobs that lie over the floor for hours, and leave it bare between them."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of, walk

T = hours(48)
N = T.size


def _shifts(begin=9.0, last=10.0):
    """The hours of the day in which it works, since an hour of the first."""
    return (T - begin) % 24 < last


def _bursts(seed=7):
    """What the requests of each hour take: hardly anything at times, and three times the floor at others."""
    return np.abs(240 + np.repeat(noise(48, 150, seed), 12))


def _panel(bare, busy, *, held=None, cpu=None):
    """A floor, MiB, and what is held over it while it is busy."""
    held = _bursts() if held is None else held
    memory = (bare + np.where(busy, held, 0.0)) * MIB + noise(N, 0.5 * MIB)
    load = np.where(busy, 0.9, 0.05) if cpu is None else cpu
    return panel_of([memory], cpu=[load * np.exp(noise(N, 0.1, 2))], limit=1200 * MIB)


LEAKS = {
    "bursts by day": {"busy": _shifts()},
    "it ends as the shift begins": {"busy": _shifts(22.5)},
    "it ends in the shift": {"busy": _shifts(17)},
    "a plateau by day": {"busy": _shifts(17), "held": 300 + np.repeat(noise(48, 40), 12)},
    "what it held is given back within an hour": {
        "busy": _shifts(),
        "bare": 200 + 3 * T + 300 * np.exp(-((T - 19) % 24) / 0.3) * ~_shifts(),
    },
    "by night alone": {"busy": _shifts(), "bare": 200 + 5 * np.cumsum(~_shifts()) / 12},
}


@pytest.mark.parametrize("situation", LEAKS.values(), ids=LEAKS)
def test_a_floor_that_rises_under_shifts(situation):
    (judged,) = judge(_panel(**{"bare": 200 + 3 * T, **situation}))
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(3 * MIB, rel=0.1)
    assert judged.probability <= 0.9


NIGHT = np.floor((T + 5) / 24)
NO_LEAK = {
    "flat": 200.0 + 0 * T,
    "higher by a step in the first night": 200 + 60 * (T > 4),
    "higher by a step in the second": 200 + 60 * (T > 26),
    "higher after each shift, flat by night": 200 + 60 * NIGHT,
    "higher after each shift, falling by night": 200 + 90 * NIGHT - 3 * ((T - 19) % 24),
    "each night builds up what the day drops": 200 + 5 * ((T - 19) % 24),
    "it grew in one night": 200 + 5 * np.clip(T - 19, 0, 14),
    "it filled until the second shift": 200 + 3 * np.minimum(T, 31),
    "it wanders": 200 + walk(N, 1.0) * np.sqrt(1 / 12),
}


@pytest.mark.parametrize("held", [None, 300], ids=["bursts", "plateau"])
@pytest.mark.parametrize("bare", NO_LEAK.values(), ids=NO_LEAK)
def test_a_floor_that_does_not_go_on_under_shifts(bare, held):
    assert judge(_panel(bare, _shifts(), held=held))[0].verdict is Verdict.HEALTHY


def test_a_floor_that_rises_in_one_shift_as_much_as_in_all_nights():
    assert judge(_panel(200 + 0.5 * T + 20 * (T > 32), _shifts(3)))[0].verdict is Verdict.HEALTHY


def test_a_floor_that_rises_with_the_load_of_the_nights():
    busy = _shifts()
    load = np.where(busy, 1.0, 0.25) * (1 + 0.5 * T / 24)
    assert judge(_panel(50 + 300 * load, busy, held=0, cpu=load))[0].verdict is Verdict.HEALTHY


def test_since_when_it_has_grown():
    (judged,) = judge(_panel(200 + 3 * T, _shifts()))
    assert judged.onset_at == START

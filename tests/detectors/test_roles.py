"""Situations in which a standby takes over, and works many times as much from then on."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
LIMIT = 900 * MIB
DAY = 0.8 + 0.2 * np.sin(2 * np.pi * T / 24)


def _taking_over(at, shape, *, cpu=None, times=10.0, loaded=60):
    """It stands by until an hour; what it loads with the role settles at once, and `shape` is of the hours since."""
    since = np.maximum(T - at, 0.0)
    grown = np.where(since > 0, loaded * (1 - np.exp(-since / 0.5)) + shape(since), 0.0)
    memory = (200 + 10 * DAY + grown) * MIB + noise(N, MIB)
    load = np.where(since > 0, times, 1.0) * DAY if cpu is None else cpu
    return panel_of([memory], cpu=[0.05 * load * np.exp(noise(N, 0.05, 2))], limit=LIMIT)


@pytest.mark.parametrize(("at", "per_hour"), [(22, 4), (26, 4), (12, 3), (34, 8)])
def test_a_leak_since_the_role_was_taken_is_told_with_its_rate_and_since_when(at, per_hour):
    (judged,) = judge(_taking_over(at, lambda since: per_hour * since))
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(per_hour * MIB, rel=0.15)
    assert judged.onset_at == pytest.approx(START + at * 3600, abs=4 * 3600)


NO_LEAK = {
    "flat in its role": (22, lambda since: 0 * since),
    "caches fill for hours": (22, lambda since: 100 * (1 - np.exp(-since / 3))),
    "they fill straight, and are full": (20, lambda since: 12 * np.minimum(since, 10)),
    "sessions follow the load it has": (22, lambda since: 80 * DAY),
    "ten hours are too few": (38, lambda since: 4 * since),
}


@pytest.mark.parametrize(("at", "shape"), NO_LEAK.values(), ids=NO_LEAK)
def test_what_a_standby_that_took_over_does_without_a_leak(at, shape):
    assert judge(_taking_over(at, shape))[0].verdict is Verdict.HEALTHY


NO_ROLE = {
    "load that doubles is none": np.where(T > 22, 2.0, 1.0),
    "load that rises for ten hours is none": 10 ** np.clip((T - 22) / 10, 0, 1),
    "a burst is none": np.where((T > 22) & (T < 26), 10.0, 1.0),
}


@pytest.mark.parametrize("load", NO_ROLE.values(), ids=NO_ROLE)
def test_memory_that_follows_load_of_another_kind(load):
    memory = (200 + 60 * np.log(load)) * MIB + noise(N, MIB)
    (judged,) = judge(panel_of([memory], cpu=[0.05 * load], limit=LIMIT))
    assert judged.verdict is Verdict.HEALTHY

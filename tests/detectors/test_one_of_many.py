"""Situations in which one replica leaks, and others that matter less look more like it."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
LIMIT = 500 * MIB
# Straight, and so slow that no limit comes near.
CREEPS = [(200 + 0.1 * T) * MIB + noise(N, 0.05 * MIB, seed) for seed in range(5)]
OLD = np.full(N, START - 86_400.0)
# A leak that is less plain: it wanders as it grows.
LEAKS = (200 + 2 * T) * MIB + np.convolve(noise(N + 59, 0.6 * MIB, 99), np.ones(60), "valid")
# Each life of two hours climbs to the limit and is killed there.
LIFE = T // 2
KILLED = (100 + 200 * (T % 2)) * MIB


def _judged(rows, starts=None, killed=None):
    return judge(panel_of(rows, subject=[0] * len(rows), start_time=starts, oom_killed=killed, limit=LIMIT))[0]


@pytest.mark.parametrize("beside", [[], CREEPS], ids=["alone", "beside replicas that creep, more plainly"])
def test_a_leak_of_one_replica(beside):
    judged = _judged([*beside, LEAKS])
    assert judged.verdict is Verdict.LEAK
    assert judged.pods_leaking == 1


@pytest.mark.parametrize("beside", [[], CREEPS], ids=["alone", "beside replicas that creep"])
def test_a_loop_of_kills_of_one_replica(beside):
    starts = [*(OLD for _ in beside), START + 7200 * LIFE]
    killed = [*(np.zeros(N) for _ in beside), (LIFE > 0).astype(float)]
    judged = _judged([*beside, KILLED], starts, killed)
    assert judged.verdict is Verdict.LEAK
    assert judged.reasons[0].code == "oom_loop"


def test_replicas_that_creep_are_no_leak():
    judged = _judged(CREEPS)
    assert judged.verdict is Verdict.HEALTHY
    assert judged.reasons[0].code == "growth_too_slow"

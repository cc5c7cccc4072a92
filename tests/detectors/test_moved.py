"""Situations in which one replica grows while the others lose."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
# Partitions change hands seven times; each takes 30 MiB along.
MOVES = 30 * np.searchsorted([4.0, 11.0, 17.0, 22.0, 31.0, 36.0, 43.0], T)
GAINS = (200 + MOVES) * MIB + noise(N, MIB)
LIMIT = 600 * MIB


def _falls(share, seed):
    return (300 - share / 4 * MOVES) * MIB + noise(N, MIB, seed)


def _drifts(per_hour, seed):
    return (300 - per_hour * T) * MIB + noise(N, MIB, seed)


BESIDE = {
    "nobody": ([], [], Verdict.LEAK),
    "two lose as much together": ([_falls(2, 2), _falls(2, 3)], [0, 0], Verdict.HEALTHY),
    "one loses as much": ([_falls(4, 2)], [0], Verdict.HEALTHY),
    "they lose a third of it": ([_falls(0.7, 2), _falls(0.7, 3)], [0, 0], Verdict.LEAK),
    "they lose nothing": ([_falls(0, 2), _falls(0, 3)], [0, 0], Verdict.LEAK),
    "they lose three times as much": ([_falls(6, 2), _falls(6, 3)], [0, 0], Verdict.LEAK),
    "it was another workload's": ([_falls(4, 2)], [1], Verdict.LEAK),
    "the one that lost is gone": ([np.where(T < 40, _falls(4, 2), np.nan)], [0], Verdict.LEAK),
    "the one that loses came later": ([np.where(T > 8, _falls(4, 2), np.nan)], [0], Verdict.LEAK),
}


@pytest.mark.parametrize(("others", "subjects", "verdict"), BESIDE.values(), ids=BESIDE)
def test_what_one_gains_as_the_others_lose_it_was_moved(others, subjects, verdict):
    rows = [GAINS, *others]
    started = [np.full(N, START - 86_400.0 if np.isfinite(row[0]) else START + 8 * 3600.0) for row in rows]
    judged = judge(panel_of(rows, subject=[0, *subjects], start_time=started, limit=LIMIT))[0]
    assert judged.verdict is verdict
    moved = "moved_between_replicas" in [reason.code for reason in judged.reasons]
    assert moved is (verdict is Verdict.HEALTHY)


DRIFT = {
    "many drift down a little": [_drifts(0.4, seed) for seed in range(2, 12)],
    "two drift down by as much": [_drifts(2, 2), _drifts(2, 3)],
    "one falls in steps": [(400 - 50 * np.searchsorted([12.0, 24.0, 36.0], T)) * MIB + noise(N, MIB, 2)],
    "one decays": [(180 + 220 * np.exp(-T / 24)) * MIB + noise(N, MIB, 2)],
}


@pytest.mark.parametrize("others", DRIFT.values(), ids=DRIFT)
def test_a_straight_leak_beside_others_that_fall_by_themselves(others):
    rows = [(200 + 4 * T) * MIB + noise(N, MIB), *others]
    assert judge(panel_of(rows, subject=[0] * len(rows), limit=LIMIT))[0].verdict is Verdict.LEAK

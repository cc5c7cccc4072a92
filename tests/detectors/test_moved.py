"""Situations in which one replica grows while the others lose."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
GAINS = (200 + 4 * T) * MIB + noise(N, MIB)
LIMIT = 600 * MIB


def _falls(per_hour, seed):
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

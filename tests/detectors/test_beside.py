"""Replicas beside each other: the young one of a day's peak, and the one that noise makes look like a leak."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of
from tests.support.scenes import scene_of

T = hours(48)
LIMIT = 1000 * MIB
# It rises from hour 36 on until the window ends, as it did the day before.
WAVE = 0.5 - 0.5 * np.cos(2 * np.pi * (T - 36) / 24)


def _replicas(memories, began, revision=None, scatter=1.0):
    """Pods of one workload with those bytes, from those hours on; without CPU, which would explain the day."""
    rows = [
        np.where(began_at <= T, memory + noise(T.size, scatter * MIB, 20 + number), np.nan)
        for number, (memory, began_at) in enumerate(zip(memories, began, strict=True))
    ]
    starts = [np.full(T.size, START + 3600 * began_at) for began_at in began]
    return panel_of(rows, start_time=starts, limit=LIMIT, subject=[0] * len(rows), revision=revision)


def _day():
    return (200 + 200 * WAVE) * MIB


def test_a_young_replica_that_rises_as_the_old_ones_do_beside_it():
    old, young = [_day(), _day()], [_day(), _day()]
    (alone,), (together,) = judge(_replicas(young, [38, 38])), judge(_replicas(old + young, [-60, -60, 38, 38]))
    assert alone.verdict is Verdict.LEAK
    assert together.verdict is Verdict.HEALTHY


def _steep(since):
    return (200 + 8 * np.maximum(T - since, 0)) * MIB


@pytest.mark.parametrize(
    ("memories", "began", "revision"),
    [
        ([200 * MIB + 0 * T, _steep(34)], [-60, 34], None),
        ([_day(), _day()], [-60, 38], np.array([0, 1])),
        ([_steep(38) * 0.5, _steep(38)], [-60, 38], None),
    ],
    ids=["the old one is flat", "the old one runs another revision", "the old one stands far lower"],
)
def test_a_young_replica_that_does_what_none_does_beside_it(memories, began, revision):
    assert judge(_replicas(memories, began, revision))[0].verdict is Verdict.LEAK


def test_a_leak_of_all_replicas_is_told_of_the_young_ones_too():
    memories = [(200 + 4 * T) * MIB, (200 + 4 * T) * MIB]
    assert judge(_replicas(memories, [-10, 34]))[0].verdict is Verdict.LEAK


def test_one_of_many_that_grow_alike_does_not_outvote_the_rest():
    fills = [(300 - 120 * np.exp(-np.maximum(T - 30, 0) / 4)) * MIB] * 12
    probability = scene_of(_replicas(fills, [30] * 12, scatter=2.0)).evidence.probability
    assert np.median(probability) <= 0.2
    assert probability.max() <= 0.2


def test_one_that_grows_alone_is_not_outvoted():
    rows = [200 * MIB + 0 * T] * 11 + [(200 + 5 * T) * MIB]
    (judged,) = judge(_replicas(rows, [-60] * 12))
    assert judged.verdict is Verdict.LEAK
    assert judged.pods_leaking == 1

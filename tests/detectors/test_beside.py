"""Replicas beside each other: the young one of a day's peak, and the one that noise makes look like a leak."""

import numpy as np
import pytest

from detectors.beside import heed_replicas
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


def test_one_that_was_removed_in_the_evening_and_rose_as_the_old_ones_did():
    panel = _replicas([_day(), _day(), _day()], [-60, 13.5, 40])
    panel.rss[1, T >= 23.5] = panel.working_set[1, T >= 23.5] = np.nan
    scene = scene_of(panel)
    assert scene.as_replicas[np.flatnonzero(scene.lifetimes.row == 1)].all()


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


@pytest.mark.parametrize(
    ("probabilities", "rates", "of_first"),
    [
        ([0.8, 0.1, 0.1, 0.1, 0.15], [4, 4, 4, 4, 4], 0.1),
        ([0.8, 0.7, 0.6, 0.1, 0.15], [4, 4, 4, 4, 4], 0.8),
        ([0.8, 0.1, 0.1, 0.1, 0.15], [4, 0, 0, 0, 0], 0.8),
        ([0.8, 0.1, 0.1], [4, 4, 4], 0.8),
    ],
    ids=["outvoted by those that grow alike", "most say the same", "the others do not grow", "three are no vote"],
)
def test_what_most_that_began_together_say(probabilities, rates, of_first):
    scene = scene_of(_replicas([(200 + rate * T) * MIB for rate in rates], [-60] * len(rates)))
    scene.evidence.probability[:] = probabilities
    same = np.zeros(len(rates), dtype=np.int64)
    heed_replicas(scene.blocks, scene.evidence, same, same, scene.running, 0.2)
    assert scene.evidence.probability[0] == pytest.approx(of_first)


def test_one_that_grows_alone_is_not_outvoted():
    rows = [200 * MIB + 0 * T] * 11 + [(200 + 5 * T) * MIB]
    (judged,) = judge(_replicas(rows, [-60] * 12))
    assert judged.verdict is Verdict.LEAK
    assert judged.pods_leaking == 1

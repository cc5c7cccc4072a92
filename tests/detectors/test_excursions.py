"""A leak with a tall batch in it, and batches in which nothing leaks."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.blocks import BLOCKS, Blocks
from detectors.excursions import excursions
from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, hours, noise, panel_of

T = hours(48)
NIGHTLY = (T % 24 >= 2) & (T % 24 < 5)
ONCE = (T >= 30) & (T < 33)
TWICE_A_DAY = (T % 12 >= 2) & (T % 12 < 4)
BUSY = 0.1 + 1.0 * NIGHTLY
AT = np.arange(BLOCKS) + 0.5
# By which a block's floor differs from the last one's, so that some are higher than what is held for longer.
RIPPLE = np.where(np.arange(BLOCKS) % 2, 1.0, 0.0)


def _judged(memory, cpu=None):
    panel = panel_of([memory + noise(T.size, 0.5 * MIB)], limit=1600 * MIB, cpu=None if cpu is None else [cpu])
    return judge(panel)[0]


@pytest.mark.parametrize("cpu", [None, BUSY, 0.2 + 0 * T], ids=["unknown", "of the batch", "even"])
@pytest.mark.parametrize("batch", [200 * NIGHTLY, 900 * NIGHTLY, 400 * ONCE], ids=["tall", "taller", "once"])
def test_a_leak_with_a_batch_in_it(batch, cpu):
    judged = _judged((300 + 3 * T + batch) * MIB, cpu)
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(3 * MIB, rel=0.1)


@pytest.mark.parametrize(
    "memory",
    [
        400 * NIGHTLY,
        400 * NIGHTLY * np.where(T < 24, 1.0, 1.5),
        400 * NIGHTLY + 60.0 * (T >= 2),
        400 * NIGHTLY + 60 * (1 - np.exp(-T / 3)),
        400 * NIGHTLY + 30 * np.sin(2 * np.pi * T / 24),
        400 * (T >= 43),
    ],
    ids=[
        "nothing else",
        "more in the second night",
        "which keeps what it takes first",
        "beside a warm-up",
        "beside a swing of the day",
        "that still runs",
    ],
)
def test_batches_in_which_nothing_leaks(memory):
    assert _judged((300 + memory) * MIB).verdict is not Verdict.LEAK


def _blocks(floor, hours_each=1.0):
    count = len(floor)

    def packed(value):
        return np.pad(value, (0, BLOCKS - count), constant_values=np.nan)[None]

    time = (np.arange(count) + 0.5) * hours_each
    floor = packed(np.asarray(floor, dtype=float) * MIB)
    return Blocks(packed(time), floor, floor.copy(), packed(np.full(count, np.nan)), np.array([count]))


@pytest.mark.parametrize(
    ("floor", "told"),
    [
        (100 + RIPPLE + 200 * ((AT > 10) & (AT < 14)), [10, 11, 12, 13]),
        (100 + RIPPLE + 2 * AT + 200 * ((AT > 10) & (AT < 14)), [10, 11, 12, 13]),
        (100 + RIPPLE + 200 * (AT > 20) + 500 * ((AT > 10) & (AT < 12)), [10, 11]),
        (100 + RIPPLE + 200 * ((AT > 10) & (AT < 20)), []),
        (100 + RIPPLE + 200 * (AT > 44), []),
        (100 + RIPPLE + 200 * (AT < 4), []),
        (100 + RIPPLE + 200 * (AT % 8 > 4), []),
        (100 + RIPPLE + 200 * ((AT - 6) % 12 / 12), []),
        (100 + RIPPLE + 2 * AT + 50 * ((AT > 10) & (AT < 14)), []),
        (100 + RIPPLE[:12] + 200 * (AT[:12] > 6) * (AT[:12] < 7), []),
    ],
    ids=[
        "comes and goes",
        "on a slope",
        "beside a lower step",
        "lasts too long",
        "has not come back",
        "was there before",
        "is what it usually does",
        "teeth",
        "is lower than what grows",
        "of a life too short",
    ],
)
def test_what_an_excursion_is(floor, told):
    assert np.flatnonzero(excursions(_blocks(floor))[0]).tolist() == told


def test_an_excursion_is_told_by_hours_and_not_by_blocks():
    floor = 100 + RIPPLE + 200 * ((AT > 10) & (AT < 14))
    assert excursions(_blocks(floor, 1.0)).any()
    assert not excursions(_blocks(floor, 3.0)).any()


def test_lives_without_blocks_have_none():
    none = _blocks(np.zeros(0))
    assert not excursions(none).any()
    assert not excursions(replace(none, count=none.count * 0)).any()

"""A leak shows without the newest window, too."""

import numpy as np
import pytest

from detectors.blocks import BLOCKS, Blocks
from detectors.evidence import gather, log_odds_of, weigh
from detectors.steady import ask_without_last_window
from tests.support.panels import MIB

TIME = np.arange(BLOCKS, dtype=float)
STRAIGHT = 100 + 3 * TIME
CLIMB = 6 * np.maximum(TIME - 40, 0)
STAIRS = 100 + 15 * (TIME > 18) + 15 * (TIME > 30)


def _blocks(*rows, hours=48):
    """Blocks of an hour, floors in MiB, of lives that lasted so long."""
    floor = np.where(hours > TIME, np.array(rows), np.nan) * MIB
    floor += np.random.default_rng(1).normal(0.0, 0.3 * MIB, floor.shape)
    known = np.isfinite(floor)
    time = np.where(known, TIME, np.nan)
    return Blocks(time, floor, floor, np.full(floor.shape, np.nan), known.sum(axis=1))


def _asked(blocks, doubtful=0.2):
    """The probability of each life before and after it was asked again."""
    evidence = gather(blocks)
    weigh(evidence)
    before = evidence.probability.copy()
    ask_without_last_window(blocks, evidence, doubtful)
    return before, evidence.probability


def _taken(blocks, refills=0.0):
    """The log-odds that each life loses by being asked again, with earlier lives that had come to rest above."""
    evidence = gather(blocks)
    evidence.refills[:] = refills
    weigh(evidence)
    before = log_odds_of(evidence.probability)
    ask_without_last_window(blocks, evidence, 0.0)
    return before - log_odds_of(evidence.probability)


@pytest.mark.parametrize(
    ("floor", "least", "most"),
    [
        (STRAIGHT, 0.0, 0.1),
        (100 + 10 * np.floor(TIME / 4), 0.0, 0.5),
        (STAIRS + CLIMB, 1.5, 9.0),
        (100 + 4 * np.clip(TIME - 10, 0, 10) + CLIMB, 1.0, 9.0),
    ],
    ids=[
        "straight",
        "in steps",
        "stairs, and a climb in the last sixth",
        "a ramp, rest, and a climb in the last sixth",
    ],
)
def test_what_only_the_last_sixth_says_is_not_believed(floor, least, most):
    assert least <= _taken(_blocks(floor))[0] <= most


def test_the_same_climb_that_has_gone_on_for_a_day_is_believed():
    assert _taken(_blocks(STAIRS + 6 * np.maximum(TIME - 24, 0)))[0] < 1.0


def test_it_never_says_more():
    ended = 100 + 3 * np.minimum(TIME, 40)
    before, after = _asked(_blocks(ended, STRAIGHT, STAIRS, 100 + 0 * TIME), doubtful=0.0)
    assert (after <= before).all()


@pytest.mark.parametrize(("hours", "asked"), [(11, False), (12, True)])
def test_short_lives_have_nothing_to_spare(hours, asked):
    before, after = _asked(_blocks(100 + 40 * np.maximum(TIME - 8, 0), hours=hours), doubtful=0.0)
    assert bool(after[0] < before[0]) is asked


def test_who_says_little_is_not_asked_again():
    blocks = _blocks(STAIRS + CLIMB)
    (before,), _ = _asked(blocks)
    assert _asked(blocks, doubtful=before)[1][0] == before
    assert _asked(blocks, doubtful=before - 1e-6)[1][0] < before


def test_earlier_lives_say_the_same_without_the_newest_window():
    blocks = _blocks(STAIRS + CLIMB)
    assert _taken(blocks, refills=1.0) == pytest.approx(_taken(blocks))


def test_each_is_asked_for_itself():
    rows = [STRAIGHT, STAIRS + CLIMB, 100 + 0 * TIME]
    blocks = _blocks(*rows)
    alone = [
        _asked(Blocks(*(getattr(blocks, name)[[one]] for name in ("time", "floor", "peak", "cpu", "count"))))[1][0]
        for one in range(3)
    ]
    assert _asked(blocks)[1].tolist() == alone

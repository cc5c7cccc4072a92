"""Refills: a life that climbs below where an earlier one had come to rest."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.options import Options
from tests.support.panels import MIB, START, hours, noise, panel_of
from tests.support.scenes import members_of

T = hours(48)
N = T.size
REFILL = 100 * MIB + 4 * MIB * (T - 28)


def _two(first, *, later=REFILL, seen=True):
    """A life until hour 28, of that shape, and one since, of another."""
    rows = [np.where(T < 28, first, np.nan), np.where(T >= 28, later, np.nan)]
    starts = [np.full(N, START - 86_400.0), np.full(N, START + 28 * 3600 if seen else START - 8e4)]
    rows = [row + noise(N, 0.3 * MIB, seed) for seed, row in enumerate(rows)]
    return panel_of(rows, start_time=starts, subject=[0, 0], limit=2000 * MIB)


def _refills(panel):
    scene, members = members_of(panel)
    return scene.evidence.refills[members].tolist()


@pytest.mark.parametrize(
    ("first", "later", "least", "most"),
    [
        (400 * MIB + 0 * T, REFILL, 0.9, 1.0),
        (192 * MIB + 0 * T, REFILL, 0.9, 1.0),
        (181 * MIB + 0 * T, REFILL, 0.4, 0.9),
        (164 * MIB + 0 * T, REFILL, 0.0, 0.0),
        (120 * MIB + 0 * T, REFILL, 0.0, 0.0),
        (100 * MIB + 10 * MIB * T, REFILL, 0.0, 0.0),
        (100 * MIB + 300 * MIB * np.minimum(T / 4, 1.0), REFILL, 0.9, 1.0),
    ],
    ids=[
        "rested high above",
        "rested a fifteenth above",
        "rested where it is now",
        "rested a tenth below",
        "rested below: it has gone beyond",
        "never came to rest: it leaked",
        "warmed up, and rested above",
    ],
)
def test_how_far_an_earlier_life_had_come_to_rest_above(first, later, least, most):
    of_first, of_later = _refills(_two(first, later=later))
    assert of_first == 0.0
    assert least <= of_later <= most


def test_a_life_whose_start_was_not_seen_has_no_earlier_one():
    assert _refills(_two(400 * MIB + 0 * T, seen=False)) == [0.0, 0.0]


def test_siblings_of_one_rollout_are_not_earlier():
    rows = [np.where(T >= 10, level, np.nan) for level in (400 * MIB + noise(N, MIB), 100 * MIB + 4 * MIB * T)]
    starts = [np.full(N, START + 10 * 3600 + late) for late in (-300.0, 0.0)]
    assert _refills(panel_of(rows, start_time=starts, subject=[0, 0])) == [0.0, 0.0]


def test_another_workload_says_nothing():
    panel = _two(400 * MIB + 0 * T)
    panel.subject[:] = [0, 1]
    assert _refills(panel) == [0.0]
    assert members_of(panel, 1)[0].evidence.refills.tolist() == [0.0, 0.0]


def test_a_refill_is_less_probable_than_the_same_climb_into_new_heights_and_says_why():
    below, beyond = _two(400 * MIB + 0 * T), _two(100 * MIB + 0 * T)
    (refill,), (climb,) = (judge(panel, Options(threshold=1.0)) for panel in (below, beyond))
    assert refill.probability < climb.probability
    assert "refills" in {one.code for one in refill.reasons}
    assert "refills" not in {one.code for one in climb.reasons}

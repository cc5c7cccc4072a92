"""Whether a leak came with a version: what the one before did at the same age."""

import numpy as np
import pytest

from detectors.versions import compare_versions
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
LEAKS, FLAT, SLOWLY = 6.0, 0.0, 0.5
NOWHERE = -2


def _panel(lives):
    """lives: (from hour, to hour, MiB/h, row); from a negative hour: it began before the window."""
    rows = max(row for *_, row in lives) + 1
    memory, starts = np.full((rows, N), np.nan), np.full((rows, N), np.nan)
    for seed, (first, last, per_hour, row) in enumerate(lives):
        there = (first <= T) & (last > T)
        grown = 100 * MIB + per_hour * MIB * (T - first) + noise(N, 0.5 * MIB, seed)
        memory[row, there], starts[row, there] = grown[there], START + first * 3600.0
    return panel_of(list(memory), start_time=list(starts), subject=[7] * rows, limit=4000 * MIB)


@pytest.mark.parametrize(
    ("lives", "version", "differs"),
    [
        ([(-24, 24, FLAT, 0), (24, 48, LEAKS, 1)], [0, 1], True),
        ([(-24, 24, LEAKS, 0), (24, 48, LEAKS, 1)], [0, 1], False),
        ([(0, 24, SLOWLY, 0), (24, 48, LEAKS, 1)], [0, 1], True),
        ([(0, 24, LEAKS / 2, 0), (24, 48, LEAKS, 1)], [0, 1], False),
        ([(0, 2, FLAT, 0), (2, 48, LEAKS, 1)], [0, 1], None),
        ([(0, 24, FLAT, 0), (24, 48, LEAKS, 1)], [NOWHERE, 1], None),
        ([(0, 24, LEAKS, 0), (24, 48, -LEAKS, 1)], [0, 1], None),
        ([(0, 24, FLAT, 0), (24, 48, -LEAKS, 1)], [0, 1], None),
        ([(-400, 24, FLAT, 0), (24, 48, LEAKS, 1)], [0, 1], True),
        ([(-400, 24, LEAKS, 0), (24, 48, LEAKS, 1)], [0, 1], False),
        ([(0, 24, FLAT, 0), (24, 48, LEAKS, 0)], [-1], True),
        ([(0, 24, LEAKS, 0), (24, 48, LEAKS, 0)], [-1], False),
        ([(0, 20, LEAKS, 0), (20, 24, LEAKS, 0), (24, 48, LEAKS, 1), (0, 24, FLAT, 2)], [0, 1, NOWHERE], False),
    ],
    ids=[
        "the one before was flat",
        "the one before grew alike",
        "the one before grew by a twelfth of it",
        "the one before grew half as fast",
        "the one before was hardly seen",
        "nothing runs the one before",
        "it leaked before, and does no more",
        "nothing grows",
        "they share no age, and the older one was flat",
        "they share no age, and the older one grew",
        "in pods that keep their names, told by when they began",
        "the same, and both grow",
        "a pod of neither says nothing",
    ],
)
def test_two_versions(lives, version, differs):
    (told,) = compare_versions(_panel(lives), [START - 1e6, START + 24 * 3600.0], np.array(version))
    assert told.differs is differs


def test_what_is_told_with_it():
    panel = _panel([(0, 24, FLAT, 0), (24, 48, LEAKS, 1)])
    (told,) = compare_versions(panel, [START, START + 24 * 3600.0], np.array([0, 1]))
    assert told.before == pytest.approx(0.0, abs=0.2 * MIB)
    assert told.after == pytest.approx(LEAKS * MIB, rel=0.05)
    assert told.ages == pytest.approx((1.2, 23.7), abs=0.5)


def test_where_no_age_is_shared_none_is_told():
    panel = _panel([(-400, 24, FLAT, 0), (24, 48, LEAKS, 1)])
    (told,) = compare_versions(panel, [START - 1e7, START + 24 * 3600.0], np.array([0, 1]))
    assert told.ages is None


def test_each_version_beside_the_one_before():
    panel = _panel([(0, 16, FLAT, 0), (16, 32, LEAKS, 1), (32, 48, LEAKS, 2)])
    told = compare_versions(panel, [START, START + 16 * 3600.0, START + 32 * 3600.0], np.array([0, 1, 2]))
    assert [one.differs for one in told] == [True, False]


def test_a_start_that_is_not_known_is_nobodys_birth():
    panel = _panel([(0, 24, FLAT, 0), (24, 48, LEAKS, 0)])
    told = compare_versions(panel, [float("nan"), START + 24 * 3600.0], np.array([-1]))
    assert [one.differs for one in told] == [None]


@pytest.mark.parametrize("starts", [[], [START]])
def test_with_fewer_than_two_there_is_nothing_to_compare(starts):
    assert compare_versions(_panel([(0, 48, LEAKS, 0)]), starts, np.array([0])) == ()


def test_inputs_stay_as_they_are():
    panel = _panel([(0, 24, FLAT, 0), (24, 48, LEAKS, 1)])
    before = {name: getattr(panel, name).copy() for name in ("rss", "subject", "start_time")}
    compare_versions(panel, [START, START + 24 * 3600.0], np.array([0, 1]))
    for name, values in before.items():
        np.testing.assert_equal(getattr(panel, name), values)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 0.0])
def test_absurd_samples_are_no_error(value):
    panel = panel_of([np.full(N, value), np.full(N, value)], subject=[0, 0])
    (told,) = compare_versions(panel, [START, START + 24 * 3600.0], np.array([0, 1]))
    assert told.differs is None

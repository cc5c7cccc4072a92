"""Which lifetimes speak, and how a panel is taken apart."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.options import Options
from detectors.scene import scenes_of
from tests.support.panels import MIB, START, hours, noise, panel_of
from tests.support.scenes import members_of

T = hours(48)
N = T.size
LIMIT = 900 * MIB


def _lives(*spans, revision=None):
    """A row a life: from hour to hour (to 48: it runs), flat; all of one workload."""
    rows, starts = [], []
    for seed, (first, last) in enumerate(spans):
        rows.append(np.where((first <= T) & (last >= T), 100 * MIB + noise(N, MIB, seed), np.nan))
        starts.append(np.full(N, START + first * 3600 if first else START - 86_400.0))
    return panel_of(rows, start_time=starts, subject=[0] * len(spans), revision=revision)


def _who_tells(panel):
    scene, members = members_of(panel)
    return sorted(int(scene.lifetimes.row[one]) for one in scene.telling(members))


@pytest.mark.parametrize(
    ("spans", "revision", "tell"),
    [
        ([(0, 48)], None, [0]),
        ([(0, 48), (45, 48)], None, [0]),
        ([(0, 40), (40.5, 48)], None, [0, 1]),
        ([(0, 44), (44.5, 48)], None, [0]),
        ([(0, 20), (20.5, 48)], None, [1]),
        ([(0, 40), (40.5, 48)], [0, 1], [1]),
        ([(0, 40), (0, 48)], [0, 0], [0, 1]),
        ([(0, 44), (44.5, 48)], [0, 1], []),
        ([(0, 3), (44.5, 48)], None, []),
        ([(0, 20), (20.5, 44), (44.5, 48)], None, [1]),
    ],
    ids=[
        "it runs",
        "one that runs is too young",
        "a life that is over, one since that lasted a fifth",
        "a life that is over, one since that is too young",
        "contradicted by one since that lasted longer",
        "of a revision that no longer runs",
        "over, with a sibling that ran beside it",
        "nobody",
        "neither is long enough",
        "the last but one, which contradicts the one before",
    ],
)
def test_who_tells(spans, revision, tell):
    assert _who_tells(_lives(*spans, revision=revision)) == tell


def test_those_that_run_come_first():
    scene, members = members_of(_lives((0, 40), (40.5, 48)))
    assert [bool(scene.running[one]) for one in scene.telling(members)] == [True, False]


def test_a_leak_is_still_told_after_a_restart():
    memory = np.where(T < 44, 100 * MIB + 3 * MIB * T, 100 * MIB) + noise(N, MIB)
    started = START + np.where(T < 44, -86_400.0, 44 * 3600)
    (judged,) = judge(panel_of([memory], start_time=[started], limit=LIMIT))
    assert judged.verdict is Verdict.LEAK
    assert judged.time_to_limit is not None


def test_a_leak_that_the_next_life_does_not_show_is_over():
    memory = np.where(T < 24, 100 * MIB + 3 * MIB * T, 100 * MIB) + noise(N, MIB)
    started = START + np.where(T < 24, -86_400.0, 24 * 3600)
    (judged,) = judge(panel_of([memory], start_time=[started], limit=LIMIT))
    assert judged.verdict is Verdict.HEALTHY


def _climbing(*spans, revision=None):
    """A row a life: from hour to hour (to 48: it runs), and MiB an hour that it climbs by; all of one workload."""
    rows, starts = [], []
    for seed, (first, last, rate) in enumerate(spans):
        grown = 100 * MIB + rate * MIB * (T - first) + noise(N, MIB, seed)
        rows.append(np.where((first <= T) & (last >= T), grown, np.nan))
        starts.append(np.full(N, START + first * 3600 if first else START - 86_400.0))
    return panel_of(rows, start_time=starts, subject=[0] * len(spans), revision=revision, limit=LIMIT)


@pytest.mark.parametrize(
    ("spans", "revision", "tell"),
    [
        ([(20, 40, 8), (40.5, 46, 8), (46.5, 48, 8)], None, [0]),
        ([(20, 32, 8), (32.5, 39, 8), (39.5, 48, 8)], None, [0, 2]),
        ([(10, 30, 8), (30.5, 43, 0), (43.5, 48, 8)], None, [1]),
        ([(0, 42, 4), (42.5, 48, 4)], [0, 1], [0]),
        ([(0, 42, 4), (42.5, 48, 0)], [0, 1], []),
        ([(0, 42, 4), (45.5, 48, 4)], [0, 1], []),
        ([(28, 42, 8), (42.5, 48, 8)], [0, 1], []),
    ],
    ids=[
        "lives that are too young climb on",
        "the one since climbs on, half as long",
        "the one since does not",
        "the next revision climbs on",
        "the next revision does not",
        "the next revision is an hour old",
        "the revision before has not seen a day",
    ],
)
def test_who_tells_of_a_leak(spans, revision, tell):
    assert _who_tells(_climbing(*spans, revision=revision)) == tell


SHORT = hours(24)


def _many(subjects, pods=2):
    """Workloads of which each fifth leaks, their rows mixed; the numbers of subjects in order of rows."""
    size = SHORT.size
    subject = np.tile(np.arange(subjects), pods)
    rows = [
        100 * MIB + (4 * MIB * SHORT if one % 5 == 0 else 0) + noise(size, MIB, seed)
        for seed, one in enumerate(subject.tolist())
    ]
    return panel_of(rows, subject=subject.tolist(), limit=LIMIT)


def _comparable(judged):
    """All that a judgement says but arrays, which do not compare, and the numbers of rows."""
    return (judged.subject, judged.verdict, judged.probability, judged.growth_bytes_per_hour, judged.reasons)


def test_a_large_panel_is_judged_in_parts_with_the_numbers_of_the_whole():
    panel = _many(500)
    parts = list(scenes_of(panel, Options()))
    judged = judge(panel)
    assert len(parts) > 1
    assert [one.subject for one in judged] == list(range(500))
    assert [one.verdict is Verdict.LEAK for one in judged] == [one % 5 == 0 for one in range(500)]
    for one in judged:
        for shown in one.evidence:
            assert panel.subject[shown.row] == one.subject
            np.testing.assert_array_equal(shown.peak, panel.rss[shown.row])


def test_a_subject_with_more_rows_than_a_part_is_judged_whole():
    rows = [100 * MIB + noise(SHORT.size, MIB, seed) for seed in range(4)]
    panel = panel_of([rows[one % 4] for one in range(900)], subject=[0] * 2 + [1] * 820 + [2] * 78)
    assert [one.pods_observed for one in judge(panel)] == [2, 820, 78]


def test_numbers_that_no_row_has_are_told_as_nothing():
    panel = panel_of([100 * MIB + noise(N, MIB)], subject=[2])
    assert [(one.subject, one.reasons[0].code) for one in judge(panel)][:2] == [(0, "no_samples"), (1, "no_samples")]


def test_the_order_of_rows_of_others_changes_nothing():
    panel = _many(12)
    order = np.random.default_rng(3).permutation(panel.rows)
    order = order[np.argsort(panel.subject[order] == 3, kind="stable")]
    mixed = judge(panel.take(order))
    assert [_comparable(one) for one in mixed] == [_comparable(one) for one in judge(panel)]


def test_a_part_says_what_the_whole_does():
    panel = _many(500)
    few = np.flatnonzero(panel.subject < 20)
    assert [_comparable(one) for one in judge(panel.take(few))] == [_comparable(one) for one in judge(panel)[:20]]

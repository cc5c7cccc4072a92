"""Growth behind a step is growth; a step is none."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.options import Options
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
LIMIT = 900 * MIB


def _stepping(at, step_mib, shape):
    """Flat, then a step of so much, and `shape` of the hours since then, MiB."""
    since = np.maximum(T - at, 0.0)
    return 100 * MIB + np.where(at < T, step_mib + shape(since), 0.0) * MIB + noise(N, 0.5 * MIB)


def _judged(memory):
    (judged,) = judge(panel_of([memory], limit=LIMIT))
    return judged


@pytest.mark.parametrize(
    ("at", "step_mib", "per_hour"),
    [(24, 100, 4), (12, 100, 4), (30, 100, 4), (24, 40, 4), (24, 200, 4), (24, 100, 10)],
    ids=["half way", "early", "late", "a small step", "a large one", "fast growth"],
)
def test_growth_behind_a_step_is_told_with_its_rate_and_since_when(at, step_mib, per_hour):
    judged = _judged(_stepping(at, step_mib, lambda since: per_hour * since))
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(per_hour * MIB, rel=0.1)
    assert judged.onset_at == pytest.approx(START + at * 3600, abs=3 * 3600)


@pytest.mark.parametrize(
    "memory",
    [
        _stepping(24, 100, lambda since: 0 * since),
        _stepping(24, 100, lambda since: 30 * (1 - np.exp(-since / 3))),
        _stepping(24, 100, lambda since: 4 * np.minimum(since, 8)),
        _stepping(24, 200, lambda since: -3 * since),
        _stepping(24, 100, lambda since: 40 * (since > 12)),
        _stepping(24, 100, lambda since: 20 * np.sin(since / 24 * 2 * np.pi)),
        _stepping(40, 100, lambda since: 4 * since),
    ],
    ids=[
        "flat behind it",
        "it settles",
        "it climbs for eight hours",
        "it is given back",
        "another step",
        "it swings with the day",
        "eight hours are too few",
    ],
)
def test_what_is_no_growth_behind_a_step(memory):
    assert _judged(memory).verdict is Verdict.HEALTHY


def test_growth_before_the_step_counts_where_it_says_more():
    memory = _stepping(44, 60, lambda since: 0 * since) + 4 * MIB * T
    judged = _judged(memory)
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(4 * MIB, rel=0.4)


def test_onset_is_told_within_a_block_of_the_step():
    judged = _judged(_stepping(24, 100, lambda since: 4 * since))
    low, high = ((at - START) / 3600 for at in judged.onset_interval)
    assert 22 < low < 24.6 < high < 27


def test_a_window_that_begins_right_before_the_step_sees_it_too():
    memory, began = _stepping(1.5, 100, lambda since: 4 * since), np.full(N, START - 20 * 3600.0)
    (judged,) = judge(panel_of([memory], start_time=[began], limit=LIMIT))
    assert judged.verdict is Verdict.LEAK


def test_where_half_a_day_is_too_short_to_tell_the_whole_is_judged():
    memory = _stepping(24, 100, lambda since: 4 * since)
    (judged,) = judge(panel_of([memory], limit=LIMIT), Options(min_hours=30.0))
    assert judged.verdict is Verdict.HEALTHY


@pytest.mark.parametrize("step_at", [33.0, 34.0, 35.0])
def test_a_leak_that_a_restart_mended_is_not_told_again_for_a_step_since(step_at):
    mended = T >= 30
    memory = np.where(mended, 100 + 80.0 * (step_at < T) + 5 * np.log1p(np.maximum(T - step_at, 0)), 100 + 8 * T) * MIB
    starts = np.where(mended, START + 30 * 3600.0, START)
    panel = panel_of([memory + noise(N, 0.5 * MIB)], start_time=[starts], limit=LIMIT)
    assert judge(panel)[0].verdict is Verdict.HEALTHY

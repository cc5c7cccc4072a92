"""A panel judged as of many moments says what a judgement of each window alone says."""

from dataclasses import fields, replace

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.panel import Grid, History, Panel
from detectors.replay import reconsider, replay
from tests.support.panels import MIB, START, hours, noise, panel_of, walk

WINDOW = 24 * 12 + 1
_T = hours(72)
ENDS = list(range(WINDOW - 1, _T.size, 12))


def _seen_alone(panel, end, limit=None):
    """The window that ends at a column, as a scan would have read it."""
    first = end - WINDOW + 1
    cut = {
        field.name: value[:, first : end + 1].copy()
        for field in fields(Panel)
        if isinstance(value := getattr(panel, field.name), np.ndarray) and value.ndim == 2
    }
    cut["cpu"][:, 0] = np.nan
    grid = Grid(panel.grid.start + first * panel.grid.step, panel.grid.step, WINDOW)
    return replace(panel, **cut, grid=grid, limit=panel.limit if limit is None else limit, history=None)


_LEVEL = 200 * MIB + noise(_T.size, 0.5 * MIB)
_STARTS = np.where(_T < 40, START - 86_400.0, START + 40 * 3600)
_GONE = np.where(_T < 30, _LEVEL, np.nan)

SITUATIONS = {
    "flat": [_LEVEL],
    "a leak": [_LEVEL + 2 * MIB * _T],
    "a leak that sets in half way": [_LEVEL + 4 * MIB * np.maximum(_T - 40, 0)],
    "a leak that stops": [_LEVEL + 4 * MIB * np.minimum(_T, 35)],
    "a slow wave": [_LEVEL + 20 * MIB * np.sin(_T / 6)],
    "a walk": [_LEVEL + walk(_T.size, 0.8 * MIB)],
    "several walks": [_LEVEL + walk(_T.size, 0.8 * MIB, seed) for seed in range(2, 8)],
    "gone": [_GONE],
    "new": [np.where(_T > 50, _LEVEL, np.nan)],
    "a leak among the healthy": [_LEVEL, _LEVEL + 2 * MIB * _T, _GONE],
}


@pytest.mark.parametrize("thorough", [False, True], ids=["at rest passed over", "thorough"])
@pytest.mark.parametrize("rows", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_each_verdict_is_that_of_the_window_alone(rows, thorough):
    panel = panel_of(rows, limit=1024 * MIB)
    replayed = replay(panel, ENDS, WINDOW, thorough=thorough)
    for index, end in enumerate(ENDS):
        alone = [one.verdict for one in judge(_seen_alone(panel, end))]
        told = [replayed.verdict(index, subject) for subject in range(len(rows))]
        assert told == [v if replayed.present[index, s] else None for s, v in enumerate(alone)], index


@pytest.mark.parametrize("rows", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_each_judgement_is_that_of_the_window_alone(rows):
    panel = panel_of(rows, limit=1024 * MIB, cpu=[noise(_T.size, 0.1, 9) + 1 for _ in rows])
    replayed = replay(panel, ENDS, WINDOW)
    assert replayed.judgements
    for (index, subject), told in replayed.judgements.items():
        assert told == replace(judge(_seen_alone(panel, ENDS[index]))[subject], evidence=())


def test_restarts_and_kills_are_those_of_the_window():
    climbs = 200 * MIB + 300 * MIB * (_T % 8) / 8
    starts = START + 8 * 3600 * np.floor(_T / 8)
    panel = panel_of([climbs], limit=500 * MIB, start_time=[starts])
    replayed = replay(panel, ENDS, WINDOW)
    for (index, _), told in replayed.judgements.items():
        assert told == replace(judge(_seen_alone(panel, ENDS[index]))[0], evidence=())
    assert replayed.lifetimes.killed.sum() == 8


def test_pods_of_a_workload_are_judged_together():
    rows = [_LEVEL + walk(_T.size, 0.8 * MIB, seed) for seed in range(4)]
    panel = panel_of(rows, subject=[0, 1, 0, 1])
    replayed = replay(panel, ENDS, WINDOW, thorough=True)
    for index, end in enumerate(ENDS):
        alone = judge(_seen_alone(panel, end))
        assert [replayed.judgements[index, subject].pods_observed for subject in (0, 1)] == [2, 2]
        assert [replayed.judgements[index, subject].probability for subject in (0, 1)] == [
            one.probability for one in alone
        ]


def test_a_limit_counts_as_it_was():
    panel = panel_of([_LEVEL + 2 * MIB * _T], limit=10_000 * MIB)
    limits = np.where(np.array(ENDS) < ENDS[-1], 500 * MIB, np.nan)[:, None]
    replayed = replay(panel, ENDS, WINDOW, limits=limits, thorough=True)
    assert replayed.judgements[0, 0].limit_bytes == 500 * MIB
    assert replayed.judgements[len(ENDS) - 1, 0].limit_bytes is None


def test_what_rests_is_not_judged_each_time():
    days = hours(24 * 8)
    ends = list(range(WINDOW - 1, days.size, 12))
    flat = panel_of([200 * MIB + noise(days.size, 0.5 * MIB)])
    assert len(replay(flat, ends, WINDOW).judgements) < len(ends) * 0.7
    assert len(replay(flat, ends, WINDOW, thorough=True).judgements) == len(ends)


def test_what_is_silent_is_not_judged_and_what_has_left_the_window_is_not_there():
    replayed = replay(panel_of([_GONE]), ENDS, WINDOW)
    told = [replayed.verdict(index, 0) for index in range(len(ENDS))]
    silent = told.index(Verdict.INSUFFICIENT_DATA)
    assert told.index(None) - silent == pytest.approx(24, abs=1)
    assert (silent, 0) not in replayed.judgements


def test_the_panel_is_left_as_it_was():
    panel = panel_of([_LEVEL + 2 * MIB * _T], cpu=[np.ones(_T.size)])
    before = {name: getattr(panel, name).copy() for name in ("rss", "cpu", "start_time")}
    replay(panel, ENDS, WINDOW)
    for name, value in before.items():
        np.testing.assert_equal(getattr(panel, name), value)


@pytest.mark.parametrize("ends", [[WINDOW - 2], [_T.size]], ids=["begins before the panel", "ends after it"])
def test_a_window_that_does_not_fit_is_refused(ends):
    with pytest.raises(ValueError, match="do not fit"):
        replay(panel_of([_LEVEL]), ends, WINDOW)


def test_one_end_and_no_end_are_all_right():
    panel = panel_of([_LEVEL + 2 * MIB * _T], limit=1024 * MIB)
    assert replay(panel, [_T.size - 1], WINDOW).verdict(0, 0) is Verdict.LEAK
    assert replay(panel, [], WINDOW).judgements == {}
    assert replay(panel_of(np.zeros((0, _T.size))), ENDS, WINDOW).judgements == {}


def _past(level_at):
    """Two days before the last window, in half hours; level_at: bytes by hours before that window."""
    begins = -np.arange(96, 0, -1) * 0.5
    low = np.array([[level_at(hour) for hour in begins]])
    return History(1800.0, low, low)


def test_a_level_that_was_held_before_is_no_leak_only_where_it_was_seen_then():
    # 600 MiB were held until 40 hours before the last window, in the same life: scans since then know it.
    panel = panel_of([_LEVEL + 2 * MIB * _T], limit=1024 * MIB, start_time=[np.full(_T.size, START - 40 * 86_400.0)])
    past = _past(lambda hour: 600 * MIB if hour < -30 else np.nan)
    replayed = replay(panel, ENDS, WINDOW)
    again = reconsider(panel, ENDS, WINDOW, past, 48, replayed)
    before = [replayed.verdict(index, 0) for index in range(len(ENDS))]
    after = [again.verdict(index, 0) for index in range(len(ENDS))]
    assert before == [Verdict.LEAK] * len(ENDS)
    # The first window sees an hour of it only. A day back: the last windows do not see that far.
    assert after[0] is Verdict.LEAK
    assert after[1:40] == [Verdict.HEALTHY] * 39
    assert after[-3:] == [Verdict.LEAK] * 3


def test_what_lies_before_each_window_is_what_a_scan_would_have_asked_for():
    panel = panel_of([_LEVEL + 2 * MIB * _T], limit=1024 * MIB, start_time=[np.full(_T.size, START - 40 * 86_400.0)])
    past = _past(lambda hour: 210 * MIB + hour * MIB)
    again = reconsider(panel, ENDS, WINDOW, past, 48, replay(panel, ENDS, WINDOW))
    for (index, _), told in again.judgements.items():
        shift = (len(ENDS) - 1 - index) * 2
        mine = past.low[:, : 96 - shift][:, -48:]
        padded = np.concatenate((np.full((1, 48 - mine.shape[1]), np.nan), mine), axis=1)
        alone = replace(_seen_alone(panel, ENDS[index]), history=History(1800.0, padded, padded))
        assert told == replace(judge(alone)[0], evidence=())


def test_a_past_of_nothing_changes_nothing():
    panel = panel_of([_LEVEL + 2 * MIB * _T], limit=1024 * MIB)
    replayed = replay(panel, ENDS, WINDOW)
    nothing = History(1800.0, np.zeros((1, 0)), np.zeros((1, 0)))
    assert reconsider(panel, ENDS, WINDOW, nothing, 48, replayed).judgements == replayed.judgements

"""Figures and series for a reader who wants to know why, whatever the verdict."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from detectors.coefficients import LIFETIME
from detectors.evidence import log_odds_of
from detectors.exhibit import MAX_ROWS
from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.options import Options
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
EXPLAIN = Options(explain=True)
FLAT = 100 * MIB + noise(N, MIB)
LEAK = 100 * MIB + 3 * MIB * T + noise(N, MIB)
LAST_CLIMB = FLAT + 15 * MIB * (T > 18) + 15 * MIB * (T > 30) + 6 * MIB * np.maximum(T - 40, 0)
YOUNG = np.where(T >= 46, FLAT, np.nan)
GONE = np.where(T < 20, FLAT, np.nan)
NEW = [np.full(N, START + 46 * 3600)]
LIMIT = 600 * MIB


def _both(row, **more):
    panel = panel_of([row], limit=LIMIT, **more)
    return judge(panel)[0], judge(panel, EXPLAIN)[0]


@pytest.mark.parametrize(
    ("row", "more", "verdict"),
    [
        (LEAK, {}, Verdict.LEAK),
        (FLAT, {}, Verdict.HEALTHY),
        (YOUNG, {"start_time": NEW}, Verdict.INSUFFICIENT_DATA),
        (GONE, {}, Verdict.INSUFFICIENT_DATA),
    ],
    ids=["a leak", "healthy", "too young", "gone"],
)
def test_an_explanation_changes_nothing_but_what_is_shown(row, more, verdict):
    plain, explained = _both(row, **more)
    assert explained.verdict is verdict
    assert replace(plain, evidence=(), figures=()) == replace(explained, evidence=(), figures=())
    assert [one.row for one in explained.evidence] == [0]
    np.testing.assert_equal(explained.evidence[0].peak, row)


@pytest.mark.parametrize("row", [LEAK, FLAT], ids=["a leak", "healthy"])
def test_what_is_judged_has_figures_where_they_are_asked_for(row):
    plain, explained = _both(row)
    assert plain.figures == ()
    names = [one.name for one in explained.figures]
    assert len(names) == len(set(names))
    assert {"windows_agree", "over_saturating", "day_on_day", "trend_z", "lifetime_probability"} <= set(names)
    assert all(np.isfinite(one.value) and one.text for one in explained.figures)


def test_what_cannot_be_judged_has_series_and_no_figures():
    plain, explained = _both(YOUNG, start_time=NEW)
    assert (plain.evidence, explained.figures) == ((), ())
    assert np.isnan(explained.evidence[0].fit).all()


def test_nothing_is_shown_of_what_is_not_there():
    (judged,) = judge(panel_of([np.full(N, np.nan)]), EXPLAIN)
    assert (judged.evidence, judged.figures) == ((), ())


def test_figures_tell_a_leak_from_what_is_none():
    (leaking, healthy) = ({one.name: one.value for one in _both(row)[1].figures} for row in (LEAK, FLAT))
    for name in ("windows_agree", "over_flat", "day_on_day", "trend_z", "lifetime_probability"):
        assert leaking[name] > healthy[name], name
    assert leaking["slope_bytes_per_hour"] == pytest.approx(3 * MIB, rel=0.05)


@pytest.mark.parametrize("row", [LEAK, LAST_CLIMB], ids=["a leak", "one that says less without its newest window"])
def test_what_figures_add_is_what_the_probability_is_made_of(row):
    (judged,) = judge(panel_of([row]), EXPLAIN)
    said = [float(one.text.rsplit("(", 1)[1].rstrip(")")) for one in judged.figures if one.text.endswith(")")]
    probability = next(one.value for one in judged.figures if one.name == "lifetime_probability")
    total = float(log_odds_of(np.array([probability]))[0])
    assert LIFETIME.intercept + sum(said) == pytest.approx(total, abs=0.05 * len(said))


@pytest.mark.parametrize(
    ("row", "least", "most"),
    [(LEAK, -0.5, 0.0), (FLAT, -0.5, 0.0), (LAST_CLIMB, -9.0, -1.5)],
    ids=["a leak", "flat", "it climbs in the newest window"],
)
def test_what_the_newest_window_alone_said_is_taken_off(row, least, most):
    (judged,) = judge(panel_of([row]), EXPLAIN)
    taken = next(one.value for one in judged.figures if one.name == "without_last_window")
    assert least <= taken <= most


def test_lives_laid_over_each_other_have_their_figure():
    life = np.floor(T / 2)
    memory = 100 * MIB + 50 * MIB * (T - 2 * life) + noise(N, MIB)
    killed = np.where(life > 0, 1.0, np.nan)
    start = START + life * 2 * 3600
    (judged,) = judge(panel_of([memory], start_time=[start], oom_killed=[killed], limit=205 * MIB), EXPLAIN)
    assert "pooled_log_odds" in {one.name for one in judged.figures}


@pytest.mark.parametrize("row", [LEAK, FLAT], ids=["a leak", "healthy"])
def test_the_fit_is_drawn_through_the_floor(row):
    (shown,) = _both(row)[1].evidence
    known = np.isfinite(shown.fit)
    assert known.all()
    assert np.abs(shown.fit - shown.floor).max() < 6 * MIB


def test_the_fit_of_a_late_leak_begins_with_it():
    (shown,) = _both(100 * MIB + 8 * MIB * np.maximum(T - 30, 0) + noise(N, MIB))[1].evidence
    assert T[np.isfinite(shown.fit)][0] == pytest.approx(30, abs=2)
    assert shown.fit[-1] == pytest.approx(100 * MIB + 8 * MIB * 18, rel=0.05)


def test_the_floor_lies_under_the_series_and_has_its_gaps():
    (shown,) = _both(np.where(np.arange(N) % 50 < 9, np.nan, LEAK))[1].evidence
    known = np.isfinite(shown.peak)
    np.testing.assert_array_equal(known, np.isfinite(shown.floor))
    assert (shown.floor[known] <= shown.peak[known]).all()


def test_restarts_and_kills_are_marked_where_a_life_ended():
    life = np.floor(T / 16)
    said = np.where(life == 1, 1.0, np.where(life == 2, 0.0, np.nan))
    panel = panel_of([FLAT], start_time=[START + life * 16 * 3600], oom_killed=[said], limit=LIMIT)
    (shown,) = judge(panel, EXPLAIN)[0].evidence
    assert shown.oom_kills == (pytest.approx(START + 16 * 3600, abs=600),)
    assert shown.restarts == (pytest.approx(START + 32 * 3600, abs=600),)


def test_leaking_rows_come_first_and_no_more_than_a_few_are_shown():
    rows = [(400 + one) * MIB + noise(N, MIB, one) for one in range(30)]
    rows[17] = LEAK
    (judged,) = judge(panel_of(rows, subject=[0] * 30, limit=2000 * MIB))
    assert judged.evidence[0].row == 17
    assert [one.leaking for one in judged.evidence] == [True] + [False] * (MAX_ROWS - 1)
    largest = [float(np.max(one.peak)) for one in judged.evidence[1:]]
    assert all(first >= second for first, second in itertools.pairwise(largest))

"""Growth that set in late, after calm, and what only looks so."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, hours, noise, panel_of
from tests.support.scenes import scene_of

T = hours(48)
N = T.size
LIMIT = 600 * MIB


def _row(floor, seed=1):
    """Bytes of a floor in MiB."""
    return floor * MIB + noise(N, MIB, seed)


def _up(since):
    return np.maximum(T - since, 0)


def _each_morning(lasts, first_day):
    """A straight climb of so many hours on each day, 0 to 1, which just now is done; less high on the first day."""
    into = (T - 48 + lasts) % 24
    return into / lasts * (into < lasts) * np.where(T < 30, first_day, 1.0)


def _daily(peak_hour):
    """From night to a peak and slowly back, 0 to 1, as a Go service does that serves by day and scavenges at night."""
    into = (T - peak_hour + 9) % 24
    return np.where(into < 9, into / 9, np.maximum(1 - (into - 9) / 12, 0.0))


def _verdict(row):
    return judge(panel_of([row], limit=LIMIT))[0].verdict


@pytest.mark.parametrize("lasts", [7, 9, 12, 20], ids=lambda lasts: f"{lasts} h")
def test_calm_then_steep_is_looked_at_from_the_onset_on(lasts):
    row = _row(100 + 6 * _up(48 - lasts))
    evidence = scene_of(panel_of([row])).evidence
    assert evidence.span_hours[0] == pytest.approx(lasts - 1, abs=1)
    assert evidence.probability[0] > 0.8
    assert _verdict(row) is Verdict.LEAK


@pytest.mark.parametrize("lasts", [3, 4, 5, 6], ids=lambda lasts: f"{lasts} h")
def test_six_hours_of_it_are_not_enough(lasts):
    assert _verdict(_row(100 + 8 * _up(48 - lasts))) is not Verdict.LEAK


def test_what_set_in_too_late_is_not_said_to_be_a_young_life():
    (judged,) = judge(panel_of([_row(100 + 6 * _up(42))], limit=LIMIT))
    assert judged.verdict is Verdict.INSUFFICIENT_DATA
    assert judged.reasons[0].text.startswith("growth set in 5 h ago, after calm")


@pytest.mark.parametrize(
    "floor",
    [
        100 + 40 * _each_morning(8, 0.6),
        100 + 40 * _each_morning(10, 0.8),
        100 + 40 * _each_morning(12, 1.0),
        100 + 35 * np.sin(2 * np.pi * T / 11) ** 2 * (T < 36) + 5 * _up(36),
        100 + 10 * np.sin(2 * np.pi * T / 16) * (T < 36) + 2 * _up(36),
        40 + 30 * _daily(23),
        40 + 30 * _daily(24),
        40 + 30 * _daily(23) * np.where(T < 32, 0.9, 1.0),
    ],
    ids=[
        "a morning of 8 h, the last one higher by two thirds",
        "a morning of 10 h, the last one higher by a quarter",
        "a morning as the one before",
        "a swing before, as high as the climb is now",
        "a swing before, nearly as high",
        "by day up, by night down, now at the peak",
        "such days, now near the peak",
        "such days, the last one a little higher",
    ],
)
def test_a_climb_that_does_not_go_far_beyond_what_was_before_is_part_of_it(floor):
    row = _row(floor)
    assert scene_of(panel_of([row])).evidence.span_hours[0] > 40
    assert _verdict(row) is Verdict.HEALTHY


@pytest.mark.parametrize(
    "floor", [100 + 3 * T, 100 + 0 * T, 100 + 80.0 * (T > 40)], ids=["straight", "flat", "a late step"]
)
def test_what_did_not_begin_late_is_looked_at_as_a_whole(floor):
    assert scene_of(panel_of([_row(floor)])).evidence.span_hours[0] == pytest.approx(47, abs=1)


def test_the_line_of_the_whole_is_kept():
    scene = scene_of(panel_of([_row(100 + 6 * _up(36))]))
    assert scene.evidence.level[0] == pytest.approx(100 * MIB, rel=0.03)
    assert np.isfinite(scene.evidence.adjusted[0]).sum() == scene.blocks.count[0]


def test_only_who_began_late_is_touched():
    rows = [_row(100 + 3 * T), _row(100 + 6 * _up(36), 2), _row(100 + 0 * T, 3)]
    together = scene_of(panel_of(rows)).evidence
    alone = [scene_of(panel_of([row])).evidence for row in rows]
    for name in ("span_hours", "probability", "slope"):
        assert getattr(together, name).tolist() == [float(getattr(one, name)[0]) for one in alone], name


def _loaded(peak_hour, today=1.0):
    """Cores of each step: a wave a day, and since 36 hours so many times as high."""
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * (T - peak_hour + 12) / 24)
    return 0.05 + 0.4 * wave * np.where(T > 36, today, 1.0) + noise(N, 0.01, 9)


def _told(row, cpu):
    return judge(panel_of([row], limit=LIMIT, cpu=[cpu]))[0].verdict


@pytest.mark.parametrize("peak_hour", [0, 3, 6, 21], ids=lambda hour: f"load peaks at {hour}")
def test_load_that_passed_over_a_flat_floor_the_day_before_explains_no_climb_today(peak_hour):
    assert _told(_row(100 + 8 * _up(39)), _loaded(peak_hour)) is Verdict.LEAK


def test_load_as_there_never_was_may_explain_what_there_never_was():
    cpu = _loaded(48, today=3.0)
    assert _told(_row(100 + 300 * np.maximum(cpu - 0.45, 0.0)), cpu) is not Verdict.LEAK

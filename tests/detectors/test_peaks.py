"""What the most of each step tells beside its least, where a source knows both."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.lifetimes import split
from detectors.memory import nonreclaimable, peaks
from tests.support.panels import MIB, hours, noise, panel_of

NAN = np.nan


def _leak(peak_mib=None):
    """4 MiB an hour under a limit of 1 GiB. peak_mib: how far the most of each step is above its least."""
    time = hours(48)
    memory = (300 + 4 * time) * MIB + noise(time.size, MIB)
    panel = panel_of([memory], limit=1024 * MIB)
    return panel if peak_mib is None else replace(panel, peak=panel.rss + peak_mib * MIB)


def _judged(panel):
    (one,) = judge(panel)
    return one


@pytest.mark.parametrize(
    ("peak", "expected"),
    [
        (None, [5, NAN, 5]),
        ([7, 7, 7], [7, NAN, 7]),
        ([3, 7, NAN], [5, NAN, 5]),
    ],
    ids=["one sample a step", "above", "below, of nothing, unknown"],
)
def test_peaks(peak, expected):
    panel = panel_of([[5, NAN, 5]])
    panel = panel if peak is None else replace(panel, peak=np.array([peak], dtype=np.float64))
    np.testing.assert_equal(peaks(panel, nonreclaimable(panel))[0], expected)


def test_peaks_change_neither_verdict_nor_rate():
    with_peaks, without = _judged(_leak(200.0)), _judged(_leak())
    assert with_peaks.verdict is Verdict.LEAK
    assert with_peaks.probability == without.probability
    assert with_peaks.growth_bytes_per_hour == without.growth_bytes_per_hour


def test_memory_runs_out_when_a_peak_reaches_the_limit():
    until, with_peaks = (_judged(_leak(peak)).time_to_limit.p50 for peak in (None, 200.0))
    assert until - with_peaks == pytest.approx(200 / 4 * 3600, rel=0.1)


def test_the_evidence_shows_the_peaks():
    panel = _leak(200.0)
    (row,) = _judged(panel).evidence
    np.testing.assert_array_equal(row.peak, panel.peak[0])
    assert (row.floor <= panel.rss[0]).all()


def test_a_life_whose_peak_touched_the_limit_ended_by_an_oom_kill():
    memory = np.concatenate((np.linspace(100, 500, 60), np.linspace(100, 200, 60))) * MIB
    started = np.repeat([0.0, 60 * 300.0], 60) + 1_700_000_000.0
    panel = panel_of([memory], limit=1000 * MIB, start_time=[started])
    with_peaks = replace(panel, peak=2 * panel.rss)
    assert [split(one, nonreclaimable(one)).killed.tolist() for one in (panel, with_peaks)] == [
        [False, False],
        [True, False],
    ]


def test_absurd_peaks_are_as_good_as_none():
    panel = replace(_leak(), peak=np.full_like(_leak().rss, 2.0**62))
    assert _judged(panel).time_to_limit == _judged(_leak()).time_to_limit

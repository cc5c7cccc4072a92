"""What each method fires on and what it passes over, on both sides of its thresholds."""

import numpy as np
import pymannkendall
import pytest

from bench.methods.coroot import coroot
from bench.methods.deriv import deriv
from bench.methods.least_squares import least_squares
from bench.methods.mann_kendall import mann_kendall
from bench.methods.precog import precog
from bench.methods.predict_linear import predict_linear
from bench.methods.registry import METHODS
from bench.methods.witness import Witness, line, lives, pods
from tests.support.panels import MIB, START, hours, noise, panel_of

MINUTE, TEN_MINUTES = 60.0, 600.0


def _hours(count, step=MINUTE):
    return np.arange(int(count * 3600 / step) + 1) * step / 3600


def _witness(t, value, limit=np.nan):
    return Witness(START + t * 3600, value + 0 * t, limit)


T = _hours(12)


class TestPredictLinear:
    def _fires(self, value, limit):
        return predict_linear(_witness(T, value, limit))

    def test_fires_where_the_line_is_over_the_limit_a_day_later(self):
        assert self._fires((100 + 10 * T) * MIB, limit=459 * MIB)

    def test_is_silent_where_it_stays_just_below(self):
        assert not self._fires((100 + 10 * T) * MIB, limit=461 * MIB)

    def test_looks_at_the_last_six_hours_only(self):
        assert not self._fires((100 + 40 * np.minimum(T, 5.9)) * MIB, limit=400 * MIB)

    def test_is_silent_without_a_limit(self):
        assert not self._fires((100 + 100 * T) * MIB, limit=np.nan)


class TestDeriv:
    @pytest.mark.parametrize(("growth_a_day", "fires"), [(0.12, True), (0.09, False), (-0.2, False)])
    def test_fires_above_a_tenth_of_the_mean_a_day(self, growth_a_day, fires):
        t = _hours(48)
        assert deriv(_witness(t, 100 * MIB * (1 + growth_a_day * (t - 36) / 24))) is fires

    def test_looks_at_the_last_day_only(self):
        t = _hours(48)
        assert not deriv(_witness(t, (100 + 20 * np.minimum(t, 23)) * MIB))


class TestLeastSquares:
    # A line of slope 1 over 12 hours has a variance of 12; noise of that variance times 3/7 leaves an R² of 0.7.
    @pytest.mark.parametrize(("share", "fires"), [(0.9, True), (1.1, False)])
    def test_fires_with_an_r2_above_seven_tenths(self, share, fires):
        around = np.sign(np.sin(2 * np.pi * T * 7)) * np.sqrt(12 * 3 / 7 * share)
        assert least_squares(_witness(T, (100 + T + around) * MIB)) is fires

    def test_is_silent_on_a_fall(self):
        assert not least_squares(_witness(T, (100 - T) * MIB))

    def test_is_silent_on_what_never_changes(self):
        assert not least_squares(_witness(T, 100 * MIB))


@pytest.mark.parametrize(
    "test",
    [pymannkendall.original_test, pymannkendall.hamed_rao_modification_test],
    ids=["plain", "Hamed-Rao"],
)
class TestMannKendall:
    t = _hours(48, TEN_MINUTES)

    @pytest.mark.parametrize(("growth_a_day", "fires"), [(0.06, True), (0.04, False), (-0.2, False)])
    def test_fires_above_a_twentieth_of_the_median_a_day(self, test, growth_a_day, fires):
        value = 100 * MIB * (1 + growth_a_day * (self.t - 24) / 24) + noise(self.t.size, 0.2 * MIB)
        assert mann_kendall(test)(_witness(self.t, value)) is fires

    @pytest.mark.parametrize(("minutes", "fires"), [(70, True), (50, False)])
    def test_fires_in_lives_of_an_hour(self, test, minutes, fires):
        t = _hours(minutes / 60, TEN_MINUTES)
        assert mann_kendall(test)(_witness(t, (100 + 50 * t) * MIB + noise(t.size, 0.1 * MIB))) is fires

    def test_is_silent_on_noise(self, test):
        assert not mann_kendall(test)(_witness(self.t, 100 * MIB + noise(self.t.size, 20 * MIB)))

    def test_is_silent_on_what_never_changes(self, test):
        assert not mann_kendall(test)(_witness(self.t, 100 * MIB))

    def test_counts_time_by_the_clock_through_a_gap(self, test):
        # 4 % in the 24 hours that the series spans, which would be 8 % a day if the gap of 12 hours were closed.
        t = np.concatenate((_hours(6, TEN_MINUTES), 18 + _hours(6, TEN_MINUTES)))
        value = 100 * MIB * (1 + 0.04 * t / 24) + noise(t.size, 0.1 * MIB)
        assert not mann_kendall(test)(_witness(t, value))


def test_only_the_correction_passes_over_a_daily_wave():
    t = _hours(48, TEN_MINUTES)
    wave = _witness(t, (200 - 30 * np.sin(2 * np.pi * t / 24)) * MIB)
    assert mann_kendall(pymannkendall.original_test)(wave)
    assert not mann_kendall(pymannkendall.hamed_rao_modification_test)(wave)


class TestCoroot:
    t = _hours(1)

    def _fires(self, percent_an_hour, limit=np.nan, level=1000.0, t=None):
        t = self.t if t is None else t
        return coroot(_witness(t, level * MIB * (1 + percent_an_hour / 100 * t), limit))

    @pytest.mark.parametrize(("percent", "fires"), [(11, True), (9, False)])
    def test_fires_above_a_tenth_an_hour(self, percent, fires):
        assert self._fires(percent) is fires

    @pytest.mark.parametrize(("limit_mib", "fires"), [(2900, True), (3100, False)])
    def test_fires_from_a_twentieth_of_the_limit_an_hour(self, limit_mib, fires):
        assert self._fires(15, limit=limit_mib * MIB) is fires

    @pytest.mark.parametrize(("level_mib", "fires"), [(260, True), (240, False)])
    def test_fires_from_fifty_mebibytes_an_hour_without_a_limit(self, level_mib, fires):
        assert self._fires(20, level=level_mib) is fires

    @pytest.mark.parametrize(("kept", "fires"), [(50, True), (46, False)])
    def test_fires_with_four_fifths_of_the_samples(self, kept, fires):
        t = np.delete(self.t, np.arange(5, 5 + self.t.size - kept))
        assert self._fires(20, t=t) is fires

    @pytest.mark.parametrize(("tail_slope", "fires"), [(0.5, True), (0.1, False)])
    def test_fires_while_the_last_quarter_goes_on(self, tail_slope, fires):
        value = 1000 * (1 + 0.4 * np.minimum(self.t, 0.75) + 0.4 * tail_slope * np.maximum(self.t - 0.75, 0))
        assert coroot(_witness(self.t, value * MIB)) is fires

    @pytest.mark.parametrize(("left", "fires"), [(0.4, True), (0.6, False)])
    def test_begins_anew_where_memory_falls_by_half(self, left, fires):
        value = 1000 * (1 + 0.4 * self.t) * np.where(self.t < 0.5, 1.0, left)
        assert coroot(_witness(self.t, value * MIB)) is fires

    def test_is_silent_when_each_piece_is_shorter_than_a_third(self):
        value = (1000 + 400 * self.t) * np.array([1.0, 0.4, 0.1, 0.02])[np.minimum((self.t * 4).astype(int), 3)]
        assert not coroot(_witness(self.t, value * MIB))


class TestPrecog:
    t = _hours(48)
    limit = 1000 * MIB

    def _fires(self, value, limit=None):
        value = value + noise(self.t.size, 0.1 * MIB)
        return precog(_witness(self.t, value, self.limit if limit is None else limit))

    # At the end it stands at 100 + 48 * rate MiB, and the limit is 168 hours away.
    @pytest.mark.parametrize(("mib_an_hour", "fires"), [(4.3, True), (4.0, False)])
    def test_fires_where_the_limit_is_reached_within_a_week(self, mib_an_hour, fires):
        assert self._fires((100 + mib_an_hour * self.t) * MIB) is fires

    @pytest.mark.parametrize(("since_hours", "fires"), [(8, True), (4, False)])
    def test_fires_on_a_rise_since_a_change_six_hours_ago(self, since_hours, fires):
        since = np.maximum(self.t - (48 - since_hours), 0)
        value = (100 - 60 * (since > 0) + 10 * since) * MIB
        assert self._fires(value) is fires

    # A line of slope 5 over 48 hours has a variance of 4800; a daily swing of amplitude a has one of a² / 2.
    @pytest.mark.parametrize(("amplitude_mib", "fires"), [(30, True), (70, False)])
    def test_fires_with_an_r2_above_four_fifths(self, amplitude_mib, fires):
        assert self._fires((200 + 5 * self.t + amplitude_mib * np.sin(2 * np.pi * self.t / 8)) * MIB) is fires

    def test_takes_a_rise_for_normal_that_was_there_before_and_ended(self):
        # The second is less steep and not as long as the first.
        assert not self._fires((100 + np.where(self.t < 26, 6 * self.t, 5.5 * (self.t - 26))) * MIB)

    def test_fires_on_one_steeper_than_before(self):
        assert self._fires((100 + np.where(self.t < 26, 6 * self.t, 9 * (self.t - 26))) * MIB)

    def test_is_silent_without_a_limit(self):
        assert not self._fires((100 + 20 * self.t) * MIB, limit=np.nan)

    def test_is_silent_on_a_flat_series(self):
        assert not self._fires(0 * self.t + 900 * MIB)


class TestWitnesses:
    t = hours(12)

    def _panel(self):
        ended = np.where(self.t < 11, 100.0, np.nan)
        fresh = np.where(self.t < 11.6, 100.0, np.nan)
        return panel_of([ended, fresh, 100 + 0 * self.t], subject=[0, 0, 1])

    def test_pods_are_those_with_a_sample_in_the_last_half_hour(self):
        panel = self._panel()
        assert [one.subject for one in pods(panel, panel.rss)] == [0, 1]

    def test_lives_begin_at_the_last_start_of_the_container(self):
        starts = START + np.where(self.t < 5, -3600.0, 5 * 3600.0)
        panel = panel_of([100 + self.t], start_time=[starts])
        (life,) = lives(panel, panel.rss)
        assert life.times[0] == START + 5 * 3600
        assert life.times[-1] == panel.grid.end

    def test_a_pod_without_samples_is_no_witness(self):
        panel = panel_of([np.full(self.t.size, np.nan)])
        assert list(pods(panel, panel.rss)) == list(lives(panel, panel.rss)) == []

    def test_a_line_through_one_sample_is_flat(self):
        assert line(np.array([START]), np.array([5.0])) == (0.0, 5.0, 0.0)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
class TestEveryMethod:
    def test_flags_a_workload_by_the_one_pod_of_it_that_leaks(self, method):
        t = _hours(48, method.step_seconds)
        # An hour-long window needs a fast one, the longer ones a straight one.
        leaking = (100 + 1500 * np.maximum(t - 47, 0) + 20 * t) * MIB
        straight = (100 + 20 * t) * MIB
        flat = 100 * MIB + 0 * t
        rows = [flat + noise(t.size, MIB, seed=seed) for seed in range(3)]
        rows[1] = (leaking if "Coroot" in method.name else straight) + noise(t.size, MIB)
        panel = panel_of(rows, step=method.step_seconds, limit=1500 * MIB, subject=[0, 1, 1])
        assert method.flags(panel).tolist() == [False, True]

    def test_is_silent_on_a_workload_that_is_gone(self, method):
        t = _hours(48, method.step_seconds)
        value = np.where(t < 40, (100 + 20 * t) * MIB, np.nan)
        assert method.flags(panel_of([value], step=method.step_seconds, limit=1000 * MIB)).tolist() == [False]

    def test_is_silent_without_a_sample(self, method):
        t = _hours(48, method.step_seconds)
        panel = panel_of([np.full(t.size, np.nan)], step=method.step_seconds)
        assert method.flags(panel).tolist() == [False]

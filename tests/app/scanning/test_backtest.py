"""A backtest says what scans at those times said, and says what it could not see."""

import json

import numpy as np
import pytest

from app.domain.lifecycle import IncidentPolicy
from app.domain.severity import SeverityPolicy
from app.errors import SourceUnreachable, UsageError
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Control, ScanRequest
from app.scanning.backtest import Policies, backtest
from app.scanning.backtest_service import Asked, perform_backtest, read_labels
from app.scanning.moments import Moments
from app.scanning.service import make_perform
from app.settings import load_settings
from detectors.judgement import Verdict
from detectors.options import Options
from tests.support.panels import MIB, noise
from tests.support.sources import FakeSource

HOUR = 3600.0
DEMO = demo_recording()
POLICIES = Policies(SeverityPolicy(86_400, 259_200), IncidentPolicy(86_400, 3, 21_600), Options())


@pytest.mark.parametrize(
    ("lookback", "every", "end"),
    [("48h", 3 * HOUR, None), ("12h", 5 * HOUR, None), ("24h", 4500.0, 1700100000.0), ("10h", 7 * HOUR, 1700099999.0)],
)
def test_each_scan_of_the_demo_said_the_same(lookback, every, end):
    settings = load_settings(recording=DEMO, lookback=lookback)
    report = perform_backtest(settings, Asked(24 * HOUR, every, end), Control())
    assert report.scans == 1 + 24 * HOUR // every
    last = report.window.end
    for number in range(0, report.scans, 2):
        at = last - (report.scans - 1 - number) * every
        scan = make_perform(settings, at)(Control())
        backtested = {one.identity: one.verdicts[number] for one in report.courses if one.verdicts[number] is not None}
        assert backtested == {one.identity: one.verdict for one in scan.findings}, number


def test_the_last_probability_and_severity_are_the_last_scans():
    settings = load_settings(recording=DEMO)
    report = perform_backtest(settings, Asked(6 * HOUR, HOUR), Control())
    told = {one.identity: one for one in report.courses}
    for finding in make_perform(settings)(Control()).findings:
        if finding.verdict is Verdict.LEAK:
            assert told[finding.identity].probability == finding.probability


def test_oom_kills_are_those_of_the_period_alone():
    settings = load_settings(recording=DEMO)
    labels = json.loads(DEMO.with_suffix(".labels.json").read_text())
    whole = perform_backtest(settings, Asked(29 * HOUR, HOUR), Control())
    late = perform_backtest(settings, Asked(6 * HOUR, HOUR), Control())
    assert whole.summary.oom_kills == sum(label["oom_kills"] for label in labels.values())
    assert all(kill.at >= late.period.start for one in late.courses for kill in one.oom_kills)
    assert 0 < late.summary.oom_kills < whole.summary.oom_kills


def _backtest(source, **more):
    moments = Moments(1_700_000_100.0, HOUR, 25, 24 * HOUR, 300.0)
    request = ScanRequest(moments.begin, moments.last, 300.0, **more)
    return backtest(source, request, moments, POLICIES, Control(), moments.last)


_T = np.arange(577) / 12
_FLAT = 100 * MIB + noise(_T.size, 0.2 * MIB)
_LEAK = _FLAT + 2 * MIB * _T


def test_what_cannot_be_read_is_said_and_the_rest_is_judged():
    report = _backtest(FakeSource({"a": _FLAT, "b": SourceUnreachable("cut"), "c": _LEAK}))
    assert [one.identity.workload for one in report.courses] == ["a", "c"]
    assert (report.complete, [problem.code for problem in report.problems]) == (False, ["batch_unread"])


def test_a_server_that_is_down_ends_it():
    down = SourceUnreachable("cut")
    with pytest.raises(SourceUnreachable):
        _backtest(FakeSource({"a": _FLAT, "b": down, "c": down, "d": _LEAK}))


def test_the_past_is_asked_for_once_and_for_suspects_alone():
    source = FakeSource({"a": _FLAT, "c": _LEAK})
    _backtest(source, history_seconds=86_400.0)
    assert source.asked_history == ["c"]


def test_a_past_that_cannot_be_read_is_said():
    report = _backtest(FakeSource({"c": _LEAK}, past=SourceUnreachable("cut")), history_seconds=86_400.0)
    assert [problem.code for problem in report.problems] == ["history_unread"]
    assert report.courses[0].spans


def test_a_scan_that_is_told_to_stop_stops():
    control = Control()
    seen = []
    control.progress = lambda done, total: seen.append((done, total))
    moments = Moments(1_700_000_100.0, HOUR, 25, 24 * HOUR, 300.0)
    request = ScanRequest(moments.begin, moments.last, 300.0)
    backtest(FakeSource({"a": _FLAT, "b": _FLAT}), request, moments, POLICIES, control, 0.0)
    assert seen == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("asked", "settings", "words"),
    [
        (Asked(1800.0, HOUR), {}, "--since: 30m is shorter than --every 1h"),
        (Asked(86_400.0, 60.0), {}, "--every: 1m is finer than the step of 5m"),
        (Asked(86_400.0 * 300, 60.0), {"step": "15s", "lookback": "6h"}, "--every"),
        (Asked(86_400.0 * 300, HOUR), {"step": "15s", "lookback": "6h"}, "--since"),
        (Asked(6 * HOUR, HOUR, 1700003000.0), {}, "--recording: it holds"),
        (Asked(48 * HOUR, 40 * HOUR), {}, "--recording: it holds 1d 5h before its end"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(asked, settings, words):
    with pytest.raises(UsageError, match=words) as refused:
        perform_backtest(load_settings(recording=DEMO, **settings), asked, Control())
    assert refused.value.hint


def test_a_recording_that_is_shorter_than_asked_is_used_as_far_as_it_goes():
    report = perform_backtest(load_settings(recording=DEMO), Asked(7 * 86_400.0, HOUR), Control())
    assert report.scans == 30
    assert [one.code for one in report.problems] == ["recording_shorter_than_since", "windows_cut_short"]


def test_labels(tmp_path):
    file = tmp_path / "labels.json"
    file.write_text('{"shop/cart": {"leak": true, "note": "x"}, "shop/front-end": {"leak": false}}')
    assert read_labels(file) == {("shop", "cart"): True, ("shop", "front-end"): False}
    assert len(read_labels(DEMO.with_suffix(".labels.json"))) == 23


def test_labels_may_name_the_workload_themselves_and_leave_it_open(tmp_path):
    file = tmp_path / "labels.json"
    named = '"namespace": "shop", "workload": "cart", "leak": true'
    file.write_text(f'{{"slow/0": {{{named}}}, "shop/open": {{"leak": true, "ambiguous": true}}}}')
    assert read_labels(file) == {("shop", "cart"): True}


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", '{"cart": {"leak": true}}', '{"shop/cart": true}', '{"a/b": {"leak": 1}}'),
        '{"a/b": {"leak": true, "namespace": 1}}',
    ],
)
def test_labels_that_are_none(tmp_path, text):
    file = tmp_path / "labels.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="--labels"):
        read_labels(file)


def test_labels_that_are_not_there(tmp_path):
    with pytest.raises(UsageError, match="--labels: cannot read"):
        read_labels(tmp_path / "none.json")

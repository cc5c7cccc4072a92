"""One scan, from a source to a report."""

import threading
import time

import numpy as np
import pytest

from app.domain.scan import Problem
from app.domain.severity import SeverityPolicy
from app.errors import ScanAbandoned, SourceOverloaded, SourceRefused, SourceUnreachable
from app.prometheus.source import Control, ScanRequest
from app.scanning.scan import scan
from detectors.judgement import Verdict
from detectors.options import Options
from tests.support.panels import MIB, noise
from tests.support.sources import FakeSource

END = 1_800_000_000.0
REQUEST = ScanRequest(END - 48 * 3600, END, 300.0, history_seconds=604_800.0)
STEPS = REQUEST.grid.steps
T = np.arange(STEPS) / 12.0
LEAK = 100 * MIB + 3 * MIB * T + noise(STEPS, MIB)
FLAT = 100 * MIB + noise(STEPS, MIB)
BUSY = SourceOverloaded("busy")


POLICY = SeverityPolicy(86_400.0, 259_200.0)


def _scan(source, control=None):
    return scan(source, REQUEST, POLICY, Options(), control or Control(), END)


def _verdicts(report):
    return {one.workload.name: one.verdict for one in report.findings}


def test_a_whole_scan():
    report = _scan(FakeSource({"cart": LEAK, "web": FLAT}))
    assert _verdicts(report) == {"cart": Verdict.LEAK, "web": Verdict.HEALTHY}
    assert (report.complete, report.containers, report.workloads, report.problems) == (True, 2, 2, ())
    assert {identity.workload for identity in report.seen} == {"cart", "web"}


def test_progress_is_told():
    told = []
    _scan(FakeSource({"cart": LEAK, "web": FLAT}), Control(progress=lambda done, total: told.append((done, total))))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_one_batch_that_cannot_be_read_leaves_the_others_and_makes_the_scan_incomplete():
    report = _scan(FakeSource({"cart": LEAK, "gone": BUSY, "web": FLAT}))
    assert _verdicts(report) == {"cart": Verdict.LEAK, "web": Verdict.HEALTHY}
    assert not report.complete
    assert report.problems[0].code == "batch_unread"


def test_two_in_a_row_end_the_scan():
    with pytest.raises(SourceOverloaded):
        _scan(FakeSource({"cart": LEAK, "a": BUSY, "b": BUSY, "web": FLAT}))


def test_two_apart_do_not():
    report = _scan(FakeSource({"a": BUSY, "cart": LEAK, "b": BUSY, "web": FLAT}))
    assert set(_verdicts(report)) == {"cart", "web"}


@pytest.mark.parametrize("error", [SourceRefused("401"), SourceUnreachable("down")], ids=["refused", "the only one"])
def test_what_cannot_get_better_ends_the_scan(error):
    memory = {"a": error, "b": FLAT} if isinstance(error, SourceRefused) else {"a": error}
    with pytest.raises(type(error)):
        _scan(FakeSource(memory))


def test_a_workload_read_in_part_is_said_to_be():
    report = _scan(FakeSource({"web": FLAT}, unread=frozenset({"web"})))
    assert (report.complete, report.findings[0].fully_read) == (False, False)


def test_a_source_that_lags_makes_the_scan_incomplete():
    report = _scan(FakeSource({"web": np.where(T < 40, FLAT, np.nan)}))
    assert (report.complete, report.problems[0].code) == (False, "source_lags")


def test_pods_that_run_unseen_are_said():
    """Without kube-state-metrics: one of two pods ended, and none took its place."""
    assert _scan(FakeSource({"web": FLAT, "gone": np.where(T < 46, FLAT, np.nan)})).problems[0].code == "silent_pods"


def test_only_what_seems_to_leak_is_looked_up_further_back():
    source = FakeSource({"cart": LEAK, "web": FLAT})
    _scan(source)
    assert source.asked_history == ["cart"]


def test_a_past_that_cannot_be_read_is_a_problem_and_no_acquittal():
    report = _scan(FakeSource({"cart": LEAK}, past=BUSY))
    assert _verdicts(report) == {"cart": Verdict.LEAK}
    assert report.problems[0].code == "history_unread"


def test_warnings_of_the_server_are_kept():
    warning = Problem("server_warning", "store a is down")
    assert _scan(FakeSource({"web": FLAT}, problems=(warning,))).problems == (warning,)


def test_a_scan_that_is_told_to_stop_stops():
    control = Control()
    control.cancelled.set()
    with pytest.raises(ScanAbandoned, match="stopped"):
        _scan(FakeSource({"web": FLAT}), control)


def test_a_scan_that_runs_out_of_time_stops():
    with pytest.raises(ScanAbandoned, match="ran out of time"):
        _scan(FakeSource({"web": FLAT}), Control(deadline=time.monotonic() - 1))


class ToldSource(FakeSource):
    """Says when its second batch is asked for, and which have been."""

    def __init__(self, memory):
        super().__init__(memory)
        self.asked, self.second = [], threading.Event()

    def read(self, plan, batch, control):
        self.asked.append(batch.containers[0].workload.name)
        if len(self.asked) == 2:
            self.second.set()
        return super().read(plan, batch, control)


def test_the_next_batch_is_read_while_one_is_judged_and_no_more_than_that():
    source, meanwhile = ToldSource({"a": FLAT, "b": FLAT, "c": FLAT}), []

    def watch(batch, reading, judgements):
        assert source.second.wait(30)
        meanwhile.append(list(source.asked))

    scan(source, REQUEST, POLICY, Options(), Control(), END, watch=watch)
    assert meanwhile[0] == ["a", "b"]
    assert source.asked == ["a", "b", "c"]


def test_evidence_is_thinned():
    evidence = _scan(FakeSource({"cart": LEAK})).findings[0].evidence
    assert len(evidence.times) <= 240
    assert len(evidence.pods[0].floor) == len(evidence.times)

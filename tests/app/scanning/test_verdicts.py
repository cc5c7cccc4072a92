"""What scans think of workloads is kept, in a real database of each kind."""

from dataclasses import replace

import pytest

from app.domain.workload import WorkloadFilter
from app.errors import NotFound, ScanAbandoned
from app.scanning.verdicts import VerdictRecorder
from app.services.workloads import WorkloadService
from detectors.judgement import Verdict
from tests.support.findings import NOW, finding, report

LEAK, HEALTHY = finding(), finding(verdict=Verdict.HEALTHY)
MINUTE = 60.0


def _record(engine, *findings, at=NOW, scan_id=1, guard=lambda session: None):
    VerdictRecorder(engine, scan_id, guard).record(report(*findings, end=at))


def _history(engine, of=LEAK):
    """(minutes, verdict) of each line, the oldest first."""
    past = WorkloadService(engine).one(of.fingerprint, None, 100).history
    return [((one.at - NOW) / MINUTE, one.verdict.value) for one in reversed(past)]


def _latest(engine, of=LEAK):
    return WorkloadService(engine).one(of.fingerprint, None, 1).workload


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_kept_with_its_figures(engine, verdict):
    one = finding(verdict=verdict)
    _record(engine, one, scan_id=7)
    kept = _latest(engine, one)
    assert (kept.verdict, kept.probability, kept.scan_id) == (verdict, one.probability, 7)
    assert (kept.identity, kept.judged_at) == (one.identity, NOW)
    assert kept.finding["pods"] == {"observed": 9, "leaking": 7}
    assert _history(engine, one) == [(0, verdict.value)]


def test_a_change_is_told_at_once(engine):
    for minutes, one in ((0, HEALTHY), (5, LEAK), (10, HEALTHY)):
        _record(engine, one, at=NOW + minutes * MINUTE)
    assert _history(engine) == [(0, "healthy"), (5, "leak"), (10, "healthy")]
    assert _latest(engine).verdict is Verdict.HEALTHY


def test_what_stays_is_told_once_an_hour_but_known_at_once(engine):
    for minutes in range(0, 130, 5):
        _record(engine, replace(LEAK, growth_bytes_per_hour=float(minutes)), at=NOW + minutes * MINUTE)
    assert [minutes for minutes, _ in _history(engine)] == [0, 60, 120]
    assert (_latest(engine).growth_bytes_per_hour, _latest(engine).judged_at) == (125.0, NOW + 125 * MINUTE)


def test_an_older_window_changes_nothing(engine):
    _record(engine, LEAK)
    _record(engine, HEALTHY, at=NOW - 5 * MINUTE, scan_id=2)
    assert _history(engine) == [(0, "leak")]
    assert _latest(engine).scan_id == 1


def test_the_same_window_again_tells_nothing_twice(engine):
    _record(engine, LEAK)
    _record(engine, LEAK, scan_id=2)
    assert _history(engine) == [(0, "leak")]


def test_what_is_no_longer_seen_keeps_its_last_verdict(engine):
    _record(engine, LEAK)
    _record(engine, finding("mail"), at=NOW + 60 * MINUTE)
    assert _latest(engine).judged_at == NOW


def test_workloads_that_differ_in_one_name_stay_apart(engine):
    _record(engine, LEAK, finding(container="sidecar"), finding(namespace="data"), finding(cluster="eu-1"))
    assert len(WorkloadService(engine).page(WorkloadFilter(), None, 10).workloads) == 4


def test_more_than_fit_in_a_transaction(engine):
    transactions = []
    _record(engine, *(finding(f"w{number}") for number in range(1201)), guard=transactions.append)
    assert WorkloadService(engine).page(WorkloadFilter(), None, 10).counts["leak"] == 1201
    assert len(transactions) == 3


def test_a_scan_that_lost_its_lease_writes_nothing_more(engine):
    calls = []

    def guard(session):
        calls.append(1)
        if len(calls) == 2:
            raise ScanAbandoned("another scan has taken over")

    with pytest.raises(ScanAbandoned):
        _record(engine, *(finding(f"w{number}") for number in range(1201)), guard=guard)
    assert WorkloadService(engine).page(WorkloadFilter(), None, 10).counts["leak"] == 500


def test_one_that_was_never_scanned(engine):
    with pytest.raises(NotFound, match="0123456789abcdef"):
        WorkloadService(engine).one("0123456789abcdef", None, 10)

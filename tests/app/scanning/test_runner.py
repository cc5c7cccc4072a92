"""One scan at a time, from its first line in the database to its last."""

import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from app.domain.cost import Cost
from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import ScanState
from app.errors import ScanAbandoned, ScanInProgress, SourceUnreachable
from app.prometheus.source import Control
from app.scanning import runner as runner_module
from app.scanning.lease import here, take_lease
from app.scanning.runner import ScanRunner
from app.storage import leases, scans
from app.storage.engine import reading, transaction
from detectors.judgement import Verdict
from tests.support.findings import NOW, finding, report
from tests.support.kept import all_incidents

POLICY = IncidentPolicy(3600.0, 2, 7200.0)


def _runner(engine, perform, seen=None):
    observe = (
        (lambda scan_id, outcome, scan: seen.append((outcome.state, scan is not None))) if seen is not None else None
    )
    return ScanRunner(engine, POLICY, perform, *([observe] if observe else []))


def _scan(engine, scan_id):
    with reading(engine) as session:
        return scans.get(session, scan_id)


def _raise(error):
    def perform(control):
        raise error

    return perform


def test_a_good_scan(engine):
    seen = []
    active = _runner(engine, lambda control: report(finding()), seen).begin("cli", Control())
    assert _scan(engine, active.id).state is ScanState.RUNNING
    active.execute()
    scan = _scan(engine, active.id)
    assert (scan.state, scan.trigger, scan.leaks, scan.complete) == (ScanState.SUCCEEDED, "cli", 1, True)
    assert scan.summary["containers"] == 1
    assert scan.cost == {"queries": 5, "samples": 2000, "bytes": 30_000, "seconds": 0.4}
    assert seen == [(ScanState.SUCCEEDED, True)]
    assert len(all_incidents(engine)) == 1


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (SourceUnreachable("no connection", "is it up?"), ScanState.FAILED, "no connection; is it up?"),
        (ScanAbandoned("the scan was stopped"), ScanState.ABANDONED, "the scan was stopped"),
        (ZeroDivisionError("secret detail"), ScanState.FAILED, "internal error: ZeroDivisionError"),
        (KeyboardInterrupt(), ScanState.ABANDONED, "it was interrupted"),
    ],
    ids=["the source fails", "told to stop", "a fault of ours", "Ctrl-C"],
)
def test_a_scan_that_fails_says_why_and_leaves_incidents_alone(engine, error, state, says):
    seen = []
    _runner(engine, lambda control: report(finding())).begin("cli", Control()).execute()
    active = _runner(engine, _raise(error), seen).begin("cli", Control())
    with pytest.raises(type(error)):
        active.execute()
    assert (_scan(engine, active.id).state, _scan(engine, active.id).error) == (state, says)
    assert seen == [(state, False)]
    assert [one.standing.state.value for one in all_incidents(engine)] == ["open"]


def test_what_a_scan_that_fails_cost_is_kept(engine):
    def perform(control):
        control.cost.add(Cost(3, 40, 500, 0.1234))
        raise SourceUnreachable("gone")

    active = _runner(engine, perform).begin("cli", Control())
    with pytest.raises(SourceUnreachable):
        active.execute()
    assert _scan(engine, active.id).cost == {"queries": 3, "samples": 40, "bytes": 500, "seconds": 0.123}


def test_the_next_scan_may_begin_after_a_failure(engine):
    with pytest.raises(SourceUnreachable):
        _runner(engine, _raise(SourceUnreachable("x"))).begin("cli", Control()).execute()
    _runner(engine, lambda control: report()).begin("cli", Control()).execute()


def test_there_is_never_more_than_one(engine):
    runner = _runner(engine, lambda control: report())
    active = runner.begin("schedule", Control())
    with pytest.raises(ScanInProgress):
        runner.begin("api", Control())
    active.execute()
    runner.begin("api", Control()).execute()


def test_a_scan_begins_when_it_has_the_lease_and_not_when_it_asks(engine, monkeypatch):
    had = []

    def take(*arguments):
        lease = take_lease(*arguments)
        had.append(time.time())
        return lease

    monkeypatch.setattr(runner_module, "take_lease", take)
    active = _runner(engine, lambda control: report()).begin("cli", Control())
    assert _scan(engine, active.id).started_at >= had[0] - 1e-6  # the database keeps microseconds
    active.execute()


def test_one_that_crashed_is_written_off_by_the_next(engine):
    runner = _runner(engine, lambda control: report())
    crashed = runner.begin("schedule", Control())
    with transaction(engine) as session:
        leases.let_go(session, "scan", crashed.lease.token)
    runner.begin("schedule", Control()).execute()
    assert _scan(engine, crashed.id).state is ScanState.ABANDONED
    crashed.abandon("cleanup")


def test_one_whose_lease_was_taken_over_writes_nothing(engine):
    runner = _runner(engine, lambda control: report(finding()))
    late = runner.begin("schedule", Control())
    with transaction(engine) as session:
        leases.let_go(session, "scan", late.lease.token)
        leases.take(session, "scan", "another", time.time(), 60.0)
    with pytest.raises(ScanAbandoned, match="taken over"):
        late.execute()
    assert all_incidents(engine) == []
    assert _scan(engine, late.id).state is ScanState.ABANDONED


def test_what_is_abandoned_stays_abandoned(engine):
    seen = []
    active = _runner(engine, lambda control: report(finding()), seen).begin("schedule", Control())
    active.abandon("the service was stopped")
    with pytest.raises(ScanAbandoned):
        active.execute()
    assert _scan(engine, active.id).error == "the service was stopped"
    assert seen == [(ScanState.ABANDONED, False)]
    assert all_incidents(engine) == []


def test_a_partial_scan_opens_but_does_not_close(engine):
    healthy = finding(verdict=Verdict.HEALTHY)
    _runner(engine, lambda control: report(finding())).begin("cli", Control()).execute()
    for later in (600.0, 1200.0, 1800.0):
        partial = report(healthy, finding("web"), complete=False, end=NOW + later)
        _runner(engine, lambda control, scan=partial: scan).begin("cli", Control()).execute()
    assert {one.identity.workload: one.standing.state.value for one in all_incidents(engine)} == {
        "cart": "open",
        "web": "open",
    }


def test_one_that_was_killed_holds_nobody_up(engine):
    runner = _runner(engine, lambda control: report())
    killed = runner.begin("cli", Control())
    killed.lease.stop_renewing()
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    with engine.begin() as connection:
        holder = f"{here()}/{int(gone.stdout)}/12345"
        connection.execute(sa.text("UPDATE leases SET holder = :holder"), {"holder": holder})
    runner.begin("cli", Control()).execute()
    assert _scan(engine, killed.id).state is ScanState.ABANDONED


def test_one_on_another_host_is_waited_for(engine):
    runner = _runner(engine, lambda control: report())
    other = runner.begin("cli", Control())
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE leases SET holder = 'elsewhere/boot/namespace/1/1'"))
    with pytest.raises(ScanInProgress):
        runner.begin("cli", Control())
    other.abandon("cleanup")


def test_an_end_that_cannot_be_written_lets_the_lease_run_out(engine):
    active = _runner(engine, lambda control: report()).begin("cli", Control())
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE scans RENAME TO away"))
    active.execute()
    assert active.lease._stop.is_set()

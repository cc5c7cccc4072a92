"""Scans by the clock."""

import contextlib
import itertools
import threading

import pytest
from structlog.testing import capture_logs

from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import ScanProgress, ScanState
from app.errors import ScanAbandoned, ScanInProgress, ScanNotDue
from app.prometheus.source import Control
from app.scanning import lease as lease_module
from app.scanning import schedule as schedule_module
from app.scanning.runner import ScanRunner
from app.scanning.schedule import ScanSchedule
from app.storage import leases, scans
from app.storage.engine import reading, transaction
from tests.support.findings import report
from tests.support.servers import wait_until

POLICY = IncidentPolicy(3600.0, 2, 7200.0)


@contextlib.contextmanager
def _running(engine, perform, **options):
    runner = ScanRunner(engine, POLICY, perform)
    schedule = ScanSchedule(
        runner, **({"interval": 600.0, "jitter": 0.0, "time_limit": 60.0, "on_start": True} | options)
    )
    schedule.start()
    try:
        yield schedule
    finally:
        schedule.stop()


def _scans(engine):
    with reading(engine) as session:
        return scans.page(session, None, 100, None)


def _ended(engine, count):
    return wait_until(lambda: sum(one.state is ScanState.SUCCEEDED for one in _scans(engine)) >= count, "scans ended")


def test_scans_at_once_when_told_to(sqlite_engine):
    with _running(sqlite_engine, lambda control: report()):
        _ended(sqlite_engine, 1)
    assert _scans(sqlite_engine)[0].trigger == "schedule"


def test_scans_again_and_again(sqlite_engine):
    with _running(sqlite_engine, lambda control: report(), interval=0.05):
        _ended(sqlite_engine, 3)


def test_does_not_scan_at_once_when_told_not_to(sqlite_engine):
    with _running(sqlite_engine, lambda control: report(), on_start=False, interval=3600.0) as schedule:
        schedule._look()
    assert _scans(sqlite_engine) == []


def test_missed_ones_are_not_piled_up(sqlite_engine):
    release, begun = threading.Event(), []

    def perform(control):
        begun.append(1)
        assert release.wait(30)
        return report()

    with capture_logs() as lines, _running(sqlite_engine, perform, interval=0.05) as schedule:
        wait_until(lambda: any("skipped" in line["event"] for line in lines), "a scan was due meanwhile")
        for _ in range(5):
            schedule._look()
        assert len(begun) == 1
        assert sum("skipped" in line["event"] for line in lines) == 1
        release.set()
        _ended(sqlite_engine, 1)


def test_on_demand_while_one_runs_is_refused(sqlite_engine):
    release = threading.Event()
    with _running(sqlite_engine, lambda control: release.wait(30) and report(), on_start=False) as schedule:
        schedule.begin_now("api")
        with pytest.raises(ScanInProgress):
            schedule.begin_now("api")
        release.set()
        _ended(sqlite_engine, 1)


def test_a_scan_has_a_time_limit(sqlite_engine):
    def perform(control):
        control.wait(30)
        return report()

    with _running(sqlite_engine, perform, time_limit=0.05):
        wait_until(lambda: _scans(sqlite_engine) and _scans(sqlite_engine)[0].finished_at, "the scan has ended")
    assert _scans(sqlite_engine)[0].state is ScanState.ABANDONED
    assert "ran out of time" in _scans(sqlite_engine)[0].error


def test_stopping_ends_a_scan_that_listens(sqlite_engine):
    started = threading.Event()

    def perform(control):
        started.set()
        control.wait(30)
        return report()

    with _running(sqlite_engine, perform) as schedule:
        assert started.wait(30)
        assert schedule.stop()
    assert _scans(sqlite_engine)[0].state is ScanState.ABANDONED


def test_stopping_writes_off_a_scan_that_hangs(sqlite_engine, monkeypatch):
    monkeypatch.setattr(schedule_module, "_GRACE_SECONDS", 0.05)
    started, release = threading.Event(), threading.Event()

    def perform(control):
        started.set()
        assert release.wait(30)
        return report()

    with _running(sqlite_engine, perform) as schedule:
        assert started.wait(30)
        assert not schedule.stop()
        assert _scans(sqlite_engine)[0].error == "the service was stopped"
        release.set()
        wait_until(lambda: not schedule._thread.is_alive(), "the scan's thread has ended")
    assert _scans(sqlite_engine)[0].state is ScanState.ABANDONED


def test_a_database_that_fails_does_not_end_the_schedule(sqlite_engine):
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE leases RENAME TO away")
    with capture_logs() as lines, _running(sqlite_engine, lambda control: report(), interval=0.05):
        wait_until(lambda: any("could not begin" in line["event"] for line in lines), "a scan could not begin")
        with sqlite_engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO leases")
        _ended(sqlite_engine, 1)


def test_once_stopped_nothing_begins(sqlite_engine):
    with _running(sqlite_engine, lambda control: report(), on_start=False) as schedule:
        assert schedule.stop()
        with pytest.raises(ScanAbandoned):
            schedule.begin_now("api")
    assert _scans(sqlite_engine) == []


def test_the_next_may_begin_as_soon_as_one_is_said_to_have_ended(sqlite_engine):
    with _running(sqlite_engine, lambda control: report(), on_start=False) as schedule:
        for count in range(1, 20):
            schedule.begin_now("api")
            _ended(sqlite_engine, count)


def _starts(engine):
    return sorted(one.started_at for one in _scans(engine))


def test_two_that_share_a_database_scan_once_an_interval(engine):
    """By turns or not: what counts is when the last one began, whoever did it."""
    with (
        _running(engine, lambda control: report(), interval=0.4),
        _running(engine, lambda control: report(), interval=0.4),
    ):
        _ended(engine, 5)
    assert min(later - one for one, later in itertools.pairwise(_starts(engine))) >= 0.4


def test_one_that_starts_within_the_interval_waits_for_its_end(sqlite_engine):
    with _running(sqlite_engine, lambda control: report()):
        _ended(sqlite_engine, 1)
    with _running(sqlite_engine, lambda control: report()) as schedule:
        schedule._look()
    assert len(_scans(sqlite_engine)) == 1


def test_a_start_that_is_still_to_come_holds_nothing_up(sqlite_engine):
    with _running(sqlite_engine, lambda control: report()):
        _ended(sqlite_engine, 1)
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE scans SET started_at = '2100-01-01 00:00:00'")
    with _running(sqlite_engine, lambda control: report()):
        _ended(sqlite_engine, 2)


def test_what_another_left_undone_is_made_up_for_before_it_is_due(engine):
    with _running(engine, lambda control: report()):
        _ended(engine, 1)
    dead = ScanRunner(engine, POLICY, lambda control: report()).begin("schedule", Control())
    dead.lease.stop_renewing()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE leases SET holder = 'elsewhere/boot/namespace/1/1'")
    with _running(engine, lambda control: report()) as schedule:
        schedule._look()
        assert len(_scans(engine)) == 2
        with transaction(engine) as session:
            leases.let_go(session, "scan", dead.lease.token)
        _ended(engine, 2)
    assert [one.state for one in _scans(engine)] == [ScanState.SUCCEEDED, ScanState.ABANDONED, ScanState.SUCCEEDED]


def test_another_takes_over_within_a_minute():
    assert lease_module.SECONDS + 2 * schedule_module.LOOK_EVERY_SECONDS < 60


def test_two_whose_turn_it_is_at_once_scan_once(engine):
    """Both have seen that a scan is due; one has had its scan by the time the other has the lease."""
    options = {"interval": 600.0, "jitter": 0.0, "time_limit": 60.0, "on_start": True}
    runner = ScanRunner(engine, POLICY, lambda control: report())
    one, other = ScanSchedule(runner, **options), ScanSchedule(runner, **options)
    assert one._is_worth_a_try()
    assert other._is_worth_a_try()
    one.begin_now("schedule", one._is_due)
    _ended(engine, 1)
    with pytest.raises(ScanNotDue):
        other.begin_now("schedule", other._is_due)
    assert len(_scans(engine)) == 1


def test_it_tells_how_far_a_running_scan_has_come(sqlite_engine):
    release = threading.Event()

    def perform(control):
        control.progress(210, 4200)
        assert release.wait(30)
        return report()

    with _running(sqlite_engine, perform, on_start=False) as schedule:
        assert schedule.progress is None
        number = schedule.begin_now("api")
        wait_until(lambda: schedule.progress == ScanProgress(number, 210, 4200), "it has said so")
        release.set()
        wait_until(lambda: schedule.progress is None, "it has ended")

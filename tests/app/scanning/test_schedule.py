"""Scans by the clock."""

import contextlib
import threading
import time

import pytest
from structlog.testing import capture_logs

from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import ScanState
from app.errors import ScanAbandoned, ScanInProgress
from app.scanning import schedule as schedule_module
from app.scanning.runner import ScanRunner
from app.scanning.schedule import ScanSchedule
from app.storage import scans
from app.storage.engine import reading
from tests.support.findings import report
from tests.support.servers import wait_until


@contextlib.contextmanager
def _running(engine, perform, **options):
    runner = ScanRunner(engine, IncidentPolicy(3600.0, 2, 7200.0), perform)
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
        due = schedule._scheduler.get_jobs()[0].next_run_time
    assert due.timestamp() > time.time() + 3000


def test_missed_ones_are_not_piled_up(sqlite_engine):
    release, begun = threading.Event(), []

    def perform(control):
        begun.append(1)
        assert release.wait(30)
        return report()

    with capture_logs() as lines, _running(sqlite_engine, perform, interval=0.02):
        wait_until(lambda: sum("skipped" in line["event"] for line in lines) > 5, "some scans were due meanwhile")
        assert len(begun) == 1
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

"""Findings become incidents, in a real database of each kind."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.domain.finding import Severity
from app.domain.incident import EventKind, IncidentState
from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import ShardResult, Window, together
from app.errors import ScanAbandoned
from app.scanning.record import Recorder
from app.storage import incidents
from app.storage.engine import reading
from app.storage.tables import IncidentRow
from detectors.judgement import Verdict
from tests.support.findings import NOW, finding, report
from tests.support.kept import all_incidents

POLICY = IncidentPolicy(reopen_within=3600.0, resolve_after_scans=2, gone_after=7200.0)
LEAK, HEALTHY = finding(), finding(verdict=Verdict.HEALTHY)


def _record(engine, scan, now=NOW, guard=lambda session: None):
    """Record a scan whose window ended when it was made."""
    scan = replace(scan, window=Window(now - 172_800, now, 300.0))
    Recorder(engine, POLICY, "scan 1", guard).record(scan, now)


def _one(engine):
    (incident,) = all_incidents(engine)
    return incident


def _timeline(engine, incident):
    with reading(engine) as session:
        return [entry.event.kind for entry in incidents.timeline(session, incident.id, 100)]


def test_a_leak_is_kept_whole(engine):
    _record(engine, report(LEAK))
    incident = _one(engine)
    assert incident.standing.state is IncidentState.OPEN
    assert incident.finding["growth_bytes_per_hour"] == LEAK.growth_bytes_per_hour
    assert incident.updated_at == NOW
    with reading(engine) as session:
        kept = incidents.evidence(session, incident.id)
    assert set(kept) == {"opened", "latest"}
    assert kept["opened"].content["pods"][0]["floor"] == [1, None, 3]


def test_what_is_healthy_is_not_kept(engine):
    _record(engine, report(HEALTHY))
    assert all_incidents(engine) == []


def test_a_leak_that_goes_on_stays_one_incident_with_new_evidence(engine):
    _record(engine, report(LEAK))
    _record(engine, report(replace(LEAK, growth_bytes_per_hour=7.0)), NOW + 600)
    incident = _one(engine)
    assert incident.finding["growth_bytes_per_hour"] == 7.0
    assert _timeline(engine, incident) == [EventKind.OPENED]
    with reading(engine) as session:
        kept = incidents.evidence(session, incident.id)
    assert (kept["opened"].at, kept["latest"].at) == (NOW, NOW + 600)


def test_healthy_scans_in_a_row_close_it_and_its_return_reopens_it(engine):
    _record(engine, report(LEAK))
    _record(engine, report(HEALTHY), NOW + 600)
    assert _one(engine).standing.state is IncidentState.OPEN
    _record(engine, report(HEALTHY), NOW + 1200)
    assert _one(engine).standing.state is IncidentState.RESOLVED
    _record(engine, report(LEAK), NOW + 1800)
    incident = _one(engine)
    assert incident.standing.state is IncidentState.OPEN
    assert _timeline(engine, incident) == [EventKind.OPENED, EventKind.RESOLVED, EventKind.REOPENED]


@pytest.mark.parametrize(
    "scan",
    [
        report(complete=False),
        report(selector='pod="x"'),
        report(namespaces=("data",)),
        report(cluster="eu-1"),
        report(seen=("cart",)),
    ],
    ids=["incomplete", "by selector", "another namespace", "another cluster", "seen but not judged"],
)
def test_only_a_scan_that_covers_it_and_does_not_see_it_closes_it_as_gone(engine, scan):
    _record(engine, report(LEAK))
    _record(engine, scan, NOW + 7200)
    assert _one(engine).standing.state is IncidentState.OPEN


def test_a_workload_that_is_gone_for_long_closes_it(engine):
    _record(engine, report(LEAK))
    _record(engine, report(), NOW + 7199)
    assert _one(engine).standing.state is IncidentState.OPEN
    _record(engine, report(), NOW + 7200)
    assert _one(engine).standing.state is IncidentState.RESOLVED


def test_an_old_recording_says_nothing_of_what_is_known_since(engine):
    _record(engine, report(LEAK), NOW)
    old = replace(report(), window=Window(0.0, 172_800.0, 300.0))
    Recorder(engine, POLICY, "scan 2", lambda session: None).record(old, NOW + 90_000)
    assert _one(engine).standing.state is IncidentState.OPEN


def test_containers_and_clusters_have_incidents_of_their_own(engine):
    _record(engine, report(LEAK, finding(container="sidecar")))
    _record(engine, report(finding(cluster="eu-1"), cluster="eu-1"))
    assert len(all_incidents(engine)) == 3


def test_a_change_of_severity_is_in_the_timeline(engine):
    _record(engine, report(LEAK))
    _record(engine, report(replace(LEAK, severity=Severity.CRITICAL)), NOW + 600)
    incident = _one(engine)
    assert incident.standing.severity is Severity.CRITICAL
    assert _timeline(engine, incident)[-1] is EventKind.SEVERITY_CHANGED


def test_a_scan_that_lost_its_lease_half_way_leaves_whole_incidents(engine):
    calls = []

    def guard(session):
        calls.append(1)
        if len(calls) == 2:
            raise ScanAbandoned("another scan has taken over")

    with pytest.raises(ScanAbandoned):
        _record(engine, report(finding("a"), finding("b"), finding("c")), guard=guard)
    incident = _one(engine)
    assert incident.identity.workload == "a"
    assert _timeline(engine, incident) == [EventKind.OPENED]


def test_two_that_find_the_same_leak_at_once_make_one_incident(engine):
    barrier = threading.Barrier(2, timeout=30)
    failures = []

    def record():
        try:
            barrier.wait()
            _record(engine, report(LEAK))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=record) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert _one(engine).standing.occurrences == 1


def test_the_database_itself_refuses_a_second_incident_of_a_fingerprint(engine):
    _record(engine, report(LEAK))
    with engine.begin() as connection:
        columns = [column.name for column in IncidentRow.__table__.columns if column.name != "id"]
        copy = f"INSERT INTO incidents ({', '.join(columns)}) SELECT {', '.join(columns)} FROM incidents"
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text(copy))
        connection.rollback()


def _of(cluster, *findings, **more):
    return ShardResult(cluster, report(*findings, cluster=cluster, **more))


@pytest.mark.parametrize(
    ("eu", "state"),
    [
        (ShardResult("eu", None, "cannot connect"), IncidentState.OPEN),
        (_of("eu", complete=False), IncidentState.OPEN),
        (_of("eu"), IncidentState.RESOLVED),
    ],
    ids=["unread", "read in part", "read whole"],
)
def test_a_cluster_keeps_its_incidents_unless_it_was_read_whole(engine, eu, state):
    leaks = [finding(cluster=name) for name in ("eu", "us")]
    Recorder(engine, POLICY, "scan 1", lambda session: None).record(
        together([_of("eu", leaks[0]), _of("us", leaks[1])], NOW, NOW), NOW
    )
    later = NOW + 10 * POLICY.gone_after
    shards = [replace(one, report=one.report and replace(one.report, window=_until(later))) for one in (eu, _of("us"))]
    Recorder(engine, POLICY, "scan 2", lambda session: None).record(together(shards, later, later), later)
    assert {one.finding["cluster"]: one.standing.state for one in all_incidents(engine)} == {
        "eu": state,
        "us": IncidentState.RESOLVED,
    }


def _until(end):
    return Window(end - 172_800, end, 300.0)

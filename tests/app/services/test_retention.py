"""What is old goes, what is in force or not over stays, whatever its age."""

import pytest
import sqlalchemy as sa

from app.domain.incident import IncidentState
from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import ScanState
from app.errors import Conflict
from app.scanning.record import Recorder
from app.services import retention as retention_module
from app.services.retention import RetentionService
from app.settings import load_settings
from app.storage import leases
from app.storage import retention as storage_module
from app.storage.engine import make_engine, reading, transaction
from app.storage.retention import Ages
from app.storage.schema import upgrade
from app.storage.tables import (
    AlertRow,
    EventRow,
    EvidenceRow,
    FeedbackRow,
    IdempotencyRow,
    IncidentRow,
    ScanRow,
    SilenceRow,
    VerdictRow,
    WebhookEventRow,
    WorkloadRow,
)
from tests.support.findings import finding, report

DAY = 86_400.0
NOW = 1_800_000_000.0
AGES = Ages(scans=30 * DAY, verdicts=90 * DAY, alerts=90 * DAY, incidents=395 * DAY, evidence=90 * DAY)


@pytest.fixture
def service(engine):
    return RetentionService(engine, AGES, lambda session: NOW)


def _add(engine, *rows):
    with transaction(engine) as session:
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def _left(engine, table):
    with reading(engine) as session:
        return set(session.scalars(sa.select(table.__table__.c.id)))


def _scan(days, state=ScanState.SUCCEEDED):
    ended = None if state is ScanState.RUNNING else NOW - days * DAY
    return ScanRow(trigger="schedule", state=state.value, started_at=NOW - days * DAY, finished_at=ended)


def _incident(engine, name="cart", resolved_days_ago=None, opened_days_ago=500.0):
    """One that a scan opened, and whose days are then set back."""
    at = NOW - opened_days_ago * DAY
    policy = IncidentPolicy(3600.0, 2, 7200.0)
    Recorder(engine, policy, "scan 1", lambda session: None).record(report(finding(name), end=at), at)
    with transaction(engine) as session:
        row = session.scalars(sa.select(IncidentRow).where(IncidentRow.workload == name)).one()
        if resolved_days_ago is not None:
            row.state, row.resolved_at = IncidentState.RESOLVED.value, NOW - resolved_days_ago * DAY
        return row.id


def _silence(incident_id, ends_in_days):
    return SilenceRow(
        matchers=[],
        incident_id=incident_id,
        author="ann",
        comment="",
        created_at=NOW - 900 * DAY,
        starts_at=NOW - 900 * DAY,
        ends_at=NOW + ends_in_days * DAY,
        version=1,
    )


def _feedback(name, withdrawn_days_ago=None):
    return FeedbackRow(
        fingerprint=finding(name).fingerprint,
        growth_bytes_per_hour=1.0,
        level_bytes=1.0,
        comment="a cache",
        actor="ann",
        at=NOW - 900 * DAY,
        withdrawn_at=None if withdrawn_days_ago is None else NOW - withdrawn_days_ago * DAY,
    )


def _alert(days, status="resolved", incident_id=None):
    return AlertRow(
        fingerprint=f"{days}-{status}-{incident_id}",
        starts_at=NOW - days * DAY,
        status=status,
        name="OOM",
        kind="oom",
        cluster="",
        namespace="shop",
        workload="cart",
        container="app",
        labels={},
        annotations={},
        generator_url="",
        notification={},
        incident_id=incident_id,
        received_at=NOW - days * DAY,
        updated_at=NOW - days * DAY,
    )


def _workload(name, days):
    return WorkloadRow(
        fingerprint=finding(name).fingerprint,
        cluster="",
        namespace="shop",
        workload=name,
        container="app",
        verdict="leak",
        probability=0.9,
        growth_bytes_per_hour=1.0,
        judged_at=NOW - days * DAY,
        scan_id=1,
        finding={},
    )


def _verdict(days):
    return VerdictRow(
        fingerprint="f",
        at=NOW - days * DAY,
        scan_id=1,
        verdict="leak",
        probability=0.9,
        growth_bytes_per_hour=1.0,
        current_bytes=1.0,
    )


def test_old_scans_go(engine, service):
    _, young, last = _add(engine, _scan(31), _scan(29), _scan(0))
    assert service.prune()["scans"] == 1
    assert _left(engine, ScanRow) == {young, last}


def test_the_last_good_scan_stays_and_the_last_that_ended_and_a_running_one(engine, service):
    _, good, failed, running = _add(
        engine, _scan(99), _scan(60), _scan(50, ScanState.FAILED), _scan(40, ScanState.RUNNING)
    )
    service.prune()
    assert _left(engine, ScanRow) == {good, failed, running}


def test_an_incident_goes_long_after_it_is_over_and_takes_all_of_it_along(engine, service):
    gone = _incident(engine, resolved_days_ago=396)
    _add(engine, _silence(gone, ends_in_days=-400))
    (alert,) = _add(engine, _alert(10, incident_id=gone))
    kept = _incident(engine, "web", resolved_days_ago=394)
    assert service.prune()["incidents"] == 1
    assert _left(engine, IncidentRow) == {kept}
    with reading(engine) as session:
        assert set(session.scalars(sa.select(EventRow.incident_id))) == {kept}
        assert session.get(AlertRow, alert).incident_id is None
    assert _left(engine, SilenceRow) == set()


def test_an_incident_that_is_not_over_stays_with_all_of_it(engine, service):
    kept = _incident(engine, opened_days_ago=2000)
    service.prune()
    assert _left(engine, IncidentRow) == {kept}
    assert len(_left(engine, EventRow)) == 1
    assert len(_left(engine, EvidenceRow)) == 2


@pytest.mark.parametrize(
    "in_force",
    [lambda incident: _feedback("cart"), lambda incident: _silence(incident, ends_in_days=1)],
    ids=["accepted", "silenced"],
)
def test_an_incident_of_which_something_is_in_force_stays(engine, service, in_force):
    kept = _incident(engine, resolved_days_ago=800, opened_days_ago=900)
    _add(engine, in_force(kept))
    service.prune()
    assert _left(engine, IncidentRow) == {kept}


def test_evidence_goes_before_its_incident(engine, service):
    gone = _incident(engine, resolved_days_ago=91)
    kept = _incident(engine, "web", resolved_days_ago=89)
    assert service.prune()["evidence"] == 2
    with reading(engine) as session:
        assert set(session.scalars(sa.select(EvidenceRow.incident_id))) == {kept}
    assert _left(engine, IncidentRow) == {gone, kept}


def test_events_of_occurrences_long_over_go_and_those_of_the_present_one_stay(engine, service):
    incident = _incident(engine, opened_days_ago=900)
    with transaction(engine) as session:
        session.get(IncidentRow, incident).opened_at = NOW - 500 * DAY
        at = NOW - 450 * DAY
        session.add(EventRow(incident_id=incident, at=at, kind="recurred", actor="scan 9", text=""))
    assert service.prune()["events"] == 1
    with reading(engine) as session:
        assert session.scalars(sa.select(EventRow.kind)).all() == ["recurred"]


def test_silences_and_feedback_go_once_they_are_long_over(engine, service):
    _, kept, lasting = _add(engine, _silence(None, -396), _silence(None, -1), _silence(None, 1))
    _, withdrawn, in_force = _add(engine, _feedback("a", 396), _feedback("b", 1), _feedback("c"))
    service.prune()
    assert _left(engine, SilenceRow) == {kept, lasting}
    assert _left(engine, FeedbackRow) == {withdrawn, in_force}


def test_old_alerts_and_notifications_go(engine, service):
    _, young = _add(engine, _alert(91), _alert(89))
    _, note = _add(
        engine,
        *(
            WebhookEventRow(received_at=NOW - days * DAY, source="alertmanager", reason="unknown", content={})
            for days in (91, 89)
        ),
    )
    service.prune()
    assert _left(engine, AlertRow) == {young}
    assert _left(engine, WebhookEventRow) == {note}


def test_alerts_of_an_incident_that_is_not_over_stay(engine, service):
    (kept,) = _add(engine, _alert(400, incident_id=_incident(engine)))
    service.prune()
    assert _left(engine, AlertRow) == {kept}


def test_an_alert_that_may_fire_still_stays_however_short_alerts_are_kept(engine):
    _, fires = _add(engine, _alert(6, "firing"), _alert(4, "firing"))
    short = Ages(DAY, DAY, DAY, DAY, DAY)
    RetentionService(engine, short, lambda session: NOW).prune()
    assert _left(engine, AlertRow) == {fires}


def test_keys_of_requests_go_after_a_day(engine, service):
    plain = {"actor": "ann", "request_hash": "h"}
    _, young = _add(
        engine,
        IdempotencyRow(key="a", created_at=NOW - 1.01 * DAY, **plain),
        IdempotencyRow(key="b", created_at=NOW - 0.99 * DAY, **plain),
    )
    service.prune()
    assert _left(engine, IdempotencyRow) == {young}


def test_verdicts_and_workloads_go_that_were_not_seen_for_long(engine, service):
    _incident(engine, "leaks-still")
    _, leaking, young = _add(engine, _workload("a", 92), _workload("leaks-still", 92), _workload("c", 1))
    _, verdict = _add(engine, _verdict(92), _verdict(1))
    service.prune()
    assert _left(engine, WorkloadRow) == {leaking, young}
    assert _left(engine, VerdictRow) == {verdict}


def test_a_recording_of_last_year_keeps_its_workloads(engine, service):
    kept = _add(engine, _workload("a", 400), _workload("b", 401))
    assert service.prune()["workloads"] == 0
    assert _left(engine, WorkloadRow) == set(kept)


def test_a_look_beforehand_tells_the_same_and_lets_nothing_go(engine, service):
    _incident(engine, resolved_days_ago=396)
    _add(engine, *(_scan(40 + number) for number in range(5)), _scan(0))
    told = service.preview()
    assert told["scans"] == 5
    assert len(_left(engine, ScanRow)) == 6
    assert service.prune() == told


def test_many_go_in_small_batches(engine, service, monkeypatch):
    """Each a transaction of its own, so that nobody waits for long."""
    monkeypatch.setattr(retention_module, "_PAUSE_SECONDS", 0.0)
    sizes, whole = [], storage_module.delete_some
    monkeypatch.setattr(
        retention_module, "delete_some", lambda session, which: sizes.append(whole(session, which)) or sizes[-1]
    )
    _add(engine, *(_scan(40) for _ in range(1100)), _scan(0))
    assert service.prune()["scans"] == 1100
    assert [size for size in sizes if size] == [500, 500, 100]


def test_one_process_prunes_at_a_time(engine, service):
    _add(engine, _scan(40), _scan(0))
    with transaction(engine) as session:
        token = leases.take(session, "prune", "another", None, 60.0)
    with pytest.raises(Conflict, match="another process"):
        service.prune()
    service.prune_by_turns()
    assert len(_left(engine, ScanRow)) == 2
    with transaction(engine) as session:
        leases.let_go(session, "prune", token)
    service.prune_by_turns()
    assert len(_left(engine, ScanRow)) == 1


def test_one_that_lost_its_turn_lets_nothing_go_any_more(engine, service, monkeypatch):
    _add(engine, _scan(40), _scan(0))
    monkeypatch.setattr(leases, "renew", lambda *_: False)
    with pytest.raises(Conflict, match="taken over"):
        service.prune()
    assert len(_left(engine, ScanRow)) == 2


def test_what_a_scan_writes_just_now_is_left_for_another_time(postgresql_url):
    engine = make_engine(load_settings(database_url=postgresql_url))
    upgrade(engine)
    service = RetentionService(engine, AGES, lambda session: NOW)
    incident = _incident(engine, resolved_days_ago=396)
    with transaction(engine) as session:
        session.get(IncidentRow, incident, with_for_update=True).state = IncidentState.OPEN.value
        assert service.prune()["incidents"] == 0
        assert len(_left(engine, EvidenceRow)) == 2
    assert service.prune()["incidents"] == 0
    engine.dispose()


def test_the_ages_are_the_settings():
    ages = Ages.of(load_settings(keep_scans="1d", keep_incidents="2d", keep_evidence="3d", keep_alerts="4d"))
    assert (ages.scans, ages.incidents, ages.evidence, ages.alerts) == (DAY, 2 * DAY, 3 * DAY, 4 * DAY)

"""What /metrics tells of each incident that is not over."""

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from alert_rules import conventions as names
from app import metrics as service_metrics
from app.domain.lifecycle import IncidentPolicy
from app.metrics import ServiceMetrics
from app.scanning.record import Recorder
from app.storage.engine import transaction
from app.storage.tables import SilenceRow
from detectors.judgement import Quantiles, Verdict
from tests.support.findings import MIB, NOW, finding, report

POLICY = IncidentPolicy(reopen_within=3600.0, resolve_after_scans=1, gone_after=7200.0)
HOSTILE = 'a"b\\c\nd<img src=x onerror=alert(1)>'


def _record(engine, *findings, now=NOW):
    scan = report(*findings, end=now)
    Recorder(engine, POLICY, "scan 1", lambda session: None).record(scan, now)


@pytest.fixture
def told(sqlite_engine, monkeypatch):
    """Samples as a Prometheus would read them at some time: {name: [(labels, value)]}."""

    def ask(most=1000, now=NOW):
        monkeypatch.setattr(service_metrics.time, "time", lambda: now)
        text = generate_latest(ServiceMetrics(sqlite_engine, most).registry).decode()
        return {
            family.name: [(sample.labels, sample.value) for sample in family.samples]
            for family in text_string_to_metric_families(text)
        }

    return ask


def _values(found, named):
    return [value for _, value in found.get(named.name, [])]


def test_an_incident_is_told_with_labels_that_stay(sqlite_engine, told):
    _record(sqlite_engine, finding(cluster="c", suspect="v2"))
    found = told()
    labels = {"cluster": "c", "namespace": "shop", "workload": "cart", "container": "app", "incident_id": "1"}
    assert found[names.INCIDENT_PROBABILITY.name] == [(labels, 0.97)]
    assert found[names.INCIDENT_GROWTH.name][0][1] == pytest.approx(5 * MIB / 3600, rel=1e-4)
    assert _values(found, names.INCIDENT_PODS_LEAKING) == [7]
    assert _values(found, names.INCIDENT_SUSPECTED) == [1]
    assert found[names.INCIDENT_INFO.name] == [(labels | {"state": "open", "severity": "warning", "revision": "v2"}, 1)]


@pytest.mark.parametrize(("later", "seconds"), [(0, 80_000), (30_000, 50_000), (90_000, 0)])
def test_the_time_to_the_limit_goes_down_with_the_clock(sqlite_engine, told, later, seconds):
    _record(sqlite_engine, finding())
    assert _values(told(now=NOW + later), names.INCIDENT_TIME_TO_LIMIT) == [seconds]


def test_without_a_limit_there_is_no_time_to_it(sqlite_engine, told):
    _record(sqlite_engine, finding(time_to_limit=None))
    found = told()
    assert _values(found, names.INCIDENT_TIME_TO_LIMIT) == []
    assert _values(found, names.INCIDENT_PROBABILITY) == [0.97]


def test_what_is_over_is_told_no_more(sqlite_engine, told):
    _record(sqlite_engine, finding())
    _record(sqlite_engine, finding(verdict=Verdict.HEALTHY), now=NOW + 600)
    assert _values(told(), names.INCIDENT_PROBABILITY) == []


def test_a_silence_is_told_and_hides_nothing(sqlite_engine, told):
    _record(sqlite_engine, finding())
    with transaction(sqlite_engine) as session:
        session.add(
            SilenceRow(
                matchers=[{"name": "workload", "op": "=", "value": "cart"}],
                author="ann",
                comment="known",
                created_at=NOW,
                starts_at=NOW,
                ends_at=NOW + 60,
                version=1,
            )
        )
    during, after = told(now=NOW + 30), told(now=NOW + 61)
    assert _values(during, names.INCIDENT_SILENCED) == [1]
    assert _values(during, names.INCIDENT_PROBABILITY) == [0.97]
    assert _values(after, names.INCIDENT_SILENCED) == [0]


@pytest.mark.parametrize(("most", "told_of", "untold"), [(2, {"soon", "later"}, 1), (0, set(), 3)])
def test_too_many_are_counted_and_the_most_urgent_told(sqlite_engine, told, most, told_of, untold):
    hours = {"latest": 300_000.0, "soon": 10_000.0, "later": 90_000.0}
    _record(
        sqlite_engine,
        *(finding(name, time_to_limit=Quantiles(one / 2, one, one * 2)) for name, one in hours.items()),
    )
    found = told(most)
    assert {labels["workload"] for labels, _ in found.get(names.INCIDENT_PROBABILITY.name, [])} == told_of
    assert _values(found, names.INCIDENTS_UNTOLD) == [untold]


def test_hostile_names_come_out_as_they_went_in(sqlite_engine, told):
    _record(sqlite_engine, finding(HOSTILE, namespace=HOSTILE))
    ((labels, _),) = told()[names.INCIDENT_PROBABILITY.name]
    assert (labels["namespace"], labels["workload"]) == (HOSTILE, HOSTILE)


def test_without_the_database_nothing_is_told_rather_than_zero(sqlite_engine, told):
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE incidents")
    found = told()
    assert _values(found, names.INCIDENTS_UNTOLD) == []
    assert _values(found, names.INCIDENTS) == []

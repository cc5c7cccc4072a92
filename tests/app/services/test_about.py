"""What the service knows of itself, on each database."""

import pytest

from app.prometheus.source import Control
from app.scanning.lease import held_by, this_process
from app.scanning.runner import ScanRunner
from app.scanning.service import incident_policy
from app.services.about import GRAFANA, AboutService, LastPush, software
from app.services.health import HealthService
from app.services.pushes import PushLog
from app.settings import load_settings
from app.storage.engine import reading
from tests.support.findings import report

NOW = 1_700_000_000.0


@pytest.fixture
def service(engine):
    log = PushLog(("http://am:9093", GRAFANA), now=lambda: NOW)
    return AboutService(engine, HealthService(engine, NOW, 100.0), log)


def _begin(engine):
    return ScanRunner(engine, incident_policy(load_settings()), lambda control: report()).begin("test", Control())


def test_which_database_it_is(service, engine):
    found = service.look().database
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine.dialect.name]
    assert found.server.split()[0] == name
    assert found.server.split()[1][0].isdigit()
    assert found.schema
    assert found.answered_seconds >= 0


def test_who_scans(service, engine):
    assert service.look().lease is None
    active = _begin(engine)
    with reading(engine) as session:
        assert held_by(session)[0] == this_process()
    during = service.look().lease
    assert (during.is_ours, during.until > NOW, during.holder) == (True, True, service.replica)
    active.execute()
    assert service.look().lease.until == 0.0


def test_what_the_last_good_scan_made_of_each_source(service, engine):
    _begin(engine).execute()
    found = service.look()
    assert [(one.cluster, one.is_complete, one.problems) for one in found.sources] == [
        (one["name"], one["complete"], tuple(problem["text"] for problem in one["problems"]))
        for one in found.good.summary["clusters"]
    ]
    assert found.sources[0].read_by


def test_how_pushes_went(service):
    service.pushes.note("http://am:9093", "ok")
    service.pushes.note("http://am:9093", "failed")
    alertmanager, grafana = service.look().pushes
    assert (alertmanager.last, alertmanager.is_well, alertmanager.waiting) == (LastPush("failed", NOW), False, None)
    assert (grafana.last, grafana.is_well, grafana.waiting) == (None, True, 0)


def test_without_a_database_pushes_are_still_told(service):
    service.pushes.note(GRAFANA, "refused")
    found = service.without_database("it is gone")
    assert [(one.name, one.ok) for one in found.checks] == [("database", False), ("scans", False)]
    assert found.checks[0].detail == "it is gone"
    assert [one.is_well for one in found.pushes] == [True, False]


def test_software_names_what_is_installed():
    names = [name for name, _ in software().libraries]
    assert {"numpy", "sqlalchemy", "fastapi"} <= set(names)

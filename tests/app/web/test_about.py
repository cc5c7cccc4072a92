"""The page that tells what runs here and how it does; also when the database is not there."""

import threading
from importlib.metadata import version

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.errors import SourceUnreachable
from app.main import create_app
from app.services.about import About, AboutService
from app.services.health import Check
from app.settings import load_settings
from tests.app.web.conftest import PAGE
from tests.support.findings import report
from tests.support.servers import wait_until


def _about(client):
    return client.get("/about", headers=PAGE)


def _client(engine, perform=lambda control: report(), **settings):
    settings = load_settings(**{"insecure_no_auth": True, "scan_on_start": False} | settings)
    return TestClient(create_app(settings, engine, perform), raise_server_exceptions=False)


def _scanned(client):
    client.post("/api/v1/scans")
    wait_until(
        lambda: all(one["state"] != "running" for one in client.get("/api/v1/scans").json()["items"]), "it has ended"
    )


def test_it_tells_what_runs(sqlite_engine):
    with _client(sqlite_engine) as client:
        text = _about(client).text
    for told in (version("leakwatch"), version("sqlalchemy"), "CPython", "SQLite 3.", "schema", "process "):
        assert told in text
    assert "No scan has succeeded yet" in text
    assert "nobody has scanned yet" in text


def test_after_a_scan_it_tells_of_the_source_and_who_scanned(sqlite_engine):
    with _client(sqlite_engine) as client:
        _scanned(client)
        text = _about(client).text
    assert "all read" in text
    assert "nobody at this moment; last this replica" in text


def test_a_source_that_cannot_be_reached_is_told(sqlite_engine):
    def perform(control):
        raise SourceUnreachable("http://prometheus:9090: cannot connect")

    with _client(sqlite_engine, perform) as client:
        _scanned(client)
        text = _about(client).text
    assert "not well" in text
    assert "cannot connect" in text


def test_a_database_that_fails_does_not_take_the_page_with_it(sqlite_engine):
    with _client(sqlite_engine) as client:
        sqlite_engine.dispose()
        with sqlite_engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE scans")
        answer = _about(client)
    assert answer.status_code == 200
    assert "The database does not answer." in answer.text
    assert "no such table" in answer.text
    assert "not known while the database does not answer" in answer.text


def test_a_database_that_hangs_does_not_keep_the_page(sqlite_engine, monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr("app.web.about._PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(AboutService, "look", lambda self: answers.wait(60))
    with _client(sqlite_engine) as client:
        text = _about(client).text
        answers.set()
    assert "does not answer in 0.05 s" in text


def test_a_slow_database_is_told(sqlite_engine, monkeypatch):
    monkeypatch.setattr("app.web.about._SLOW_SECONDS", 0.0)
    with _client(sqlite_engine) as client:
        assert "The database is slow" in _about(client).text


def test_who_is_told_of_incidents(sqlite_engine):
    given = {"alertmanager_urls": "http://am.inner:9093", "grafana_url": "http://g:3000", "grafana_token": "t"}
    client = _client(sqlite_engine, **given)  # which is not started, and so pushes nothing by itself
    client.app.state.services.about.pushes.note("http://am.inner:9093", "failed")
    text = _about(client).text
    assert "http://am.inner:9093" in text
    assert "could not be told" in text
    assert "nothing waits" in text


def test_where_alertmanager_is_is_for_those_who_act(make_app, tokens, person):
    person.sign_in(tokens[Role.VIEWER])
    person.client.app.state.services.about.pushes.targets = ("http://am.inner:9093",)
    text = person.get("/about").text
    assert "Alertmanager" in text
    assert "am.inner" not in text


def test_a_hostile_problem_is_text(sqlite_engine, monkeypatch):
    told = About((Check("scans", False, "<img src=x onerror=alert(1)>"),), None, None, None, (), ())
    monkeypatch.setattr(AboutService, "look", lambda self: told)
    with _client(sqlite_engine) as client:
        assert "<img" not in _about(client).text.partition("<main")[2]


@pytest.mark.parametrize("query", ["?x=%00", "?%FF", "?" + "a" * 3000])
def test_a_hostile_query_is_no_fault(sqlite_engine, query):
    with _client(sqlite_engine) as client:
        assert client.get(f"/about{query}", headers=PAGE).status_code == 200

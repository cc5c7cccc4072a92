"""A SQLite file that cannot be written for a while: it is said with 503, and what only reads goes on."""

import sqlite3
import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.domain.scan import ScanState
from app.errors import StorageError
from app.main import create_app
from app.settings import load_settings
from app.storage import engine as engine_module
from app.storage import scans
from app.storage.engine import make_engine, transaction
from app.storage.scans import Outcome
from app.storage.schema import upgrade
from tests.support.findings import finding, report
from tests.support.servers import wait_until

UNAVAILABLE = "urn:leakwatch:problem:database-unavailable"


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setattr(engine_module, "_BUSY_SECONDS", 0.5)
    engine = make_engine(load_settings())
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def client(engine):
    app = create_app(
        load_settings(scan_on_start=False, insecure_no_auth=True), engine, lambda control: report(finding())
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_locked_by_another_process(client, engine):
    other = sqlite3.connect(engine.url.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    answer = client.post("/api/v1/scans")
    assert (answer.status_code, answer.json()["type"]) == (503, UNAVAILABLE)
    assert "locked" in answer.json()["detail"]
    assert client.get("/api/v1/incidents").status_code == 200
    other.execute("COMMIT")
    other.close()
    assert client.post("/api/v1/scans").status_code == 202


def _begun(session):
    # Not long ago: what is old is deleted in the background, which makes room.
    return scans.add(session, "api", time.time())


def _scanned(session):
    scans.finish(session, _begun(session), Outcome(ScanState.FAILED, time.time()))


def test_a_disk_that_is_full(client, engine):
    """As SQLite says it: here the file may not grow any more, and is filled with scans."""
    assert client.post("/api/v1/scans").status_code == 202
    wait_until(lambda: client.get("/api/v1/scans?state=succeeded").json()["items"], "the scan has ended")
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    # To the last byte: a scan that only begins is shorter than one that has ended.
    for fill in (_scanned, _begun):
        with pytest.raises(StorageError, match="full"):
            for _ in range(1000):
                with transaction(engine) as session:
                    fill(session)
    answer = client.post("/api/v1/scans")
    assert (answer.status_code, answer.json()["type"]) == (503, UNAVAILABLE)
    assert "disk is full" in answer.json()["detail"]
    assert client.get("/api/v1/incidents").json()["items"]

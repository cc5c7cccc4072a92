"""The database goes away while the service serves, and comes back: it says so meanwhile, and goes on by itself."""

import contextlib
import json
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from collections import Counter

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from app.domain.scan import ScanState
from app.main import create_app
from app.prometheus.recording.demo import demo_recording
from app.settings import load_settings
from app.storage import engine as engine_module
from app.storage.engine import make_engine, reading
from app.storage.schema import upgrade
from app.storage.tables import ScanRow
from tests.integration.conftest import environment
from tests.support.findings import report
from tests.support.forked import start_leakwatch
from tests.support.servers import running_postgresql, wait_until


@pytest.fixture(scope="module")
def own_postgresql():
    with running_postgresql() as server:
        yield server


@contextlib.contextmanager
def _serving(folder, **settings):
    process = start_leakwatch(
        ["serve", "--upgrade", "--insecure-no-auth", "--recording", demo_recording(), "--port", "0"],
        folder / "log",
        environment(**settings),
    )
    try:
        found = wait_until(
            lambda: re.search(r"leakwatch serves on (http://\S+)", process.log.read_text()), "the service is up"
        )
        yield found[1], process
    finally:
        process.stop(signal.SIGKILL)


def _ask(url):
    """(status, document) of a GET, whatever it is."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


class _Asking:
    """Somebody who asks again and again, in a thread."""

    def __init__(self, url):
        self.answers, self.types, self.longest = Counter(), set(), 0.0
        self._url, self._stop = url, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.is_set():
            began = time.monotonic()
            status, document = _ask(self._url)
            self.longest = max(self.longest, time.monotonic() - began)
            self.answers[status] += 1
            self.types |= {document["type"]} if status != 200 else set()


def _is_ready(url):
    return _ask(f"{url}/readyz")[0] == 200


def _succeeded(url):
    return len(_ask(f"{url}/api/v1/scans?state=succeeded&limit=200")[1]["items"])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_a_restart_of_postgresql_is_survived(tmp_path, own_postgresql, how):
    settings = {"database_url": own_postgresql.url("postgres"), "scan_interval": "1s", "scan_jitter": 0}
    with _serving(tmp_path, **settings) as (url, process):
        wait_until(lambda: _succeeded(url) and _is_ready(url), "a scan has succeeded")
        with _Asking(f"{url}/api/v1/incidents") as asking:
            own_postgresql.stop(how)
            status, document = _ask(f"{url}/readyz")
            assert (status, document["checks"][0]["name"], document["checks"][0]["ok"]) == (503, "database", False)
            wait_until(lambda: asking.answers[503], "a request was refused")
            own_postgresql.start()
            wait_until(lambda: _is_ready(url), "it is ready again")
            before = _succeeded(url)
            wait_until(lambda: _succeeded(url) > before, "a scan has succeeded again")
        assert set(asking.answers) == {200, 503}
        assert asking.types == {"urn:leakwatch:problem:database-unavailable"}
        assert asking.longest < 10
        assert process.stop() == 0
        assert "Traceback" not in process.log.read_text()


def test_a_scan_that_the_database_leaves_in_the_middle_is_written_off_and_made_up_for(tmp_path, own_postgresql):
    """Its connections are cut while it runs, whichever of its transactions that hits."""
    settings = {"database_url": own_postgresql.url("postgres"), "scan_interval": "1s", "scan_jitter": 0}
    engine = make_engine(load_settings(database_url=settings["database_url"]))
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    with _serving(tmp_path, **settings) as (url, process):
        for _ in range(5):
            before = wait_until(lambda: _succeeded(url), "a scan has succeeded")
            wait_until(lambda: _running(engine), "a scan has begun")
            with engine.begin() as connection:
                connection.exec_driver_sql(cut)
            wait_until(lambda before=before: _succeeded(url) > before, "the next one has succeeded")
        assert process.stop() == 0
    with reading(engine) as session:
        assert set(session.scalars(sa.select(ScanRow.state))) <= {"succeeded", "failed", "abandoned"}
    engine.dispose()


def _running(engine):
    with reading(engine) as session:
        return session.scalars(sa.select(ScanRow.id).where(ScanRow.state == ScanState.RUNNING.value)).first()


def test_requests_do_not_wait_for_ever_for_a_database_that_stands_still(postgresql, postgresql_url, monkeypatch):
    monkeypatch.setattr(engine_module, "_ANSWER_SECONDS", 1)
    monkeypatch.setattr(engine_module, "_CONNECT_SECONDS", 2)
    engine = make_engine(load_settings(database_url=postgresql_url))
    upgrade(engine)
    app = create_app(load_settings(scan_on_start=False, insecure_no_auth=True), engine, lambda control: report())
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/api/v1/incidents").status_code == 200
        with postgresql.standing_still():
            began = time.monotonic()
            answer = client.get("/api/v1/incidents")
            took = time.monotonic() - began
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:leakwatch:problem:database-unavailable")
        assert answer.headers["Retry-After"]
        assert took < 10
        assert client.get("/api/v1/incidents").status_code == 200
    engine.dispose()


def test_a_statement_under_way_does_not_wait_for_ever_either(postgresql, postgresql_url, monkeypatch):
    monkeypatch.setattr(engine_module, "_ANSWER_SECONDS", 1)
    engine = make_engine(load_settings(database_url=postgresql_url))
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        with postgresql.standing_still(), pytest.raises(sa.exc.OperationalError, match="does not answer in 1 s"):
            connection.exec_driver_sql("SELECT 1")
    engine.dispose()


def test_a_statement_that_takes_long_is_ended_by_the_server_first():
    assert engine_module._LOCK_SECONDS < engine_module._STATEMENT_SECONDS < engine_module._ANSWER_SECONDS
    assert load_settings().request_time_limit > engine_module._ANSWER_SECONDS + engine_module._CONNECT_SECONDS

"""A real Alertmanager sends to a real service; either of them may be down, or killed."""

import json
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.alert import AlertFilter
from app.prometheus.recording.demo import demo_recording
from app.settings import load_settings
from app.storage import alerts
from app.storage.engine import make_engine, reading
from bench.notifications import ALERTS, Load, body, fingerprint
from tests.integration.conftest import environment
from tests.support.forked import start_leakwatch
from tests.support.servers import Process, free_port, running_alertmanager, wait_until

_CONFIG = """
route: {{receiver: leakwatch, group_by: [namespace], group_wait: 100ms, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: leakwatch
    webhook_configs: [{{url: "http://127.0.0.1:{port}/webhooks/alertmanager", send_resolved: true}}]
"""


@dataclass
class Service:
    """A service on one port and database, started and stopped as often as wanted."""

    folder: Path
    settings: dict
    port: int
    process: Process | None = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.process = start_leakwatch(
            ["serve", "--upgrade", "--recording", demo_recording()],
            self.folder / "serve.log",
            environment(port=self.port, scan_on_start="false", insecure_no_auth="true", **self.settings),
        )
        wait_until(lambda: re.search("leakwatch serves on", self.process.log.read_text()), "the service is up")

    def kept(self):
        engine = make_engine(load_settings(**self.settings))
        with reading(engine) as session:
            found = alerts.page(session, AlertFilter(), None, 100_000)
        engine.dispose()
        return found


@pytest.fixture
def service(database, tmp_path):
    settings = {} if database.database_url is None else {"database_url": database.database_url.get_secret_value()}
    one = Service(tmp_path, settings, free_port())
    one.start()
    yield one
    one.process.stop(signal.SIGKILL)


def _post(url, document):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status


def _fire(manager, number, **times):
    labels = {"alertname": "KubePodCrashLooping", "namespace": f"n{number}", "pod": "cart-0"}
    _post(f"{manager.url}/api/v2/alerts", [{"labels": labels, "annotations": {"summary": "It loops."}, **times}])


def _statuses(service):
    return {one.namespace: one.status.value for one in service.kept()}


def test_nothing_is_lost_and_nothing_doubled_while_the_service_is_down(service, tmp_path):
    with running_alertmanager(tmp_path / "am", _CONFIG.format(port=service.port)) as manager:
        began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
        _fire(manager, 1, startsAt=began)
        _fire(manager, 2, startsAt=began)
        wait_until(lambda: _statuses(service) == {"n1": "firing", "n2": "firing"}, "both have come")
        assert service.process.stop() == 0
        over = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1))
        _fire(manager, 1, startsAt=began, endsAt=over)
        _fire(manager, 3, startsAt=began)
        wait_until(lambda: _failures(manager) > 1, "Alertmanager has tried in vain")
        service.start()
        wait_until(lambda: _statuses(service) == {"n1": "resolved", "n2": "firing", "n3": "firing"}, "all have come")
        with urllib.request.urlopen(f"{manager.url}/api/v2/alerts", timeout=10) as answer:
            told = {one["fingerprint"] for one in json.load(answer)}
    kept = service.kept()
    assert len(kept) == len({one.namespace for one in kept}) == 3
    assert told <= {one.fingerprint for one in kept}


def _failures(manager):
    with urllib.request.urlopen(f"{manager.url}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    failed = r'notification_requests_failed_total\{integration="webhook"[^}]*\} (\S+)'
    return sum(float(found) for found in re.findall(failed, text))


def test_what_was_answered_is_there_after_a_kill(service):
    """Many senders at once; the process is killed while they send."""
    acknowledged, stop = [], threading.Event()
    load = Load(f"{service.url}/webhooks/alertmanager", 0, 0)

    def send(first):
        number = first
        while not stop.is_set():
            try:
                _post(load.url, body(load, number))
            except OSError:
                return
            acknowledged.append(number)
            number += 100

    senders = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for one in senders:
        one.start()
    wait_until(lambda: len(acknowledged) > 100, "some were answered")
    service.process.stop(signal.SIGKILL)
    stop.set()
    for one in senders:
        one.join()
    there = {one.fingerprint for one in service.kept()}
    wanted = {fingerprint(load.run, number, alert) for number in acknowledged for alert in range(ALERTS)}
    assert wanted - there == set()


def test_what_waits_is_written_when_it_is_told_to_stop(service):
    acknowledged, refused = [], []
    load = Load(f"{service.url}/webhooks/alertmanager", 0, 0, run=2)

    def send(number):
        try:
            _post(load.url, body(load, number))
            acknowledged.append(number)
        except OSError:
            refused.append(number)

    senders = [threading.Thread(target=send, args=(number,)) for number in range(40)]
    for one in senders:
        one.start()
    wait_until(lambda: acknowledged, "one was answered")
    assert service.process.stop() == 0
    for one in senders:
        one.join()
    there = {one.fingerprint for one in service.kept()}
    assert {fingerprint(load.run, number, 0) for number in acknowledged} <= there
    assert len(acknowledged) + len(refused) == 40


# SQLite's file is never away; that it is locked is tried in tests/app/api.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_is_away_is_a_503_and_then_it_is_taken(service, database):
    engine = make_engine(database)
    hook, document = f"{service.url}/webhooks/alertmanager", body(Load("", 0, 0, run=3), 1)
    assert _post(hook, document) == 200
    with engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE alerts RENAME TO away")
        connection.commit()
        with pytest.raises(urllib.error.HTTPError) as caught:
            _post(hook, document)
        assert (caught.value.code, caught.value.headers["Retry-After"]) == (503, "5")
        caught.value.close()
        connection.exec_driver_sql("ALTER TABLE away RENAME TO alerts")
        # Whoever was connected is cut off, as when the server restarts.
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        connection.commit()
    engine.dispose()
    assert _post(hook, document) == 200

"""`leakwatch serve` and `leakwatch run` in processes of their own."""

import contextlib
import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from app.domain.scan import ScanState
from app.prometheus.recording.demo import demo_recording
from app.settings import load_settings
from app.storage import scans
from app.storage.engine import make_engine, reading
from demo.load import load
from tests.integration.conftest import environment
from tests.support.forked import start_leakwatch
from tests.support.kept import all_incidents
from tests.support.servers import free_port, need, running_prometheus, start, wait_until

DEMO = str(demo_recording())


@contextlib.contextmanager
def _serving(tmp_path, *arguments, **settings):
    """(URL, process) of a service that is up."""
    process = start_leakwatch(
        arguments, tmp_path / "log", environment(**({"port": 0, "insecure_no_auth": "true"} | settings))
    )

    def url():
        assert process.handle.poll() is None, process.log.read_text()
        found = re.search(r"leakwatch serves on (http://\S+)", process.log.read_text())
        return found and found[1]

    try:
        yield wait_until(url, "the service is up"), process
    finally:
        process.stop(signal.SIGKILL)


def _get(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def _wait_for_scan(url, state, count=1):
    def look():
        found = _get(f"{url}/api/v1/scans?state={state}")["items"]
        return found if len(found) >= count else None

    return wait_until(look, f"a scan has {state}")


def _kept(**settings):
    engine = make_engine(load_settings(**settings))
    with reading(engine) as session:
        kept = scans.page(session, None, 100, None)
    found = (kept, all_incidents(engine))
    engine.dispose()
    return found


def test_scans_by_itself_and_answers(tmp_path):
    with _serving(tmp_path, "serve", "--upgrade", "--recording", DEMO) as (url, process):
        _wait_for_scan(url, "succeeded")
        assert len(_get(f"{url}/api/v1/incidents")["items"]) == 10
        assert _get(f"{url}/readyz")["ready"] is True
        assert process.stop() == 0


def test_heeds_what_was_said_to_be_no_leak(tmp_path, leakwatch):
    assert leakwatch("scan", "--recording", DEMO, "--namespace", "data", "--fail-on-leak").status == 3
    assert leakwatch("incidents", "not-a-leak", "1", "--comment", "a cache").status == 0
    with _serving(tmp_path, "serve", "--recording", DEMO, namespaces="data") as (url, _):
        assert _wait_for_scan(url, "succeeded", 2)[0]["leaks"] == 0
        assert _get(f"{url}/api/v1/incidents/1")["state"] == "resolved"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_stops_cleanly_and_leaves_no_scan_running(tmp_path, number):
    """The scan waits for a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with _serving(tmp_path, "serve", "--upgrade", "--prometheus-url", address) as (url, process):
            _wait_for_scan(url, "running")
            began = time.monotonic()
            assert process.stop(number) == 0, process.log.read_text()
            took = time.monotonic() - began
        found, _ = _kept()
    assert took < 10
    assert [one.state for one in found] == [ScanState.ABANDONED]
    assert found[0].error


def test_a_signal_as_soon_as_it_is_up_stops_it(tmp_path):
    with _serving(tmp_path, "serve", "--upgrade", "--recording", DEMO) as (_, process):
        assert process.stop() == 0


def test_a_signal_while_it_starts_stops_it(tmp_path):
    """Whenever it comes: the service is up or not, it ends, and not by a crash."""
    for delay in (0.3, 0.6, 0.9, 1.2):
        process = start(
            [sys.executable, "-m", "app.cli", "serve", "--upgrade", "--recording", DEMO, "--port", "0"],
            tmp_path / "log",
            env=environment(),
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.handle.wait(delay)
        assert process.stop() in {0, 143, -signal.SIGTERM}
        assert "Traceback" not in process.log.read_text()


def test_metrics_are_as_promtool_wants_them(tmp_path):
    promtool = need("promtool")
    with _serving(tmp_path, "serve", "--upgrade", "--recording", DEMO) as (url, _):
        _wait_for_scan(url, "succeeded")
        with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
            text = answer.read()
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_logs_are_json_in_a_pipe(tmp_path):
    with _serving(tmp_path, "serve", "--upgrade", "--recording", DEMO) as (url, process):
        _wait_for_scan(url, "succeeded")
        process.stop()
    lines = [line for line in process.log.read_text().splitlines() if not line.startswith("leakwatch serves")]
    events = [json.loads(line) for line in lines]
    assert "scan succeeded" in {one["event"] for one in events}
    assert all("timestamp" in one and "level" in one for one in events)


def test_a_port_that_is_taken_is_named(tmp_path, leakwatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = leakwatch("serve", "--upgrade", "--recording", DEMO, "--port", port)
    assert done.status == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in done.err


def test_a_failing_source_is_recorded_and_incidents_stay(tmp_path):
    with running_prometheus(tmp_path / "prometheus") as server:
        load(demo_recording(), server.url, time.time())
        settings = {"prometheus_url": server.url, "scan_interval": "1s", "scan_jitter": 0, "gone_after": "1s"}
        settings |= {"resolve_after_scans": 1, "prometheus_retries": 0}
        with _serving(tmp_path, "serve", "--upgrade", **settings) as (url, process):
            _wait_for_scan(url, "succeeded")
            server.process.stop(signal.SIGKILL)
            _wait_for_scan(url, "failed")
            before = _get(f"{url}/api/v1/incidents")["items"]
            failed = _wait_for_scan(url, "failed", count=4)
            assert "cannot connect" in failed[0]["error"]
            assert _get(f"{url}/api/v1/incidents")["items"] == before
            assert len(before) == 10
            with pytest.raises(urllib.error.HTTPError) as caught:
                _get(f"{url}/readyz")
            assert caught.value.code == 503
            assert "cannot connect" in caught.value.read().decode()
            caught.value.close()
            assert process.stop() == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_services_on_one_database_never_scan_at_once_nor_twice_the_same(tmp_path, request, kind):
    where = {} if kind == "sqlite" else {"database_url": request.getfixturevalue("postgresql_url")}
    settings = {**where, "scan_interval": "50ms", "scan_jitter": 0, "recording": DEMO}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with (
        _serving(tmp_path / "a", "serve", "--upgrade", **settings) as (one, first),
        _serving(tmp_path / "b", "serve", "--upgrade", **settings) as (other, second),
    ):
        _wait_for_scan(one, "succeeded", count=4)
        _wait_for_scan(other, "succeeded", count=4)
        assert (first.stop(), second.stop()) == (0, 0)
    found, kept = _kept(**where)
    spans = sorted((scan.started_at, scan.finished_at) for scan in found)
    overlaps = [(a, b) for a, b in itertools.pairwise(spans) if a[1] > b[0]]
    assert overlaps == []
    assert len(kept) == len({one.fingerprint for one in kept}) == 10


def test_a_database_that_hangs_is_said_and_does_not_keep_it_from_stopping(tmp_path, postgresql, postgresql_url):
    settings = {"database_url": postgresql_url, "recording": DEMO, "scan_on_start": "false"}
    with _serving(tmp_path, "serve", "--upgrade", **settings) as (url, process):
        assert _get(f"{url}/readyz")["ready"]
        with postgresql.standing_still():
            with pytest.raises(urllib.error.HTTPError) as caught:
                _get(f"{url}/readyz")
            assert "does not answer" in caught.value.read().decode()
            caught.value.close()
            assert _get(f"{url}/healthz") == {"status": "ok"}
            assert process.stop() in {0, 1}


def test_run_scans_the_demo_and_serves(tmp_path):
    with _serving(tmp_path, "run") as (url, process):
        text = process.log.read_text()
        assert "data/session-cache" in text
        assert "10 leaks in 23 workloads" in text
        assert len(_get(f"{url}/api/v1/incidents")["items"]) == 10
        assert process.stop(signal.SIGINT) == 0


def test_run_a_second_time_keeps_what_it_had(tmp_path):
    for _ in range(2):
        with _serving(tmp_path, "run") as (url, process):
            assert len(_get(f"{url}/api/v1/incidents")["items"]) == 10
            process.stop()


def test_run_on_a_prometheus(tmp_path, demo_prometheus):
    with _serving(tmp_path, "run", prometheus_url=demo_prometheus.url) as (url, process):
        assert "by remote_read" in process.log.read_text()
        assert len(_get(f"{url}/api/v1/incidents")["items"]) == 10
        process.stop()


def test_run_on_a_prometheus_that_is_not_there(leakwatch):
    done = leakwatch("run", prometheus_url=f"http://127.0.0.1:{free_port()}", prometheus_retries=0)
    assert (done.status, done.out) == (1, "")
    assert "cannot connect" in done.err

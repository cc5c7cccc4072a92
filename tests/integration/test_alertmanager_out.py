"""Incidents pushed to real Alertmanagers, to all of them, until they are over."""

import json
import time
import urllib.request
from dataclasses import replace

import pytest

from app.alertmanager.push import make_pusher
from app.domain.finding import Severity
from app.domain.lifecycle import IncidentPolicy
from app.scanning.record import Recorder
from app.settings import load_settings
from detectors.judgement import Verdict
from tests.support.findings import finding, report
from tests.support.servers import false_prometheus, free_port, running_alertmanager, wait_until

POLICY = IncidentPolicy(reopen_within=3600.0, resolve_after_scans=1, gone_after=7200.0)
CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"


@pytest.fixture(scope="module")
def manager(tmp_path_factory):
    with running_alertmanager(tmp_path_factory.mktemp("alertmanager"), CONFIG) as one:
        yield one


def _record(engine, *findings, later=0.0):
    now = time.time() + later
    Recorder(engine, POLICY, "scan 1", lambda session: None).record(report(*findings, end=now), now)


def _active(manager, namespace):
    """Severity of each alert of a namespace that fires there."""
    with urllib.request.urlopen(f"{manager.url}/api/v2/alerts?filter=namespace%3D{namespace}", timeout=5) as answer:
        return sorted(one["labels"]["severity"] for one in json.load(answer))


def _pusher(engine, *urls, counted=None):
    settings = load_settings(alertmanager_urls=urls, public_url="https://leakwatch.example.org")
    outcomes = [] if counted is None else counted
    return make_pusher(settings, engine, lambda name, result: outcomes.append((name, result)))


def test_from_its_opening_to_its_end(engine, manager, request):
    name = f"n{abs(hash(request.node.name))}"
    leak = finding(namespace=name)
    pusher = _pusher(engine, manager.url)
    _record(engine, leak)
    pusher.push()
    pusher.push()  # to tell it twice is to tell it once
    assert wait_until(lambda: _active(manager, name), "the alert is there") == ["warning"]
    _record(engine, replace(leak, severity=Severity.CRITICAL), later=1)
    pusher.push()
    wait_until(lambda: _active(manager, name) == ["critical"], "the new severity is the one that fires")
    _record(engine, replace(leak, verdict=Verdict.HEALTHY), later=2)
    pusher.push()
    wait_until(lambda: _active(manager, name) == [], "it is over")
    pusher.close()


def test_one_that_is_away_keeps_nothing_from_the_others_and_hears_of_it_later(engine, tmp_path):
    counted = []
    with running_alertmanager(tmp_path / "a", CONFIG) as one, running_alertmanager(tmp_path / "b", CONFIG) as other:
        pusher = _pusher(engine, other.url, one.url, counted=counted)
        other.process.stop()
        _record(engine, finding(namespace="away"))
        pusher.push()
        wait_until(lambda: _active(one, "away") == ["warning"], "the one that is there knows")
        assert counted == [(other.url, "failed"), (one.url, "ok")]
        other.restart()
        pusher.push()
        wait_until(lambda: _active(other, "away") == ["warning"], "the other one knows, too")
        pusher.close()


@pytest.mark.parametrize("status", [401, 500, 302])
def test_one_that_refuses_is_counted_and_nothing_breaks(sqlite_engine, status):
    counted = []
    with false_prometheus(lambda path, form: (status, "text/plain", b"no")) as refusing:
        _record(sqlite_engine, finding())
        pusher = _pusher(sqlite_engine, refusing.url, counted=counted)
        pusher.push()
        pusher.close()
    assert counted == [(refusing.url, "failed")]


def test_nobody_there_is_counted_and_nothing_breaks(sqlite_engine):
    counted = []
    pusher = _pusher(sqlite_engine, f"http://127.0.0.1:{free_port()}", counted=counted)
    _record(sqlite_engine, finding())
    pusher.push()
    pusher.close()
    assert [result for _, result in counted] == ["failed"]


def test_a_token_is_sent(sqlite_engine):
    with false_prometheus(lambda path, form: (200, "application/json", b"{}")) as taking:
        settings = load_settings(alertmanager_urls=(taking.url,), alertmanager_token="secret-1")
        pusher = make_pusher(settings, sqlite_engine, lambda name, result: None)
        _record(sqlite_engine, finding())
        pusher.push()
        pusher.close()
    ((path, headers, _),) = taking.asked
    assert (path, headers["Authorization"]) == ("/api/v2/alerts", "Bearer secret-1")


def test_without_an_address_nothing_is_pushed(sqlite_engine):
    assert _pusher(sqlite_engine) is None

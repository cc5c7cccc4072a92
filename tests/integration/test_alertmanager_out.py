"""Incidents pushed to real Alertmanagers, to all of them, until they are over."""

import contextlib
import json
import ssl
import time
import urllib.request
from dataclasses import replace

import pytest

from app.alertmanager.push import make_pushers
from app.domain.finding import Severity
from app.domain.lifecycle import IncidentPolicy
from app.errors import SettingsError
from app.scanning.record import Recorder
from app.settings import load_settings
from app.storage.engine import transaction
from app.storage.tables import SilenceRow
from detectors.judgement import Verdict
from tests.support.findings import finding, report
from tests.support.servers import dripping_server, false_prometheus, free_port, running_alertmanager, wait_until
from tests.support.service import make_certificate

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


def _pushers(engine, *urls, counted=None, **more):
    settings = load_settings(alertmanager_urls=urls, public_url="https://leakwatch.example.org", **more)
    outcomes = [] if counted is None else counted
    return make_pushers(settings, engine, lambda name, result: outcomes.append((name, result)))


@contextlib.contextmanager
def _pushing(engine, *urls, **more):
    """What makes each pusher push once."""
    pushers = _pushers(engine, *urls, **more)
    yield lambda: [one.push() for one in pushers]
    for one in pushers:
        one.close()


def test_from_its_opening_to_its_end(engine, manager, request):
    name = f"n{abs(hash(request.node.name))}"
    leak = finding(namespace=name)
    with _pushing(engine, manager.url) as push:
        _record(engine, leak, later=-2)
        push()
        push()  # to tell it twice is to tell it once
        assert wait_until(lambda: _active(manager, name), "the alert is there") == ["warning"]
        _record(engine, replace(leak, severity=Severity.CRITICAL), later=-1)
        push()
        wait_until(lambda: _active(manager, name) == ["critical"], "the new severity is the one that fires")
        _record(engine, replace(leak, verdict=Verdict.HEALTHY))
        push()
        wait_until(lambda: _active(manager, name) == [], "it is over")


def test_what_is_silenced_is_over_until_the_silence_is(engine, manager, request):
    name = f"n{abs(hash(request.node.name))}"
    _record(engine, finding(namespace=name), later=-5)
    with _pushing(engine, manager.url) as push:
        push()
        wait_until(lambda: _active(manager, name), "the alert is there")
        with transaction(engine) as session:
            silence = SilenceRow(
                matchers=[{"name": "namespace", "op": "=", "value": name}],
                author="ann",
                comment="known",
                created_at=time.time() - 1,
                starts_at=time.time() - 1,
                ends_at=time.time() + 3600,
                version=1,
            )
            session.add(silence)
        push()
        wait_until(lambda: _active(manager, name) == [], "it is quiet")
        with transaction(engine) as session:
            session.get(SilenceRow, silence.id).ends_at = time.time()
        push()
        wait_until(lambda: _active(manager, name) == ["warning"], "it is told again")


def test_one_that_is_away_keeps_nothing_from_the_others_and_hears_of_it_later(engine, tmp_path):
    counted = []
    with (
        running_alertmanager(tmp_path / "a", CONFIG) as one,
        running_alertmanager(tmp_path / "b", CONFIG) as other,
        _pushing(engine, other.url, one.url, counted=counted) as push,
    ):
        other.process.stop()
        _record(engine, finding(namespace="away"))
        push()
        wait_until(lambda: _active(one, "away") == ["warning"], "the one that is there knows")
        assert counted == [(other.url, "failed"), (one.url, "ok")]
        other.restart()
        push()
        wait_until(lambda: _active(other, "away") == ["warning"], "the other one knows, too")


def test_notifications_tell_of_what_fired_and_of_nothing_else(sqlite_engine, tmp_path):
    """An alert that never fired, told to be over, would come out beside the others of its group."""
    with false_prometheus(lambda path, form: (200, "text/plain", b"")) as sink:
        config = (
            "route: {receiver: sink, group_by: [namespace], group_wait: 100ms, group_interval: 100ms}\n"
            f"receivers: [{{name: sink, webhook_configs: [{{url: '{sink.url}/'}}]}}]\n"
        )

        def told():
            return [
                (alert["labels"]["severity"], alert["status"])
                for _, _, form in sink.asked
                for alert in json.loads(form)["alerts"]
            ]

        with running_alertmanager(tmp_path / "a", config) as manager, _pushing(sqlite_engine, manager.url) as push:
            _record(sqlite_engine, finding(), later=-1)
            push()
            wait_until(told, "it is told")
            _record(sqlite_engine, finding(verdict=Verdict.HEALTHY))
            push()
            wait_until(lambda: ("warning", "resolved") in told(), "its end is told")
    assert told() == [("warning", "firing"), ("warning", "resolved")]


@pytest.mark.parametrize("status", [401, 500, 302])
def test_one_that_refuses_is_counted_and_nothing_breaks(sqlite_engine, status):
    counted = []
    _record(sqlite_engine, finding())
    with (
        false_prometheus(lambda path, form: (status, "text/plain", b"no")) as refusing,
        _pushing(sqlite_engine, refusing.url, counted=counted) as push,
    ):
        push()
    assert counted == [(refusing.url, "failed")]


@pytest.mark.parametrize(("status", "batches"), [(400, 2), (503, 1)])
def test_a_batch_that_is_rejected_keeps_no_other_back(sqlite_engine, status, batches):
    counted = []
    _record(sqlite_engine, *(finding(f"cart-{number}") for number in range(201)))
    with (
        false_prometheus(lambda path, form: (status, "text/plain", b"no")) as rejecting,
        _pushing(sqlite_engine, rejecting.url, counted=counted) as push,
    ):
        push()
    sizes = [len(json.loads(form)) for _, _, form in rejecting.asked]
    assert (sizes, counted) == ([200, 1][:batches], [(rejecting.url, "failed")])


def test_one_that_never_ends_its_answer_is_not_waited_for(sqlite_engine):
    counted = []
    _record(sqlite_engine, finding())
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    with dripping_server(head, b"x") as url, _pushing(sqlite_engine, url, counted=counted) as push:
        push()
    assert counted == [(url, "ok")]


def test_nobody_there_is_counted_and_nothing_breaks(sqlite_engine):
    counted = []
    _record(sqlite_engine, finding())
    with _pushing(sqlite_engine, f"http://127.0.0.1:{free_port()}", counted=counted) as push:
        push()
    assert [result for _, result in counted] == ["failed"]


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({"alertmanager_token": "secret-1"}, "Bearer secret-1"),
        ({"alertmanager_username": "ann", "alertmanager_password": "pw"}, "Basic YW5uOnB3"),
    ],
)
def test_credentials_are_sent_and_no_proxy_of_the_environment_gets_them(sqlite_engine, monkeypatch, given, header):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    _record(sqlite_engine, finding())
    with (
        false_prometheus(lambda path, form: (200, "application/json", b"{}")) as taking,
        _pushing(sqlite_engine, f"{taking.url}/prefix/", **given) as push,
    ):
        push()
    ((path, headers, _),) = taking.asked
    assert (path, headers["Authorization"]) == ("/prefix/api/v2/alerts", header)


def test_tls_is_checked_against_the_authority_that_is_set(sqlite_engine, tmp_path):
    counted = []
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    _record(sqlite_engine, finding())
    with false_prometheus(lambda path, form: (200, "application/json", b"{}"), tls=context) as taking:
        url = taking.url.replace("http:", "https:")
        for more in ({}, {"alertmanager_ca_file": certificate.file}):
            with _pushing(sqlite_engine, url, counted=counted, **more) as push:
                push()
    assert [result for _, result in counted] == ["failed", "ok"]


def test_an_authority_that_cannot_be_read_is_said_at_once(sqlite_engine, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(SettingsError, match="LEAKWATCH_ALERTMANAGER_CA_FILE"):
        _pushers(sqlite_engine, "https://alertmanager.example", alertmanager_ca_file=tmp_path / "ca.pem")


def test_without_an_address_nothing_is_pushed(sqlite_engine):
    assert _pushers(sqlite_engine) == []

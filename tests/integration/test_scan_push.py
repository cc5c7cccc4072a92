"""`leakwatch scan --push`, as a CronJob runs it: without `serve`, real Alertmanager, real Pushgateway."""

import json
import ssl
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from app.metrics import kept_metrics
from app.prometheus.source import Control
from app.pushgateway import PushgatewayError, push_metrics
from app.scanning.runner import ScanRunner
from app.scanning.service import incident_policy
from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from tests.support.grafana import TOKEN, FalseGrafana, serving
from tests.support.servers import false_prometheus, free_port, running_alertmanager, running_pushgateway
from tests.support.service import make_certificate

CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"
SCAN = ("scan", "--recording", "demo/cluster.parquet", "--quiet", "--output", "json")
LEAKS = 10


@pytest.fixture
def manager(tmp_path):
    with running_alertmanager(tmp_path / "alertmanager", CONFIG) as one:
        yield one


def _get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def _alerts(manager):
    return json.loads(_get(f"{manager.url}/api/v2/alerts"))


def _ends(manager):
    return {datetime.fromisoformat(one["endsAt"]) for one in _alerts(manager)}


def _nobody():
    return f"http://127.0.0.1:{free_port()}"


def test_everybody_is_told_once_and_again_without_a_service(leakwatch, manager, tmp_path, postgresql_url):
    database = {"database_url": postgresql_url}
    assert leakwatch("db", "upgrade", **database).status == 0
    grafana = FalseGrafana()
    with running_pushgateway(tmp_path / "pushgateway") as gateway, serving(grafana) as drawn:
        told = {"alertmanager_urls": manager.url, "pushgateway_url": gateway, "cluster": "eu-1"}
        told |= {"grafana_url": drawn, "grafana_token": TOKEN}
        before = datetime.now(UTC)
        done = leakwatch(*SCAN, "--push", "--every", "15m", **told, **database)
        assert (done.status, len(done.leaks)) == (0, LEAKS), done.err
        assert len(_alerts(manager)) == LEAKS
        assert all(before + timedelta(minutes=59) < end < before + timedelta(minutes=70) for end in _ends(manager))
        shown = _get(f"{gateway}/metrics")
        assert shown.count("\nleakwatch_incident_info{") == LEAKS
        assert 'leakwatch_scan_last_success_timestamp_seconds{instance="eu-1",job="leakwatch"}' in shown
        drawn_first, ends_first = grafana.tagged(), _ends(manager)
        assert len(drawn_first) >= LEAKS

        assert leakwatch(*SCAN, "--push", "--every", "15m", **told, **database).status == 0
        assert min(_ends(manager)) > max(ends_first)
        assert len(_alerts(manager)) == LEAKS
        assert set(grafana.tagged().values()) == {1}


def test_who_cannot_be_told_is_told_the_next_time(leakwatch, manager, tmp_path):
    with running_pushgateway(tmp_path / "pushgateway") as gateway:
        away = _nobody()
        told = {"alertmanager_urls": f"{away},{manager.url}", "pushgateway_url": gateway}
        done = leakwatch(*SCAN, "--push", "--every", "15m", **told)
        assert (done.status, len(done.leaks)) == (1, LEAKS)
        assert f"not told: Alertmanager at {away}; what the database holds is kept" in done.err
        assert len(_alerts(manager)) == LEAKS
        assert "leakwatch_incident_info" in _get(f"{gateway}/metrics")
    done = leakwatch(*SCAN, "--push", "--every", "15m", alertmanager_urls=manager.url, pushgateway_url=_nobody())
    assert done.status == 1
    assert "not told: Pushgateway" in done.err
    assert leakwatch(*SCAN, "--push", "--every", "15m", alertmanager_urls=manager.url).status == 0


def test_a_scan_that_fails_repeats_what_is_known_and_fails(leakwatch, manager):
    told = {"alertmanager_urls": manager.url}
    assert leakwatch(*SCAN, "--push", "--every", "15m", **told).status == 0
    first = _ends(manager)
    done = leakwatch("scan", "--push", "--every", "15m", **told, prometheus_url=_nobody(), prometheus_retries=0)
    assert done.status == 1
    assert "cannot connect" in done.err
    assert min(_ends(manager)) > max(first)


def test_while_another_scan_runs_it_does_nothing_and_says_so(leakwatch, manager):
    settings = load_settings()
    engine = make_engine(settings)
    upgrade(engine)
    running = ScanRunner(engine, incident_policy(settings), lambda control: pytest.fail("never performed"))
    other = running.begin("cli", Control())
    try:
        done = leakwatch(*SCAN, "--push", "--every", "15m", alertmanager_urls=manager.url)
    finally:
        other.abandon("the test is over")
        engine.dispose()
    assert (done.status, done.out) == (0, "")
    assert "another scan is running: this one does nothing" in done.err
    assert _alerts(manager) == []


class TestPushgateway:
    @pytest.fixture
    def registry(self, sqlite_engine):
        return kept_metrics(sqlite_engine, 10)

    def test_it_refuses(self, registry):
        with (
            false_prometheus(lambda path, form: (503, "text/plain", b"busy")) as server,
            pytest.raises(PushgatewayError, match="503"),
        ):
            push_metrics(load_settings(pushgateway_url=server.url), registry)

    def test_nobody_is_there(self, registry):
        with pytest.raises(PushgatewayError, match="ConnectError"):
            push_metrics(load_settings(pushgateway_url=_nobody()), registry)

    def test_a_password_and_an_authority_of_its_own(self, registry, tmp_path):
        certificate = make_certificate(tmp_path)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate.file, certificate.key)
        given = {"pushgateway_username": "ann", "pushgateway_password": "s3cret"}
        with false_prometheus(lambda path, form: (200, "text/plain", b""), tls) as server:
            url = server.url.replace("http://", "https://")
            push_metrics(load_settings(pushgateway_url=url, pushgateway_ca_file=certificate.file, **given), registry)
            with pytest.raises(PushgatewayError):
                push_metrics(load_settings(pushgateway_url=url, **given), registry)
        (path, headers, body), *others = server.asked
        assert (path, others) == ("/metrics/job/leakwatch", [])
        assert headers["Authorization"].startswith("Basic ")
        assert "leakwatch_build_info" in body

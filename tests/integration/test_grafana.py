"""The service keeps annotations in a Grafana over real connections, which are cut, slow, or drip."""

import threading

import pytest
from fastapi.testclient import TestClient

from app.domain.lifecycle import IncidentPolicy
from app.main import create_app
from app.scanning.record import Recorder
from app.settings import load_settings
from tests.support.findings import NOW, finding, report
from tests.support.grafana import TOKEN, FalseGrafana, serving
from tests.support.incidents import evidence_of
from tests.support.servers import wait_until

NOTHING = evidence_of(("a", "v1", (5, 5), (), ()))


@pytest.mark.parametrize("fault", [None, "cut after", "dripping"])
def test_a_leak_is_in_grafana_once(sqlite_engine, monkeypatch, fault):
    grafana, slow = FalseGrafana(), threading.Event()
    if fault == "dripping":
        monkeypatch.setattr("app.grafana.client._WHOLE_SECONDS", 0.3)
    else:
        slow.set()
    if fault == "cut after":
        grafana.faults.append(("POST", "cut after"))
    monkeypatch.setattr("app.grafana.push._FIRST_PAUSE_SECONDS", 0.1)
    Recorder(sqlite_engine, IncidentPolicy(60.0, 1, 7200.0), "scan", lambda session: None).record(
        report(finding("cart", evidence=NOTHING), end=NOW), NOW
    )
    with serving(grafana, slow) as url:
        settings = load_settings(
            scan_on_start=False, insecure_no_auth=True, grafana_url=url, grafana_token=TOKEN, grafana_interval=0.1
        )
        with TestClient(create_app(settings, sqlite_engine, lambda control: report())) as client:
            pushed = f'leakwatch_grafana_push_total{{result="{"recovered" if fault else "created"}"}} 1.0'
            told = wait_until(lambda: pushed in (text := client.get("/metrics").text) and text, "it is pushed")
    assert "leakwatch_grafana_queue_length 0.0" in told
    assert f'leakwatch_grafana_push_total{{result="failed"}} {1.0 if fault else 0.0}' in told
    assert list(grafana.tagged().values()) == [1]
    assert [one["tags"][1] for one in grafana.annotations.values()] == ["leak"]

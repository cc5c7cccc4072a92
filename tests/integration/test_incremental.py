"""Scans that read only what is new, on a real Prometheus."""

import time

import numpy as np
import pytest

from app.domain.severity import SeverityPolicy
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.source import Control, ScanRequest
from app.scanning.scan import scan
from app.scanning.service import make_perform, remembering
from app.settings import load_settings
from detectors.options import Options
from tests.support.servers import wait_until
from tests.support.service import running_service

STEP = 300.0
POLICY = SeverityPolicy(86_400.0, 259_200.0)


def _report(source, end):
    request = ScanRequest(end - 47 * 3600, end, STEP, history_seconds=604_800.0)
    try:
        return scan(source, request, POLICY, Options(), Control(), end)
    finally:
        source.close()


@pytest.mark.parametrize("most", [10_000, 250_000], ids=["small batches", "one batch"])
def test_a_warm_scan_finds_what_a_cold_one_finds_and_reads_a_tenth(demo_prometheus, most):
    settings = load_settings(prometheus_url=demo_prometheus.url, prometheus_max_samples=most)
    now = np.floor(time.time() / STEP) * STEP
    for minutes in (90, 85, 75, 0):
        end = now - minutes * 60.0
        warm = _report(remembering(QueryRangeSource(settings), settings), end)
        cold = _report(QueryRangeSource(settings), end)
        assert warm.findings == cold.findings
        assert (warm.complete, warm.problems, warm.seen) == (True, cold.problems, cold.seen)
    assert warm.samples < cold.samples / 10


def test_a_scan_that_keeps_its_window_says_how_much_it_read(demo_prometheus):
    settings = load_settings(prometheus_url=demo_prometheus.url)
    perform = make_perform(settings, keep_window=True)
    cold, warm = perform(Control()), perform(Control())
    assert warm.samples < cold.samples / 20
    assert {one.fingerprint: one.verdict for one in warm.findings} == {
        one.fingerprint: one.verdict for one in cold.findings
    }


def test_a_scan_for_once_keeps_nothing(demo_prometheus, leakwatch):
    assert leakwatch("scan", "--prometheus-url", demo_prometheus.url, "--no-store").status == 0
    assert not (load_settings().data_dir / "windows").exists()


def test_a_window_that_is_not_to_be_kept_is_not(demo_prometheus):
    settings = load_settings(prometheus_url=demo_prometheus.url, incremental=False)
    make_perform(settings, keep_window=True)(Control())
    assert not (settings.data_dir / "windows").exists()


def test_the_service_reads_only_what_is_new_after_its_first_scan(demo_prometheus, tmp_path):
    settings = {"recording": "", "prometheus_url": demo_prometheus.url, "insecure_no_auth": "true"}
    with running_service(tmp_path, **settings, scan_interval="2s", scan_jitter="0s", scan_on_start="true") as service:

        def ended():
            with service.client() as client:
                found = client.get("/api/v1/scans", params={"state": "succeeded"}).json()["items"]
            return found if len(found) >= 2 else None

        *_, second, first = wait_until(ended, "two scans have ended")
    assert second["summary"]["samples"] < first["summary"]["samples"] / 20
    assert second["leaks"] == first["leaks"]
    assert [one["complete"] for one in second["summary"]["clusters"]] == [True]

"""What a scan says that it cost Prometheus is what Prometheus counts itself."""

import json
import re
import time
import urllib.request

import pytest

from app.prometheus.source import Control
from app.scanning.service import make_perform
from app.settings import load_settings
from tests.support.servers import false_prometheus

_OF_API = r'\{[^}]*handler="/api/v1/(?:query|query_range|series|read)"[^}]*\} (\S+)'


def _counted(url):
    """Requests, bytes of answers and seconds of evaluation, by the server's own metrics."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        text = answer.read().decode()
    series = (
        f"prometheus_http_requests_total{_OF_API}",
        f"prometheus_http_response_size_bytes_sum{_OF_API}",
        r"prometheus_engine_query_duration_seconds_sum\S+ (\S+)",
    )
    return [sum(map(float, re.findall(f"(?m)^{one}", text))) for one in series]


@pytest.mark.parametrize("source", ["query_range", "remote_read"])
def test_the_cost_of_a_scan_is_what_the_server_counts(demo_prometheus, source):
    settings = load_settings(prometheus_url=demo_prometheus.url, history="0s", source=source)
    perform = make_perform(settings, end=time.time() - 60)
    before = _counted(demo_prometheus.url)
    report = perform(Control())
    requests, size, seconds = (now - then for now, then in zip(_counted(demo_prometheus.url), before, strict=True))
    cost = report.cost
    assert (cost.queries, cost.bytes, cost.samples) == (requests, size, report.samples)
    if source == "query_range":  # of reads the server does not tell its time
        assert seconds * 0.9 < cost.seconds < 2 * seconds + 0.5


def test_the_document_and_the_table_tell_the_cost(leakwatch, demo_prometheus):
    asked = ("scan", "--no-store", "--prometheus-url", demo_prometheus.url)
    cost = leakwatch(*asked, "-o", "json").document["scan"]["cost"]
    assert set(cost) == {"queries", "samples", "bytes", "seconds"}
    assert all(value > 0 for value in cost.values())
    assert re.search(r"cost to the server: \d+ queries, \d+ samples, [\d.]+ [KM]iB, [\d.]+ s", leakwatch(*asked).out)


@pytest.mark.parametrize("said", [{}, {"stats": {"samples": {"totalQueryableSamples": 7}}}], ids=["no stats", "stats"])
def test_a_server_that_fails_at_first_was_asked_twice(said):
    tries = iter([503])

    def answer(path, form):
        if path.endswith("/query_range") and next(tries, None):
            return 503, "text/plain", b"busy"
        series = {"namespace": "shop", "pod": "cart-0", "container": "app"}
        if path.endswith("/series"):
            data = [series] if "container_memory_rss" in form else []
        else:
            data = {"resultType": "matrix", "result": [{"metric": series, "values": [[1_700_000_100, "1"]]}], **said}
        return 200, "application/json", json.dumps({"status": "success", "data": data}).encode()

    with false_prometheus(answer) as server:
        settings = load_settings(prometheus_url=server.url, lookback="12h", step="5m", prometheus_concurrency=1)
        cost = make_perform(settings, end=1_700_000_100 + 43_200)(Control()).cost
        assert cost.queries == len(server.asked)
        answered = sum(path.endswith("/query_range") for path, _, _ in server.asked) - 1
    assert cost.samples == answered * (7 if said else 1)

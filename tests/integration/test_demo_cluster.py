"""The demo cluster tells what real programs tell: else a dashboard would be proved on names that nobody exports."""

import re
import urllib.request

import prometheus_client
import pytest
import requests

from alert_rules import conventions
from dashboards import queries
from dashboards.interpolation import interpolate
from dashboards.model import Options
from tests.support import demo_runtimes
from tests.support.demo_cluster import CLUSTER, running_demo, told

_LABELS = re.compile(r'(\w+)="')


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("demo"), CLUSTER) as server:
        yield server


def _shape(selectors):
    """Names with the names of their labels."""
    return {(one.partition("{")[0], tuple(sorted(_LABELS.findall(one)))) for one in selectors}


def _exposed(text):
    return _shape(line.rpartition(" ")[0] for line in text.splitlines() if line and not line.startswith("#"))


def test_python_tells_what_its_client_library_does():
    real = _exposed(prometheus_client.generate_latest(prometheus_client.REGISTRY).decode())
    assert _shape(demo_runtimes.python()) - real == set()


def test_go_tells_what_its_client_library_does(prometheus):
    with urllib.request.urlopen(f"{prometheus.url}/metrics", timeout=10) as answer:
        real = _exposed(answer.read().decode())
    assert _shape(demo_runtimes.go()) - real == set()


@pytest.mark.parametrize("metric", conventions.ALL, ids=lambda metric: metric.name)
def test_leakwatch_tells_each_of_its_metrics(metric):
    name = f"{metric.name}_count" if metric is conventions.HTTP_REQUESTS else metric.name
    labels = tuple(sorted(set(metric.labels) - {"cluster"}))
    assert (name, labels) in _shape(selector for one in told() for selector in one.metrics)


def _asked(prometheus, expr):
    answer = requests.get(f"{prometheus.url}/api/v1/query", params={"query": expr}, timeout=30).json()
    assert answer["status"] == "success", answer["error"]
    return [
        {name: value for name, value in one["metric"].items() if name != "__name__"} for one in answer["data"]["result"]
    ]


def test_the_owners_it_tells_are_those_that_dashboards_find(prometheus):
    every = dict.fromkeys(("cluster", "namespace"), ".*")
    found = _asked(prometheus, interpolate(queries.owners(Options(), queries.NAMESPACE), every))
    recorded = _asked(prometheus, conventions.POD_OWNER)
    assert sorted(found, key=str) == sorted(recorded, key=str)
    assert len(found) == 20


@pytest.mark.parametrize("needed", ["kube_pod_container_info", 'kube_pod_container_resource_limits{resource="memory"}'])
def test_kube_state_metrics_knows_every_container_of_the_kubelet(needed, prometheus):
    containers = 'container_memory_rss{container!=""}'
    assert len(_asked(prometheus, containers)) == 24
    assert _asked(prometheus, f"{containers} unless on (cluster, namespace, pod, container) {needed}") == []

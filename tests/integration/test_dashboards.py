"""Every query of every dashboard, asked of a real Prometheus that holds a demo cluster: it gives series."""

import re

import pytest

from dashboards.builder import document
from dashboards.model import Options
from dashboards.registry import DASHBOARDS
from tests.support.asking import Asking, asked
from tests.support.demo_cluster import CLUSTER, WORKLOADS, running_demo

_HOURS = {"h": 1, "d": 24}


@pytest.fixture(scope="module", params=[CLUSTER, ""], ids=["with a label cluster", "without"])
def cluster(request):
    """The clusters' name, as most have it; and none, as a single cluster has it."""
    return request.param


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory, cluster):
    with running_demo(tmp_path_factory.mktemp("demo"), cluster) as server:
        yield server


def _looked(prometheus, made):
    count, unit = re.fullmatch(r"now-(\d+)([hd])", made["time"]["from"]).groups()
    return Asking(prometheus.url, int(count) * _HOURS[unit])


def _choices(made):
    """What a person chooses: each workload, where the dashboard is about one; else nothing."""
    if all(one["name"] != "workload" for one in made["templating"]["list"]):
        return [{}]
    return [{"namespace": one.namespace, "workload": one.name} for one in WORKLOADS]


def _blind(prometheus, made):
    """The queries that give no series whatever is chosen."""
    asking, left = _looked(prometheus, made), list(asked(made))
    for chosen in _choices(made):
        values, _ = asking.values(made, chosen)
        left = [query for query in left if asking.series(query, values) == 0]
    return left


@pytest.mark.parametrize("kind", DASHBOARDS, ids=lambda kind: kind.name)
def test_every_query_gives_series(kind, prometheus):
    left = _blind(prometheus, document(kind, Options()))
    assert not left, "\n".join(f"{kind.name}: {one.place} gives nothing: {one.expr}" for one in left)


@pytest.mark.parametrize("kind", DASHBOARDS, ids=lambda kind: kind.name)
def test_every_variable_has_values(kind, prometheus, cluster):
    made = document(kind, Options())
    for chosen in _choices(made):
        _, empty = _looked(prometheus, made).values(made, chosen)
        assert empty == ([] if cluster or "cluster" not in empty else ["cluster"]), chosen

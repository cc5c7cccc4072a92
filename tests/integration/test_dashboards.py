"""Every query of every dashboard, asked of a real Prometheus that holds a demo cluster: it gives series."""

import re

import pytest

from dashboards import floors, queries
from dashboards.builder import document
from dashboards.model import Options
from dashboards.registry import DASHBOARDS
from dashboards.rows import runtimes
from dashboards.workload import WORKLOAD
from tests.support.asking import Asked, Asking, asked
from tests.support.demo_cluster import CLUSTER, WORKLOADS, running_demo
from tests.support.demo_workloads import MIB

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


# As it is built where nothing is set, and with matchers of a team's own.
OF_A_TEAM = Options(
    public_url="https://leakwatch.example.org",
    cadvisor='job="kubelet",metrics_path="/metrics/cadvisor",container!=""',
    kube_state_metrics='job="kube-state-metrics"',
)
given_options = pytest.mark.parametrize("options", [Options(), OF_A_TEAM], ids=["as it is", "with matchers"])


def _blind(prometheus, made):
    """The queries that give no series whatever is chosen."""
    asking, left = _looked(prometheus, made), list(asked(made))
    for chosen in _choices(made):
        values, _ = asking.values(made, chosen)
        left = [query for query in left if asking.series(query, values) == 0]
    return left


@given_options
@pytest.mark.parametrize("kind", DASHBOARDS, ids=lambda kind: kind.name)
def test_every_query_gives_series(kind, options, prometheus):
    left = _blind(prometheus, document(kind, options))
    assert not left, "\n".join(f"{kind.name}: {one.place} gives nothing: {one.expr}" for one in left)


@given_options
@pytest.mark.parametrize("kind", DASHBOARDS, ids=lambda kind: kind.name)
def test_every_variable_has_values(kind, options, prometheus, cluster):
    made = document(kind, options)
    for chosen in _choices(made):
        _, empty = _looked(prometheus, made).values(made, chosen)
        assert empty == ([] if cluster or "cluster" not in empty else ["cluster"]), chosen


def test_a_query_that_gives_nothing_is_named(prometheus):
    made = document(WORKLOAD, Options())
    panel = next(one for one in made["panels"] if one["title"] == "RSS by pod")
    panel["targets"][0]["expr"] = 'container_memory_rss{pod="no such pod"}'
    assert [one.place for one in _blind(prometheus, made)] == ["RSS by pod (A)"]


def _figures(prometheus, workload, expr):
    """What an expression about a workload's pods gives, by container; of each pod the same."""
    asking, made = Asking(prometheus.url, 24), document(WORKLOAD, Options())
    values, _ = asking.values(made, {"namespace": "shop", "workload": workload})
    return {labels["container"]: value for labels, value in asking.figures(Asked("", expr, instant=True), values)}


OPTIONS = Options()
HOUR = 3600
# Of which workload, what is asked, and the figure of each container.
SITUATIONS = {
    "the floor of what grows by 60 MiB/h is what it was an hour ago": (
        "cart",
        floors.floor(OPTIONS, queries.POD),
        {"cart": (120 + 60 * 0.5) * MIB},
    ),
    "growth is that of the leak, though it began with a deploy": (
        "cart",
        floors.growth(OPTIONS, queries.POD),
        {"cart": 60 * MIB / HOUR},
    ),
    "four hours ahead the floor has risen by four hours": (
        "cart",
        floors.ahead(OPTIONS, queries.POD, 4 * HOUR),
        {"cart": (120 + 60 * 4.5) * MIB},
    ),
    "the limit is met when the floor has grown to it": (
        "cart",
        floors.time_to_limit(OPTIONS, queries.POD),
        {"cart": (512 - 150) / 60 * HOUR},
    ),
    "two lives of a container make no line": ("reports", floors.growth(OPTIONS, queries.POD), {}),
    "what the pod's own cgroup holds is not counted": (
        "orders",
        queries.cadvisor(OPTIONS, "container_memory_rss", queries.POD),
        {"orders": (410 + 2 * 3) * MIB},
    ),
    "the age is that of the container, not the pod's": ("reports", floors.age(OPTIONS, queries.POD), {"reports": HOUR}),
    "an OOM kill is one": ("reports", f"round({queries.oom_kills(OPTIONS, queries.POD, '3h')})", {"reports": 1}),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_figures_are_what_the_cluster_does(situation, prometheus):
    workload, expr, expected = SITUATIONS[situation]
    assert _figures(prometheus, workload, expr) == pytest.approx(expected, rel=0.02)


RUNTIME_OF = {"cart": "Node.js", "orders": "JVM", "gateway": "Go", "reports": "Python", "billing": ".NET"}


@pytest.mark.parametrize("workload", RUNTIME_OF)
def test_a_workload_has_the_figures_of_its_own_runtime_and_no_other(workload, prometheus):
    asking, made = Asking(prometheus.url, 24), document(WORKLOAD, Options())
    values, _ = asking.values(made, {"namespace": "shop", "workload": workload})
    telling = {
        row.title
        for row in runtimes.runtimes(queries.POD)
        for panel in row.panels
        for query in panel.queries
        if asking.series(Asked(panel.title, query.expr), values)
    }
    assert telling == {RUNTIME_OF[workload]}

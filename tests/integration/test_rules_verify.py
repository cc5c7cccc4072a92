"""Rules judged against a real Prometheus that scrapes a target and evaluates them, some well and some not."""

import json
import time
import urllib.parse
import urllib.request

import numpy as np
import pytest
import yaml

from app.prometheus.source import Control
from app.rules.documents import rules_of
from app.rules.verify.run import verify
from app.rules.verify.selectors import USUAL_SOURCES
from app.settings import load_settings
from demo.load import Series, push
from tests.support.servers import exporting, running_prometheus, wait_until

PAGE = """\
# TYPE container_memory_rss gauge
container_memory_rss{namespace="shop",pod="web-1",container="web"} 100
container_memory_rss{namespace="shop",pod="web-2",container="web"} 300
container_spec_memory_limit_bytes{namespace="shop",pod="web-1",container="web"} 400
container_spec_memory_limit_bytes{namespace="shop",pod="web-2",container="web"} 1000
# TYPE kube_pod_status_phase gauge
kube_pod_status_phase{namespace="shop",pod="web-1",phase="Running"} 1
kube_pod_status_phase{namespace="shop",pod="web-1",phase="Failed"} 0
kube_pod_status_phase{namespace="shop",pod="web-2",phase="Running"} 1
kube_pod_status_phase{namespace="shop",pod="web-2",phase="Failed"} 0
kube_pod_container_status_last_terminated_reason{namespace="shop",pod="web-1",reason="Error"} 1
# TYPE kube_pod_container_status_waiting_reason gauge
# TYPE cart_failures counter
kube_node_info{node="node-1"} 1
kube_node_pressure{node="node-1.example.org"} 1
muted{namespace="shop"} 1
requests_total{code="200"} 5
"""
GONE_SECONDS = 900

# What each expression is, as an alert that is loaded: its state, and what must be said of it.
ALERTS = {
    "a value far from its threshold": ("container_memory_rss > 1e9", "armed", None),
    "a value above its threshold": ("container_memory_rss > 200", "armed", None),
    "no such case now": (
        'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1',
        "armed_no_case",
        '`kube_pod_container_status_last_terminated_reason` has series, and none now with reason="OOMKilled" '
        "(reason is Error)",
    ),
    "no such case, in a join": (
        "container_memory_rss > 1 and on (namespace, pod) "
        'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1',
        "armed_no_case",
        'reason="OOMKilled"',
    ),
    "a metric that is announced, with no series": (
        'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"} == 1',
        "armed_no_case",
        "a target announces it",
    ),
    "a counter that is announced, with no series": (
        "increase(cart_failures_total[5m]) > 0",
        "armed_no_case",
        "a target announces it",
    ),
    "no such metric": ("no_such_metric > 1", "blind", "no series of `no_such_metric`"),
    "another job": (
        'container_memory_rss{job="kubelet"} > 1',
        "blind",
        '`container_memory_rss` has series, and none with job="kubelet"',
    ),
    "an announced metric of another job": (
        'kube_pod_container_status_waiting_reason{job="ksm"} > 0',
        "blind",
        'no target with job="ksm"',
    ),
    "no such label": ('container_memory_rss{reason="x"} > 1', "blind", "none has a label `reason`"),
    "a regular expression no value of which is there": (
        'requests_total{code=~"5.."} > 1',
        "armed_no_case",
        "code is 200",
    ),
    "older than the data": ("container_memory_rss offset 7d > 1", "blind", "has series now, and none 7d ago"),
    "a series of a while ago": ("gone_total > 0", "blind", "no series of `gone_total`"),
    "a series of a while ago, in its range": ("max_over_time(gone_total[1h]) > 9", "armed", None),
    "a range that holds one sample": ("rate(container_memory_rss[900ms]) > 9", "blind", "two samples"),
    "a join with partners": (
        "container_memory_rss / on (namespace, pod, container) container_spec_memory_limit_bytes > 0.9",
        "armed",
        None,
    ),
    "a join with a filtered side": (
        "container_memory_rss * on (namespace, pod) group_left () (kube_pod_status_phase == 1) > 1e9",
        "armed",
        None,
    ),
    "a join that nothing passes now": (
        'container_memory_rss * on (namespace, pod) group_left () (kube_pod_status_phase{phase="Failed"} == 1) > 1',
        "armed",
        None,
    ),
    "a join without partners": (
        "kube_node_info * on (node) group_left () kube_node_pressure > 0",
        "blind",
        'finds no partners: 1 series on the left, such as {node="node-1"}, '
        '1 on the right, such as {node="node-1.example.org"}; none have the same node',
    ),
    "a join by `and` without partners": ("kube_node_info and kube_node_pressure > 0", "blind", "finds no partners"),
    "a side of a join that is absent": (
        "container_memory_rss / on (pod) no_such_metric > 1",
        "blind",
        "no series of `no_such_metric`",
    ),
    "a guard that excludes nothing": ("container_memory_rss > 1e9 unless on (namespace) no_such_guard", "armed", None),
    "a guard that is not true now": ("container_memory_rss > 1 unless on (namespace) muted == 2", "armed", None),
    "a guard that excludes all": (
        "container_memory_rss > 1 unless on (namespace) muted == 1",
        "armed_no_case",
        "excludes all",
    ),
    "one side of or": ("container_memory_rss > 1e9 or no_such_metric > 1", "armed", None),
    "no side of or": ("no_such_metric > 1 or no_such_metric_either > 1", "blind", "no_such_metric_either"),
    "an absent metric, filled in": (
        "(sum(no_such_metric) or vector(0)) / sum(container_memory_rss) > 0.1",
        "blind",
        "no series of `no_such_metric`",
    ),
    "absence, while it is there": ('absent(container_memory_rss{namespace="shop"})', "armed", None),
    "absence, of what is absent": ("absent(no_such_metric)", "armed", None),
    "never true": ("count(container_memory_rss > 1e9) == 0", "blind", "never true"),
    "a filter inside": ("count(container_memory_rss > 1e9) > 2", "armed", None),
    "a threshold of another metric": (
        "container_memory_rss > on (namespace, pod, container) container_spec_memory_limit_bytes",
        "armed",
        None,
    ),
    "a scalar of nothing": ("container_memory_rss > scalar(no_such_metric)", "blind", "no series of `no_such_metric`"),
    "a subquery": ("max_over_time((container_memory_rss > 250)[1m:1s]) > 1e9", "armed", None),
    "an evaluation that fails": (
        "container_memory_rss * on (namespace) kube_pod_status_phase > 1",
        "blind",
        "its evaluation fails: ",
    ),
    "a recorded metric": ("namespace:rss:sum > 1e9", "armed", None),
    "a recorded metric without its source": (
        "namespace:cpu:sum > 1",
        "blind",
        "`namespace:cpu:sum` has no series: no series of `container_cpu_usage_seconds_total`",
    ),
    "a recorded metric of one without its source": (
        "cluster:cpu:sum > 1",
        "blind",
        "`namespace:cpu:sum` has no series: no series of `container_cpu_usage_seconds_total`",
    ),
    "a recorded metric that has no case": (
        "namespace:oom:sum > 1",
        "armed_no_case",
        "`namespace:oom:sum` has no series: `kube_pod_container_status_last_terminated_reason` has series, and none",
    ),
}
RECORDINGS = {
    "namespace:rss:sum": ("sum by (namespace) (container_memory_rss)", "armed"),
    "namespace:cpu:sum": ("sum by (namespace) (rate(container_cpu_usage_seconds_total[5m]))", "blind"),
    "cluster:cpu:sum": ("sum(namespace:cpu:sum)", "blind"),
    "namespace:oom:sum": (
        'sum by (namespace) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"})',
        "armed_no_case",
    ),
    "namespace:huge:count": ("count by (namespace) (container_memory_rss > 1e9)", "armed_no_case"),
}


def _name(situation):
    return "".join(word.capitalize() for word in situation.replace(",", "").replace("`", "").split())


def _alert(situation, expr, **more):
    return {"alert": _name(situation), "expr": expr, "for": "10m", "labels": {"severity": "info"}} | more


def _documents(alerts, recordings=()):
    groups = [{"name": "recordings", "rules": list(recordings)}] if recordings else []
    return [{"groups": [*groups, {"name": "alerts", "rules": list(alerts)}]}]


OURS = _documents(
    [_alert(situation, expr) for situation, (expr, *_) in ALERTS.items()]
    + [
        _alert("loaded with another hold", "container_memory_rss > 7"),
        _alert("loaded with another expression", "container_memory_rss > 8"),
        _alert("not loaded", "container_memory_rss > 9"),
        _alert("not loaded and blind", "no_such_metric > 9"),
        _alert("written otherwise", "sum( container_memory_rss )\n  by (namespace,)>1e9 # a remark"),
        _alert("recorded by what is not loaded", "namespace:left:out > 1"),
    ],
    [
        *({"record": name, "expr": expr} for name, (expr, _) in RECORDINGS.items()),
        {"record": "namespace:left:out", "expr": "sum by (namespace) (container_memory_rss)"},
    ],
)
LOADED = _documents(
    [_alert(situation, expr) for situation, (expr, *_) in ALERTS.items()]
    + [
        _alert("loaded with another hold", "container_memory_rss > 7") | {"for": "5m"},
        _alert("loaded with another expression", "container_memory_rss > 88"),
        _alert("written otherwise", "sum by(namespace)(container_memory_rss) > 1000000000"),
        _alert("recorded by what is not loaded", "namespace:left:out > 1"),
    ],
    [{"record": name, "expr": expr} for name, (expr, _) in RECORDINGS.items()],
)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """It scrapes the page each second, and has evaluated its rules on it twice."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "rules.yml").write_text(yaml.safe_dump(LOADED[0]))
    with exporting(PAGE) as target, running_prometheus(folder / "prometheus", "--web.enable-lifecycle") as server:
        now = time.time()
        gone = np.arange(now - GONE_SECONDS, now - GONE_SECONDS + 60, 15.0)
        push(server.url, [Series({"__name__": "gone_total"}, gone, np.ones(gone.size))])
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "rules.yml")],
            "scrape_configs": [{"job_name": "page", "static_configs": [{"targets": [target]}]}],
        }
        (server.folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        urllib.request.urlopen(urllib.request.Request(f"{server.url}/-/reload", method="POST"), timeout=15)
        wait_until(lambda: _has(server.url, "count_over_time(namespace:rss:sum[1m]) > 2"), "rules were evaluated")
        yield server


def _has(url, query):
    with urllib.request.urlopen(f"{url}/api/v1/query?query={urllib.parse.quote(query)}", timeout=15) as answer:
        return json.load(answer)["data"]["result"]


@pytest.fixture(scope="module")
def found(prometheus):
    settings = load_settings(prometheus_url=prometheus.url)
    verification = verify(OURS, settings, Control(), sources=USUAL_SOURCES)
    assert len(verification.rules) == len(rules_of(OURS))
    return {rule.name: rule for rule in verification.rules}


@pytest.mark.parametrize("situation", ALERTS)
def test_how_an_alert_stands(found, situation):
    _, state, reason = ALERTS[situation]
    rule = found[_name(situation)]
    assert (rule.state.value, rule.loading is not None) == (state, True), rule.reasons
    assert (reason or "") in " ".join(rule.reasons)
    assert bool(rule.reasons) == (reason is not None)


@pytest.mark.parametrize("name", RECORDINGS)
def test_how_a_recording_stands(found, name):
    assert found[name].state.value == RECORDINGS[name][1], found[name].reasons


@pytest.mark.parametrize(
    ("situation", "reason", "data"),
    [
        ("not loaded", "it is not loaded", "armed"),
        ("not loaded and blind", "it is not loaded no series of `no_such_metric`", "blind"),
        ("loaded with another expression", "another expression, in group alerts: `container_memory_rss > 88`", "armed"),
    ],
)
def test_what_is_missing(found, situation, reason, data):
    rule = found[_name(situation)]
    assert (rule.state.value, rule.data.value) == ("missing", data)
    assert reason in " ".join(rule.reasons)


def test_an_alert_on_a_recording_that_is_not_loaded_names_it(found):
    rule = found[_name("recorded by what is not loaded")]
    assert rule.state.value == "blind"
    assert rule.reasons == ("`namespace:left:out` has no series: of its rule: it is not loaded",)


def test_an_expression_is_the_same_however_it_is_written(found):
    assert found[_name("written otherwise")].state.value == "armed"


def test_a_hold_that_differs_is_noted(found):
    rule = found[_name("loaded with another hold")]
    assert rule.state.value == "armed"
    assert rule.notes == ("for: 5m is loaded, 10m is ours",)


@pytest.mark.parametrize(
    ("situation", "note"),
    [
        ("one side of or", "one side of `or` is blind: no series of `no_such_metric`"),
        ("a guard that excludes nothing", "`unless` excludes nothing: no series of `no_such_guard`"),
    ],
)
def test_a_dead_part_that_keeps_nothing_from_firing_is_noted(found, situation, note):
    assert found[_name(situation)].notes == (note,)


@pytest.mark.parametrize(
    ("situation", "value", "op", "threshold", "pod"),
    [
        ("a value far from its threshold", 300, ">", 1e9, "web-2"),
        ("a threshold of another metric", 100, ">", 400, "web-1"),
        ("a join with partners", 0.3, ">", 0.9, "web-2"),
        ("a filter inside", None, None, None, None),
    ],
)
def test_the_value_that_is_nearest_to_fire(found, situation, value, op, threshold, pod):
    nearest = found[_name(situation)].nearness
    if value is None:
        assert nearest is None
    else:
        assert (nearest.value, nearest.op, nearest.threshold) == (pytest.approx(value), op, threshold)
        assert dict(nearest.labels).get("pod") == pod


def test_every_selector_is_counted_with_what_it_is_for(found):
    seen = found[_name("a guard that excludes nothing")].selectors
    assert [(one.selector, one.role.value, one.series) for one in seen] == [
        ("container_memory_rss", "needed", 2),
        ("no_such_guard", "guard", 0),
    ]


def test_how_many_of_an_alert_are_under_way_is_told(found):
    loading = found[_name("a value above its threshold")].loading
    assert (loading.pending, loading.firing, loading.health, loading.interval_seconds) == (1, 0, "ok", 1.0)

"""Leaks by PromQL alone, on a real Prometheus that holds the demo cluster: its rules evaluate, and find what leaks."""

import json
import re
import time
from pathlib import Path

import pytest

from alert_rules import conventions as names
from alert_rules.owners import owner_group
from alert_rules.pack import Options
from alert_rules.packs.leaks_with_service import LEAKS_WITH_SERVICE
from alert_rules.packs.leaks_without_service import LEAKS_WITHOUT_SERVICE
from alert_rules.packs.tuned import TUNED
from alert_rules.rule import Recording
from demo.load import load
from tests.support.evaluated import TAKES_THE_PAST, ask, record
from tests.support.servers import running_prometheus

DEMO = Path(__file__).resolve().parents[2] / "demo"
TRUTH = json.loads((DEMO / "cluster.labels.json").read_text(encoding="utf-8"))
LEAKING = {name for name, one in TRUTH.items() if one["leak"]}
# They came with a deploy of the last day, or are OOM-killed before they are a day old.
TOO_YOUNG = {"shop/cart", "shop/image-resizer"}
# It grows in stairs, and rests at the end.
RESTS = {"logistics/routing"}
PACK = LEAKS_WITHOUT_SERVICE.build(Options())
HOURS = 30
KINDS = (LEAKS_WITH_SERVICE, LEAKS_WITHOUT_SERVICE, TUNED)
ALERTS = [names.PUSHED_LEAK, *(one.name for kind in KINDS for one in kind.build(Options()).alerts)]
RUNBOOKS = DEMO.parent / "docs" / "runbooks"


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """The Prometheus, and the moment at which the recording ends."""
    with running_prometheus(tmp_path_factory.mktemp("leaks"), configured=TAKES_THE_PAST) as prometheus:
        end = time.time() // 300 * 300
        load(DEMO / "cluster.parquet", prometheus.url, end)
        record(prometheus.url, (owner_group(Options()), *PACK.groups), end - HOURS * 3600, end)
        yield prometheus.url, end


def _workloads(found):
    return {f"{labels['namespace']}/{labels['workload']}": value for labels, value in found}


def test_every_series_is_recorded(evaluated):
    url, end = evaluated
    recorded = {rule.name for group in PACK.groups for rule in group.rules if isinstance(rule, Recording)}
    # The recording is shorter than a week.
    assert {name for name in recorded if ask(url, name, end)} == recorded - {names.GROWTH_7D}


def test_what_leaks_ranks_above_what_does_not(evaluated):
    url, end = evaluated
    grows = _workloads(ask(url, f"max by (namespace, workload) ({names.STEADY_GROWTH})", end))
    healthy = max(value for name, value in grows.items() if name not in LEAKING)
    assert {name for name, value in grows.items() if value > healthy} == LEAKING - TOO_YOUNG - RESTS


def test_what_leaks_raises_the_alert_and_nothing_else_does(evaluated):
    url, end = evaluated
    (alert,) = (one for one in PACK.alerts if one.name == names.MEMORY_LEAK)
    assert set(_workloads(ask(url, alert.expr, end))) == LEAKING - TOO_YOUNG - RESTS


@pytest.mark.parametrize("alert", PACK.alerts, ids=lambda one: one.name)
def test_every_alert_can_be_asked(evaluated, alert):
    url, end = evaluated
    assert {f"{one['namespace']}/{one['workload']}" for one, _ in ask(url, alert.expr, end)} <= LEAKING


@pytest.mark.parametrize("alert", ALERTS)
def test_what_its_runbook_asks_can_be_asked(evaluated, alert):
    url, end = evaluated
    page = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    for line in "\n".join(re.findall(r"```promql\n(.*?)```", page, re.DOTALL)).splitlines():
        ask(url, line, end)


@pytest.mark.parametrize("alert", ALERTS)
def test_its_runbook_has_the_parts_of_every_runbook(alert):
    page = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    parts = [f"# {alert}", "## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]
    assert re.findall(r"^#{1,2} .*$", page, re.MULTILINE) == parts

"""What is asked of rule files."""

import pytest

from alert_rules.lint import RuleFile, lint
from alert_rules.pack import Options
from alert_rules.rule import rule_file
from alert_rules.unit_tests import unit_tests
from tests.support.packs import KNOWN

GOOD = {
    "alert": "DiskFull",
    "expr": "disk_used > 1",
    "for": "5m",
    "labels": {"severity": "warning"},
    "annotations": {
        "summary": "A disk is full.",
        "description": "{{ $labels.disk }} is full.",
        "runbook_url": "https://r.example.org/DiskFull",
    },
}


def _of(*rules, tests=()):
    return RuleFile("a.yml", {"groups": [{"name": "g", "rules": list(rules)}]}, tests)


def _alert(**changes):
    return {key: value for key, value in (GOOD | changes).items() if value is not None}


def _annotated(**changes):
    return _alert(annotations=GOOD["annotations"] | changes)


def _sum(expr):
    return {"record": "pod:memory:sum", "expr": expr}


WRONG = {
    "no runbook": (_annotated(runbook_url=""), "runbook"),
    "no annotations": (_alert(annotations=None), "runbook"),
    "a summary without its full stop": (_annotated(summary="A disk is full"), "summary"),
    "a summary that changes": (_annotated(summary="{{ $labels.disk }} is full."), "summary"),
    "a description that says nothing of which": (_annotated(description="A disk is full."), "description"),
    "no for": (_alert(**{"for": None}), "for"),
    "an empty for": (_alert(**{"for": ""}), "for"),
    "an unknown severity": (_alert(labels={"severity": "page"}), "severity"),
    "no severity": (_alert(labels=None), "severity"),
    "a value in a label": (_alert(labels={"severity": "info", "full": "{{ $value }}"}), "changing-label"),
    "a value in a label, worked over": (
        _alert(labels={"severity": "info", "full": "{{ $value | humanize }}"}),
        "changing-label",
    ),
    "a label made of values": (_alert(expr='count_values("size", disk_size) > 1'), "changing-label"),
    "a name in small letters": (_alert(alert="disk_full"), "name"),
    "no expression": (_alert(expr=None), "expr"),
    "a recording without levels": ({"record": "disk_used", "expr": "a"}, "recording"),
    "a rule of neither kind": ({"expr": "a"}, "shape"),
    "a sum of containers": (_sum("sum by (namespace, pod) (container_memory_rss)"), "sum"),
    "a sum with its labels behind": (_sum('sum(container_memory_rss{container!=""}) by (pod)'), "sum"),
    "a sum of rates": (_sum("sum by (pod) (rate(container_cpu_cfs_throttled_periods_total[5m]))"), "sum"),
    "a sum beside a max": (_sum("max by (pod) (container_memory_rss) / sum by (pod) (container_memory_cache)"), "sum"),
}
FINE = {
    "an alert": GOOD,
    "at once": _alert(**{"for": "0m"}),
    "a label by another": _alert(labels={"severity": "info", "who": "{{ $labels.owner }}"}),
    "a sum of what is max": _sum("sum by (namespace) (max by (namespace, pod, container) (container_memory_rss))"),
    "a sum of what has several series": _sum("sum by (pod) (rate(container_network_receive_bytes_total[5m]))"),
    "a sum of failures by kind": _sum("sum by (pod) (rate(container_memory_failures_total[5m]))"),
    "a sum of something else": _sum(
        'sum by (pod) (queue_length{of="container_memory_rss"}) # not container_memory_rss'
    ),
    "a max": _sum("max by (pod) (sum_over_time(container_memory_rss[1h:5m]))"),
}


@pytest.mark.parametrize(("rule", "code"), WRONG.values(), ids=WRONG.keys())
def test_it_complains_of(rule, code):
    assert code in {one.code for one in lint([_of(rule)])}


@pytest.mark.parametrize("rule", FINE.values(), ids=FINE.keys())
def test_it_is_content_with(rule):
    assert lint([_of(rule)]) == ()


def test_a_name_twice_over_files_is_told_of_the_second():
    other = RuleFile("b.yml", _of(GOOD).rules)
    (complaint,) = lint([_of(GOOD), other])
    assert (complaint.file, complaint.code) == ("b.yml", "unique")
    assert "a.yml" in complaint.text


def test_what_is_recorded_in_two_files_is_told_of_the_second():
    recorded = {"record": "disk:used:max", "expr": "max by (disk) (disk_used)"}
    (complaint,) = lint([_of(recorded, recorded), RuleFile("b.yml", _of(recorded).rules)])
    assert (complaint.file, complaint.rule, complaint.code) == ("b.yml", "disk:used:max", "unique")


@pytest.mark.parametrize(
    "document", [None, [], "rules", {}, {"groups": 3}, {"groups": [{"rules": ["a"]}]}, {"groups": [7]}]
)
def test_what_is_no_rule_file_is_said_to_be_none(document):
    assert [one.code for one in lint([RuleFile("a.yml", document)])] == ["shape"]


def test_a_file_without_rules_is_a_mistake():
    assert [one.code for one in lint([_of()])] == ["empty"]


@pytest.mark.parametrize(("fires", "missing"), [([{}], "must not fire"), ([], "fires")], ids=["fires", "quiet"])
def test_every_alert_is_tested_both_ways(fires, missing):
    tests = {"tests": [{"alert_rule_test": [{"alertname": "DiskFull", "exp_alerts": fires}]}]}
    (complaint,) = lint([_of(GOOD, tests=[tests])])
    assert (complaint.code, complaint.rule) == ("untested", "DiskFull")
    assert complaint.text.endswith(missing)


@pytest.mark.parametrize("tests", [3, {"tests": 3}, {"tests": [{"alert_rule_test": "a"}]}, {"tests": [None]}])
def test_tests_that_are_none_test_nothing(tests):
    assert [one.code for one in lint([_of(GOOD, tests=[tests])])] == ["untested", "untested"]


def test_it_is_content_with_whole_packs():
    packs = [kind.build(Options()) for kind in KNOWN]
    url = "https://r.example.org"
    files = [RuleFile(str(n), rule_file(one.groups, url), [unit_tests(one, [], url)]) for n, one in enumerate(packs)]
    assert lint(files) == ()

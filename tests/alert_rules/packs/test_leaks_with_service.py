"""The alerts on the service's own metrics, by the real promtool."""

import subprocess
from dataclasses import replace

import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.pack import Options
from alert_rules.packs.leaks_with_service import CONFIRMED, LEAKS_WITH_SERVICE
from alert_rules.rule import Group, rule_file
from tests.support.servers import need

PACK = LEAKS_WITH_SERVICE.build(Options())
WHO = 'job="leakwatch",cluster="c",namespace="shop",workload="cart",container="app",incident_id="7"'
LABELS = {
    "job": "leakwatch",
    "cluster": "c",
    "namespace": "shop",
    "workload": "cart",
    "container": "app",
    "incident_id": "7",
}
UP = {f'{names.INCIDENTS_UNTOLD.name}{{job="leakwatch"}}': "0x60"}
AWAY = dict.fromkeys(UP, "0x15 stale")
LOUD = UP | {f"{names.INCIDENT_SILENCED.name}{{{WHO}}}": "0x30"}

# The series of half an hour, and which alerts on the incident fire at its end.
SITUATIONS = {
    "suspected": ({f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.6x30"}, {names.LEAK_SUSPECTED}),
    "confirmed": ({f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x30"}, {names.LEAK_CONFIRMED}),
    "a day left": ({f"{names.INCIDENT_TIME_TO_LIMIT.name}{{{WHO}}}": "80000x30"}, {names.LIMIT_WITHIN_24H}),
    "hours left": (
        {f"{names.INCIDENT_TIME_TO_LIMIT.name}{{{WHO}}}": "9000x30"},
        {names.LIMIT_WITHIN_24H, names.LIMIT_WITHIN_4H},
    ),
    "weeks left": ({f"{names.INCIDENT_TIME_TO_LIMIT.name}{{{WHO}}}": "900000x30"}, set()),
    "came with a revision": ({f"{names.INCIDENT_SUSPECTED.name}{{{WHO}}}": "1x30"}, {names.LEAK_CAME_WITH_REVISION}),
    "no revision suspected": ({f"{names.INCIDENT_SUSPECTED.name}{{{WHO}}}": "0x30"}, set()),
    "silenced": (
        {
            f"{names.INCIDENT_TIME_TO_LIMIT.name}{{{WHO}}}": "9000x30",
            f"{names.INCIDENT_SILENCED.name}{{{WHO}}}": "1x30",
        },
        set(),
    ),
    "told by two replicas": (
        {
            f'{names.INCIDENT_PROBABILITY.name}{{{WHO},instance="a"}}': "0.97x30",
            f'{names.INCIDENT_PROBABILITY.name}{{{WHO},instance="b"}}': "0.97x30",
        },
        {names.LEAK_CONFIRMED},
    ),
    "the service is away": (
        {f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x15 stale", **AWAY},
        {names.LEAK_CONFIRMED},
    ),
    "the service is away, and that of another cluster is not": (
        {
            f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x15 stale",
            **AWAY,
            f'{names.INCIDENTS_UNTOLD.name}{{job="another"}}': "0x30",
        },
        {names.LEAK_CONFIRMED},
    ),
    "one of two replicas is away": (
        {
            f'{names.INCIDENT_PROBABILITY.name}{{{WHO},instance="a"}}': "0.97x15 stale",
            f'{names.INCIDENT_PROBABILITY.name}{{{WHO},instance="b"}}': "0.97x30",
        },
        {names.LEAK_CONFIRMED},
    ),
    "one of two replicas is away, and the other says that it is over": (
        {
            f'{names.INCIDENT_PROBABILITY.name}{{{WHO},instance="a"}}': "0.97x15 stale",
            f'{names.INCIDENT_PROBABILITY.name}{{{WHO},instance="b"}}': "0.97x18 stale",
        },
        set(),
    ),
    "the service is away, and it was silenced": (
        {
            f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x15 stale",
            f"{names.INCIDENT_SILENCED.name}{{{WHO}}}": "1x15 stale",
            **AWAY,
        },
        set(),
    ),
    "it is over": ({f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x15 stale"}, set()),
}
OF_SCANS = {
    "scans fail": ({f'{names.SCANS.name}{{job="leakwatch",state="failed"}}': "0+1x90"}, names.SCAN_FAILING),
    "no scan has succeeded": ({f'{names.SCAN_LAST_SUCCESS.name}{{job="leakwatch"}}': "0x90"}, names.SCAN_STALE),
    "the service is gone": ({f'{names.SCAN_LAST_SUCCESS.name}{{job="leakwatch"}}': "0x5 stale"}, names.SCAN_STALE),
    "scans read too little": ({f'{names.SCAN_COMPLETE.name}{{job="leakwatch"}}': "0x90"}, names.SCAN_INCOMPLETE),
}
QUIET = {
    "scans go well": {
        f'{names.SCANS.name}{{job="leakwatch",state="failed"}}': "0x90",
        f'{names.SCAN_LAST_SUCCESS.name}{{job="leakwatch"}}': "0+60x90",
        f'{names.SCAN_COMPLETE.name}{{job="leakwatch"}}': "1x90",
    },
    "one replica lags behind, and the other does not": {
        f'{names.SCAN_LAST_SUCCESS.name}{{job="leakwatch",instance="a"}}': "0x90",
        f'{names.SCAN_LAST_SUCCESS.name}{{job="leakwatch",instance="b"}}': "0+60x90",
    },
}
ON_SCANS = {names.SCAN_FAILING, names.SCAN_STALE, names.SCAN_INCOMPLETE}
ON_SERVICE = ON_SCANS | {names.COVERAGE_FELL, names.PUSH_FAILING}


def _promtool(folder, rules, *arguments, test=None):
    """promtool's status and words on rules, and on a test of them."""
    (folder / "rules.yml").write_text(yaml.safe_dump(rules))
    if test is not None:
        (folder / "tests.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}))
    found = subprocess.run([need("promtool"), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return found.returncode, found.stdout + found.stderr


def _bare(alert):
    """An alert whose annotations say nothing: promtool compares them whole, and what fires is asked here."""
    return replace(alert, summary="", description="")


def _test_of(series, minutes, fires):
    """A test for promtool. fires: for each alert the labels that it fires with, None where it does not."""
    alerts = [
        {
            "alertname": name,
            "eval_time": f"{minutes}m",
            "exp_alerts": []
            if labels is None
            else [
                {
                    "exp_labels": labels,
                    "exp_annotations": {"summary": "", "description": "", "runbook_url": f"r/{name}"},
                }
            ],
        }
        for name, labels in fires.items()
    ]
    given = [{"series": name, "values": values} for name, values in series.items()]
    return {"interval": "1m", "input_series": given, "alert_rule_test": alerts}


@pytest.mark.parametrize(("series", "names_of_fires"), SITUATIONS.values(), ids=SITUATIONS.keys())
def test_which_alerts_an_incident_raises(tmp_path, series, names_of_fires):
    alerts = [_bare(one) for one in PACK.alerts if one.name not in ON_SERVICE]
    fires = {one.name: LABELS | {"severity": one.severity} if one.name in names_of_fires else None for one in alerts}
    test = _test_of(LOUD | series, 20, fires)
    status, said = _promtool(
        tmp_path, rule_file([Group("leaks", tuple(alerts))], "r"), "test", "rules", "tests.yml", test=test
    )
    assert status == 0, said


@pytest.mark.parametrize(("series", "name"), OF_SCANS.values(), ids=OF_SCANS.keys())
def test_which_alerts_scans_raise(tmp_path, series, name):
    (alert,) = (_bare(one) for one in PACK.alerts if one.name == name)
    labels = {"job": "leakwatch", "severity": alert.severity} | (
        {"state": "failed"} if name == names.SCAN_FAILING else {}
    )
    test = _test_of(series, 85, {name: labels})
    status, said = _promtool(
        tmp_path, rule_file([Group("leaks", (alert,))], "r"), "test", "rules", "tests.yml", test=test
    )
    assert status == 0, said


@pytest.mark.parametrize("series", QUIET.values(), ids=QUIET.keys())
def test_scans_that_go_well_raise_none(tmp_path, series):
    alerts = [_bare(one) for one in PACK.alerts if one.name in ON_SCANS]
    test = _test_of(series, 85, dict.fromkeys((one.name for one in alerts), None))
    status, said = _promtool(
        tmp_path, rule_file([Group("leaks", tuple(alerts))], "r"), "test", "rules", "tests.yml", test=test
    )
    assert status == 0, said


def test_it_fires_once_it_has_lasted_and_says_which_and_how_soon(tmp_path):
    (alert,) = (one for one in PACK.alerts if one.name == names.LIMIT_WITHIN_4H)
    annotations = {
        "summary": "A leaking container reaches its memory limit within four hours.",
        "description": "shop/cart (app) is expected to be OOM-killed in 2h 30m 0s.",
        "runbook_url": "https://runbooks.example.org/LeakwatchLimitWithin4h",
    }
    fires = {"exp_labels": LABELS | {"severity": "critical"}, "exp_annotations": annotations}
    test = _test_of(LOUD | {f"{names.INCIDENT_TIME_TO_LIMIT.name}{{{WHO}}}": "9000x30"}, 4, {alert.name: None})
    test["alert_rule_test"].append({"alertname": alert.name, "eval_time": "6m", "exp_alerts": [fires]})
    rules = rule_file([Group("leaks", (alert,))], "https://runbooks.example.org")
    status, said = _promtool(tmp_path, rules, "test", "rules", "tests.yml", test=test)
    assert status == 0, said


def test_what_counts_as_confirmed_can_be_set():
    (alert,) = (
        one
        for one in LEAKS_WITH_SERVICE.build(Options(thresholds={CONFIRMED: 0.8})).alerts
        if one.name == names.LEAK_CONFIRMED
    )
    assert ">= 0.8" in alert.expr

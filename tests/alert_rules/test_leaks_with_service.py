"""The alerts on the service's own metrics, by the real promtool."""

import subprocess
from dataclasses import replace

import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.leaks_with_service import Thresholds, leaks_with_service
from alert_rules.rule import rule_file
from tests.support.servers import need

RULES = rule_file("leakwatch-leaks", leaks_with_service(), "https://runbooks.example.org")
WHO = 'cluster="c",namespace="shop",workload="cart",container="app",incident_id="7"'
LABELS = {"cluster": "c", "namespace": "shop", "workload": "cart", "container": "app", "incident_id": "7"}
UP = {names.INCIDENTS_UNTOLD.name: "0x60"}
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
        {f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x15 stale", names.INCIDENTS_UNTOLD.name: "0x15 stale"},
        {names.LEAK_CONFIRMED},
    ),
    "the service is away, and it was silenced": (
        {
            f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x15 stale",
            f"{names.INCIDENT_SILENCED.name}{{{WHO}}}": "1x15 stale",
            names.INCIDENTS_UNTOLD.name: "0x15 stale",
        },
        set(),
    ),
    "it is over": ({f"{names.INCIDENT_PROBABILITY.name}{{{WHO}}}": "0.97x15 stale"}, set()),
    "scans go well": ({f'{names.SCANS.name}{{state="failed"}}': "0x30"}, set()),
}
OF_SCANS = {
    "scans fail": ({f'{names.SCANS.name}{{state="failed"}}': "0+1x90"}, names.SCAN_FAILING),
    "no scan has succeeded": ({names.SCAN_LAST_SUCCESS.name: "0x90"}, names.SCAN_STALE),
    "scans read too little": ({names.SCAN_COMPLETE.name: "0x90"}, names.SCAN_INCOMPLETE),
}
ON_INCIDENTS = {one.name for one in leaks_with_service()} - {
    names.SCAN_FAILING,
    names.SCAN_STALE,
    names.SCAN_INCOMPLETE,
}


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
                    "exp_annotations": {"summary": "", "description": "", "runbook_url": f"r/{name}.md"},
                }
            ],
        }
        for name, labels in fires.items()
    ]
    given = [{"series": name, "values": values} for name, values in series.items()]
    return {"interval": "1m", "input_series": given, "alert_rule_test": alerts}


def test_promtool_finds_nothing_wrong(tmp_path):
    status, said = _promtool(tmp_path, RULES, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml")
    assert status == 0, said


@pytest.mark.parametrize(("series", "names_of_fires"), SITUATIONS.values(), ids=SITUATIONS.keys())
def test_which_alerts_an_incident_raises(tmp_path, series, names_of_fires):
    alerts = [_bare(one) for one in leaks_with_service() if one.name in ON_INCIDENTS]
    fires = {one.name: LABELS | {"severity": one.severity} if one.name in names_of_fires else None for one in alerts}
    test = _test_of(LOUD | series, 20, fires)
    status, said = _promtool(tmp_path, rule_file("leaks", alerts, "r"), "test", "rules", "tests.yml", test=test)
    assert status == 0, said


@pytest.mark.parametrize(("series", "name"), OF_SCANS.values(), ids=OF_SCANS.keys())
def test_which_alerts_scans_raise(tmp_path, series, name):
    (alert,) = (_bare(one) for one in leaks_with_service() if one.name == name)
    labels = {"severity": alert.severity} | ({"state": "failed"} if name == names.SCAN_FAILING else {})
    test = _test_of(series, 85, {name: labels})
    status, said = _promtool(tmp_path, rule_file("leaks", [alert], "r"), "test", "rules", "tests.yml", test=test)
    assert status == 0, said


def test_what_counts_as_confirmed_can_be_set():
    (alert,) = (one for one in leaks_with_service(Thresholds(confirmed=0.8)) if one.name == names.LEAK_CONFIRMED)
    assert ">= 0.8" in alert.expr

"""What docs/alerting.md tells people to configure, as Prometheus and Alertmanager read it."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.pack import Options
from alert_rules.packs.leaks_with_service import LEAKS_WITH_SERVICE
from alert_rules.packs.leaks_without_service import LEAKS_WITHOUT_SERVICE
from alert_rules.packs.tuned import TUNED
from alert_rules.rule import rule_file
from app.domain.alert_kinds import KIND_LABEL
from tests.support.servers import need

PACKS = (LEAKS_WITH_SERVICE, LEAKS_WITHOUT_SERVICE, TUNED)
ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "alerting.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n# (\S+)\n(.*?)```", TEXT, re.DOTALL)
OF_PROMETHEUS = [block for file, block in BLOCKS if file == "prometheus.yml"]
OF_ALERTMANAGER = [block for file, block in BLOCKS if file == "alertmanager.yml"]


def _run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _write_rules(folder):
    """What the command of the page writes of the packs that it speaks of."""
    folder.mkdir()
    for kind in PACKS:
        rules = rule_file(kind.build(Options()).groups, "https://runbooks.example.org")
        (folder / f"{kind.name}.rules.yml").write_text(yaml.safe_dump(rules))


def test_there_is_something_to_try():
    assert (len(OF_PROMETHEUS), len(OF_ALERTMANAGER)) == (1, 2)


def test_prometheus_takes_its_configuration_and_the_rules(tmp_path):
    _write_rules(tmp_path / "rules")
    (tmp_path / "viewer-token").write_text("lw_x")
    (tmp_path / "prometheus.yml").write_text(OF_PROMETHEUS[0].replace("/etc/leakwatch/", f"{tmp_path}/"))
    status, said = _run(need("promtool"), "check", "config", "prometheus.yml", cwd=tmp_path)
    counts = [sum(len(group.rules) for group in kind.build(Options()).groups) for kind in PACKS]
    assert (status, sorted(map(int, re.findall(r"(\d+) rules found", said)))) == (0, sorted(counts)), said


@pytest.mark.parametrize("block", OF_ALERTMANAGER)
def test_alertmanager_takes_its_configuration(tmp_path, block):
    (tmp_path / "alertmanager.yml").write_text(block)
    status, said = _run(need("amtool"), "check-config", "alertmanager.yml", cwd=tmp_path)
    assert status == 0, said


def test_alerts_go_to_the_webhook_and_to_the_on_call(tmp_path):
    (tmp_path / "alertmanager.yml").write_text(OF_ALERTMANAGER[1])
    command = (need("amtool"), "config", "routes", "test", "--config.file=alertmanager.yml")
    assert _run(*command, "--verify.receivers=leakwatch,on-call", "alertname=KubePodOOMKilled", cwd=tmp_path)[0] == 0


def test_every_alert_is_listed_with_its_severity():
    listed = dict(re.findall(r"^\| `([A-Z]\w+)` \| (\w+) \|", TEXT, re.MULTILINE))
    assert listed == {alert.name: alert.severity for kind in PACKS for alert in kind.build(Options()).alerts}


@pytest.mark.parametrize(
    ("source", "quiet"),
    [
        (names.LIMIT_WITHIN_4H, {names.LIMIT_WITHIN_24H, names.LEAK_CONFIRMED, names.LEAK_SUSPECTED}),
        (names.LIMIT_WITHIN_24H, {names.LEAK_CONFIRMED, names.LEAK_SUSPECTED}),
    ],
)
def test_the_worst_alert_keeps_the_others_quiet_and_not_itself(source, quiet):
    rules = yaml.safe_load(OF_ALERTMANAGER[0])["inhibit_rules"]
    (rule,) = (one for one in rules if one["source_matchers"] == [f"alertname = {source}"])
    pattern = re.search(r'"(.*)"', rule["target_matchers"][0])[1]
    fits = {alert.name for alert in LEAKS_WITH_SERVICE.build(Options()).alerts if re.fullmatch(pattern, alert.name)}
    assert fits == quiet | {names.LEAK_CAME_WITH_REVISION}


def test_metrics_and_settings_that_it_names_are_there():
    metrics = {metric.name for metric in names.ALL}
    recorded = {rule.name for kind in PACKS for group in kind.build(Options()).groups for rule in group.rules}
    told = set(re.findall(r"(?<!:)\b(?:namespace\w*:)?leakwatch_[\w:]+", TEXT))
    assert told - {KIND_LABEL} <= metrics | recorded
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for setting in re.findall(r"LEAKWATCH_\w+", TEXT):
        assert f"`{setting}`" in readme, setting

"""What docs/alerting.md tells people to configure, as Prometheus and Alertmanager read it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.leaks_with_service import leaks_with_service
from app.domain.alert_kinds import KIND_LABEL
from tests.support.servers import need

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "alerting.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n# (\S+)\n(.*?)```", TEXT, re.DOTALL)
OF_PROMETHEUS = [block for file, block in BLOCKS if file == "prometheus.yml"]
OF_ALERTMANAGER = [block for file, block in BLOCKS if file == "alertmanager.yml"]


def _run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _written_rules(folder):
    """What the command of the page writes."""
    program, url = re.search(r"python -c '(.*?)' (\S+) > leakwatch.rules.yml", TEXT, re.DOTALL).groups()
    program = re.sub(r"^    ", "", program, flags=re.MULTILINE)
    command = [sys.executable, "-c", program, url]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    file = folder / "leakwatch.rules.yml"
    file.write_text(written)
    return file


def test_there_is_something_to_try():
    assert (len(OF_PROMETHEUS), len(OF_ALERTMANAGER)) == (1, 2)


def test_prometheus_takes_its_configuration_and_the_rules(tmp_path):
    _written_rules(tmp_path)
    (tmp_path / "viewer-token").write_text("lw_x")
    (tmp_path / "prometheus.yml").write_text(OF_PROMETHEUS[0].replace("/etc/leakwatch/", f"{tmp_path}/"))
    status, said = _run(need("promtool"), "check", "config", "prometheus.yml", cwd=tmp_path)
    assert (status, f"{len(leaks_with_service())} rules found" in said) == (0, True), said


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
    listed = dict(re.findall(r"^\| `(Leakwatch\w+)` \| (\w+) \|", TEXT, re.MULTILINE))
    assert listed == {alert.name: alert.severity for alert in leaks_with_service()}


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
    fits = {alert.name for alert in leaks_with_service() if re.fullmatch(pattern, alert.name)}
    assert fits == quiet | {names.LEAK_CAME_WITH_REVISION}


def test_metrics_and_settings_that_it_names_are_there():
    metrics = {metric.name for metric in names.ALL}
    assert set(re.findall(r"\bleakwatch_\w+", TEXT)) - {KIND_LABEL} <= metrics
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for setting in re.findall(r"LEAKWATCH_\w+", TEXT):
        assert f"`{setting}`" in readme, setting

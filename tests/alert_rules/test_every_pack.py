"""Every pack of the registry, as it is built: by our lint, by the real promtool, and by its runbooks.

A pack that joins the registry is tested by that alone.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from alert_rules.conventions import PUSHED_LEAK
from alert_rules.lint import RuleFile, lint
from alert_rules.pack import Options
from alert_rules.registry import PACKS, USUAL
from app.errors import SettingsError
from app.rules.forms import RuleFormat
from app.rules.generate import build, files_of
from app.rules.settings import loads
from app.rules.testing import run_built
from tests.support.promtool import promtool

RUNBOOKS = Path(__file__).resolve().parents[2] / "docs" / "runbooks"
NAMES = [one.name for one in PACKS]
ALERTS = [alert.name for kind in PACKS for alert in kind.build(Options()).alerts]
# As clusters have it: cAdvisor and kube-state-metrics in jobs of their own, and labels of a team.
ELSEWHERE = """
selectors:
  cadvisor: job="kubelet",metrics_path="/metrics/cadvisor",container!="",container!="POD"
  kube_state_metrics: job=~"kube-state-metrics|ksm"
team: platform
labels: {area: memory}
"""


def _written(folder, text):
    settings = loads(f"runbook_url: https://runbooks.example.org\n{text}")
    built = build(settings)
    for name, content in files_of(built, RuleFormat.RULES, settings, "rules.yml").items():
        (folder / name).write_text(content)
    return built


@pytest.mark.parametrize("name", NAMES)
def test_promtool_accepts_it_and_finds_that_it_does_as_its_situations_say(tmp_path, name):
    built = _written(tmp_path, f"packs: [{name}]\n")
    promtool(
        tmp_path, "check", "rules", "--lint=all", "--lint-fatal", *(one.name for one in tmp_path.glob("*.rules.yml"))
    )
    assert "".join(one.said for one in run_built(built)) == ""


def test_promtool_runs_the_file_of_tests_as_it_is_written(tmp_path):
    _written(tmp_path, "packs: [certificates]\n")
    promtool(tmp_path, "test", "rules", "certificates.tests.yml")


@pytest.mark.parametrize("name", NAMES)
def test_it_fires_in_a_cluster_whose_series_have_other_jobs(tmp_path, name):
    """Where nothing must fire, a selector that meets no series would do as well: those are left out here."""
    (built,) = [one for one in _written(tmp_path, f"packs: [{name}]\n{ELSEWHERE}") if one.name == name]
    fires = [one for one in built.tests["tests"] if one["alert_rule_test"][0]["exp_alerts"]]
    said = run_built([replace(built, tests=built.tests | {"tests": fires})])
    assert "".join(one.said for one in said) == ""
    assert built.usual is None, "a situation is only true with the usual selectors"


@pytest.mark.parametrize("kind", PACKS, ids=NAMES)
def test_thresholds_are_its_own_and_can_be_set(kind):
    assert {one.pack for one in kind.thresholds} <= {kind.name}
    assert len({one.name for one in kind.thresholds}) == len(kind.thresholds)
    for threshold in kind.thresholds:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", threshold.name)
        other = Options(thresholds={threshold: threshold.default * 2 + 1})
        assert kind.build(other).groups != kind.build(Options()).groups, f"{threshold.name} changes nothing"


def test_the_lint_finds_nothing_in_all_of_them_together(tmp_path):
    built = _written(tmp_path, f"packs: [{', '.join(NAMES)}]\n")
    files = [RuleFile(one.rules_name, one.rules, [one.tests] if one.tests else []) for one in built]
    assert [f"{one.file}: {one.rule}: {one.text}" for one in lint(files)] == []


def test_names_are_unique():
    assert len(set(NAMES)) == len(NAMES)
    groups = [group.name for kind in PACKS for group in kind.build(Options()).groups]
    assert sorted(set(groups)) == sorted(groups)
    assert all(one.startswith("leakwatch") for one in groups)


def test_the_usual_packs_are_there():
    assert set(USUAL) <= set(NAMES)


def test_every_alert_has_a_runbook_and_no_runbook_is_left_over():
    assert sorted(path.stem for path in RUNBOOKS.glob("*.md")) == sorted([*ALERTS, PUSHED_LEAK])


@pytest.mark.parametrize("name", ALERTS)
def test_a_runbook_has_its_parts(name):
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#{1,2} .*", text, re.MULTILINE)
    assert headings == [f"# {name}", "## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]


def test_the_settings_in_the_guide_can_be_and_what_it_says_of_a_wrong_one_is_said():
    guide = (RUNBOOKS.parent / "rules.md").read_text(encoding="utf-8")
    settings = re.search(r"```yaml\n(.*?)```", guide, re.DOTALL)[1]
    assert build(loads(settings))
    with pytest.raises(SettingsError) as caught:
        loads(settings.replace("memory_used: 85%", "memory_used: 5MiB"))
    assert f"    leakwatch: {caught.value}\n" in guide


def test_what_is_built_is_yaml_that_others_read(tmp_path):
    for one in _written(tmp_path, f"packs: [{', '.join(NAMES)}]\n"):
        assert yaml.safe_load((tmp_path / one.rules_name).read_text()) == one.rules

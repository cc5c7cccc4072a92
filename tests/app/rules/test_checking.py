"""Reading rules out of anybody's files, checking them, and running their tests."""

import pytest
import yaml

from alert_rules.manifest import prometheus_rule
from app.errors import UsageError
from app.rules import tools
from app.rules.checking import check, read_of
from app.rules.forms import RuleFormat
from app.rules.generate import build, files_of
from app.rules.reading import read
from app.rules.settings import loads
from app.rules.testing import run_built, run_read
from tests.support.packs import KNOWN
from tests.support.servers import need

SETTINGS = loads("packs: [disks, queues]\nrunbook_url: https://r.example.org\n", known=KNOWN)
OTHER = loads("packs: [disks]\nthresholds: {disks: {full: 97%}}\n", known=KNOWN)
RULES = {"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "up == 0", "for": "1m"}]}]}
ROUTES = {"route": {"receiver": "a"}, "receivers": [{"name": "a"}]}


@pytest.fixture
def folder(tmp_path):
    """With what is built, as manifests or as rule files."""

    def fill(settings=SETTINGS, form=RuleFormat.RULES):
        for name, text in files_of(build(settings, KNOWN), form, settings, "rules.yml").items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return fill


def _found(checked):
    return {(one.rule, one.code) for one in checked.complaints}


def test_what_is_built_has_nothing_to_mend():
    need("promtool")
    built = build(SETTINGS, KNOWN)
    checked = check(read_of(built), built)
    assert (checked.complaints, checked.ok) == ((), True)
    assert [(one.tool, one.ok) for one in checked.tools] == [("promtool", True), ("amtool", None)]


@pytest.mark.parametrize("form", RuleFormat)
def test_a_folder_that_was_built_has_nothing_to_mend_and_its_tests_succeed(folder, form):
    need("promtool")
    found = read([folder(form=form)])
    assert check(found).ok
    assert [(one.name, one.situations, one.ok) for one in run_read(found)] == [("disks", 4, True), ("queues", 2, True)]


def test_an_alert_that_is_tested_as_it_usually_is_counts_as_tested(folder):
    found = read([folder(OTHER)])
    assert _found(check(found)) == {("DiskFull", "untested")}
    assert check(found, build(OTHER, KNOWN)).complaints == ()


def test_what_the_settings_change_is_tested_as_it_usually_is():
    need("promtool")
    outcomes = run_built(build(OTHER, KNOWN))
    assert [(one.name, one.situations, one.ok) for one in outcomes] == [
        ("disks", 2, True),
        ("disks (as it usually is)", 2, True),
    ]


def test_a_rule_that_does_something_else_fails_its_test_by_name(folder):
    need("promtool")
    rules = folder() / "disks.rules.yml"
    rules.write_text(rules.read_text().replace("> 0.9", "> 0.99"))
    outcomes = {one.name: one for one in run_read(read([rules.parent]))}
    assert outcomes["queues"].ok
    assert outcomes["disks"].failed == ("DiskFull: a disk is full",)
    assert "exp:" in outcomes["disks"].said


def test_rules_that_are_none_fail_all_their_tests(folder):
    need("promtool")
    rules = folder() / "disks.rules.yml"
    rules.write_text(rules.read_text().replace("> 0.9", "> > 0.9"))
    outcomes = {one.name: one for one in run_read(read([rules.parent]))}
    assert len(outcomes["disks"].failed) == 4
    assert not check(read([rules.parent])).tools[0].ok


def test_a_list_of_manifests_and_many_documents_are_each_checked(tmp_path):
    manifest = prometheus_rule("a", RULES, {}, None)
    (tmp_path / "list.yml").write_text(yaml.safe_dump({"kind": "List", "items": [manifest, manifest]}))
    (tmp_path / "two.yml").write_text(yaml.safe_dump_all([RULES, manifest]))
    found = read([tmp_path])
    assert list(found.rules) == ["list-1.yml", "list-2.yml", "two-1.yml", "two-2.yml"]
    assert all(one == RULES for one in found.rules.values())


def test_amtool_is_asked_of_a_configuration_of_alertmanager(tmp_path):
    need("amtool")
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(ROUTES))
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(RULES))
    assert [one.ok for one in check(read([tmp_path])).tools if one.tool == "amtool"] == [True]
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(ROUTES | {"route": {"receiver": "b"}}))
    checked = check(read([tmp_path]))
    (said,) = [one for one in checked.tools if one.tool == "amtool"]
    assert (said.ok, checked.ok) == (False, False)
    assert str(tmp_path) not in said.text


def test_a_tool_that_is_not_installed_is_said_to_be_none(monkeypatch):
    monkeypatch.setattr(tools.shutil, "which", lambda _: None)
    built = build(SETTINGS, KNOWN)
    checked = check(read_of(built), built)
    assert (checked.ok, checked.tools[0].ok, checked.tools[0].text) == (True, None, "is not installed")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.yml", b"a: [\n", "is not YAML"),
        ("a.yml", b"\xff", "is not UTF-8 text"),
        ("a.yml", b"a: !!python/name:os.system\n", "is not YAML"),
        ("a.yml", b"a: &a [*a]\n", "a.yml:1: is within itself"),
        ("a.yml", b"a: \x01\n", "a.yml: is not YAML: special characters"),
        ("a.yml", b"a: " + b"[" * 2000, "a.yml: is nested too deeply"),
        ("a.yml", b"# nothing\n", "has no rules in it"),
        ("b.txt", b"a", "has no rules in it"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_name(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read([tmp_path])


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path):
    with pytest.raises(UsageError, match=r"gone\.yml: cannot be read"):
        read([tmp_path / "gone.yml"])


def test_a_few_lines_that_anchors_make_too_much_of_are_refused(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (tmp_path / "bomb.yml").write_text("\n".join(lines))
    with pytest.raises(UsageError, match=r"bomb\.yml:6: its anchors make too much of it"):
        read([tmp_path / "bomb.yml"])


OTHERS = {
    "leakwatch-rules.yml": "team: a\n",
    "alertmanager-routes.yml": "# Generated by `leakwatch rules alertmanager build` from a: change that.\nalerts: []\n",
    "leakwatch-dashboards.yaml": "# Generated by `leakwatch dashboards build`: change that.\napiVersion: 1\n",
    "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
}


def test_of_a_folder_what_is_plainly_no_rules_is_passed_over(tmp_path):
    (tmp_path / "a.yml").write_text(yaml.safe_dump(RULES))
    (tmp_path / "misspelt.yml").write_text("group: []\n")
    for name, text in OTHERS.items():
        (tmp_path / name).write_text(text)
    assert list(read([tmp_path]).rules) == ["a.yml", "misspelt.yml"]


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_named_itself_is_looked_at_whatever_it_is(tmp_path, name):
    (tmp_path / name).write_text(OTHERS[name])
    assert list(read([tmp_path / name]).rules) == [name]

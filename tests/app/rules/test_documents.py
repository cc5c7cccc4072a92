"""Rules out of documents, and documents out of folders."""

import pytest

from app.errors import UsageError
from app.rules.documents import read_folder, rules_of

FILE = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: x > 1\n    for: 5m\n    labels: {severity: info}\n"
MANIFEST = "kind: PrometheusRule\nspec:\n  groups:\n  - name: h\n    rules:\n    - {record: 'a:b:c', expr: sum(x)}\n"


def test_rule_files_and_manifests_hold_rules_and_other_files_do_not(tmp_path):
    (tmp_path / "a.rules.yml").write_text(FILE)
    (tmp_path / "b.yaml").write_text(f"{MANIFEST}---\nkind: ConfigMap\n")
    (tmp_path / "b.tests.yml").write_text("rule_files: [a.rules.yml]\ntests: []\n")
    (tmp_path / "notes.txt").write_text("{")
    rules = rules_of(read_folder(tmp_path))
    assert [(one.kind, one.name, one.group, one.hold, dict(one.labels)) for one in rules] == [
        ("alert", "A", "g", "5m", {"severity": "info"}),
        ("record", "a:b:c", "h", "0s", {}),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "a.yml:1: is not YAML"),
        ("a: 1\n", "there are no rules in"),
        ("groups:\n- rules: 5\n", "no list of rules"),
        ("groups:\n- 5\n", "no list of rules"),
        ("groups:\n- {name: g, rules: [{alert: A}]}\n", "group g: a rule without"),
        ("groups:\n- {name: g, rules: [{expr: x}]}\n", "group g: a rule without"),
        ("groups:\n- {name: g, rules: [5]}\n", "group g: a rule without"),
    ],
    ids=["no YAML", "no rules", "no list", "no group", "no expression", "no name", "no rule"],
)
def test_what_holds_no_rules(tmp_path, text, says):
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(UsageError, match=says):
        rules_of(read_folder(tmp_path))


def test_no_folder(tmp_path):
    with pytest.raises(UsageError, match="is no folder"):
        read_folder(tmp_path / "none")

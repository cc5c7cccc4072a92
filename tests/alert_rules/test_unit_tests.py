"""A pack's situations as promtool's unit tests."""

from dataclasses import replace

import pytest
import yaml

from alert_rules.pack import Fired, Pack, Situation
from alert_rules.rule import Alert, Group, rule_file
from alert_rules.unit_tests import unit_tests
from tests.support import promtool

FULL = Alert(
    "DiskFull",
    "disk_used_ratio > 0.9",
    "5m",
    "warning",
    "A disk is nearly full.",
    "{{ $labels.disk }} is {{ $value | humanizePercentage }} full.",
    labels={"area": "disks"},
)
FIRES = Situation(
    "it stays full",
    "DiskFull",
    {'disk_used_ratio{disk="a"}': "0.95x10"},
    "6m",
    (Fired({"disk": "a"}, "a is 95% full."),),
)
QUIET = Situation("it is full for a moment", "DiskFull", {'disk_used_ratio{disk="a"}': "0.95x3 0.5x10"}, "6m")
PACK = Pack((Group("disks", (FULL,)),), (FIRES, QUIET))


def test_promtool_accepts_and_runs_it(tmp_path):
    promtool.check(PACK, tmp_path)
    promtool.run(PACK, tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(FIRES, fires=()),
        replace(FIRES, fires=(Fired({"disk": "b"}, "a is 95% full."),)),
        replace(FIRES, fires=(Fired({"disk": "a"}, "a is 96% full."),)),
        replace(FIRES, at="4m"),
        replace(QUIET, fires=(Fired({"disk": "a"}, "a is 95% full."),)),
    ],
    ids=["quiet", "another label", "other words", "too soon", "fires"],
)
def test_promtool_finds_what_is_not_as_the_situation_says(tmp_path, wrong):
    with pytest.raises(pytest.fail.Exception, match="FAILED"):
        promtool.run(replace(PACK, situations=(wrong,)), tmp_path)


def test_labels_of_the_team_are_wanted_of_every_alert(tmp_path):
    tests = unit_tests(PACK, ["r.yml"], "https://r.example.org", {"team": "platform"})
    rules = rule_file(PACK.groups, "https://r.example.org", {"team": "platform"})
    (tmp_path / "r.yml").write_text(yaml.safe_dump(rules))
    (tmp_path / "t.yml").write_text(yaml.safe_dump(tests))
    promtool.promtool(tmp_path, "test", "rules", "t.yml")
    (expected,) = tests["tests"][0]["alert_rule_test"][0]["exp_alerts"]
    assert expected["exp_labels"] == {"disk": "a", "severity": "warning", "team": "platform", "area": "disks"}


def test_rules_are_evaluated_as_often_as_the_closest_series_are_sampled():
    slow, fast = replace(QUIET, interval="1h"), replace(QUIET, interval="5m")
    assert unit_tests(replace(PACK, situations=(slow, fast)), [], "r")["evaluation_interval"] == "5m"


def test_a_situation_about_no_alert_of_the_pack_is_refused():
    with pytest.raises(ValueError, match="DiskGone"):
        unit_tests(replace(PACK, situations=(replace(QUIET, alert="DiskGone"),)), [], "r")

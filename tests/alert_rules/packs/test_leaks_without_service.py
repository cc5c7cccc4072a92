"""Leaks by PromQL alone, by the real promtool."""

from alert_rules.pack import Options
from alert_rules.packs.leaks_without_service import LEAKS_WITHOUT_SERVICE
from tests.support import promtool


def test_promtool_finds_nothing_wrong(tmp_path):
    promtool.check(LEAKS_WITHOUT_SERVICE.build(Options()), tmp_path)


def test_alerts_fire_when_they_should_and_only_then(tmp_path):
    promtool.run(LEAKS_WITHOUT_SERVICE.build(Options()), tmp_path)

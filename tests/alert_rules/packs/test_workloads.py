"""The pack on containers and workloads, by the real promtool."""

from alert_rules.pack import Options
from alert_rules.packs.workloads.pack import WORKLOADS
from tests.support import promtool


def test_promtool_finds_nothing_wrong(tmp_path):
    promtool.check(WORKLOADS.build(Options()), tmp_path)


def test_every_situation_is_told_as_it_is(tmp_path):
    promtool.run(WORKLOADS.build(Options()), tmp_path)

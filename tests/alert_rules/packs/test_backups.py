"""The pack on backups, by the real promtool."""

from alert_rules.pack import Options
from alert_rules.packs.backups import BACKUPS
from tests.support import promtool


def test_promtool_finds_nothing_wrong(tmp_path):
    promtool.check(BACKUPS.build(Options()), tmp_path)


def test_every_situation_is_told_as_it_is(tmp_path):
    promtool.run(BACKUPS.build(Options()), tmp_path)

"""The pack on certificates, by the real promtool."""

from alert_rules.pack import Options
from alert_rules.packs.certificates import CERTIFICATES
from tests.support import promtool


def test_promtool_finds_nothing_wrong(tmp_path):
    promtool.check(CERTIFICATES.build(Options()), tmp_path)


def test_every_situation_is_told_as_it_is(tmp_path):
    promtool.run(CERTIFICATES.build(Options()), tmp_path)

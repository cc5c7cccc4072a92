from alert_rules.pack import Options
from alert_rules.packs.tuned import TUNED
from tests.support import promtool


def test_promtool_finds_nothing_wrong(tmp_path):
    promtool.check(TUNED.build(Options()), tmp_path)


def test_alerts_fire_when_they_should_and_only_then(tmp_path):
    promtool.run(TUNED.build(Options()), tmp_path)

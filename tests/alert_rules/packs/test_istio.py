from alert_rules.pack import Options
from alert_rules.packs.istio import ISTIO
from tests.support import promtool


def test_promtool_accepts_the_rules(tmp_path):
    promtool.check(ISTIO.build(Options()), tmp_path)


def test_the_situations(tmp_path):
    promtool.run(ISTIO.build(Options()), tmp_path)

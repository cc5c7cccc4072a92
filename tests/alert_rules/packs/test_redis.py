from alert_rules.pack import Options
from alert_rules.packs.redis import REDIS
from tests.support import promtool


def test_promtool_accepts_the_rules(tmp_path):
    promtool.check(REDIS.build(Options()), tmp_path)


def test_the_situations(tmp_path):
    promtool.run(REDIS.build(Options()), tmp_path)

from alert_rules.pack import Options
from alert_rules.packs.ingress_nginx import INGRESS_NGINX
from tests.support import promtool


def test_promtool_accepts_the_rules(tmp_path):
    promtool.check(INGRESS_NGINX.build(Options()), tmp_path)


def test_the_situations(tmp_path):
    promtool.run(INGRESS_NGINX.build(Options()), tmp_path)

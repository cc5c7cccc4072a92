"""Thresholds of a namespace or a workload, by the real promtool."""

import pytest
import yaml

from alert_rules.pack import Options, Override, Pack, Threshold, Unit
from alert_rules.rule import Group, Recording, rule_file
from alert_rules.thresholds import compared, threshold_recordings, threshold_series
from tests.support import promtool

USUAL = Threshold("a-pack", "growth", 10.0, Unit.COUNT, "Too much.", True)
OTHER = Threshold("a-pack", "shrinking", 10.0, Unit.COUNT, "Too little.", True)
SHOP = Override("shop", None, USUAL, 20.0)
CART = Override("shop", "cart", USUAL, 5.0)
PAYMENTS_CART = Override("payments", "cart", USUAL, 40.0)
# Every figure of every workload, from 0 to 50.
FIGURES = tuple(range(0, 51, 3))


def _let_through(overrides, namespace, workload, comparison):
    """Which figures of a workload get through, by an independent reading of the overrides."""
    of = {(one.namespace, one.workload): one.value for one in overrides if one.threshold == USUAL}
    limit = of.get((namespace, workload), of.get((namespace, None), USUAL.default))
    return [one for one in FIGURES if (one >= limit if comparison == ">=" else one > limit)]


@pytest.mark.parametrize(
    "overrides",
    [(), (SHOP,), (CART,), (SHOP, CART), (SHOP, CART, PAYMENTS_CART), (Override("shop", None, OTHER, 1.0),)],
    ids=["none", "a namespace", "a workload", "both", "two namespaces", "of another threshold"],
)
@pytest.mark.parametrize("comparison", [">", ">="])
def test_the_closest_threshold_decides(tmp_path, overrides, comparison):
    options = Options(overrides=overrides)
    rules = (*threshold_recordings(USUAL, options), Recording("a:b:c", compared("figure", comparison, USUAL, options)))
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rule_file([Group("g", rules)], "")))
    who = [(namespace, workload) for namespace in ("shop", "payments") for workload in ("cart", "stock")]
    series = [_series("figure", *one, figure) for one in who for figure in FIGURES]
    left = [
        {"labels": _series("a:b:c", *one, figure)["series"], "value": figure}
        for one in who
        for figure in _let_through(overrides, *one, comparison)
    ]
    asked = [{"expr": "a:b:c", "eval_time": "1m", "exp_samples": left}]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": asked}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}))
    promtool.promtool(tmp_path, "test", "rules", "tests.yml")


def test_each_is_a_series_of_its_own(tmp_path):
    options = Options(overrides=(SHOP, CART, PAYMENTS_CART))
    recordings = threshold_recordings(USUAL, options)
    assert {one.name for one in recordings} == {threshold_series(USUAL)} == {"leakwatch:a_pack_growth:threshold"}
    promtool.check(Pack((Group("g", recordings),), ()), tmp_path)


def _series(metric, namespace, workload, figure):
    labels = f'namespace="{namespace}",workload="{workload}",pod="p{figure}"'
    return {"series": f"{metric}{{{labels}}}", "values": f"{figure}x3"}

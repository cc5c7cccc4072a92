"""Pieces of PromQL that packs share."""

import pytest

from alert_rules.expressions import compared, duration, number, selector
from alert_rules.pack import Options, Override, Threshold, Unit

FULL = Threshold("disks", "full", 0.9, Unit.RATIO, "How full a disk may be.", per_workload=True)
OTHER = Threshold("disks", "other", 0.5, Unit.RATIO, "Something else.", per_workload=True)


@pytest.mark.parametrize(
    ("matchers", "expr"),
    [
        ((), "up"),
        (("",), "up"),
        (('job="a"',), 'up{job="a"}'),
        (('job="a",namespace="n"', "", 'x!=""'), 'up{job="a",namespace="n",x!=""}'),
    ],
)
def test_a_selector_leaves_out_matchers_that_are_empty(matchers, expr):
    assert selector("up", *matchers) == expr


@pytest.mark.parametrize(("value", "text"), [(0.9, "0.9"), (86400.0, "86400"), (1234567.0, "1234567"), (1e-7, "1e-07")])
def test_a_number_loses_no_digit(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1s"), (90, "90s"), (120, "2m"), (5400, "90m"), (21600, "6h"), (172800, "2d")]
)
def test_a_duration_is_in_the_greatest_unit_that_divides_it(seconds, text):
    assert duration(seconds) == text


CASES = {
    "nobody has an own value": ((), "used > 0.9"),
    "somebody has one of another threshold": ((Override("shop", None, OTHER, 0.1),), "used > 0.9"),
    "a namespace": (
        (Override("shop", None, FULL, 0.5),),
        'used{namespace="shop"} > 0.5 or used{namespace!~"shop"} > 0.9',
    ),
    "a workload, whose namespace is as all others": (
        (Override("shop", "cart", FULL, 0.5),),
        'used{namespace="shop",workload="cart"} > 0.5 or used{namespace="shop",workload!~"cart"} > 0.9'
        ' or used{namespace!~"shop"} > 0.9',
    ),
    "two workloads and their namespace, and another": (
        (
            Override("shop", "cart.v2", FULL, 0.5),
            Override("shop", "api", FULL, 0.6),
            Override("shop", None, FULL, 0.7),
            Override("web", None, FULL, 0.8),
        ),
        'used{namespace="shop",workload="api"} > 0.6 or used{namespace="shop",workload="cart.v2"} > 0.5'
        ' or used{namespace="shop",workload!~"api|cart[.]v2"} > 0.7 or used{namespace="web"} > 0.8'
        ' or used{namespace!~"shop|web"} > 0.9',
    ),
}


@pytest.mark.parametrize(("overrides", "expr"), CASES.values(), ids=CASES.keys())
def test_every_series_is_compared_with_its_own_value(overrides, expr):
    assert compared("used", ">", FULL, Options(overrides=overrides)) == expr


def test_what_is_set_for_all_counts_where_nothing_else_is():
    options = Options(thresholds={FULL: 0.4}, overrides=(Override("shop", "cart", FULL, 0.5),))
    assert compared("used", ">", FULL, options).endswith('used{namespace!~"shop"} > 0.4')

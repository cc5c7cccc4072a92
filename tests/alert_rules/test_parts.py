"""promtool's tests in parts, each with the rules alone that it needs."""

import pytest

from alert_rules.parts import parts

RULES = {
    "a.rules.yml": {
        "groups": [
            {
                "name": "floors",
                "rules": [
                    {"record": "raw:floor", "expr": "min_over_time(raw[1h])"},
                    {"record": "shop:floor", "expr": "sum by (namespace) (raw:floor)"},
                    {"record": "left:alone", "expr": "other"},
                ],
            },
            {
                "name": "alerts",
                "rules": [
                    {"alert": "Near", "expr": "raw > 1"},
                    {"alert": "Grows", "expr": "deriv(shop:floor[1h]) > 0"},
                    {"alert": "Both", "expr": 'ALERTS{alertname="Near"} and left:alone'},
                ],
            },
        ]
    }
}
EVERY = ["raw:floor", "shop:floor", "left:alone", "Near", "Grows", "Both"]


def _test(name, *alerts, **more):
    return {"name": name, "alert_rule_test": [{"alertname": one} for one in alerts], **more}


def _parted(*tests):
    """By the names of a part's tests, the names of its rules."""
    document = {"rule_files": ["a.rules.yml"], "evaluation_interval": "1m", "tests": list(tests)}
    told = {}
    for rules, part in parts(RULES, document):
        assert {key: part[key] for key in ("rule_files", "evaluation_interval")} == {
            "rule_files": ["a.rules.yml"],
            "evaluation_interval": "1m",
        }
        names = [
            rule.get("alert", rule.get("record")) for group in rules["a.rules.yml"]["groups"] for rule in group["rules"]
        ]
        told[tuple(one["name"] for one in part["tests"])] = names
    return told


@pytest.mark.parametrize(
    ("test", "needs"),
    [
        (_test("t", "Near"), ["Near"]),
        (_test("t", "Grows"), ["raw:floor", "shop:floor", "Grows"]),
        (_test("t", "Near", "Grows"), ["raw:floor", "shop:floor", "Near", "Grows"]),
        (_test("t", "Both"), EVERY),
        (_test("t", "Near", promql_expr_test=[{"expr": "left:alone"}]), EVERY),
        ({"name": "t"}, EVERY),
        (_test("t", "Unknown"), []),
    ],
    ids=["one rule", "what it comes from", "two", "other alerts", "an expression", "nothing asked", "unknown"],
)
def test_a_part_has_the_rules_it_needs(test, needs):
    assert _parted(test) == {("t",): needs}


def test_tests_of_the_same_alerts_are_one_part():
    assert _parted(_test("a", "Near"), _test("b", "Grows"), _test("c", "Near")) == {
        ("a", "c"): ["Near"],
        ("b",): ["raw:floor", "shop:floor", "Grows"],
    }


def test_groups_stay_though_they_be_empty():
    """A document may name their order."""
    ((rules, _),) = parts(RULES, {"tests": [_test("t", "Near")]})
    assert [one["name"] for one in rules["a.rules.yml"]["groups"]] == ["floors", "alerts"]

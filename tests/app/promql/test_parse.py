"""Expressions as trees: what is the same, what is too much, what is none."""

import pytest

from app.promql.parse import ExpressionError, canonical, parse, shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x>1", "x > 1.0"),
        ("sum(x) by (a)", "sum by (a) (x)"),
        ('x{a="b",}', 'x{ a = "b" }'),
        ("x[90m]", "x[1h30m]"),
        ("x > 1e6", "x > 1000000"),
        ("x # a remark\n > 1", "x > 1"),
        ("a * on(p) group_left(w) b", "a * on (p) group_left (w) b"),
    ],
)
def test_the_same_expression_has_one_form(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("x > 1", "x >= 1"), ("x[5m]", "x[6m]"), ('x{a="b"}', 'x{a=~"b"}'), ("a * on (p) b", "a * ignoring (p) b")],
)
def test_another_expression_has_another_form(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not PromQL"),
        ("sum(", "is not PromQL"),
        ('x{a="', "unterminated"),
        ("(" * 3000 + "x" + ")" * 3000, "more than is looked at"),
        ("+".join(["x"] * 3000), "more than is looked at"),
        ("-" * 3000 + "x", "more than is looked at"),
        ('x{a="' + "b" * 200_000 + '"}', "more than is looked at"),
    ],
    ids=["nothing", "half", "a string without an end", "deep", "long", "signs", "large"],
)
def test_what_is_no_expression_or_too_much_of_one(text, says):
    with pytest.raises(ExpressionError, match=says):
        parse(text)


def test_what_stands_in_strings_is_not_counted():
    parse('x{a="' + "(+" * 2000 + '"}')


def test_what_cannot_be_parsed_is_compared_as_text():
    assert canonical("rate(x[$range])") == canonical("rate(x[$range]) ")


def test_a_long_expression_is_cut_in_the_middle():
    text = shown(" or ".join(f"metric_{n}" for n in range(100)), 60)
    assert len(text) <= 60
    assert text.startswith("metric_0")
    assert text.endswith("metric_99")

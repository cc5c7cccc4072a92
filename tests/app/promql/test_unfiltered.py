"""What is left of an expression without what makes it quiet."""

import pytest

from app.domain.verification import Role
from app.promql.parse import canonical, parse
from app.promql.shape import selected
from app.promql.unfiltered import unfiltered


@pytest.mark.parametrize(
    ("expr", "left"),
    [
        ("x", "x"),
        ("x > 5", "x"),
        ("5 < x", "x"),
        ("x > bool 5", "x > bool 5"),
        ("sum by (a) (x > 3) > 0", "sum by (a) (x)"),
        ("x > scalar(y)", "x"),
        ("a > b", "((a) > bool (b))"),
        ("a / on (p) b > 0.9", "((a) / on (p) (b))"),
        ("a * on (p) group_left (w) (b == 1)", "((a) * on (p) group_left (w) (topk by (p) (1, (b))))"),
        ("(a == 1) * on (p) group_right () b", "((topk by (p) (1, (a))) * on (p) group_right () (b))"),
        ("(a > 1) / ignoring (z) b", "((topk without (z) (1, (a))) / ignoring (z) (b))"),
        ("x > 1 and on (a) y > 2", "x and on (a) y"),
        ("x > 1 unless on (a) y > 2", "x"),
        ("x > 1 or y > 2", "x or y"),
        ("sum(x) or vector(0)", "sum(x)"),
        ("vector(0) or sum(x)", "sum(x)"),
        ("a or b * 0", "a"),
        ("vector(1) or vector(2)", "vector(1) or vector(2)"),
        ("absent(x)", "vector(1)"),
        ('absent(x{a="b", c=~"d"})', 'label_replace(vector(1), "a", "b", "", "")'),
        ('absent_over_time(x{a="$1"}[5m])', 'label_replace(vector(1), "a", "$$1", "", "")'),
        ("max_over_time((x > 2)[1h:5m] offset 1d) > 1", "max_over_time((x)[1h:5m] offset 1d)"),
        ("time() - x > 3600", "time() - x"),
    ],
)
def test_what_is_left(expr, left):
    assert unfiltered(parse(expr)).prettify() == canonical(left)


def test_a_guard_is_left_as_it_is_where_it_is_wanted():
    kept = unfiltered(parse("x > 1 unless on (a) y == 2"), keep_guards=True)
    assert kept.prettify() == canonical("(x) unless on (a) (y == 2)")


def test_the_expression_itself_is_not_changed():
    expression = parse("sum(x > 1) or vector(0)")
    unfiltered(expression)
    assert expression.prettify() == canonical("sum(x > 1) or vector(0)")


@pytest.mark.parametrize(
    ("expr", "roles"),
    [
        ("a + b", {"a": Role.NEEDED, "b": Role.NEEDED}),
        ("a or b", {"a": Role.ALTERNATIVE, "b": Role.ALTERNATIVE}),
        ("a unless (b or c)", {"a": Role.NEEDED, "b": Role.GUARD, "c": Role.GUARD}),
        ("absent(a + b)", {"a": Role.ABSENCE, "b": Role.ABSENCE}),
        ("topk(scalar(a), b)", {"a": Role.NEEDED, "b": Role.NEEDED}),
    ],
)
def test_what_selectors_are_for(expr, roles):
    assert {one.node.name: one.role for one in selected(parse(expr))} == roles


@pytest.mark.parametrize(
    ("expr", "seconds"), [("x", 0), ("rate(x[5m])", 300), ("max_over_time(rate(x[5m])[1h:])", 3900)]
)
def test_how_far_back_a_selector_looks(expr, seconds):
    assert [one.window_seconds for one in selected(parse(expr))] == [seconds]

"""What alerts compare, and comparisons that no series could make true."""

import pytest

from app.promql.comparisons import comparisons, never
from app.promql.parse import parse


@pytest.mark.parametrize(
    "expr",
    [
        "count(x == 1) == 0",
        "count(x) < 1",
        "1 > count(x)",
        "absent(x) == 0",
        "group(x) > 1",
        "hour() > 23",
        "max(changes(x[5m])) < 0",
        "(x == bool 1) > 1",
        "x and on () hour() >= 24",
        "y unless count(x) == 0 and count(x) < 1",
        "sum(count(x) < 1) > 2",
        "count(x) == 0 or absent(x) == 0",
    ],
)
def test_never_true(expr):
    assert "is never true" in never(parse(expr))


@pytest.mark.parametrize(
    "expr",
    [
        "x > 1",
        "count(x) > 1",
        "count(x) >= 1",
        "absent(x) == 1",
        "absent(x)",
        "count(x) == 0 or absent(x)",
        "(count(x) or vector(0)) == 0",
        "x unless count(y) == 0",
        "sum(absent(x)) > 1",
        "count(x) == 1 - 1",
        "a > b",
        "5",
    ],
)
def test_could_be_true(expr):
    assert never(parse(expr)) is None


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        ("x > 5", [("x", ">", "5")]),
        ("5 > x", [("x", "<", "5")]),
        ("(x >= 1 and y < 2) unless z == 3", [("x", ">=", "1"), ("y", "<", "2")]),
        ("x == bool 1", []),
        ("sum(x > 1)", []),
        ("a > on (p) b", [("a", ">", "b")]),
    ],
)
def test_what_decides_whether_it_fires(expr, found):
    parts = [(one.series.prettify(), one.op, one.threshold.prettify()) for one in comparisons(parse(expr))]
    assert parts == found

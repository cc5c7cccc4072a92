"""What an alert compares with what, and comparisons that can never be true. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import promql_parser as tree

from app.promql.parse import shown
from app.promql.shape import bare, is_bool, is_comparison, is_scalar, matching

_FLIPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
_ANY = (-math.inf, math.inf)
# What functions can answer at all, from Prometheus' documentation of them.
_RANGES = {
    **dict.fromkeys(("absent", "absent_over_time", "present_over_time"), (1.0, 1.0)),
    **dict.fromkeys(("changes", "resets"), (0.0, math.inf)),
    "count_over_time": (1.0, math.inf),
    "hour": (0.0, 23.0),
    "minute": (0.0, 59.0),
    "day_of_week": (0.0, 6.0),
    "day_of_month": (1.0, 31.0),
    "days_in_month": (28.0, 31.0),
    "month": (1.0, 12.0),
}
_AGGREGATED = {"count": (1.0, math.inf), "group": (1.0, 1.0)}
_KEEP_THE_RANGE = {"min", "max", "avg", "topk", "bottomk"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """series op threshold: what is compared, turned so that the series stand left.

    matching: the modifier between two sides of series; the threshold is a number where `scalar`.
    """

    series: tree.Expr
    op: str
    threshold: tree.Expr
    matching: str
    scalar: bool


def comparisons(expression: tree.Expr) -> Iterator[Comparison]:
    """The comparisons that decide whether an alert fires: at its top, and below `and`, `or` and left of `unless`."""
    inner = bare(expression)
    found = _comparison(inner)
    if found is not None:
        yield found
    elif isinstance(inner, tree.BinaryExpr) and str(inner.op) in {"and", "or", "unless"}:
        yield from comparisons(inner.lhs)
        if str(inner.op) != "unless":
            yield from comparisons(inner.rhs)


def never(expression: tree.Expr) -> str | None:
    """Why an expression can never have a series, whatever there is; None where it could have one.

    Knows what its functions can answer, not what the series hold.
    """
    inner = bare(expression)
    if isinstance(inner, tree.AggregateExpr | tree.SubqueryExpr):
        return never(inner.expr)
    if not isinstance(inner, tree.BinaryExpr):
        return None
    left = never(inner.lhs)
    if str(inner.op) == "or":
        return left and never(inner.rhs) and left
    if str(inner.op) == "unless":
        return left
    return left or never(inner.rhs) or _contradiction(inner)


def _comparison(inner: tree.Expr) -> Comparison | None:
    if not isinstance(inner, tree.BinaryExpr) or not is_comparison(inner) or is_bool(inner) or is_scalar(inner):
        return None
    if is_scalar(inner.lhs):
        return Comparison(inner.rhs, _FLIPPED[str(inner.op)], inner.lhs, "", scalar=True)
    return Comparison(inner.lhs, str(inner.op), inner.rhs, matching(inner), is_scalar(inner.rhs))


def _contradiction(inner: tree.BinaryExpr) -> str | None:
    found = _comparison(inner)
    threshold = None if found is None else bare(found.threshold)
    if found is None or not isinstance(threshold, tree.NumberLiteral):
        return None
    low, high = _range(found.series)
    if _possible(low, high, found.op, threshold.val):
        return None
    answers = f"{low:g}" if low == high else f"{low:g} or more" if high == math.inf else f"{low:g} to {high:g}"
    return f"`{shown(inner)}` is never true: `{shown(found.series)}` is {answers}, or nothing at all"


def _possible(low: float, high: float, op: str, threshold: float) -> bool:
    return {
        ">": high > threshold,
        ">=": high >= threshold,
        "<": low < threshold,
        "<=": low <= threshold,
        "==": low <= threshold <= high,
        "!=": not low == high == threshold,
    }[op]


def _range(series: tree.Expr) -> tuple[float, float]:
    inner = bare(series)
    if isinstance(inner, tree.Call):
        return _RANGES.get(inner.func.name, _ANY)
    if isinstance(inner, tree.AggregateExpr):
        op = str(inner.op)
        return _range(inner.expr) if op in _KEEP_THE_RANGE else _AGGREGATED.get(op, _ANY)
    if isinstance(inner, tree.BinaryExpr) and is_comparison(inner):
        return (0.0, 1.0) if is_bool(inner) else _range(inner.lhs)
    return _ANY

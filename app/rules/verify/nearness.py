"""How near an alert is to firing: the value it looks at, beside what it is compared with."""

import math

import promql_parser as tree

from app.domain.verification import Nearness
from app.promql.comparisons import Comparison, comparisons
from app.promql.shape import bare
from app.rules.verify.ask import Asker, CannotTell

_Found = tuple[dict[str, str], float]


def nearness(asker: Asker, expression: tree.Expr) -> Nearness | None:
    """The series that is nearest to fire by the first comparison that has one; its other conditions left aside.

    None where there is no comparison, or it has no series, or its value cannot be had.
    """
    for comparison in comparisons(expression):
        try:
            found = _of_number(asker, comparison) if comparison.scalar else _of_series(asker, comparison)
        except CannotTell:
            return None
        if found is not None:
            return found
    return None


def _of_number(asker: Asker, comparison: Comparison) -> Nearness | None:
    threshold = bare(comparison.threshold)
    limit = threshold.val if isinstance(threshold, tree.NumberLiteral) else asker.scalar(threshold.prettify())
    series = comparison.series.prettify()
    found = _nearest(_ends(asker, series, comparison.op), comparison.op, limit)
    return None if found is None else Nearness(found[1], comparison.op, limit, _labels(found[0]))


def _of_series(asker: Asker, comparison: Comparison) -> Nearness | None:
    """Of two sides of series: the pair whose difference is nearest; then the value of its left side."""
    left, right = comparison.series.prettify(), comparison.threshold.prettify()
    apart = f"(({left}) - {comparison.matching}({right}))"
    found = _nearest(_ends(asker, apart, comparison.op), comparison.op, 0.0)
    if found is None:
        return None
    end = "bottomk" if comparison.op in {"<", "<="} else "topk"
    value = asker.one(f"(({left}) + {comparison.matching}(0 * ({right}))) and {end}(1, {apart})")
    if value is None or comparison.op in {"==", "!="}:
        return Nearness(found[1], f"difference {comparison.op}", 0.0, _labels(found[0]))
    return Nearness(value[1], comparison.op, value[1] - found[1], _labels(value[0]))


def _ends(asker: Asker, series: str, op: str) -> list[_Found]:
    """The series with the highest or lowest value, whichever comes nearest; both where either may."""
    wanted = {">": ("topk",), ">=": ("topk",), "<": ("bottomk",), "<=": ("bottomk",)}.get(op, ("topk", "bottomk"))
    found = [asker.one(f"{end}(1, {series})") for end in wanted]
    return [one for one in found if one is not None and not math.isnan(one[1])]


def _nearest(found: list[_Found], op: str, limit: float) -> _Found | None:
    if not found:
        return None
    if op == "!=":
        return max(found, key=lambda one: abs(one[1] - limit))
    return min(found, key=lambda one: abs(one[1] - limit))


def _labels(labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in labels.items() if name != "__name__"))

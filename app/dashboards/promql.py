"""Whether a query of a dashboard parses, once its variables have values."""

import re
from collections.abc import Iterator, Mapping

from app.promql.parse import ExpressionError, parse
from dashboards.interpolation import BUILT_IN, interpolate, used

# Grafana's words for Prometheus' variables: query_result(expr), label_values(selector, label), label_values(label).
_RESULT = re.compile(r"query_result\((?P<expr>.*)\)\s*", re.DOTALL)
_VALUES = re.compile(r"label_values\((?:(?P<expr>.*),)?\s*[a-zA-Z_]\w*\s*\)\s*", re.DOTALL)
# Any value will do that is right in a matcher and as the number of a window.
_SOME_VALUE = "1"


def faults(expr: str, variables: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a query. variables: those of the dashboard, by name, with a value of each."""
    unknown = sorted(used(expr) - set(variables) - set(BUILT_IN))
    for name in unknown:
        yield f"${name} is no variable of the dashboard"
    if not expr.strip():
        yield "the query is empty"
        return
    try:
        parse(interpolate(expr, {**variables, **dict.fromkeys(unknown, _SOME_VALUE)}))
    except ExpressionError as error:
        yield f"the query {error}"


def faults_of_variable(query: str, variables: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the query of a variable, in Grafana's words around PromQL. variables: those before it."""
    found = _RESULT.fullmatch(query) or _VALUES.fullmatch(query)
    if found is None:
        yield "is neither query_result(...) nor label_values(...)"
    elif found["expr"] is not None:
        yield from faults(found["expr"], variables)

"""PromQL as a tree, by the bindings of the Rust parser: pure, and bounded, for that parser recurses without a limit."""

import re

import promql_parser as tree

_MAX_CHARACTERS = 100_000
_MAX_NESTED = 100
_MAX_OPERATORS = 400
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`|#[^\n]*')
_BRACES = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]")
_OPERATOR = re.compile(r"[-+*/%^]|[<>=!]=?|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)


class ExpressionError(ValueError):
    """Not PromQL, or more of it than is looked at. str() is one line for a person."""


def parse(text: str) -> tree.Expr:
    """The tree of an expression. Raises ExpressionError."""
    _check_size(text)
    try:
        parsed: tree.Expr = tree.parse(text)
    except ValueError as error:
        raise ExpressionError(f"is not PromQL: {' '.join(str(error).split())}") from None
    return parsed


def canonical(text: str) -> str:
    """The expression in one form however it was written; the text itself where it cannot be parsed.

    Two expressions with the same form mean the same. Prometheus answers with a form of its own.
    """
    try:
        return parse(text).prettify()
    except ExpressionError:
        return " ".join(text.split())


def shown(expression: tree.Expr | str, longest: int = 160) -> str:
    """An expression on one line, for people: cut in the middle where it is long."""
    text = expression if isinstance(expression, str) else expression.prettify()
    line = " ".join(text.split()).replace("( ", "(").replace(" )", ")")
    if len(line) <= longest:
        return line
    half = (longest - 3) // 2
    return f"{line[:half]}...{line[-half:]}"


def _check_size(text: str) -> None:
    bare = _STRING_OR_COMMENT.sub('""', text)
    depth = deepest = 0
    for one in bare:
        if one in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif one in ")]}":
            depth -= 1
    operators = len(_OPERATOR.findall(_BRACES.sub("", bare)))
    if len(text) > _MAX_CHARACTERS or deepest > _MAX_NESTED or operators > _MAX_OPERATORS:
        raise ExpressionError(
            "is more than is looked at: "
            f"{_MAX_CHARACTERS} characters, {_MAX_NESTED} levels of brackets, {_MAX_OPERATORS} operators"
        )

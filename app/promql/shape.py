"""What an expression is made of: its selectors and what they are for, its joins, its operands. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import promql_parser as tree

from app.domain.verification import Role

COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
_ABSENCES = {"absent", "absent_over_time"}


@dataclass(frozen=True, slots=True)
class Selected:
    """A selector in its place. window_seconds: how far back samples of it are used; 0: only the newest one."""

    node: tree.VectorSelector
    window_seconds: float
    role: Role


def selected(expression: tree.Expr, role: Role = Role.NEEDED, window_seconds: float = 0.0) -> Iterator[Selected]:
    """Every selector, in the order in which they are written."""
    if isinstance(expression, tree.VectorSelector):
        yield Selected(expression, window_seconds, role)
    elif isinstance(expression, tree.MatrixSelector):
        reach = window_seconds + expression.range.total_seconds()
        yield Selected(expression.vector_selector, reach, role)
    else:
        reach = window_seconds + range_of(expression)
        for child in children(expression):
            yield from selected(child, _role_of(expression, child, role), reach)


def children(expression: tree.Expr) -> list[tree.Expr]:
    """The parts of a node, scalars too, in the order in which they are written."""
    if isinstance(expression, tree.BinaryExpr):
        return [expression.lhs, expression.rhs]
    if isinstance(expression, tree.AggregateExpr):
        parameter = [expression.param] if isinstance(expression.param, tree.Expr) else []
        return [*parameter, expression.expr]
    if isinstance(expression, tree.Call):
        return list(expression.args)
    if isinstance(expression, tree.ParenExpr | tree.UnaryExpr | tree.SubqueryExpr):
        return [expression.expr]
    return []


def operands(expression: tree.Expr) -> list[tree.Expr]:
    """The parts of a node that have series."""
    return [child for child in children(expression) if not is_scalar(child)]


def is_scalar(expression: tree.Expr) -> bool:
    """Whether it is one number or text rather than series."""
    if isinstance(expression, tree.NumberLiteral | tree.StringLiteral):
        return True
    if isinstance(expression, tree.Call):
        return bool(expression.func.return_type == tree.ValueType.Scalar)
    if isinstance(expression, tree.ParenExpr | tree.UnaryExpr):
        return is_scalar(expression.expr)
    return isinstance(expression, tree.BinaryExpr) and is_scalar(expression.lhs) and is_scalar(expression.rhs)


def is_comparison(expression: tree.Expr) -> bool:
    """Whether it compares, by bool or as a filter."""
    return isinstance(expression, tree.BinaryExpr) and str(expression.op) in COMPARISONS


def is_bool(expression: tree.BinaryExpr) -> bool:
    """Whether it is a comparison that answers 0 or 1 and filters nothing."""
    return expression.modifier is not None and expression.modifier.return_bool


def is_join(expression: tree.Expr) -> bool:
    """Whether it needs partners on both sides: arithmetic, comparisons and `and` between series."""
    return (
        isinstance(expression, tree.BinaryExpr)
        and str(expression.op) not in {"or", "unless"}
        and not is_scalar(expression.lhs)
        and not is_scalar(expression.rhs)
    )


def is_absence(expression: tree.Expr) -> bool:
    """Whether it answers when there is nothing."""
    return isinstance(expression, tree.Call) and expression.func.name in _ABSENCES


def is_filler(expression: tree.Expr) -> bool:
    """Whether it only stands in where the other side of an `or` has nothing: vector(0), or anything times 0."""
    inner = bare(expression)
    if not any(True for _ in selected(inner)):
        return True
    if isinstance(inner, tree.BinaryExpr) and str(inner.op) == "*":
        return any(isinstance(side, tree.NumberLiteral) and side.val == 0 for side in (inner.lhs, inner.rhs))
    return False


def bare(expression: tree.Expr) -> tree.Expr:
    """What parentheses hold."""
    while isinstance(expression, tree.ParenExpr):
        expression = expression.expr
    return expression


def real_sides(expression: tree.BinaryExpr) -> list[tree.Expr]:
    """The sides of an `or` that are more than fillers; both, where both are fillers."""
    sides = [expression.lhs, expression.rhs]
    return [side for side in sides if not is_filler(side)] or sides


def range_of(expression: tree.Expr) -> float:
    """Seconds of a subquery's range, else 0."""
    if isinstance(expression, tree.SubqueryExpr) and expression.range is not None:
        return expression.range.total_seconds()
    return 0.0


def matching(expression: tree.BinaryExpr, *, grouped: bool = True) -> str:
    """The modifier of a join as it is written between operator and right side: `on (pod) group_left (node) `, or "".

    grouped: with its group_left or group_right, which set operators do not take.
    """
    modifier = expression.modifier
    if modifier is None:
        return ""
    words = ""
    if modifier.matching is not None:
        word = "on" if is_on(expression) else "ignoring"
        words += f"{word} ({', '.join(modifier.matching.labels)}) "
    for card, word in (
        (tree.VectorMatchCardinality.ManyToOne, "group_left"),
        (tree.VectorMatchCardinality.OneToMany, "group_right"),
    ):
        if grouped and modifier.card == card:
            words += f"{word} ({', '.join(modifier.group_labels or [])}) "
    return words


def is_on(expression: tree.BinaryExpr) -> bool:
    """Whether the labels to join by are named, rather than those to leave out."""
    modifier = expression.modifier
    return (
        modifier is not None
        and modifier.matching is not None
        and modifier.matching.type == tree.LabelModifierType.Include
    )


def matched_labels(expression: tree.BinaryExpr) -> list[str]:
    """The labels of on(...) or ignoring(...)."""
    modifier = expression.modifier
    return [] if modifier is None or modifier.matching is None else list(modifier.matching.labels)


def _role_of(parent: tree.Expr, child: tree.Expr, role: Role) -> Role:
    if role in {Role.GUARD, Role.ABSENCE}:
        return role
    if is_absence(parent):
        return Role.ABSENCE
    if isinstance(parent, tree.BinaryExpr):
        if str(parent.op) == "unless" and child is not parent.lhs:
            return Role.GUARD
        if str(parent.op) == "or":
            return Role.ALTERNATIVE
    return role

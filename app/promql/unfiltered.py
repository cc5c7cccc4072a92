"""An expression with what makes it quiet taken away: what is left has series where the alert could fire. Pure.

- A comparison with a number becomes the series that are compared; one of series with series becomes its `bool` form,
  which has an answer for each pair that finds its partner.
- `a unless b` becomes `a`: what is excluded now could be not excluded later.
- Of an `or`, a side that only fills in (`vector(0)`, anything times 0) goes: it must not make up for the other.
- `absent(x)` becomes a constant with the labels that it would have.
- A side of a join of which a comparison was taken may now have several series where it had one, which a join refuses:
  of each group of these one is kept.
"""

from collections.abc import Iterator

import promql_parser as tree

from app.promql.parse import parse
from app.promql.shape import (
    bare,
    children,
    is_absence,
    is_bool,
    is_comparison,
    is_filler,
    is_join,
    is_on,
    is_scalar,
    matched_labels,
    matching,
)


def unfiltered(expression: tree.Expr, *, keep_guards: bool = False) -> tree.Expr:
    """The expression without what makes it quiet. keep_guards: leave each `unless` as it is, its right side too."""
    originals = _in_order(expression)

    def changed(node: tree.Expr) -> tree.Expr | None:
        original = next(originals)
        if is_absence(node) and isinstance(node, tree.Call):
            return parse(_constant(bare(node.args[0])))
        if isinstance(node, tree.BinaryExpr) and isinstance(original, tree.BinaryExpr):
            return _changed_binary(node, original, keep_guards)
        return None

    return tree.transform(expression, post_visit=changed)


def _in_order(expression: tree.Expr) -> Iterator[tree.Expr]:
    """The nodes in the order in which a transformation comes to them, children first."""
    found: list[tree.Expr] = []
    tree.walk(expression, post_visit=found.append)
    return iter(found)


def _changed_binary(node: tree.BinaryExpr, original: tree.BinaryExpr, keep_guards: bool) -> tree.Expr | None:
    op = str(node.op)
    if op == "unless":
        if not keep_guards:
            return node.lhs
        return parse(f"({node.lhs.prettify()}) unless {matching(original)}({original.rhs.prettify()})")
    if op == "or":
        kept = [side for side, was in zip(children(node), children(original), strict=True) if not is_filler(was)]
        return kept[0] if len(kept) == 1 else None
    if is_comparison(node) and not is_bool(node):
        if is_scalar(original.lhs):
            return node.rhs
        if is_scalar(original.rhs):
            return node.lhs
    return _joined(node, original) if is_join(original) and op != "and" else None


def _joined(node: tree.BinaryExpr, original: tree.BinaryExpr) -> tree.Expr:
    card = tree.VectorMatchCardinality.OneToOne if original.modifier is None else original.modifier.card
    left, right = node.lhs.prettify(), node.rhs.prettify()
    if card != tree.VectorMatchCardinality.ManyToOne and left != original.lhs.prettify():
        left = f"topk {_grouping(original)}(1, {left})"
    if card != tree.VectorMatchCardinality.OneToMany and right != original.rhs.prettify():
        right = f"topk {_grouping(original)}(1, {right})"
    as_bool = "bool " if is_comparison(original) else ""
    return parse(f"(({left}) {original.op} {as_bool}{matching(original)}({right}))")


def _grouping(join: tree.BinaryExpr) -> str:
    word = "by" if is_on(join) else "without"
    return f"{word} ({', '.join(matched_labels(join))}) "


def _constant(argument: tree.Expr) -> str:
    """What absent() of the argument would answer: 1, with the labels that the argument wants to be equal to a value."""
    constant = "vector(1)"
    if isinstance(argument, tree.MatrixSelector):
        argument = argument.vector_selector
    if isinstance(argument, tree.VectorSelector):
        for matcher in argument.matchers.matchers:
            if matcher.op == tree.MatchOp.Equal and matcher.name != "__name__" and matcher.value:
                value = quoted(matcher.value.replace("$", "$$"))
                constant = f'label_replace({constant}, {quoted(matcher.name)}, {value}, "", "")'
    return constant


def quoted(text: str) -> str:
    """A PromQL string of any text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

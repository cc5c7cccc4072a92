"""Joins whose two sides both have series and find no partner: on which labels they part."""

import promql_parser as tree

from app.domain.verification import Standing, State, because
from app.promql.parse import shown
from app.promql.shape import is_on, matched_labels, matching
from app.promql.unfiltered import unfiltered
from app.rules.verify.ask import Asker

_GROUP_LABELS = 6


def partners(asker: Asker, join: tree.BinaryExpr) -> int:
    """How many series of the left side have a partner on the right, by `and`, which no server refuses.

    Raises CannotTell.
    """
    return asker.count(_partners(join, matching(join, grouped=False)))


def no_partner(asker: Asker, join: tree.BinaryExpr) -> Standing:
    """What the two sides look like, and which label is never the same. Raises CannotTell."""
    left, right = (unfiltered(side).prettify() for side in (join.lhs, join.rhs))
    parting = [
        label
        for label in (matched_labels(join) if is_on(join) else [])
        if not asker.count(_partners(join, f"on ({label}) "))
    ]
    text = (
        f"`{shown(join)}` finds no partners: {asker.count(left)} series on the left{_example(asker, join, left)}, "
        f"{asker.count(right)} on the right{_example(asker, join, right)}"
    )
    return because(State.BLIND, f"{text}; none have the same {' or '.join(parting)}" if parting else text)


def _partners(join: tree.BinaryExpr, modifier: str) -> str:
    left, right = (unfiltered(side).prettify() for side in (join.lhs, join.rhs))
    return f"(({left}) and {modifier}({right}))"


def _example(asker: Asker, join: tree.BinaryExpr, side: str) -> str:
    """The labels of one series by which it looks for a partner."""
    labels = matched_labels(join)
    if is_on(join) and not labels:
        return ""
    word = "by" if is_on(join) else "without"
    found = asker.one(f"topk(1, count {word} ({', '.join(labels)}) ({side}))")
    if found is None:
        return ""
    named = {name: found[0].get(name, "") for name in labels} if is_on(join) else dict(sorted(found[0].items()))
    pairs = [f'{name}="{value}"' for name, value in list(named.items())[:_GROUP_LABELS]]
    return f", such as {{{', '.join(pairs)}}}"

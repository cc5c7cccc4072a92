"""How an expression stands: whether it has series once what makes it quiet is taken away, and if not, why not."""

from collections.abc import Callable, Iterator

import promql_parser as tree

from app.domain.verification import ARMED, Reason, Role, Standing, State, all_needed, because, one_enough
from app.promql.parse import shown
from app.promql.shape import (
    bare,
    children,
    is_absence,
    is_join,
    is_scalar,
    operands,
    range_of,
    real_sides,
    selected,
)
from app.promql.unfiltered import unfiltered
from app.rules.verify.ask import Asker, CannotTell, Refused
from app.rules.verify.joins import no_partner, partners
from app.rules.verify.selectors import Wanted

# Functions that need two samples of a series.
_OF_TWO = {"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear"}

Selectors = Callable[[Wanted], Standing]


class Expressions:
    """Looks at expressions. look_at: how a selector stands that matches nothing; recordings are followed there."""

    def __init__(self, asker: Asker, look_at: Selectors) -> None:
        self._asker = asker
        self._look_at = look_at

    def standing(self, expression: tree.Expr) -> Standing:
        """How it stands as a whole."""
        found = self._look(expression, 0.0)
        if found.state is not State.ARMED:
            return found
        return all_needed([found, *self._scalars(expression), self._excluded(expression)])

    def notes(self, expression: tree.Expr) -> tuple[str, ...]:
        """What keeps an armed expression from nothing, and is likely a mistake: a dead side of `or`, a dead guard.

        Each root cause once.
        """
        found: dict[Reason, str] = {}
        for what, standing in self._dead(expression):
            for reason in standing.reasons:
                found.setdefault(reason, f"{what}: {reason.words}")
        return tuple(found.values())

    def _dead(self, expression: tree.Expr) -> Iterator[tuple[str, Standing]]:
        inner = bare(expression)
        if isinstance(inner, tree.BinaryExpr) and str(inner.op) == "or":
            sides = [self._look(side, 0.0) for side in real_sides(inner)]
            yield from (("one side of `or` is blind", one) for one in sides if one.state is State.BLIND)
        if isinstance(inner, tree.BinaryExpr) and str(inner.op) == "unless":
            # One on the past may have no past yet: it says nothing of whether it is written well.
            guards = [Wanted(one.node, one.window_seconds) for one in selected(inner.rhs, Role.GUARD)]
            standings = [self._look_at(one) for one in guards if not one.elsewhen]
            yield from (("`unless` excludes nothing", one) for one in standings if one.state is State.BLIND)
        for child in children(inner):
            yield from self._dead(child)

    def _look(self, expression: tree.Expr, window_seconds: float) -> Standing:
        inner = bare(expression)
        if is_scalar(inner) or is_absence(inner):
            return ARMED
        if isinstance(inner, tree.VectorSelector):
            return self._look_at(Wanted(inner, window_seconds))
        if isinstance(inner, tree.MatrixSelector):
            return self._look_at(Wanted(inner.vector_selector, window_seconds + inner.range.total_seconds()))
        try:
            if not isinstance(inner, tree.SubqueryExpr) and self._asker.count(unfiltered(inner).prettify()):
                return ARMED
            refused = None
        except Refused as error:
            refused = str(error)
        except CannotTell as error:
            return because(State.UNKNOWN, str(error))
        return self._below(inner, window_seconds + range_of(inner), refused)

    def _below(self, inner: tree.Expr, window_seconds: float, refused: str | None) -> Standing:
        """Why an expression has no series, or whether it has, where the server refused to say."""
        if isinstance(inner, tree.BinaryExpr) and str(inner.op) == "unless":
            return self._look(inner.lhs, window_seconds)
        if isinstance(inner, tree.BinaryExpr) and str(inner.op) == "or":
            return one_enough([self._look(side, window_seconds) for side in real_sides(inner)])
        parts = all_needed([self._look(part, window_seconds) for part in operands(inner)])
        if parts.state is not State.ARMED or isinstance(inner, tree.SubqueryExpr):
            return parts
        return self._own_fault(inner, refused)

    def _own_fault(self, inner: tree.Expr, refused: str | None) -> Standing:
        """What an expression has nothing for, though all of its parts have series."""
        try:
            if isinstance(inner, tree.BinaryExpr) and is_join(inner):
                return ARMED if partners(self._asker, inner) else no_partner(self._asker, inner)
        except CannotTell as error:
            return because(State.UNKNOWN, str(error))
        if refused is not None:
            return because(State.UNKNOWN, f"`{shown(inner)}` without its comparisons was refused: {refused}")
        return because(State.BLIND, _nothing(inner))

    def _scalars(self, expression: tree.Expr) -> Iterator[Standing]:
        """What scalar() is made of: without it, it is NaN, and nothing is above or below that."""
        inner = bare(expression)
        if isinstance(inner, tree.Call) and inner.func.name == "scalar":
            yield self._look(inner.args[0], 0.0)
        guarded = isinstance(inner, tree.BinaryExpr) and str(inner.op) in {"unless", "or"}
        for child in children(inner)[:1] if guarded else children(inner):
            yield from self._scalars(child)

    def _excluded(self, expression: tree.Expr) -> Standing:
        """Whether all there is, is excluded just now by what stands right of `unless`."""
        without = unfiltered(expression).prettify()
        guarded = unfiltered(expression, keep_guards=True).prettify()
        if guarded == without:
            return ARMED
        try:
            if self._asker.count(guarded):
                return ARMED
        except CannotTell as error:
            return because(State.UNKNOWN, str(error))
        return because(State.NO_CASE, "`unless` excludes all that there is now")


def _nothing(inner: tree.Expr) -> str:
    text = f"`{shown(unfiltered(inner))}` has nothing, though what it is made of has series"
    if isinstance(inner, tree.Call) and inner.func.name in _OF_TWO:
        return f"{text}: it needs two samples of one in its range"
    return text

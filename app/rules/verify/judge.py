"""One rule judged: is it loaded and evaluated, has its expression series, could it ever be true."""

from collections.abc import Sequence
from itertools import groupby

import promql_parser as tree

from app.domain.verification import (
    Loading,
    Nearness,
    Role,
    RuleVerdict,
    SelectorSeen,
    Standing,
    State,
    all_needed,
    because,
)
from app.promql.comparisons import never
from app.promql.parse import ExpressionError, parse
from app.promql.shape import selected
from app.rules.documents import Rule
from app.rules.verify import selectors
from app.rules.verify.ask import Asker, CannotTell
from app.rules.verify.expression import Expressions
from app.rules.verify.loaded import Loaded
from app.rules.verify.nearness import nearness
from app.rules.verify.recordings import Recordings
from app.rules.verify.selectors import Wanted


class Judge:
    """Judges rules, each by itself. May be used by several threads."""

    def __init__(self, asker: Asker, loaded: Loaded, rules: Sequence[Rule], sources: frozenset[str]) -> None:
        self._asker = asker
        self._loaded = loaded
        self._recordings = Recordings(asker, loaded, rules, sources)

    def judge(self, rule: Rule) -> RuleVerdict:
        """How a rule stands. Raises nothing that the server does: what it does not answer is unknown."""
        loading_standing, loading, notes = self._loaded.find(rule, self._asker.at)
        try:
            expression = parse(rule.expr)
        except ExpressionError as error:
            unknown = because(State.UNKNOWN, f"the expression {error}")
            both = all_needed([loading_standing, unknown])
            return _verdict(rule, both, unknown, notes=notes, loading=loading)
        expressions = Expressions(self._asker, self._recordings.look)
        data = self._data(rule, expression, expressions, well_loaded=loading_standing.state is State.ARMED)
        both = _together(loading_standing, data)
        if data.state is State.ARMED:
            notes += expressions.notes(expression)
        return _verdict(
            rule,
            both,
            data,
            notes=notes,
            loading=loading,
            nearness=nearness(self._asker, expression) if rule.kind == "alert" else None,
            seen=self._seen(expression),
        )

    def _data(self, rule: Rule, expression: tree.Expr, expressions: Expressions, *, well_loaded: bool) -> Standing:
        impossible = never(expression)
        if impossible is not None:
            return because(State.BLIND, impossible)
        if rule.kind == "alert":
            return expressions.standing(expression)
        return self._recordings.standing(rule, expression, expressions, well_loaded=well_loaded)

    def _seen(self, expression: tree.Expr) -> tuple[SelectorSeen, ...]:
        """Every selector once for each of its roles, with how many series it matches."""
        found = [(Wanted(one.node, one.window_seconds), one.role) for one in selected(expression)]
        keyed = sorted(((wanted.text(), role, wanted) for wanted, role in found), key=lambda one: one[:2])
        return tuple(
            SelectorSeen(text, role, self._most([wanted for *_, wanted in same]))
            for (text, role), same in groupby(keyed, key=lambda one: (one[0], Role(one[1])))
        )

    def _most(self, wanted: list[Wanted]) -> int | None:
        try:
            return max(selectors.count(self._asker, one) for one in wanted)
        except CannotTell:
            return None


def _together(loading: Standing, data: Standing) -> Standing:
    """The worse of the two decides; what is wrong with the data is told of a rule that is missing, too."""
    both = all_needed([loading, data])
    lacking = [reason for one in (loading, data) if not one.state.armed for reason in one.reasons]
    return Standing(both.state, tuple(dict.fromkeys(lacking))) if lacking else both


def _verdict(
    rule: Rule,
    standing: Standing,
    data: Standing,
    *,
    notes: tuple[str, ...] = (),
    loading: Loading | None = None,
    nearness: Nearness | None = None,
    seen: tuple[SelectorSeen, ...] = (),
) -> RuleVerdict:
    return RuleVerdict(
        rule.kind,
        rule.name,
        rule.group,
        rule.expr,
        standing.state,
        tuple(reason.words for reason in standing.reasons),
        data.state,
        notes,
        loading,
        nearness,
        seen,
    )

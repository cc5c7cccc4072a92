"""Recorded series: where there are none, the rule that should record them says why."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import promql_parser as tree

from app.domain.verification import ARMED, Reason, Standing, State, because, one_enough
from app.promql.parse import ExpressionError, parse
from app.promql.unfiltered import quoted
from app.rules.documents import Rule
from app.rules.verify import selectors
from app.rules.verify.ask import Asker, CannotTell
from app.rules.verify.expression import Expressions
from app.rules.verify.loaded import Loaded
from app.rules.verify.selectors import Wanted


class Recordings:
    """The recording rules of ours, by what they record. May be used by several threads."""

    def __init__(self, asker: Asker, loaded: Loaded, rules: Sequence[Rule], sources: frozenset[str]) -> None:
        self._asker = asker
        self._loaded = loaded
        self._sources = sources
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.kind == "record":
                self._rules.setdefault(rule.name, []).append(rule)
        self._following = threading.local()

    def look(self, wanted: Wanted) -> Standing:
        """How a selector stands; of a recorded metric that has no series at all, by the rules that record it."""
        name = wanted.name
        if name is None or name not in self._rules:
            return selectors.standing(self._asker, wanted, self._sources)
        try:
            if selectors.count(self._asker, wanted) or selectors.count(self._asker, wanted, [], offset=False):
                return selectors.standing(self._asker, wanted, self._sources)
        except CannotTell as error:
            return because(State.UNKNOWN, f"`{name}` could not be counted: {error}")
        return self._follow(name)

    def standing(self, rule: Rule, expression: tree.Expr, expressions: Expressions, *, well_loaded: bool) -> Standing:
        """How a recording rule stands by its data; where it is well loaded, what it yields must have been recorded."""
        found = expressions.standing(expression)
        if found.state is not State.ARMED:
            return found
        try:
            if not self._asker.count(rule.expr):
                return because(State.NO_CASE, "nothing meets its comparisons now")
            if well_loaded and not self._asker.count(_recorded(rule)):
                return because(
                    State.BLIND, f"its expression has series, and none is recorded as `{_recorded(rule)}` yet"
                )
        except CannotTell as error:
            return because(State.UNKNOWN, str(error))
        return ARMED

    def _follow(self, name: str) -> Standing:
        """Why none of the rules of a name records anything."""
        under_way: set[str] = getattr(self._following, "names", set())
        if name in under_way:
            return Standing(State.BLIND, (Reason("it is recorded from itself", name),))
        self._following.names = under_way | {name}
        try:
            found = one_enough([self._of_rule(rule) for rule in self._rules[name]])
        finally:
            self._following.names = under_way
        # What is recorded from what is recorded: the first of them that has no series is the one to look at.
        return Standing(found.state, tuple(replace(one, recorded=one.recorded or name) for one in found.reasons))

    def _of_rule(self, rule: Rule) -> Standing:
        loading, _, _ = self._loaded.find(rule, self._asker.at)
        if loading.state is not State.ARMED:
            state = State.UNKNOWN if loading.state is State.UNKNOWN else State.BLIND
            return Standing(state, tuple(Reason(f"of its rule: {one.text}", rule.name) for one in loading.reasons))
        try:
            expression = parse(rule.expr)
        except ExpressionError as error:
            return because(State.UNKNOWN, f"the expression of its rule {error}")
        return self.standing(rule, expression, Expressions(self._asker, self.look), well_loaded=True)


def _recorded(rule: Rule) -> str:
    """A selector of what a rule records, by the labels that it adds."""
    added = ",".join(f"{name}={quoted(value)}" for name, value in sorted(rule.labels.items()))
    return f"{rule.name}{{{added}}}" if added else rule.name

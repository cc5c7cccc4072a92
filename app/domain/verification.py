"""Whether rules could fire where they run: what a look at a running Prometheus found. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a rule stands; docs/rules-verify.md says what each means."""

    ARMED = "armed"
    NO_CASE = "armed_no_case"
    UNKNOWN = "unknown"
    BLIND = "blind"
    MISSING = "missing"

    @property
    def words(self) -> str:
        """As people read it."""
        return "armed, no case" if self is State.NO_CASE else self.value

    @property
    def armed(self) -> bool:
        """Whether such a rule could do its work."""
        return self in {State.ARMED, State.NO_CASE}


# What decides where all of several things are needed, and where one of them is enough.
_ALL_NEEDED = (State.MISSING, State.BLIND, State.UNKNOWN, State.NO_CASE, State.ARMED)
_ONE_ENOUGH = tuple(reversed(_ALL_NEEDED))
_WORST_FIRST = (State.MISSING, State.BLIND, State.UNKNOWN, State.NO_CASE, State.ARMED)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not armed: a root cause. recorded: the recorded metric that has no series for it, if one has."""

    text: str
    recorded: str | None = None

    @property
    def words(self) -> str:
        """As people read it."""
        return self.text if self.recorded is None else f"`{self.recorded}` has no series: {self.text}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an expression, or a part of one, stands. reasons: why it is not armed, root causes only."""

    state: State
    reasons: tuple[Reason, ...] = ()


ARMED = Standing(State.ARMED)


def because(state: State, text: str) -> Standing:
    """A state, for one reason."""
    return Standing(state, (Reason(text),))


def all_needed(parts: Iterable[Standing]) -> Standing:
    """How something stands that needs all of its parts; nothing is needed of nothing."""
    return _decided(parts, _ALL_NEEDED)


def one_enough(parts: Iterable[Standing]) -> Standing:
    """How something stands for which any of its parts is enough."""
    return _decided(parts, _ONE_ENOUGH)


def _decided(parts: Iterable[Standing], order: tuple[State, ...]) -> Standing:
    given = list(parts)
    if not given:
        return ARMED
    state = min((one.state for one in given), key=order.index)
    return Standing(state, tuple(dict.fromkeys(why for one in given if one.state is state for why in one.reasons)))


class Role(StrEnum):
    """What an expression wants of a selector."""

    NEEDED = "needed"
    ALTERNATIVE = "alternative"  # of `or`: another side is enough
    GUARD = "guard"  # the right side of `unless`: may be empty
    ABSENCE = "absence"  # inside absent(): is there while all is well


@dataclass(frozen=True, slots=True)
class SelectorSeen:
    """A selector of a rule and how many series it matches now, or in its range; None where that could not be told."""

    selector: str
    role: Role
    series: int | None


@dataclass(frozen=True, slots=True)
class Nearness:
    """A value beside what it is compared with: of the series that is nearest to fire. labels: that series'."""

    value: float
    op: str
    threshold: float
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Loading:
    """How Prometheus has a rule. Times are unix seconds, and None where it did not say, or never evaluated it."""

    group: str
    file: str
    health: str
    last_error: str = ""
    last_evaluation: float | None = None
    evaluation_seconds: float | None = None
    interval_seconds: float | None = None
    firing: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """One rule: how it stands in all, and of what that is made.

    data: how its expression stands, whether it is loaded or not; notes: what does not keep it from firing, and is
    better known; loading: None where it is not loaded as it is.
    """

    kind: str
    name: str
    group: str
    expr: str
    state: State
    reasons: tuple[str, ...]
    data: State
    notes: tuple[str, ...] = ()
    loading: Loading | None = None
    nearness: Nearness | None = None
    selectors: tuple[SelectorSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """All rules, at one moment (unix seconds, the server's clock). source: what was asked, without credentials."""

    source: str
    at: float
    rules: tuple[RuleVerdict, ...]
    problems: tuple[str, ...] = field(default=())

    def count(self, state: State) -> int:
        """How many rules stand so."""
        return sum(rule.state is state for rule in self.rules)

    @property
    def worst_first(self) -> tuple[RuleVerdict, ...]:
        """What needs work first; in the order of the files among equals."""
        return tuple(sorted(self.rules, key=lambda rule: _WORST_FIRST.index(rule.state)))

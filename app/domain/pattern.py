"""Regular expressions that take time in proportion to the text, whatever they are: what a stranger gives may be tried.

Python's own backtrack, and some expressions of twenty characters keep them busy for years. These are automata of
positions (V. M. Glushkov, The abstract theory of automata, 1961), all of whose states are followed at once, as sets of
bits. They match whole texts only, as Prometheus' and Alertmanager's do, and know of RE2's syntax what names need:
characters, `.`, classes such as `[a-z0-9]` and `\\d`, groups, `|`, `*`, `+`, `?` and `{2,5}`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.pattern_syntax import Chars, Node, Repeat, Series, parse

_MOST_POSITIONS = 500
# What was followed once is kept, up to so much of a pattern: names are alike, and the same steps lead through them.
_MOST_STATES, _MOST_CHARS = 32, 64


@dataclass(frozen=True, slots=True)
class Pattern:
    """An automaton. chars: what each position stands for; follow: which positions may come after it, as bits."""

    chars: tuple[Chars, ...]
    follow: tuple[int, ...]
    first: int
    last: int
    matches_nothing: bool
    _states: dict[tuple[int, bool], "_State"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        state = self.state(self.first, is_end=self.matches_nothing)
        for char in text:
            state = state[char]
        return state.is_end

    def state(self, reached: int, *, is_end: bool) -> "_State":
        """Where one is whom these positions may follow; is_end: whether a text may end there."""
        known = self._states.get((reached, is_end))
        if known is None:
            known = _State(self, reached, is_end=is_end)
            if len(self._states) < _MOST_STATES:
                self._states[reached, is_end] = known
        return known

    def after(self, reached: int, char: str) -> "_State":
        """Where one is after that character."""
        here = sum(1 << one for one in _bits(reached) if self.chars[one].has(char))
        following = 0
        for one in _bits(here):
            following |= self.follow[one]
        return self.state(following, is_end=bool(here & self.last))


class _State(dict[str, "_State"]):
    """A set of positions that may come next; by a character, the one that it leads to, found when first asked for."""

    __slots__ = ("_pattern", "_reached", "is_end")

    def __init__(self, pattern: Pattern, reached: int, *, is_end: bool) -> None:
        super().__init__()
        self._pattern, self._reached, self.is_end = pattern, reached, is_end

    def __missing__(self, char: str) -> "_State":
        found = self._pattern.after(self._reached, char)
        if len(self) < _MOST_CHARS:
            self[char] = found
        return found


@lru_cache(maxsize=1024)
def compiled(text: str) -> Pattern:
    """The automaton of an expression. Raises ValueError with what is wrong with it, or that it is too large."""
    builder = _Builder()
    whole = builder.build(parse(text))
    return Pattern(tuple(builder.chars), tuple(builder.follow), whole.first, whole.last, whole.nullable)


@dataclass(frozen=True, slots=True)
class _Part:
    """Of a part of an expression: the positions it may begin and end with, as bits, and whether it may be empty."""

    first: int
    last: int
    nullable: bool


_EMPTY = _Part(0, 0, nullable=True)


@dataclass(slots=True)
class _Builder:
    chars: list[Chars] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)

    def build(self, node: Node) -> _Part:
        """The part that a node makes; adds its positions."""
        if isinstance(node, Chars):
            return self._position(node)
        if isinstance(node, Repeat):
            return self._repeat(node)
        if isinstance(node, Series):
            part = _EMPTY
            for one in node.parts:
                part = self._join(part, self.build(one))
            return part
        parts = [self.build(one) for one in node.parts]
        part = parts[0]
        for other in parts[1:]:
            part = _Part(part.first | other.first, part.last | other.last, part.nullable or other.nullable)
        return part

    def _position(self, chars: Chars) -> _Part:
        if len(self.chars) == _MOST_POSITIONS:
            raise ValueError(f"is too large: it stands for more than {_MOST_POSITIONS} characters")
        self.chars.append(chars)
        self.follow.append(0)
        bit = 1 << (len(self.chars) - 1)
        return _Part(bit, bit, nullable=False)

    def _join(self, one: _Part, other: _Part) -> _Part:
        for position in _bits(one.last):
            self.follow[position] |= other.first
        return _Part(
            one.first | other.first if one.nullable else one.first,
            one.last | other.last if other.nullable else other.last,
            one.nullable and other.nullable,
        )

    def _repeat(self, node: Repeat) -> _Part:
        part = _EMPTY
        # Written out: x{2,4} is x x x? x?, and x{2,} is x x x*.
        for number in range(node.least + 1 if node.most is None else node.most):
            before = len(self.chars)
            one = self.build(node.part)
            if len(self.chars) == before:
                return _EMPTY  # Nothing, however often.
            if node.most is None and number == node.least:
                self._join(one, one)
            if number >= node.least:
                one = _Part(one.first, one.last, nullable=True)
            part = self._join(part, one)
        return part


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest

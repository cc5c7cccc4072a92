"""The syntax of regular expressions, as far as app.domain.pattern knows it."""

import re
from dataclasses import dataclass

LONGEST = 255
_DEEPEST = 20
_MOST_TIMES = 255
_COUNTS = re.compile(r"\{([0-9]{1,4})(,?)([0-9]{0,4})\}")
_DIGITS, _SPACES = (("0", "9"),), (("\t", "\r"), (" ", " "))
_WORDS = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))


@dataclass(frozen=True, slots=True)
class Chars:
    """One character, of these ranges (both ends count), or of none of them where `negated`."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def has(self, char: str) -> bool:
        """Whether it may be this character."""
        return any(low <= char <= high for low, high in self.ranges) is not self.negated


@dataclass(frozen=True, slots=True)
class Series:
    """One part after the other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts, of which there is one at least."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part, at least and at most so often; None: any number of times."""

    part: "Node"
    least: int
    most: int | None


Node = Chars | Series | Choice | Repeat
_CLASSES = {
    "d": Chars(_DIGITS),
    "D": Chars(_DIGITS, negated=True),
    "w": Chars(_WORDS),
    "W": Chars(_WORDS, negated=True),
    "s": Chars(_SPACES),
    "S": Chars(_SPACES, negated=True),
}
_ANY = Chars((), negated=True)
_TIMES = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def parse(text: str) -> Node:
    """What an expression says. Raises ValueError with what is wrong with it."""
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    parser = _Parser(text)
    node = parser.choice(0)
    if parser.at < len(text):
        raise ValueError("has a ) too many")
    return node


@dataclass(slots=True)
class _Parser:
    text: str
    at: int = 0

    def choice(self, depth: int) -> Node:
        """Up to a ) or the end."""
        if depth > _DEEPEST:
            raise ValueError(f"has groups more than {_DEEPEST} deep")
        parts = [self._series(depth)]
        while self._took("|"):
            parts.append(self._series(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _series(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._next() not in {"", "|", ")"}:
            parts.append(self._repeated(self._atom(depth)))
        return parts[0] if len(parts) == 1 else Series(tuple(parts))

    def _repeated(self, part: Node) -> Node:
        counts = _COUNTS.match(self.text, self.at)
        if counts is not None:
            self.at = counts.end()
            least, most = int(counts[1]), int(counts[3] or counts[1])
            if counts[2] and not counts[3]:
                times: tuple[int, int | None] = (least, None)
            else:
                times = (least, most)
            if most < least or most > _MOST_TIMES:
                raise ValueError(f"repeats {counts[0]}: a range up to {_MOST_TIMES} is possible")
        elif self._next() in _TIMES:
            times = _TIMES[self._take()]
        else:
            return part
        # Whether it prefers much or little makes no difference where only whole texts match.
        self._took("?")
        if self._next() in _TIMES or _COUNTS.match(self.text, self.at):
            raise ValueError("repeats a repetition")
        return Repeat(part, *times)

    def _atom(self, depth: int) -> Node:
        char = self._take()
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._set()
        if char == ".":
            return _ANY
        if char == "\\":
            return self._escaped()
        if char in _TIMES:
            raise ValueError(f"has {char} with nothing before it to repeat")
        if (char == "^" and self.at == 1) or (char == "$" and self.at == len(self.text)):
            return Series(())  # It is anchored anyway.
        if char in "^$":
            raise ValueError(f"has {char} inside; it matches whole values only, so leave it out or write \\{char}")
        return Chars(((char, char),))

    def _group(self, depth: int) -> Node:
        if self._took("?") and not self._took(":"):
            raise ValueError("has (?, of which only (?:...) is known")
        node = self.choice(depth + 1)
        if not self._took(")"):
            raise ValueError("has a ( without its )")
        return node

    def _escaped(self) -> Chars:
        char = self._take()
        if char in _CLASSES:
            return _CLASSES[char]
        if not char or char.isalnum():
            raise ValueError(f"has \\{char}, which means nothing here")
        return Chars(((char, char),))

    def _set(self) -> Chars:
        negated, ranges = self._took("^"), list[tuple[str, str]]()
        while not (self._next() == "]" and ranges):
            low = self._member()
            if len(low.ranges) == 1 and low.ranges[0][0] == low.ranges[0][1] and self._is_range():
                self._take()
                high = self._member()
                pair = (low.ranges[0][0], high.ranges[0][1])
                if len(high.ranges) != 1 or high.ranges[0][0] != pair[1] or pair[0] > pair[1]:
                    raise ValueError("has a range in [...] that is none")
                ranges.append(pair)
            else:
                ranges.extend(low.ranges)
        self._take()
        return Chars(tuple(ranges), negated)

    def _member(self) -> Chars:
        char = self._take()
        if not char:
            raise ValueError("has a [ without its ]")
        if char != "\\":
            return Chars(((char, char),))
        member = self._escaped()
        if member.negated:
            raise ValueError("has a class such as \\D in [...], which is not known")
        return member

    def _is_range(self) -> bool:
        return self._next() == "-" and self.text[self.at + 1 : self.at + 2] not in {"", "]"}

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        char = self._next()
        self.at += len(char)
        return char

    def _took(self, char: str) -> bool:
        if self._next() != char:
            return False
        self.at += 1
        return True

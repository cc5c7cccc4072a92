"""PromQL's label matchers, written and read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import UsageError

_STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`"
_MATCHER = re.compile(rf"\s*([A-Za-z_]\w*|{_STRING})\s*(=~|!~|!=|=)\s*({_STRING})\s*(?:,|$)", re.ASCII | re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|(.))", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HINT = 'write matchers as PromQL does: pod=~"cart-.*",container!="proxy"'


@dataclass(frozen=True, slots=True)
class LabelMatcher:
    """One matcher. operator: = != =~ !~, of which the last two take regular expressions of the whole value."""

    label: str
    operator: str
    value: str


def parse_label_matchers(text: str) -> tuple[LabelMatcher, ...]:
    """The matchers in a text such as `pod=~"cart-.*",container!="proxy"`, in braces or without.

    Raises UsageError that points at the place.
    """
    found, at = [], 0
    text = text.strip().strip("{}").strip()
    while at < len(text):
        match = _MATCHER.match(text, at)
        if match is None:
            raise UsageError(f"--selector: {text[at : at + 60]!r} is no label matcher", _HINT)
        label = match[1] if match[1][0] not in "\"'`" else _unquoted(match[1])
        found.append(LabelMatcher(label, match[2], _unquoted(match[3])))
        at = match.end()
    return tuple(found)


def quote(value: str) -> str:
    """A PromQL string literal of any value."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def one_of(label: str, values: Iterable[str]) -> str:
    """A matcher that any of the values satisfies, and no other; nothing where there are none."""
    alternatives = "|".join(re.escape(value).replace(r"\-", "-") for value in sorted(values))
    return f"{label}=~{quote(alternatives)}" if alternatives else ""


def together(*matchers: str) -> str:
    """Some lists of matchers as one; empty ones are left out."""
    return ",".join(part.strip().strip(",") for part in matchers if part.strip())


def _unquoted(literal: str) -> str:
    """What a string literal says: Go's escapes, none of them between backticks."""
    inner = literal[1:-1]
    return inner if literal[0] == "`" else _ESCAPE.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    hexadecimal = match[1] or match[2] or match[3]
    if hexadecimal or match[4]:
        code = int(hexadecimal, 16) if hexadecimal else int(match[4], 8)
        return chr(code) if code < 0x110000 else "\ufffd"
    return _ESCAPED.get(match[5], match[5])

"""Long expressions on several lines, so that a review shows which part of one has changed. Pure.

Only white space changes, and none of it within quotes: PromQL takes no heed of the rest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 100
_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`"""
_PART = re.compile(
    rf"""(?P<space>\s*)(?P<text>{_QUOTED}|\{{(?:{_QUOTED}|[^}}"'`])*\}}|\[[^\]]*\]|[\w:.]+|[=!<>]=|\S)""", re.DOTALL
)
# How loosely operators bind, the loosest first: the line is broken there.
_OPERATORS = (("or",), ("and", "unless"), ("==", "!=", ">", "<", ">=", "<="), ("+", "-"), ("*", "/", "%"))
_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
# What is in parentheses is worth lines of its own from this length on.
_WORTH = 24


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A part of an expression that is never broken. spaced: whether white space stands before it."""

    text: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class _Nest:
    """What is in a pair of parentheses."""

    inside: "tuple[_Leaf | _Nest, ...]"
    spaced: bool


_Parts = Sequence[_Leaf | _Nest]


def laid_out(expr: str) -> str:
    """The expression, broken where it is long; one that has lines or comments already is left as it is."""
    if len(expr) <= _WIDTH or "\n" in expr or "#" in expr:
        return expr
    parts, rest = _nested([_Leaf(one["text"], bool(one["space"])) for one in _PART.finditer(expr)])
    return expr if rest else "\n".join(_lines(parts, "", ""))


def _nested(leaves: Sequence[_Leaf]) -> tuple[tuple[_Leaf | _Nest, ...], bool]:
    """Parentheses as nests; and whether they do not match."""
    stack: list[tuple[list[_Leaf | _Nest], bool]] = [([], False)]
    for leaf in leaves:
        if leaf.text == "(":
            stack.append(([], leaf.spaced))
        elif leaf.text == ")" and len(stack) > 1:
            inside, spaced = stack.pop()
            stack[-1][0].append(_Nest(tuple(inside), spaced))
        else:
            stack[-1][0].append(leaf)
    return tuple(stack[0][0]), len(stack) > 1


def _flat(parts: _Parts) -> str:
    """The parts on one line."""
    text = ""
    for part in parts:
        text += " " if part.spaced and text else ""
        text += part.text if isinstance(part, _Leaf) else f"({_flat(part.inside)})"
    return text


def _lines(parts: _Parts, indent: str, before: str) -> list[str]:
    """The parts on as many lines as they need. before: what stands on the first of them already."""
    whole = indent + before + _flat(parts)
    if len(whole) <= _WIDTH:
        return [whole]
    commas = [at for at, part in enumerate(parts) if isinstance(part, _Leaf) and part.text == ","]
    if commas:
        return _listed(parts, commas, indent, before)
    operators = _loosest(parts)
    if operators:
        lines = _lines(parts[: operators[0]], indent, before)
        for at, until in zip(operators, [*operators[1:], len(parts)], strict=True):
            lines += _lines(parts[at + 1 : until], indent, f"{_flat(parts[at : at + 1])} ")
        return lines
    longest = max(range(len(parts)), key=lambda at: _length(parts, at))
    nest = parts[longest]
    if not isinstance(nest, _Nest) or _length(parts, longest) < _WORTH:
        return [whole]
    space = " " if nest.spaced and longest else ""
    lines = [f"{indent}{before}{_flat(parts[:longest])}{space}(", *_lines(nest.inside, f"{indent}  ", "")]
    after = parts[longest + 1 :]
    return lines + _lines(after, indent, f"){' ' if after and after[0].spaced else ''}")


def _length(parts: _Parts, at: int) -> int:
    """How long a nest is; 0 for anything else, and for lists of labels, which stay whole."""
    part, before = parts[at], parts[at - 1] if at else None
    if not isinstance(part, _Nest) or (isinstance(before, _Leaf) and before.text.lower() in _LISTS):
        return 0
    return len(_flat(part.inside))


def _listed(parts: _Parts, commas: Sequence[int], indent: str, before: str) -> list[str]:
    lines: list[str] = []
    start = 0
    for at in commas:
        lines += _lines(parts[start:at], indent, before if start == 0 else "")
        lines[-1] += ","
        start = at + 1
    return lines + _lines(parts[start:], indent, "")


def _loosest(parts: _Parts) -> list[int]:
    """Where the operators stand that bind most loosely; a sign before anything else is none."""
    for operators in _OPERATORS:
        found = [
            at for at, part in enumerate(parts) if at and isinstance(part, _Leaf) and part.text.lower() in operators
        ]
        if found:
            return found
    return []

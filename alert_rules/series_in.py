"""As much of PromQL as a lint needs: which series an expression names, and what aggregates them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PART = re.compile(
    r"""\#[^\n]* | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | [a-zA-Z_:][\w:]* | \d[\w.]* | \s+ | .""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_NAME = re.compile(r"[a-zA-Z_:][\w:]*", re.ASCII)
_AGGREGATIONS = frozenset(
    {"sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values", "bottomk", "topk", "quantile"}
)
# What stands before a list of labels in parentheses.
_LISTS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_WORDS = frozenset({"and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "start", "end"})


@dataclass(frozen=True, slots=True)
class Use:
    """A series that an expression names. within: the aggregation closest around it, None where there is none."""

    metric: str
    within: str | None


def uses(expr: str) -> tuple[Use, ...]:
    """The series of an expression, in order."""
    return tuple(_walk([one for one in _PART.findall(expr) if not one.isspace() and one[0] != "#"]))


def aggregations(expr: str) -> frozenset[str]:
    """The aggregations that an expression names."""
    return frozenset(one.lower() for one in _PART.findall(expr) if one.lower() in _AGGREGATIONS)


def _walk(parts: list[str]) -> Iterator[Use]:
    # Of each open parenthesis the aggregation that it belongs to, or that is around it.
    around: list[str | None] = [None]
    pending: str | None = None
    at = 0
    while at < len(parts):
        part, following = parts[at], parts[at + 1] if at + 1 < len(parts) else ""
        word = part.lower()
        if part in "{[":
            at = _past(parts, at)
            continue
        if word in _LISTS:
            at = _past(parts, at + 1) if following == "(" else at + 1
            continue
        if word in _AGGREGATIONS and (following == "(" or following.lower() in _LISTS):
            pending = word
        elif part == "(":
            around.append(pending or around[-1])
            pending = None
        elif part == ")" and len(around) > 1:
            around.pop()
        elif _NAME.fullmatch(part) and word not in _WORDS and following != "(":
            yield Use(part, around[-1])
        at += 1


def _past(parts: list[str], at: int) -> int:
    """Where it goes on behind the bracket that opens here."""
    close = {"{": "}", "[": "]", "(": ")"}[parts[at]]
    while at < len(parts) and parts[at] != close:
        at += 1
    return at + 1

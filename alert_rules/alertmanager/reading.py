"""Matchers of a configuration, as its file writes them. Pure."""

import re
from collections.abc import Mapping
from typing import Any, cast

from alert_rules.alertmanager.tree import Matcher, Operator

_MATCHER = re.compile(r"\s*(\w+)\s*(=~|!=|!~|=)\s*(.*?)\s*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_IN_BRACES = re.compile(r"((?:[^,\"]|\"(?:[^\"\\]|\\.)*\")+)")
_PATTERN = re.compile(r"[.^$*+?()\[\]{}|\\]")


def parse_matcher(text: str) -> Matcher:
    """A matcher, its value in quotes or not. Raises ValueError where it is none."""
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no matcher")
    label, operator, value = found.groups()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = _ESCAPE.sub(lambda one: "\n" if one[1] == "n" else one[1], value[1:-1])
    return Matcher(label, cast("Operator", operator), value)


def matchers_of(document: Mapping[str, Any], side: str | None = None) -> frozenset[Matcher]:
    """The matchers of a route; of a `side` of an inhibition: source or target. Those of the old forms are among them.

    What is no matcher stands for itself: amtool tells of it.
    """
    prefix = "" if side is None else f"{side}_"
    found = set()
    for text in _texts(document.get(f"{prefix}matchers")):
        try:
            found.add(_plain(parse_matcher(text)))
        except ValueError:
            found.add(Matcher(text, "=", ""))
    old: tuple[tuple[str, Operator], ...] = (("match", "="), ("match_re", "=~"))
    for key, operator in old:
        values = document.get(f"{prefix}{key}")
        if isinstance(values, Mapping):
            found |= {_plain(Matcher(str(label), operator, str(value))) for label, value in values.items()}
    return frozenset(found)


def implied(matchers: frozenset[Matcher], known: frozenset[Matcher]) -> bool:
    """Whether what fits `known` fits `matchers`, as far as can be told without comparing patterns."""
    values = {one.label: one.value for one in known if one.operator == "="}
    return all(one in known or (one.label in values and _fits(one, values[one.label])) for one in matchers)


def requires(matchers: frozenset[Matcher]) -> set[str]:
    """The labels that an alert must have to fit."""
    return {
        one.label
        for one in matchers
        if (one.operator == "=" and one.value)
        or (one.operator == "!=" and not one.value)
        or (one.operator == "=~" and not _fits_nothing(one.value))
        or (one.operator == "!~" and _fits_nothing(one.value))
    }


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        inner = value.strip().removeprefix("{").removesuffix("}")
        return [one for one in _IN_BRACES.findall(inner) if one.strip()]
    return [one for text in value or () for one in _texts(text)] if isinstance(value, list) else []


def _plain(matcher: Matcher) -> Matcher:
    """A pattern that is plain text, as the text that it is."""
    if matcher.operator in {"=~", "!~"} and not _PATTERN.search(matcher.value):
        return Matcher(matcher.label, "=" if matcher.operator == "=~" else "!=", matcher.value)
    return matcher


def _fits(matcher: Matcher, value: str) -> bool:
    if matcher.operator in {"=", "!="}:
        return (matcher.value == value) is (matcher.operator == "=")
    try:
        return (re.fullmatch(matcher.value, value) is not None) is (matcher.operator == "=~")
    except re.error:
        return False


def _fits_nothing(pattern: str) -> bool:
    """Whether a pattern fits an absent label. One that Python does not read is taken to."""
    try:
        return re.fullmatch(pattern, "") is not None
    except re.error:
        return True

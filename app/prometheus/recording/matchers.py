"""PromQL label matchers, applied here instead of by a server."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import UsageError
from app.prometheus.promql import LabelMatcher, parse_label_matchers
from app.prometheus.source import LabelSet

_HINT = 'write matchers as PromQL does: pod=~"cart-.*",container!="proxy"'


@dataclass(frozen=True, slots=True)
class Matcher:
    """One matcher: the label's name and what its value must satisfy; a missing label has the value ""."""

    label: str
    accepts: Callable[[str], bool]


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """The matchers in a text such as `pod=~"cart-.*",container!="proxy"`; regular expressions match whole values.

    Raises UsageError that points at the place.
    """
    return tuple(_matcher(one) for one in parse_label_matchers(text))


def all_accept(matchers: tuple[Matcher, ...], labels: LabelSet) -> bool:
    """Whether a label set satisfies every matcher."""
    return all(matcher.accepts(labels.get(matcher.label, "")) for matcher in matchers)


def _matcher(given: LabelMatcher) -> Matcher:
    label, wanted = given.label, given.value
    if given.operator == "=":
        return Matcher(label, lambda value: value == wanted)
    if given.operator == "!=":
        return Matcher(label, lambda value: value != wanted)
    try:
        pattern = re.compile(wanted, re.DOTALL)
    except re.error as error:
        raise UsageError(f"--selector: {wanted!r} is no regular expression: {error}", _HINT) from error
    if given.operator == "=~":
        return Matcher(label, lambda value: pattern.fullmatch(value) is not None)
    return Matcher(label, lambda value: pattern.fullmatch(value) is None)

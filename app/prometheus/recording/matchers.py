"""PromQL label matchers, applied here instead of by a server."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import UsageError
from app.prometheus.source import LabelSet

_MATCHER = re.compile(r'\s*([A-Za-z_][\w]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')\s*(?:,|$)')
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
    found, at = [], 0
    text = text.strip().strip("{}").strip()
    while at < len(text):
        match = _MATCHER.match(text, at)
        if match is None:
            raise UsageError(f"--selector: {text[at : at + 60]!r} is no label matcher", _HINT)
        found.append(_matcher(match[1], match[2], re.sub(r"\\(.)", r"\1", match[3][1:-1])))
        at = match.end()
    return tuple(found)


def all_accept(matchers: tuple[Matcher, ...], labels: LabelSet) -> bool:
    """Whether a label set satisfies every matcher."""
    return all(matcher.accepts(labels.get(matcher.label, "")) for matcher in matchers)


def _matcher(label: str, operator: str, value: str) -> Matcher:
    if operator == "=":
        return Matcher(label, lambda given: given == value)
    if operator == "!=":
        return Matcher(label, lambda given: given != value)
    try:
        pattern = re.compile(value, re.DOTALL)
    except re.error as error:
        raise UsageError(f"--selector: {value!r} is no regular expression: {error}", _HINT) from error
    if operator == "=~":
        return Matcher(label, lambda given: pattern.fullmatch(given) is not None)
    return Matcher(label, lambda given: pattern.fullmatch(given) is None)

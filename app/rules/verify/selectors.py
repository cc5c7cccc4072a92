"""Why a selector matches nothing: a metric that is not there, a source that is another, or no case of it just now.

Selectors that match nothing are told apart by loosening them. Matchers on where series come from (job, cluster, those
of the settings) are kept: what does not match them is no case but a mistake. All others say what a series is about,
and a series that there is only when something happens is no fault.
"""

import re
from dataclasses import dataclass

import promql_parser as tree

from app.domain.verification import ARMED, Standing, State, because
from app.durations import format_duration
from app.promql.parse import ExpressionError, parse, shown
from app.rules.verify.ask import Asker, CannotTell

# Labels that the scrape puts on series: they say where a series comes from, never what happened.
SOURCE_LABELS = frozenset(
    {"job", "instance", "cluster", "metrics_path", "endpoint", "prometheus", "prometheus_replica"}
)
# The usual matchers of cAdvisor's containers: where all series fail them, it is not containers that are scraped.
USUAL_SOURCES = frozenset({'container!=""', 'container!="POD"', 'image!=""'})
_OTHER_VALUES = 4
# What a client library may announce a metric as: OpenMetrics names families without these.
_SUFFIXES = ("_total", "_bucket", "_sum", "_count", "_info", "_created")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A selector as it is used. window_seconds: how far back its samples count; 0: as far as one is still current."""

    node: tree.VectorSelector
    window_seconds: float = 0.0

    @property
    def name(self) -> str | None:
        """The metric's name, where it is one name."""
        if self.node.name is not None:
            return self.node.name
        named = [one for one in self.node.matchers.matchers if one.name == "__name__" and one.op == tree.MatchOp.Equal]
        return named[0].value if named else None

    @property
    def matchers(self) -> list[str]:
        """The matchers as they are written, without the one on the name."""
        return [str(one) for one in self.node.matchers.matchers if one.name != "__name__"]

    def text(self, matchers: list[str] | None = None, *, offset: bool = True) -> str:
        """The selector as PromQL. matchers: these instead of its own; offset: at its time rather than now."""
        given = self.matchers if matchers is None else matchers
        if self.node.name is not None:
            head, rest = self.node.name, given
        else:
            on_name = [str(one) for one in self.node.matchers.matchers if one.name == "__name__"]
            head, rest = "", [*on_name, *given]
        braces = f"{{{','.join(rest)}}}" if rest else ""
        return f"{head}{braces}{self._at() if offset else ''}"

    @property
    def elsewhen(self) -> str:
        """When it looks, where that is not now, for people: ` 7d ago`."""
        offset = 0.0 if self.node.offset is None else self.node.offset.total_seconds()
        if offset > 0 and self.node.at is None:
            return f" {format_duration(offset)} ago"
        return f" at{self._at()}" if self._at() else ""

    def _at(self) -> str:
        words = ""
        if self.node.offset is not None and self.node.offset.total_seconds():
            seconds = self.node.offset.total_seconds()
            words += f" offset {'-' if seconds < 0 else ''}{abs(seconds) * 1000:.0f}ms"
        return words if self.node.at is None else f"{words} {self.node.at}"


def matchers_of(braces: str) -> frozenset[str]:
    """Label matchers as settings have them, with no braces, each as it is compared here; none where there are none."""
    if not braces.strip():
        return frozenset()
    try:
        parsed = parse(f"x{{{braces}}}")
    except ExpressionError:
        return frozenset()
    return (
        frozenset(str(one) for one in parsed.matchers.matchers)
        if isinstance(parsed, tree.VectorSelector)
        else frozenset()
    )


def count(asker: Asker, wanted: Wanted, matchers: list[str] | None = None, *, offset: bool = True) -> int:
    """How many series a selector matches: now; where none, and it looks further back, in its window. Raises CannotTell.

    Now comes first, for it is cheap where there is much.
    """
    selector = wanted.text(matchers, offset=offset)
    found = asker.count(selector)
    if found or not wanted.window_seconds:
        return found
    head = wanted.text(matchers, offset=False)
    return asker.count(f"count_over_time({head}[{wanted.window_seconds * 1000:.0f}ms]{selector.removeprefix(head)})")


def standing(asker: Asker, wanted: Wanted, sources: frozenset[str]) -> Standing:
    """How a selector stands. sources: further matchers, as they are written, that say where series come from."""
    try:
        return _standing(asker, wanted, sources)
    except CannotTell as error:
        return because(State.UNKNOWN, f"`{shown(wanted.text())}` could not be counted: {error}")


def _standing(asker: Asker, wanted: Wanted, sources: frozenset[str]) -> Standing:
    if count(asker, wanted):
        return ARMED
    matchers = [one for one in wanted.node.matchers.matchers if one.name != "__name__"]
    told = [one for one in matchers if not _is_source(one, sources)]
    source = [str(one) for one in matchers if _is_source(one, sources)]
    if told and count(asker, wanted, source):
        return _no_case(asker, wanted, source, told)
    if wanted.elsewhen and count(asker, wanted, offset=False):
        return because(State.BLIND, f"`{shown(wanted.text(offset=False))}` has series now, and none{wanted.elsewhen}")
    name = wanted.text([], offset=False)
    if source and count(asker, wanted, []):
        return because(State.BLIND, f"`{name}` has series, and none with {', '.join(source)}")
    return _absent(asker, wanted, source, name)


def _no_case(asker: Asker, wanted: Wanted, source: list[str], told: list[tree.Matcher]) -> Standing:
    name = wanted.text([], offset=False)
    for matcher in told:
        label = matcher.name
        if _needs_a_value(matcher) and not count(asker, wanted, [*source, f'{label}!=""']):
            return because(State.BLIND, f"`{name}` has series, and none has a label `{label}`")
    others = "; ".join(filter(None, (_values(asker, wanted, source, one) for one in told)))
    aside = f" ({others})" if others else ""
    written = ", ".join(str(one) for one in told)
    return because(State.NO_CASE, f"`{name}` has series, and none now with {written}{aside}")


def _values(asker: Asker, wanted: Wanted, source: list[str], matcher: tree.Matcher) -> str:
    """What the label is instead, so that a person sees a misspelt value."""
    if matcher.op in (tree.MatchOp.NotEqual, tree.MatchOp.NotRe):
        return ""
    selector = wanted.text([*source, f'{matcher.name}!=""'], offset=False)
    found = asker.some(f"topk({_OTHER_VALUES + 1}, count by ({matcher.name}) ({selector}))")
    values = sorted(labels.get(matcher.name, "") for labels, _ in found)
    if not values:
        return ""
    more = ", ..." if len(values) > _OTHER_VALUES else ""
    return f"{matcher.name} is {', '.join(values[:_OTHER_VALUES])}{more}"


def _absent(asker: Asker, wanted: Wanted, source: list[str], name: str) -> Standing:
    metric = wanted.name
    with_source = f" with {', '.join(source)}" if source else ""
    if metric is None or not any(asker.announced(one) for one in _families(metric)):
        return because(State.BLIND, f"no series of `{name}`{with_source}")
    jobs = [str(one) for one in wanted.node.matchers.matchers if one.name == "job"]
    if jobs and not asker.count(f"up{{{','.join(jobs)}}}"):
        return because(State.BLIND, f"no series of `{name}`{with_source}, and no target with {', '.join(jobs)}")
    return because(State.NO_CASE, f"`{name}` has no series now; a target announces it")


def _families(metric: str) -> list[str]:
    return [metric, *(metric.removesuffix(one) for one in _SUFFIXES if metric.endswith(one))]


def _is_source(matcher: tree.Matcher, sources: frozenset[str]) -> bool:
    return matcher.name in SOURCE_LABELS or str(matcher) in sources


def _needs_a_value(matcher: tree.Matcher) -> bool:
    """Whether a series without the label cannot match."""
    if matcher.op == tree.MatchOp.Equal:
        return bool(matcher.value)
    if matcher.op == tree.MatchOp.NotEqual:
        return not matcher.value
    try:
        matches_nothing = re.fullmatch(matcher.value, "") is not None
    except re.error:  # what Prometheus' regular expressions know, and these do not
        return False
    return bool(matches_nothing == (matcher.op == tree.MatchOp.NotRe))

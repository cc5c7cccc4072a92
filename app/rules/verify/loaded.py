"""The rules that a server has loaded, as its API lists them, and whether ours are among them and well.

Read is what Prometheus, Thanos Ruler, Mimir and vmalert have in common; other fields are of no interest here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.verification import ARMED, Loading, Standing, State, because
from app.durations import format_duration, parse_duration
from app.errors import SourceUnusable
from app.prometheus.client import PrometheusClient
from app.prometheus.loaded import loaded_groups
from app.prometheus.source import Control
from app.promql.parse import canonical, shown
from app.rules.documents import Rule
from app.text import printable

_KINDS = {"alerting": "alert", "recording": "record"}
# A rule that was not evaluated for so many intervals, and a minute, is not evaluated any more.
_INTERVALS_LATE = 3
_LATE_SECONDS = 60.0
_FAILED = "err"
# vmalert says "no match" of a rule that is well and has nothing to say.
_WELL = {"ok", "no match"}


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """One rule that a server has. hold_seconds: its `for`; None where it is not said."""

    kind: str
    name: str
    expr: str
    hold_seconds: float | None
    labels: Mapping[str, str]
    loading: Loading


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that a server has. problems: why this may not be all."""

    rules: tuple[LoadedRule, ...]
    problems: tuple[str, ...] = ()

    def find(self, rule: Rule, at: float) -> tuple[Standing, Loading | None, tuple[str, ...]]:
        """How well a rule of ours is loaded; how the server has it; and what is better known. at: unix seconds."""
        named = [one for one in self.rules if one.kind == rule.kind and one.name == rule.name]
        wanted = canonical(rule.expr)
        same = [one for one in named if canonical(one.expr) == wanted]
        if not same:
            return self._missing(rule, named), None, ()
        judged = [(_evaluated(one.loading, at), one) for one in same]
        well = [one for standing, one in judged if standing.state is State.ARMED]
        standing, chosen = judged[0] if not well else (ARMED, well[0])
        notes = _differences(rule, chosen) + _slow(chosen.loading)
        if well and len(well) < len(same):
            failing = next(standing for standing, _ in judged if standing.state is not State.ARMED)
            notes += (f"of {len(same)} times that it is loaded, one does not work: {failing.reasons[0].words}",)
        return standing, chosen.loading, notes

    def _missing(self, rule: Rule, named: list[LoadedRule]) -> Standing:
        if self.problems:
            return because(State.UNKNOWN, f"the list of loaded rules is not whole: {self.problems[0]}")
        if not named:
            return because(State.MISSING, "it is not loaded")
        other = named[0]
        return because(
            State.MISSING,
            f"it is loaded with another expression, in group {other.loading.group}: `{shown(other.expr, 80)}`",
        )


def read_loaded(client: PrometheusClient, control: Control) -> Loaded:
    """What the server has loaded. Raises SourceError where it has no such list, ScanAbandoned."""
    groups, warnings = loaded_groups(client, control)
    try:
        rules = tuple(rule for group in groups for rule in _of_group(group))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceUnusable("the answer is no list of rules", "is this a Prometheus, or a ruler?") from error
    return Loaded(rules, tuple(warnings))


def _of_group(group: Mapping[str, Any]) -> Iterable[LoadedRule]:
    interval = float(group.get("interval") or 0.0) or None
    for rule in group.get("rules") or ():
        states = [str(alert.get("state", "")) for alert in rule.get("alerts") or ()]
        hold = rule.get("duration")
        yield LoadedRule(
            _KINDS.get(str(rule.get("type", "")), "alert" if "alerts" in rule else "record"),
            str(rule["name"]),
            str(rule["query"]),
            None if hold is None else float(hold),
            {str(name): str(value) for name, value in (rule.get("labels") or {}).items()},
            Loading(
                printable(str(group.get("name", ""))),
                printable(str(group.get("file", ""))),
                printable(str(rule.get("health", ""))),
                printable(str(rule.get("lastError") or "")),
                _unix(rule.get("lastEvaluation")),
                _seconds(rule.get("evaluationTime")),
                interval,
                states.count("firing"),
                states.count("pending"),
            ),
        )


def _evaluated(loading: Loading, at: float) -> Standing:
    if loading.health == _FAILED or loading.last_error:
        return because(State.BLIND, f"its evaluation fails: {loading.last_error or 'no reason was given'}")
    if loading.last_evaluation is None or loading.health not in _WELL:
        every = f", every {format_duration(loading.interval_seconds)}" if loading.interval_seconds else ""
        return because(State.BLIND, f"it was loaded and not yet evaluated{every}")
    age = at - loading.last_evaluation
    if age > _INTERVALS_LATE * (loading.interval_seconds or _LATE_SECONDS) + _LATE_SECONDS:
        return because(State.BLIND, f"it was last evaluated {format_duration(age)} ago")
    return ARMED


def _slow(loading: Loading) -> tuple[str, ...]:
    took, interval = loading.evaluation_seconds, loading.interval_seconds
    if took is None or interval is None or took <= interval:
        return ()
    return (f"its evaluation takes {took:.1f} s, longer than the {interval:g} s from one to the next",)


def _differences(rule: Rule, loaded: LoadedRule) -> tuple[str, ...]:
    notes = [
        f"label {name}: {loaded.labels.get(name, 'none')!r} is loaded, {rule.labels.get(name, 'none')!r} is ours"
        for name in sorted({*rule.labels, *loaded.labels})
        if rule.labels.get(name) != loaded.labels.get(name)
    ]
    if rule.kind == "alert" and loaded.hold_seconds is not None and loaded.hold_seconds != _hold(rule):
        notes.append(f"for: {format_duration(loaded.hold_seconds)} is loaded, {rule.hold} is ours")
    return tuple(notes)


def _hold(rule: Rule) -> float | None:
    try:
        return parse_duration(rule.hold)
    except ValueError:
        return None


def _unix(text: object) -> float | None:
    """Unix seconds of an RFC 3339 time; None for none, for the year 1, which means never, and for what is no time."""
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    if when.year < 1970:
        return None
    return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None

"""Rules that were built, and those that a running Prometheus has: each as a text, so that a diff shows what differs."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from alert_rules.layout import laid_out
from alert_rules.pack import Unit
from app.durations import parse_duration
from app.rules.folder import Change
from app.rules.generate import Built
from app.rules.text import yaml_text
from app.rules.units import format_value

# What every group of ours begins with, those of packs that are not chosen any more included.
_OURS = "leakwatch"

Rules = dict[str, dict[str, Any]]


def against_loaded(
    built: Sequence[Built], groups: Sequence[Mapping[str, Any]], formatted: Callable[[str], str]
) -> tuple[Change, ...]:
    """What would change in a Prometheus by loading what was built; by group and rule.

    groups: as /api/v1/rules gives them; formatted: an expression as that server writes it: the server keeps no rule as
    it was written.
    """
    names = {group["name"] for one in built for group in one.rules["groups"]}
    ours = dict(_keyed((group["name"], _own(rule)) for group, rule in _rules_of(built)))
    theirs = dict(
        _keyed(
            (str(group.get("name")), _loaded(rule))
            for group in groups
            if group.get("name") in names or str(group.get("name")).startswith(_OURS)
            for rule in group.get("rules") or ()
            if isinstance(rule, Mapping)
        )
    )
    return tuple(_change(key, theirs.get(key), ours.get(key), formatted) for key in sorted({*ours, *theirs}))


def _rules_of(built: Sequence[Built]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for one in built:
        for group in one.rules["groups"]:
            for rule in group["rules"]:
                yield group, rule


def _keyed(found: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each rule by its group and name; the second of a name is another one."""
    seen: Counter[str] = Counter()
    for group, rule in found:
        key = f"{group}/{rule.get('alert') or rule.get('record')}"
        seen[key] += 1
        yield (key if seen[key] == 1 else f"{key}#{seen[key]}"), rule


def _own(rule: Mapping[str, Any]) -> dict[str, Any]:
    kind = "alert" if "alert" in rule else "record"
    return _rule(
        kind,
        rule[kind],
        str(rule["expr"]).strip(),
        parse_duration(str(rule.get("for") or "0s")),
        parse_duration(str(rule.get("keep_firing_for") or "0s")),
        rule,
    )


def _loaded(rule: Mapping[str, Any]) -> dict[str, Any]:
    kind = "alert" if rule.get("type") == "alerting" else "record"
    return _rule(
        kind,
        rule.get("name"),
        str(rule.get("query")),
        float(rule.get("duration") or 0),
        float(rule.get("keepFiringFor") or 0),
        rule,
    )


def _rule(
    kind: str, name: Any, expr: str, hold_seconds: float, keep_seconds: float, rest: Mapping[str, Any]
) -> dict[str, Any]:
    document: dict[str, Any] = {kind: str(name), "expr": expr}
    if kind == "alert":
        document["for"] = format_value(hold_seconds, Unit.SECONDS)
    if keep_seconds:
        document["keep_firing_for"] = format_value(keep_seconds, Unit.SECONDS)
    return document | {
        part: dict(sorted((rest.get(part) or {}).items())) for part in ("labels", "annotations") if rest.get(part)
    }


def _change(
    key: str, theirs: dict[str, Any] | None, ours: dict[str, Any] | None, formatted: Callable[[str], str]
) -> Change:
    if theirs is not None and ours is not None and theirs["expr"] != ours["expr"]:
        theirs, ours = (one | {"expr": formatted(one["expr"])} for one in (theirs, ours))
    before, after = (
        None if one is None else yaml_text(one | {"expr": laid_out(one["expr"])}) for one in (theirs, ours)
    )
    return Change(key, before, after)

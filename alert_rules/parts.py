"""promtool's unit tests in parts, each with the rules alone that it needs: promtool evaluates all rules at each step of
each test. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alert_rules.lint import mappings
from alert_rules.series_in import uses

Documents = dict[str, Any]
# What Prometheus itself makes of alerts: whoever reads it needs them all.
_OF_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})


def parts(rules: Mapping[str, Any], tests: Mapping[str, Any]) -> Iterator[tuple[Documents, Documents]]:
    """The rule files and one document of tests, a part for each set of alerts that tests ask for.

    rules: documents by file name. Tests that ask for more than alerts are a part with all rules. What promtool says of
    the parts together is what it says of the whole.
    """
    asked: dict[frozenset[str] | None, list[Mapping[str, Any]]] = {}
    for test in mappings(tests, "tests"):
        asked.setdefault(_alerts_of(test), []).append(test)
    for alerts, some in asked.items():
        yield _needed(rules, alerts), {**tests, "tests": some}


def _alerts_of(test: Mapping[str, Any]) -> frozenset[str] | None:
    if test.get("promql_expr_test") or not test.get("alert_rule_test"):
        return None
    return frozenset(str(one.get("alertname")) for one in mappings(test, "alert_rule_test"))


def _needed(rules: Mapping[str, Any], alerts: frozenset[str] | None) -> Documents:
    every = [rule for document in rules.values() for rule in _rules_of(document)]
    names = None if alerts is None else _names_needed(every, alerts)
    if names is None:
        return dict(rules)
    return {name: _only(document, names) for name, document in rules.items()}


def _names_needed(rules: Sequence[Mapping[str, Any]], alerts: frozenset[str]) -> set[str] | None:
    """The alerts, and all recordings that they come from; None where that cannot be told."""
    needed, found = set(alerts), set[str]()
    while needed != found:
        found = set(needed)
        for rule in rules:
            if _name(rule) in found:
                needed |= {use.metric for use in uses(str(rule.get("expr", "")))}
    return None if needed & _OF_ALERTS else needed


def _rules_of(document: Any) -> Iterator[Mapping[str, Any]]:
    for group in mappings(document, "groups"):
        yield from mappings(group, "rules")


def _only(document: Any, names: set[str]) -> Any:
    groups = [
        {**group, "rules": [rule for rule in mappings(group, "rules") if _name(rule) in names]}
        for group in mappings(document, "groups")
    ]
    return {**document, "groups": groups} if groups else document


def _name(rule: Mapping[str, Any]) -> str:
    return str(rule.get("alert", rule.get("record")))

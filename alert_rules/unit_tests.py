"""promtool's unit tests of a pack, as a document, made of its situations. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from alert_rules.pack import Fired, Pack, Situation
from alert_rules.rule import Alert, runbook_link

_PART = re.compile(r"(\d+)(ms|[smhdwy])")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}


def unit_tests(
    pack: Pack, rule_files: Sequence[str], runbook_url: str, common: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The document that `promtool test rules` reads, one test a situation.

    rule_files: where the pack's rules are, as seen from the document; runbook_url and common: as for `rule_file`.
    Rules are evaluated as often as the closest series have samples: what looks at a week need not do so each minute.
    Raises ValueError where a situation is about an alert that the pack has not.
    """
    alerts = {one.name: one for one in pack.alerts}
    tests = []
    for situation in pack.situations:
        if situation.alert not in alerts:
            raise ValueError(f"situation {situation.name!r} is about {situation.alert}, which the pack has not")
        tests.append(_test(situation, alerts[situation.alert], runbook_url, common or {}))
    document: dict[str, Any] = {"rule_files": list(rule_files)}
    if tests:
        document["evaluation_interval"] = min((one.interval for one in pack.situations), key=_seconds)
    return document | {"tests": tests}


def _test(situation: Situation, alert: Alert, runbook_url: str, common: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": f"{situation.alert}: {situation.name}",
        "interval": situation.interval,
        "input_series": [{"series": name, "values": values} for name, values in situation.series.items()],
        "alert_rule_test": [
            {
                "eval_time": situation.at,
                "alertname": situation.alert,
                "exp_alerts": [_expected(one, alert, runbook_url, common) for one in situation.fires],
            }
        ],
    }


def _expected(fired: Fired, alert: Alert, runbook_url: str, common: Mapping[str, str]) -> dict[str, Any]:
    return {
        "exp_labels": {**fired.labels, "severity": alert.severity, **common, **alert.labels},
        "exp_annotations": {
            "summary": alert.summary,
            "description": fired.description,
            "runbook_url": runbook_link(runbook_url, alert.name),
        },
    }


def _seconds(interval: str) -> float:
    return sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(interval))

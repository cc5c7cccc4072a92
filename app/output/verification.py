"""The JSON document of a verification of rules. Fields may be added, none renamed."""

import math
from typing import Any

from app.domain.verification import Loading, Nearness, RuleVerdict, State, Verification
from app.output.document import Document, rfc3339


def verification_document(verification: Verification) -> Document:
    """The whole document, rules that need work first."""
    return {
        "verification": {
            "source": verification.source,
            "at": rfc3339(verification.at),
            "counts": {state.value: verification.count(state) for state in State},
            "problems": list(verification.problems),
        },
        "rules": [rule_document(rule) for rule in verification.worst_first],
    }


def rule_document(rule: RuleVerdict) -> Document:
    """One rule. data: how its expression stands, loaded or not; series is null where it could not be told."""
    return {
        "kind": rule.kind,
        "name": rule.name,
        "group": rule.group,
        "state": rule.state.value,
        "reasons": list(rule.reasons),
        "notes": list(rule.notes),
        "data": rule.data.value,
        "loaded": None if rule.loading is None else _loading(rule.loading),
        "nearest": None if rule.nearness is None else _nearness(rule.nearness),
        "selectors": [
            {"selector": one.selector, "role": one.role.value, "series": one.series} for one in rule.selectors
        ],
        "expr": rule.expr,
    }


def _loading(loading: Loading) -> Document:
    return {
        "group": loading.group,
        "file": loading.file,
        "health": loading.health,
        "last_error": loading.last_error,
        "last_evaluation_at": None if loading.last_evaluation is None else rfc3339(loading.last_evaluation),
        "evaluation_seconds": loading.evaluation_seconds,
        "interval_seconds": loading.interval_seconds,
        "firing": loading.firing,
        "pending": loading.pending,
    }


def _nearness(nearness: Nearness) -> Document:
    return {
        "value": _finite(nearness.value),
        "op": nearness.op,
        "threshold": _finite(nearness.threshold),
        "labels": dict(nearness.labels),
    }


def _finite(value: float) -> Any:
    """JSON has no infinity."""
    return value if math.isfinite(value) else None

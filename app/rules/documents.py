"""The rules in documents: rule files of Prometheus and PrometheusRule manifests, as they are made and as they lie."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import UsageError
from app.rules.yaml_files import SUFFIXES, documents_in


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it is written. kind: alert or record; hold: its `for`, as written; labels: what it adds."""

    kind: str
    name: str
    expr: str
    group: str
    hold: str = "0s"
    labels: Mapping[str, str] = field(default_factory=dict)


def rules_of(documents: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """All rules of rule files and manifests, in order; other documents hold none. Raises UsageError."""
    return tuple(rule for document in documents for group in _groups(document) for rule in _rules(group))


def read_folder(folder: Path) -> list[dict[str, Any]]:
    """The YAML documents of a folder that hold rules, file by file. Raises UsageError: no folder, no rule, no YAML."""
    if not folder.is_dir():
        raise UsageError(f"--into: {folder} is no folder", "name the one that `leakwatch rules build` wrote")
    found = [
        document
        for path in sorted(folder.rglob("*"))
        if path.suffix in SUFFIXES and path.is_file()
        for document in documents_in(path)
        if isinstance(document, dict) and _groups(document)
    ]
    if not found:
        raise UsageError(f"--into: there are no rules in {folder}", "name the one that `leakwatch rules build` wrote")
    return found


def _groups(document: Mapping[str, Any]) -> list[Any]:
    spec = document.get("spec") if document.get("kind") == "PrometheusRule" else document
    groups = spec.get("groups") if isinstance(spec, dict) else None
    return groups if isinstance(groups, list) else []


def _rules(group: Any) -> Iterator[Rule]:
    name = str(group.get("name")) if isinstance(group, dict) else None
    rules = group.get("rules") if isinstance(group, dict) else None
    if name is None or not isinstance(rules, list):
        raise UsageError(f"a group of rules has no name or no list of rules: {str(group)[:80]}", "build the rules anew")
    for rule in rules:
        kind = next((kind for kind in ("alert", "record") if isinstance(rule, dict) and kind in rule), None)
        if kind is None or not isinstance(rule.get("expr"), str | int | float):
            raise UsageError(f"group {name}: a rule without alert or record, or without expr", "build the rules anew")
        labels = {str(key): str(value) for key, value in (rule.get("labels") or {}).items()}
        yield Rule(kind, str(rule[kind]), str(rule["expr"]), name, str(rule.get("for", "0s")), labels)

"""What we ask of rule files, ours and anybody's. Pure: documents in, complaints out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alert_rules.series_in import aggregations, uses

_SEVERITIES = ("critical", "warning", "info")
_ALERT = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
_RECORDING = re.compile(r"[a-zA-Z_]\w*:[a-zA-Z_]\w*:[a-zA-Z_]\w*", re.ASCII)
_DURATION = re.compile(r"(\d+(ms|[smhdwy]))+")
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STEADY_TEMPLATE = re.compile(r"\s*\$(labels|externalLabels)\.\w+\s*")
# cAdvisor has one series a container of these: two at once are the same container, told twice. Of others (by device,
# interface or reason) there are several, and adding them up is right.
_ONE_A_CONTAINER = re.compile(
    r"container_(memory_(?!failures|numa)\w+|spec_\w+|cpu_cfs_\w+|oom_events_total|start_time_seconds|last_seen"
    r"|processes|threads|threads_max|file_descriptors|sockets)"
)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file of rules. rules: its document; tests: promtool's unit tests of it, where there are any."""

    name: str
    rules: Any
    tests: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something to mend. rule: the rule, or "" for the whole file; code: which check; text: what and how to mend it."""

    file: str
    rule: str
    code: str
    text: str


@dataclass(slots=True)
class _Seen:
    """In which file each alert and each recording was first."""

    alerts: dict[str, str] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)


def lint(files: Sequence[RuleFile]) -> tuple[Complaint, ...]:
    """Everything that is to be mended in the files, in their order."""
    seen = _Seen()
    return tuple(complaint for file in files for complaint in _file(file, seen))


def asked(documents: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """What promtool's tests, whatever else is in the documents, ask of alerts."""
    for document in documents:
        for test in mappings(document, "tests"):
            yield from mappings(test, "alert_rule_test")


def mappings(document: Any, key: str) -> list[Mapping[str, Any]]:
    """The mappings in a list of a document; none where there is no such list."""
    found = document.get(key) if isinstance(document, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _file(file: RuleFile, seen: _Seen) -> Iterator[Complaint]:
    groups = file.rules.get("groups") if isinstance(file.rules, Mapping) else None
    if not isinstance(groups, list) or not all(_is_group(one) for one in groups):
        yield Complaint(file.name, "", "shape", "is no rule file: it has no `groups` with `rules` in each")
        return
    rules = [rule for group in groups for rule in group["rules"]]
    if not rules:
        yield Complaint(file.name, "", "empty", "has no rule at all")
    for rule in rules:
        if "alert" in rule:
            yield from _alert(file.name, rule)
            yield from _unique(file.name, str(rule["alert"]), seen)
        elif "record" in rule:
            yield from _recording(file.name, rule)
            yield from _once(file.name, str(rule["record"]), seen)
        else:
            yield Complaint(file.name, "", "shape", "a rule has neither `alert` nor `record`")
    if file.tests:
        yield from _tested(file, [str(rule["alert"]) for rule in rules if "alert" in rule])


def _is_group(group: Any) -> bool:
    return (
        isinstance(group, Mapping)
        and isinstance(group.get("rules"), list)
        and all(isinstance(rule, Mapping) for rule in group["rules"])
    )


def _alert(file: str, rule: Mapping[str, Any]) -> Iterator[Complaint]:
    name = str(rule["alert"])
    if not _ALERT.fullmatch(name):
        yield Complaint(file, name, "name", "name alerts in CamelCase, beginning with what they are about")
    if not _DURATION.fullmatch(str(rule.get("for") or "")):
        yield Complaint(
            file, name, "for", "say how long it must be so, as in `for: 5m`; `for: 0m` where at once is meant"
        )
    annotations, labels = _mapping(rule, "annotations"), _mapping(rule, "labels")
    yield from _annotations(file, name, annotations)
    if labels.get("severity") not in _SEVERITIES:
        yield Complaint(file, name, "severity", f"give it a severity: {', '.join(_SEVERITIES)}")
    for label, value in labels.items():
        if any(not _STEADY_TEMPLATE.fullmatch(inside) for inside in _TEMPLATE.findall(str(value))):
            yield Complaint(
                file, name, "changing-label", f"the label {label} changes; put what changes into the description"
            )
    yield from _expression(file, name, rule)


def _annotations(file: str, name: str, annotations: Mapping[str, Any]) -> Iterator[Complaint]:
    if not str(annotations.get("runbook_url") or ""):
        yield Complaint(file, name, "runbook", "give it a runbook: the annotation runbook_url")
    summary, description = str(annotations.get("summary") or ""), str(annotations.get("description") or "")
    if "{{" in summary or not summary.endswith("."):
        yield Complaint(file, name, "summary", "let summary be a sentence that never changes, with its full stop")
    if "{{" not in description:
        yield Complaint(
            file, name, "description", "let description say which, and how much, by {{ $labels }} and {{ $value }}"
        )


def _recording(file: str, rule: Mapping[str, Any]) -> Iterator[Complaint]:
    name = str(rule["record"])
    if not _RECORDING.fullmatch(name):
        yield Complaint(file, name, "recording", "name recordings level:metric:operations, as in pod:memory_rss:max")
    yield from _expression(file, name, rule)


def _expression(file: str, name: str, rule: Mapping[str, Any]) -> Iterator[Complaint]:
    expr = str(rule.get("expr") or "")
    if not expr.strip():
        yield Complaint(file, name, "expr", "it has no expression")
    if "count_values" in aggregations(expr):
        yield Complaint(file, name, "changing-label", "count_values makes a label of a value, which changes")
    for metric in dict.fromkeys(use.metric for use in uses(expr) if use.within == "sum"):
        if _ONE_A_CONTAINER.fullmatch(metric):
            yield Complaint(
                file,
                name,
                "sum",
                f"sum counts {metric} twice where a container is told of twice, as after a restart; "
                f"take max by (cluster, namespace, pod, container) of it first",
            )


def _unique(file: str, name: str, seen: _Seen) -> Iterator[Complaint]:
    if name in seen.alerts:
        yield Complaint(file, name, "unique", f"there is an alert of this name already, in {seen.alerts[name]}")
    seen.alerts.setdefault(name, file)


def _once(file: str, name: str, seen: _Seen) -> Iterator[Complaint]:
    """In one file a name may be recorded in parts, with other labels each; promtool tells where they are the same."""
    first = seen.recordings.setdefault(name, file)
    if first != file:
        yield Complaint(file, name, "unique", f"it is recorded in {first} already; record it once")


def _tested(file: RuleFile, alerts: Sequence[str]) -> Iterator[Complaint]:
    fires: set[str] = set()
    quiet: set[str] = set()
    for one in asked(file.tests):
        (fires if one.get("exp_alerts") else quiet).add(str(one.get("alertname")))
    for name in alerts:
        for kind, found in (("fires", fires), ("must not fire", quiet)):
            if name not in found:
                yield Complaint(file.name, name, "untested", f"there is no test in which it {kind}")


def _mapping(rule: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = rule.get(key)
    return found if isinstance(found, Mapping) else {}

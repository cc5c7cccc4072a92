"""Rule files and their unit tests, as the settings want them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alert_rules.applicable import applicable
from alert_rules.conventions import POD_OWNER
from alert_rules.layout import laid_out
from alert_rules.manifest import prometheus_rule
from alert_rules.owners import owner_group
from alert_rules.pack import Accepted, Options, Pack, PackKind, Situation
from alert_rules.registry import PACKS
from alert_rules.rule import Recording, rule_file
from alert_rules.unit_tests import unit_tests
from app.rules.chosen import build_pack, chosen_packs, options_of
from app.rules.forms import RuleFormat
from app.rules.settings_model import RuleSettings
from app.rules.text import RULES

OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class Built:
    """A pack as it is built. rules, tests: documents; usual: rules and tests of the situations that it meets with its
    usual settings only, None where there are none."""

    name: str
    pack: Pack
    rules: dict[str, Any]
    tests: dict[str, Any] | None
    usual: tuple[dict[str, Any], dict[str, Any]] | None = None

    @property
    def rules_name(self) -> str:
        """The file of the rules."""
        return f"{self.name}.rules.yml"

    @property
    def tests_name(self) -> str:
        """The file of their unit tests."""
        return f"{self.name}.tests.yml"


def build(
    settings: RuleSettings, known: Sequence[PackKind] = PACKS, accepted: Iterable[Accepted] = ()
) -> tuple[Built, ...]:
    """All that the settings choose, and the recording of owners once where some of it needs that.

    Raises Misplaced, which `load` has ruled out for what it read.
    """
    options = options_of(settings, known, accepted)
    packs = [_built(kind, options, settings) for kind in chosen_packs(settings, known)]
    found = [one for one in packs if one.rules["groups"]]
    if any(_names_owner(one.pack) for one in found) and not any(_records_owner(one.pack) for one in found):
        owners = Pack((owner_group(options),), ())
        found.insert(0, Built(OWNERS, owners, _readable(rule_file(owners.groups, settings.runbook_url)), None))
    return tuple(found)


def files_of(built: Sequence[Built], form: RuleFormat, settings: RuleSettings, source: str) -> dict[str, str]:
    """What is written, by name. source: the settings' file, as the header names it."""
    files = {}
    for one in built:
        files[one.rules_name] = RULES.written(_document(one, form, settings), source)
        if one.tests is not None:
            files[one.tests_name] = RULES.written(one.tests, source, *_notes(one, form))
    return files


def one_document(built: Sequence[Built], form: RuleFormat, settings: RuleSettings) -> dict[str, Any]:
    """All rules as one document: a rule file, or a List of manifests."""
    if form is RuleFormat.RULES:
        return {"groups": [group for one in built for group in one.rules["groups"]]}
    return {"apiVersion": "v1", "kind": "List", "items": [_document(one, form, settings) for one in built]}


def _built(kind: PackKind, options: Options, settings: RuleSettings) -> Built:
    pack = build_pack(kind, options, settings.disable)
    situations = applicable(kind, options)
    names = {one.name for one in pack.alerts}
    held = tuple(one for one in situations.held if one.alert in names)
    left = tuple(one for one in situations.usual if one.alert in names)
    rules = _readable(rule_file(pack.groups, settings.runbook_url, settings.common_labels))
    built = Built(kind.name, pack, rules, None)
    tests = unit_tests(Pack(pack.groups, held), [built.rules_name], settings.runbook_url, settings.common_labels)
    return replace(built, tests=tests if pack.alerts else None, usual=_usual(kind, left))


def _readable(rules: dict[str, Any]) -> dict[str, Any]:
    """A rule file whose long expressions are on several lines."""
    groups = [
        group | {"rules": [rule | {"expr": laid_out(rule["expr"])} for rule in group["rules"]]}
        for group in rules["groups"]
    ]
    return rules | {"groups": groups}


def _usual(kind: PackKind, situations: tuple[Situation, ...]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    if not situations:
        return None
    groups = kind.build(Options()).groups
    return rule_file(groups, ""), unit_tests(Pack(groups, situations), ["usual.rules.yml"], "")


def _document(one: Built, form: RuleFormat, settings: RuleSettings) -> dict[str, Any]:
    if form is RuleFormat.RULES:
        return one.rules
    manifest = settings.prometheusrule
    return prometheus_rule(f"leakwatch-{one.name}", one.rules, manifest.labels, manifest.namespace)


def _notes(one: Built, form: RuleFormat) -> list[str]:
    notes = []
    if form is RuleFormat.PROMETHEUSRULE:
        notes.append("Run it with `leakwatch rules test --into`: promtool alone reads no manifests.")
    if one.usual is not None:
        names = sorted({test["alert_rule_test"][0]["alertname"] for test in one.usual[1]["tests"]})
        notes.append(f"Not here, for the settings change what they are measured by: {', '.join(names)}.")
        notes.append("`leakwatch rules test` tests those as they usually are.")
    return notes


def _names_owner(pack: Pack) -> bool:
    return any(POD_OWNER in rule.expr for group in pack.groups for rule in group.rules)


def _records_owner(pack: Pack) -> bool:
    return any(isinstance(rule, Recording) and rule.name == POD_OWNER for group in pack.groups for rule in group.rules)

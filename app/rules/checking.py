"""What our own lint, promtool and amtool say of files of rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from alert_rules.lint import Complaint, RuleFile, lint
from app.rules import tools
from app.rules.generate import Built
from app.rules.reading import Read


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool, and what it said; ok: None where it is not installed, or there was nothing for it."""

    tool: str
    ok: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """All that was found. files: how many were looked at."""

    files: int
    complaints: tuple[Complaint, ...]
    tools: tuple[Asked, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is to be mended."""
        return not self.complaints and all(one.ok is not False for one in self.tools)


def read_of(built: Sequence[Built]) -> Read:
    """What was built, as if it had been read."""
    found = Read()
    for one in built:
        found.rules[one.rules_name] = one.rules
        if one.tests is not None:
            found.tests[one.tests_name] = one.tests
    return found


def check(found: Read, built: Sequence[Built] = ()) -> Checked:
    """Check files. built: packs whose tests, as they usually are, count as tests of the file of the same name."""
    usual = {one.rules_name: one.usual[1] for one in built if one.usual is not None}
    files = [
        RuleFile(one.name, one.rules, (*one.tests, usual[one.name])) if one.tests and one.name in usual else one
        for one in found.rule_files()
    ]
    return Checked(len(files) + len(found.alertmanager), lint(files), (_promtool(found), _amtool(found)))


def _promtool(found: Read) -> Asked:
    if not tools.installed("promtool"):
        return Asked("promtool", None, "is not installed")
    if not found.rules:
        return Asked("promtool", None, "there are no rules for it")
    said = tools.check_rules(found.rules)
    return Asked("promtool", said.ok, said.text)


def _amtool(found: Read) -> Asked:
    if not found.alertmanager:
        return Asked("amtool", None, "there is no configuration of Alertmanager for it")
    if not tools.installed("amtool"):
        return Asked("amtool", None, "is not installed")
    said = [tools.check_alertmanager(name, text) for name, text in found.alertmanager.items()]
    return Asked("amtool", all(one.ok for one in said), "\n".join(one.text for one in said))

"""promtool's unit tests of packs, run, and what came of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alert_rules.lint import asked, mappings
from alert_rules.parts import parts
from app.rules.generate import Built
from app.rules.reading import Read
from app.rules.tools import run_tests

_FAILED = re.compile(r"^\s*name: (.*),\s*$", re.MULTILINE)
USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file of tests. failed: names of the situations that are not as they should be; said: promtool's
    words where it was not content."""

    name: str
    alerts: int
    situations: int
    failed: tuple[str, ...]
    said: str

    @property
    def ok(self) -> bool:
        """Whether promtool was content with all of it."""
        return not self.said


def run_built(built: Sequence[Built]) -> list[Outcome]:
    """Test what was built; of a pack that the settings change, also what can be tested as it usually is only."""
    outcomes = []
    for one in built:
        if one.tests is not None and one.tests["tests"]:
            outcomes.append(_outcome(one.name, {one.rules_name: one.rules}, one.tests_name, one.tests))
        if one.usual is not None:
            rules, tests = one.usual
            outcomes.append(
                _outcome(f"{one.name} (as it usually is)", {f"{USUAL}.rules.yml": rules}, f"{USUAL}.tests.yml", tests)
            )
    return outcomes


def run_read(found: Read) -> list[Outcome]:
    """Run every file of tests that was read, on the rules that were read."""
    return [
        _outcome(name.removesuffix(".tests.yml"), found.rules, name, document) for name, document in found.tests.items()
    ]


def _outcome(name: str, rules: Mapping[str, Any], tests_name: str, tests: Mapping[str, Any]) -> Outcome:
    said = [run_tests(needed, {tests_name: part}) for needed, part in parts(rules, tests)]
    not_content = [one.text for one in said if not one.ok]
    names = [str(one.get("name")) for one in mappings(tests, "tests")]
    alerts = {str(one.get("alertname")) for one in asked([tests])}
    told = frozenset(_FAILED.findall("\n".join(not_content)))
    failed = tuple(one for one in names if one in told) or tuple(names) if not_content else ()
    return Outcome(name, len(alerts), len(names), failed, "\n".join(not_content))

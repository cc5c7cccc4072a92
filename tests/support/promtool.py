"""The real promtool on a pack: whether it accepts the rules, and whether they do what the situations say."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from alert_rules.pack import Pack
from alert_rules.rule import rule_file
from alert_rules.unit_tests import unit_tests
from tests.support.servers import need

# It evaluates one rule after another, and makes much garbage: rarely collected, by one thread, it takes a quarter less.
_FRUGAL = {"GOGC": "400", "GOMAXPROCS": "1"}
RUNBOOKS = "https://runbooks.example.org"


def check(pack: Pack, folder: Path) -> None:
    """`promtool check rules` with all its lints, each of which is an error."""
    _write_rules(pack, folder)
    promtool(folder, "check", "rules", "--lint=all", "--lint-fatal", "pack.rules.yml")


def run(pack: Pack, folder: Path) -> None:
    """`promtool test rules` on every situation of the pack: the alerts, their labels and what they say."""
    assert pack.situations, "a pack without situations is not known to work"
    _write_rules(pack, folder)
    tests = unit_tests(pack, ["pack.rules.yml"], RUNBOOKS)
    (folder / "pack.tests.yml").write_text(yaml.safe_dump(tests, sort_keys=False))
    promtool(folder, "test", "rules", "pack.tests.yml")


def promtool(folder: Path, *arguments: str) -> None:
    """Run promtool in a folder; the test fails with its words where it is not content."""
    command = [need("promtool"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | _FRUGAL)
    if done.returncode != 0:
        pytest.fail(f"promtool {' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)


def _write_rules(pack: Pack, folder: Path) -> None:
    (folder / "pack.rules.yml").write_text(yaml.safe_dump(rule_file(pack.groups, RUNBOOKS), sort_keys=False))

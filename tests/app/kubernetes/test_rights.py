"""The rights that are used: told in the documentation as they stand in the code."""

import re
from pathlib import Path

from app.kubernetes.rights import ACTING, READING

DOCS = Path(__file__).resolve().parents[3] / "docs" / "kubernetes.md"


def test_the_documentation_lists_every_right_to_read():
    table = DOCS.read_text(encoding="utf-8").split("<!-- rights -->")[1].split("<!-- /rights -->")[0]
    told = re.findall(r"^\| (\S+) \| (\S+) \| ([a-z, ]+) \| (.+) \|$", table, re.MULTILINE)
    assert told == [
        (
            right.resource.group or "core",
            right.name,
            ", ".join(right.verbs),
            right.what_for + (" (optional)" if right.optional else ""),
        )
        for right in READING
    ]


def test_nothing_is_changed_by_the_rights_to_read():
    assert {verb for right in READING for verb in right.verbs} <= {"get", "list", "watch"}


def test_no_right_is_listed_twice():
    for part in (READING, ACTING):
        names = [(right.resource.group, right.name, verb) for right in part for verb in right.verbs]
        assert len(names) == len(set(names))

"""What was built, beside what a Prometheus says it has loaded."""

import pytest

from app.rules.compare import against_loaded
from app.rules.generate import build
from app.rules.settings import loads
from tests.support.packs import KNOWN

BUILT = build(loads("packs: [disks]\nrunbook_url: https://r.example.org\n", known=KNOWN), KNOWN)
FULL = {
    "type": "alerting",
    "name": "DiskFull",
    "query": "max by (cluster, namespace, workload) (disk:used:ratio) > 0.9",
    "duration": 300,
    "keepFiringFor": 0,
    "labels": {"severity": "warning"},
    "annotations": {
        "runbook_url": "https://r.example.org/DiskFull",
        "summary": "A disk is nearly full.",
        "description": (
            "The disk of {{ $labels.namespace }}/{{ $labels.workload }} is {{ $value | humanizePercentage }} full."
        ),
    },
    "health": "ok",
    "alerts": [],
}
USED = {"type": "recording", "name": "disk:used:ratio", "query": "disk_used_bytes / disk_size_bytes", "health": "ok"}


def _verbs(rules, group="leakwatch-disks"):
    groups = [{"name": "leakwatch-disks.recorded", "rules": [USED]}, {"name": group, "rules": rules}]
    return {one.name: one.verb for one in against_loaded(BUILT, groups, lambda expr: expr.replace("  ", " "))}


def test_what_is_the_same_is_unchanged_and_what_is_missing_is_new():
    assert _verbs([FULL]) == {
        "leakwatch-disks.recorded/disk:used:ratio": "unchanged",
        "leakwatch-disks/DiskFull": "unchanged",
        "leakwatch-disks/DiskGone": "new",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"query": "max by (cluster, namespace, workload) (disk:used:ratio) > 0.8"},
        {"duration": 600},
        {"keepFiringFor": 60},
        {"labels": {"severity": "critical"}},
        {"annotations": FULL["annotations"] | {"summary": "A disk is full."}},
    ],
    ids=lambda one: next(iter(one)),
)
def test_every_part_of_a_rule_is_compared(change):
    assert _verbs([FULL | change])["leakwatch-disks/DiskFull"] == "changed"


def test_how_the_server_writes_an_expression_is_no_change():
    written = FULL | {"query": FULL["query"].replace(" > ", "  >  ")}
    assert _verbs([written])["leakwatch-disks/DiskFull"] == "unchanged"


def test_rules_in_groups_of_ours_that_are_not_chosen_are_told_of_and_those_of_others_are_not():
    extra = FULL | {"name": "QueueUnread"}
    assert _verbs([extra], "leakwatch-queues")["leakwatch-queues/QueueUnread"] == "removed"
    assert not any("QueueUnread" in name for name in _verbs([extra], "their-queues"))


@pytest.mark.parametrize("groups", [[{}], [{"name": None, "rules": [7]}], [{"name": "leakwatch-x", "rules": None}]])
def test_groups_of_another_shape_are_passed_over(groups):
    assert {one.verb for one in against_loaded(BUILT, groups, str)} == {"new"}

"""The settings of rules: what they come to, and what is said of those that cannot be."""

from dataclasses import replace

import pytest

from alert_rules.pack import Override, Unit
from app.errors import SettingsError
from app.rules.chosen import build_pack, chosen_packs, options_of
from app.rules.settings import RuleSettings, load, loads
from app.rules.units import format_value, parse_threshold
from tests.support.packs import DISKS, DROPS, FULL, GROWTH, KNOWN, LEFT, QUEUES, READERS, SPARE

WHOLE = """\
runbook_url: https://runbooks.example.org/{alert}
team: platform
labels:
  area: memory
packs: [queues, disks]
selectors:
  cadvisor: job="kubelet",container!=""
thresholds:
  disks:
    full: 80%
    growth: 1MiB/h
  queues:
    readers: 5
overrides:
  - namespace: shop
    workload: cart
    thresholds:
      disks:
        full: 95%
disable: [DiskGone]
prometheusrule:
  namespace: monitoring
  labels:
    release: prom
"""


def _said(text):
    with pytest.raises(SettingsError) as caught:
        loads(text, "rules.yml", KNOWN)
    assert caught.value.exit_status == 2
    return f"{caught.value}; {caught.value.hint}".removesuffix("; ")


def test_what_is_written_is_what_packs_are_built_from():
    settings = loads(WHOLE, known=KNOWN)
    options = options_of(settings, KNOWN)
    assert settings.common_labels == {"team": "platform", "area": "memory"}
    assert chosen_packs(settings, KNOWN) == (DISKS, QUEUES)
    assert (options.value(FULL), options.value(READERS), options.value(SPARE)) == (0.8, 5, 2.0**30)
    assert options.value(GROWTH) == pytest.approx(2**20 / 3600)
    assert options.overrides == (Override("shop", "cart", FULL, 0.95),)
    assert options.cadvisor == 'job="kubelet",container!=""'


def test_an_alert_that_is_disabled_is_neither_built_nor_tested():
    pack = build_pack(DISKS, options_of(RuleSettings(), KNOWN), ["DiskGone"])
    assert [one.name for one in pack.alerts] == ["DiskFull"]
    assert {one.alert for one in pack.situations} == {"DiskFull"}


def test_no_file_and_an_empty_one_are_the_defaults(tmp_path):
    empty = tmp_path / "rules.yml"
    empty.write_text("# nothing yet\npacks:\nthresholds:\n")
    assert load(None, KNOWN) == load(empty, KNOWN) == RuleSettings()


WRONG = {
    "an unknown key": ("teem: a\n", "rules.yml:1: teem: is no setting; write team"),
    "an unknown key within": (
        "selectors:\n  cadvisr: a\n",
        "rules.yml:2: selectors.cadvisr: is no setting; write cadvisor",
    ),
    "an unknown key with nothing behind it": ("teem:\n", "rules.yml:1: teem: is no setting; write team"),
    "an unknown key of an override": (
        "overrides:\n  - namespace: a\n    pod: b\n    thresholds: {}\n",
        "rules.yml:3: overrides[1].pod: is no setting; there are namespace, workload, thresholds",
    ),
    "a pack that does not exist": (
        "packs:\n  - disks\n  - queue\n",
        "rules.yml:3: packs[2]: there is no pack 'queue'; write queues",
    ),
    "no pack": ("\npacks: []\n", "rules.yml:2: packs: no pack is chosen; choose some of disks, queues, or leave"),
    "thresholds of a pack that does not exist": (
        "thresholds:\n  tapes: {full: 3}\n",
        "rules.yml:2: thresholds.tapes: there is no pack 'tapes'; there are disks, queues",
    ),
    "an unknown threshold": (
        "thresholds:\n  disks:\n    ful: 80%\n",
        "rules.yml:3: thresholds.disks.ful: disks has no such threshold; write full",
    ),
    "a wrong unit": (
        "thresholds:\n  disks:\n    full: 5MiB\n",
        "rules.yml:3: thresholds.disks.full: 5MiB is bytes, and this is a ratio; write it as 90%",
    ),
    "no unit": (
        "thresholds:\n  disks: {growth: 5}\n",
        "rules.yml:2: thresholds.disks.growth: 5 has no unit, and this is bytes in a time; write it as 5MiB/h",
    ),
    "no number": (
        "thresholds:\n  disks: {left: soon}\n",
        "rules.yml:2: thresholds.disks.left: soon is no number; write it as 1d",
    ),
    "a number below nothing": (
        "thresholds:\n  queues: {readers: -1}\n",
        "rules.yml:2: thresholds.queues.readers: -1 is no number; write it as 3",
    ),
    "a truth for a number": (
        "thresholds:\n  queues:\n    readers: yes\n",
        "rules.yml:3: thresholds.queues.readers: is no value; write a number with its unit",
    ),
    "an override of what all have in common": (
        "overrides:\n  - namespace: shop\n    thresholds:\n      disks:\n        spare: 1GiB\n",
        "rules.yml:5: overrides[1].thresholds.disks.spare: is one for all workloads; set it as thresholds.disks",
    ),
    "the same override twice": (
        "overrides:\n  - {namespace: shop, thresholds: {disks: {full: 80%}}}\n"
        "  - {namespace: shop, thresholds: {disks: {full: 85%}}}\n",
        "rules.yml:3: overrides[2].thresholds.disks.full: is set twice for the same workload; keep one of them",
    ),
    "an override of nothing": (
        "overrides:\n  - thresholds: {disks: {full: 80%}}\n",
        "rules.yml:2: overrides[1].namespace: is missing; write it",
    ),
    "a misspelt key that is missing by that": (
        "overrides:\n  - thresholds: {}\n    namespce: shop\n",
        "rules.yml:3: overrides[1].namespce: is no setting; write namespace",
    ),
    "a namespace that would end a string": (
        "overrides:\n  - namespace: 'a\"} or {'\n    thresholds: {}\n",
        "rules.yml:2: overrides[1].namespace: 'a\"} or {' is no name in Kubernetes; write the whole name",
    ),
    "a label that is no label name": (
        "labels:\n  cost-center: a\n",
        "rules.yml:2: labels.cost-center: is no label name; write letters, digits and _, and begin with a letter",
    ),
    "a label that every alert has": (
        "labels: {severity: page}\n",
        "rules.yml:1: labels.severity: is a label that alerts have of their own; give the label another name",
    ),
    "a label that changes": (
        "labels:\n  how_much: '{{ $value }}'\n",
        "rules.yml:2: labels.how_much: would change, being a template; write text that stays the same",
    ),
    "a label that is a number": ("labels:\n  tier: 1\n", "rules.yml:2: labels.tier: is no text; put it in quotes"),
    "a key twice": (
        "team: a\npacks: [disks]\nteam: b\n",
        "rules.yml:3: team: stands twice, on line 1 too; keep one of them",
    ),
    "a key that YAML takes for a truth": (
        "labels:\n  on: call\n",
        'rules.yml:2: on: YAML takes this key for no text; write "on":',
    ),
    "an unknown alert": (
        "disable:\n  - DiskFul\n",
        "rules.yml:2: disable[1]: there is no alert 'DiskFul'; write DiskFull",
    ),
    "more than there can be": (
        "thresholds:\n  disks:\n    full: 150%\n",
        "rules.yml:3: thresholds.disks.full: 150% is more than there can be; write 100% or less, such as 90%",
    ),
    "longer than anything": (
        "thresholds:\n  disks:\n    left: 300y\n",
        "rules.yml:3: thresholds.disks.left: 300y is longer than Prometheus looks back; write 10y or less, as 1d",
    ),
    "a label by which pods are known": (
        "labels:\n  node: a\n",
        "rules.yml:2: labels.node: is a label that alerts have of their own; give the label another name",
    ),
    "a label that one of the alerts has": (
        "packs: [disks]\nlabels:\n  disk: a\n",
        "rules.yml:3: labels.disk: is a label that DiskGone has of its own; give the label another name",
    ),
    "matchers with a regular expression that is none": (
        'selectors:\n  cadvisor: job=~"("\n',
        "rules.yml:2: selectors.cadvisor: 'job=~\"(\"' is not PromQL: illegal regex for (; mend the regular expression",
    ),
    "matchers in braces": (
        "selectors:\n  kube_state_metrics: '{job=\"ksm\"}'\n",
        "rules.yml:2: selectors.kube_state_metrics: '{job=\"ksm\"}' is no label matcher; write them with no braces",
    ),
    "runbooks nowhere": (
        "runbook_url: ftp://x/{alert}\n",
        "rules.yml:1: runbook_url: is no address; write https://runbooks.example.org/{alert}",
    ),
    "a password in a link": (
        "runbook_url: https://me:secret@example.org/\n",
        "rules.yml:1: runbook_url: has a password in it, which every alert would show; leave it out",
    ),
    "a label that no object can have": (
        "prometheusrule:\n  labels:\n    release: a b\n",
        "rules.yml:3: prometheusrule.labels.release: 'a b' is no value of a label of Kubernetes; write at most 63",
    ),
    "a list for a mapping": (
        "thresholds:\n  - disks\n",
        "rules.yml:1: thresholds: is no mapping; write `key: value` below it",
    ),
    "a text for a list": ("packs: disks\n", "rules.yml:1: packs: is no list; write `- one` below it"),
    "no mapping": ("- packs\n", "rules.yml:1: is no mapping of keys to values; write `packs:` and so on"),
    "no YAML": ("packs: [disks\nteam: a\n", "rules.yml:2: is not YAML: "),
    "two documents": ("team: a\n---\nteam: b\n", "rules.yml:2: is not YAML: "),
    "an object of Python": ("team: !!python/object:os.system x\n", "rules.yml:1: is not YAML: "),
    "something that holds itself": (
        "alertmanager: &a\n  b: *a\n",
        "rules.yml:1: is within itself; write it without an anchor",
    ),
    "a character that no YAML has": (
        "team: \x01\n",
        "rules.yml: is not YAML: special characters are not allowed; take that character out",
    ),
    "a day that there is not": ("team: 2026-02-31\n", "rules.yml: is not YAML: "),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_told_with_the_line_and_the_fix(text, said):
    assert _said(text).startswith(said)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"gone\.yml: cannot be read: No such file"):
        load(tmp_path / "gone.yml")


@pytest.mark.parametrize(
    ("threshold", "written", "value"),
    [
        (FULL, "90%", 0.9),
        (FULL, "90.5 %", 0.905),
        (replace(FULL, beyond_whole=True), "150%", 1.5),
        (SPARE, "1.5GiB", 1.5 * 2**30),
        (SPARE, "1GB", 1e9),
        (GROWTH, "36MiB/h", 2**20 / 100),
        (GROWTH, "1MiB/min", 2**20 / 60),
        (LEFT, "1d12h", 129_600.0),
        (READERS, 3, 3.0),
        (DROPS, "300/m", 5.0),
    ],
)
def test_values_are_read_in_the_thresholds_unit(threshold, written, value):
    assert parse_threshold(threshold, written) == pytest.approx(value)


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0.2, Unit.PER_SECOND, "12/m"),
        (0.001, Unit.PER_SECOND, "3.6/h"),
        (0.0, Unit.PER_SECOND, "0/s"),
        (0.2, Unit.SECONDS, "0.2s"),
        (5400.0, Unit.SECONDS, "90m"),
        (0.0, Unit.BYTES, "0B"),
        (1.5 * 2**30, Unit.BYTES, "1.5GiB"),
        (0.125, Unit.RATIO, "12.5%"),
    ],
)
def test_values_are_written_as_people_do(value, unit, written):
    assert format_value(value, unit) == written


@pytest.mark.parametrize("threshold", [FULL, SPARE, GROWTH, LEFT, READERS, DROPS], ids=lambda one: one.name)
def test_a_value_that_is_written_is_read_as_it_was(threshold):
    written = format_value(threshold.default, threshold.unit)
    assert parse_threshold(threshold, written) == pytest.approx(threshold.default)

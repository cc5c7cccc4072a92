"""A settings file with everything that can be set, as it is without one."""

import textwrap
from collections.abc import Iterator, Sequence

from alert_rules.pack import Options, PackKind, Threshold
from alert_rules.registry import PACKS, USUAL
from app.rules.settings_model import ManifestSettings
from app.rules.units import format_value

_WIDTH = 116

_HEAD = """\
# Settings of `leakwatch rules`. Each is as it would be without this file; take the # off those that you change.

# Where the runbooks are: an alert's name goes in the place of {alert}, or behind. docs/runbooks has a page for each.
#runbook_url: https://runbooks.example.org/leakwatch/{alert}

# The team that alerts go to, as their label `team`; and further labels of every alert.
#team: platform
#labels:
#  area: memory
"""

_SELECTORS = """
# Further label matchers, with no braces, of the series that most packs read. Where several exporters tell of the same
# containers, name the one to believe.
#selectors:
#  cadvisor: {cadvisor}
#  kube_state_metrics: job="kube-state-metrics"
# Which CronJobs make backups.
#  backups: {backups}
"""

_OVERRIDES = """
# Thresholds of one namespace, or of one workload in it: those that say so above.
#overrides:
#  - namespace: shop
#    workload: cart
#    thresholds:
#      {pack}:
#        {name}: {value}

# Alerts to leave out.
#disable:
#  - {alert}
"""

_MANIFEST = """
# Of PrometheusRule manifests: where they go, and the labels by which the operator selects them (kube-prometheus has
# these; kube-prometheus-stack selects `release: NAME`).
#prometheusrule:
#  namespace: monitoring
#  labels:
{labels}

# `alertmanager:` and `dashboards:` are for `leakwatch rules alertmanager` and `leakwatch dashboards`, and are explained
# in docs/alertmanager.md and docs/dashboards.md.
"""


def template(known: Sequence[PackKind] = PACKS) -> str:
    """The text of the file: YAML, with every pack and every threshold."""
    parts = [
        _HEAD,
        *_packs(known),
        _SELECTORS.format(cadvisor=Options().cadvisor, backups=Options().backups),
        *_thresholds(known),
    ]
    example = next((one for kind in known for one in kind.thresholds if one.per_workload), None)
    alert = next((alert.name for kind in known for alert in kind.build(Options()).alerts), None)
    if example is not None and alert is not None:
        value = format_value(example.default, example.unit)
        parts.append(_OVERRIDES.format(pack=example.pack, name=example.name, value=value, alert=alert))
    labels = "\n".join(f"#    {name}: {value}" for name, value in ManifestSettings().labels.items())
    return "".join([*parts, _MANIFEST.format(labels=labels)])


def _packs(known: Sequence[PackKind]) -> Iterator[str]:
    yield "\n# The packs, each a file of rules, and what must be scraped for it.\npacks:\n"
    for kind in known:
        yield _comment(f"{kind.title}. Needs {kind.needs}.", "  # ")
        yield f"  {'' if kind.name in USUAL else '#'}- {kind.name}\n"


def _thresholds(known: Sequence[PackKind]) -> Iterator[str]:
    yield (
        "\n# What is too much. Sizes are 512MiB or 2GiB, rates 5MiB/h, times 90s or 24h, ratios 90%, frequencies 3/m,\n"
        "# and counts bare numbers.\n#thresholds:\n"
    )
    for kind in known:
        if kind.thresholds:
            yield f"#  {kind.name}:\n"
        for one in kind.thresholds:
            yield _comment(_help(one), "    # ")
            yield f"#    {one.name}: {format_value(one.default, one.unit)}\n"


def _help(threshold: Threshold) -> str:
    text = threshold.help[:1].upper() + threshold.help[1:].rstrip(".")
    return f"{text}. A workload may have its own." if threshold.per_workload else f"{text}."


def _comment(text: str, lead: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=lead, subsequent_indent=lead, break_on_hyphens=False) + "\n"

"""A settings file with everything that can be set, as it is without one."""

import json
import textwrap
from collections.abc import Iterator, Sequence

from alert_rules.pack import Options, PackKind, Threshold
from alert_rules.registry import PACKS, USUAL
from app.rules.dashboard_settings import DashboardSettings
from app.rules.settings_model import ManifestSettings
from app.rules.units import format_value

_WIDTH = 116

_HEAD = """\
# Settings of `leakwatch rules` and `leakwatch dashboards`. Each is as it would be without this file; take the # off
# those that you change.

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
"""

_ALERTMANAGER = """
# Who is told of which alert, for `leakwatch rules alertmanager`: docs/alertmanager.md explains all of it. Secrets are
# named by files where Alertmanager runs, or by keys of a Kubernetes Secret (`{secret: NAME, key: KEY}`).
#alertmanager:
#  default: tickets
#  severities: {critical: pager, info: nobody}
#  teams:
#    payments:
#      namespaces: [payments, payments-*]
#      receiver: payments-chat
#      severities: {critical: pager}
#      hours: office
#  receivers:
#    pager:
#      pagerduty: {routing_key: {file: /etc/alertmanager/secrets/pagerduty}}
#    tickets:
#      email: {to: on-call@example.org, from: alerts@example.org, smarthost: smtp.example.org:587}
#    payments-chat:
#      slack: {api_url: {file: /etc/alertmanager/secrets/slack}, channel: "#payments"}
#  hours:
#    office: {weekdays: ["monday:friday"], from: "09:00", to: "17:00", location: Europe/Berlin}
#  webhook:
#    url: http://leakwatch:8080/webhooks/alertmanager
#    token: {file: /etc/alertmanager/secrets/leakwatch}
#  dead_mans_switch:
#    url: https://switch.example.org/ping
"""

_DASHBOARDS = """
# Of Grafana's dashboards, for `leakwatch dashboards`: docs/dashboards.md explains all of it.
#dashboards:
{values}
#  public_url: https://leakwatch.example.org
#  feed_url: http://leakwatch.monitoring:8080
#  infinity_uid: leakwatch
#  namespace: monitoring
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
    dashboards = DashboardSettings().model_dump(mode="json", exclude_none=True)
    values = "\n".join(f"#  {key}: {json.dumps(value)}" for key, value in dashboards.items())
    return "".join([*parts, _MANIFEST.format(labels=labels), _ALERTMANAGER, _DASHBOARDS.format(values=values)])


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

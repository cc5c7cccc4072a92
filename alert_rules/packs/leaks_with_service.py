"""Alerts on what the service tells of its incidents and scans. Silenced incidents raise none. Pure."""

from alert_rules import conventions as names
from alert_rules.belonging import WORKLOAD
from alert_rules.floors import REMEMBERED
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.leaks_with_service_situations import SITUATIONS
from alert_rules.promql import duration, number
from alert_rules.rule import Alert, Group

NAME = "leaks-with-service"
CONFIRMED = Threshold(NAME, "confirmed", 0.9, Unit.RATIO, "Probability from which on a leak counts as confirmed.")
STALE = Threshold(NAME, "stale", 3600.0, Unit.SECONDS, "Time without a scan that succeeded that is too long.")
COVERAGE = Threshold(
    NAME, "coverage", 0.7, Unit.RATIO, "Containers scanned, against those of a day and of a week ago, that are too few."
)
_WHO = "{{ $labels.namespace }}/{{ $labels.workload }} ({{ $labels.container }})"
# By job, too: where one Prometheus scrapes the services of several clusters, each holds its own alerts only.
_BY = ", ".join(("job", *names.INCIDENT_LABELS))
# The services of one cluster; that label is its own only where it is not honoured from what it tells.
_SERVICE = "cluster, job"
_HOLD = "5m"
# How long a service may be away before its alerts end; the alert on stale scans, which needs no service, has fired by
# then, and goes on for longer.
_REMEMBERED = "2h"
_REMEMBERED_SCANS_SECONDS = 86400.0
# In a cluster of a few containers one deploy is a third of them.
_FEWEST_MISSING = 10


def _build(options: Options) -> Pack:
    alerts = (*_on_incidents(options), *_on_scans(options), _coverage(options), _push_failing())
    return Pack((Group("leakwatch-leaks-with-service", alerts),), SITUATIONS)


def _on_incidents(options: Options) -> tuple[Alert, ...]:
    """The most urgent last: an incident raises all that fit, and Alertmanager keeps the lesser ones quiet."""
    probability = names.INCIDENT_PROBABILITY.name
    confirmed = number(options.value(CONFIRMED))
    probable = _WHO + " leaks with probability {{ $value | humanizePercentage }}."
    ends = _WHO + " is expected to be OOM-killed in {{ $value | humanizeDuration }}."
    told = (
        (names.LEAK_SUSPECTED, probability, f"< {confirmed}", "info", "A container probably leaks memory.", probable),
        (names.LEAK_CONFIRMED, probability, f">= {confirmed}", "warning", "A container leaks memory.", probable),
        (
            names.LEAK_CAME_WITH_REVISION,
            names.INCIDENT_SUSPECTED.name,
            "== 1",
            "info",
            "A memory leak came with a revision.",
            "The leak of " + _WHO + " began with a deploy; the incident names the revision.",
        ),
        (
            names.LIMIT_WITHIN_24H,
            names.INCIDENT_TIME_TO_LIMIT.name,
            "< 86400",
            "warning",
            "A leaking container reaches its memory limit within a day.",
            ends,
        ),
        (
            names.LIMIT_WITHIN_4H,
            names.INCIDENT_TIME_TO_LIMIT.name,
            "< 14400",
            "critical",
            "A leaking container reaches its memory limit within four hours.",
            ends,
        ),
    )
    quiet = f" unless {_held(names.INCIDENT_SILENCED.name)} == 1" + (_unless_accepted() if options.accepted else "")
    return tuple(
        Alert(name, f"{_held(metric)} {comparison}{quiet}", _HOLD, severity, summary, description)
        for name, metric, comparison, severity, summary, description in told
    )


def _on_scans(options: Options) -> tuple[Alert, ...]:
    stale = options.value(STALE)
    remembered = duration(max(_REMEMBERED_SCANS_SECONDS, 2 * stale))
    last = f"max by ({_SERVICE}) (last_over_time({names.SCAN_LAST_SUCCESS.name}[{remembered}]))"
    # One that never succeeded, as with a wrong address of Prometheus, leaves no time of a success to compare with.
    there = f'max by ({_SERVICE}) ({names.SCANS.name}{{state="succeeded"}} offset {duration(stale)})'
    return (
        Alert(
            names.SCAN_FAILING,
            f'sum by ({_SERVICE}, state) (increase({names.SCANS.name}{{state!="succeeded"}}[1h])) > 2',
            "10m",
            "warning",
            "Scans for memory leaks fail.",
            "{{ $value | humanize }} scans of the last hour ended as {{ $labels.state }}.",
        ),
        Alert(
            names.SCAN_STALE,
            f"time() - {last} > {number(stale)}\nor ({there} * 0 + {number(stale)} unless on ({_SERVICE}) {last})",
            "10m",
            "warning",
            "Memory leaks have not been looked for for too long.",
            "No scan has succeeded for at least {{ $value | humanizeDuration }}.",
        ),
        Alert(
            names.SCAN_INCOMPLETE,
            f"max by ({_SERVICE}) ({names.SCAN_COMPLETE.name}) == 0",
            "1h",
            "warning",
            "Scans for memory leaks do not read all that they planned.",
            "The scans of {{ $labels.job }} have not read every series for an hour; what they did not read closes no"
            " incident.",
        ),
    )


def _coverage(options: Options) -> Alert:
    """Far fewer containers than a day ago, by the least of some hours of then: a cluster may shrink at night.

    A week ago excuses a weekend. A new install has no past, and says nothing; the past is the service's own, so that a
    restart of it is none (its database knows the last scan).
    """
    seen = f"max by ({_SERVICE}) ({names.SCAN_CONTAINERS.name})"
    ratio = number(options.value(COVERAGE))

    def least(ago: str) -> str:
        return f"min_over_time({names.SCAN_CONTAINERS.name}[6h] offset {ago})"

    a_day_ago, a_week_ago = (f"max by ({_SERVICE}) ({least(ago)})" for ago in ("21h", "165h"))
    return Alert(
        names.COVERAGE_FELL,
        f"{seen} < {ratio} * {a_day_ago}\n"
        f"and {a_day_ago} - {seen} >= {_FEWEST_MISSING}\n"
        f"unless {seen} >= {ratio} * {a_week_ago}",
        "30m",
        "warning",
        "Scans for memory leaks look at far fewer containers than a day ago.",
        "The last scan looked at {{ $value }} containers only; leaks of the others are not found.",
    )


def _push_failing() -> Alert:
    """To one Alertmanager, or to Grafana: pushes fail, and none comes through from any replica."""

    def rate(metric: str, results: str, by: str, window: str) -> str:
        return f"sum by ({by}) (rate({metric}{{{results}}}[{window}])) > 0"

    managers, grafana = names.ALERTMANAGER_PUSHES.name, names.GRAFANA_PUSHES.name
    by_manager = f"{_SERVICE}, alertmanager"
    bad, good = 'result=~"failed|refused"', 'result!~"failed|refused"'
    failing = f"{rate(managers, bad, by_manager, '15m')} unless {rate(managers, good, by_manager, '15m')}"
    # What fails is tried again after a pause, that becomes half an hour.
    drawn = f"{rate(grafana, bad, _SERVICE, '1h')} unless {rate(grafana, good, _SERVICE, '1h')}"
    return Alert(
        names.PUSH_FAILING,
        f'label_replace({failing}, "receiver", "$1", "alertmanager", "(.*)")\n'
        f'or label_replace({drawn}, "receiver", "Grafana", "", "")',
        "15m",
        "warning",
        "What leakwatch finds does not reach Alertmanager or Grafana.",
        "Every push to {{ $labels.receiver }} fails; leakwatch's log says why.",
    )


def _unless_accepted() -> str:
    """What a person judged to be no leak, unless it clearly exceeds that (pack `tuned`)."""
    growth = f"max by ({WORKLOAD}) ({names.INCIDENT_GROWTH.name}) <= on ({WORKLOAD}) {names.ACCEPTED_GROWTH}"
    within = f"last_over_time({names.WITHIN_ACCEPTED}[{REMEMBERED}]) == 1"
    return f"\nunless on ({WORKLOAD}) ({growth} and on ({WORKLOAD}) {within})"


def _held(metric: str) -> str:
    """A metric of incidents, one series each whoever tells of it; and as it was last told, while nobody does.

    A service that is down, or cannot ask its database, says nothing: that must not end an alert. That an incident is
    over is only known where the service says how many it does not tell of.
    """
    last = f"max by ({_BY}) (last_over_time({metric}[{_REMEMBERED}]))"
    return f"(max by ({_BY}) ({metric}) or ({last} unless on (job) {names.INCIDENTS_UNTOLD.name}))"


LEAKS_WITH_SERVICE = PackKind(
    NAME, "Leaks, by leakwatch's service", "leakwatch's own /metrics", _build, (CONFIRMED, STALE, COVERAGE)
)

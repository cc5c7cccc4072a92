"""What the pack on the service's own metrics must make of them. Pure. Samples are five minutes apart."""

from collections.abc import Mapping

from alert_rules import conventions as names
from alert_rules.pack import Fired, Situation

_LABELS = {
    "job": "leakwatch",
    "cluster": "c",
    "namespace": "shop",
    "workload": "cart",
    "container": "app",
    "incident_id": "7",
}
_WHO = ",".join(f'{name}="{value}"' for name, value in _LABELS.items())
_SERVICE = {"job": "leakwatch"}
_UP = {names.INCIDENTS_UNTOLD.name + '{job="leakwatch"}': "0x12"}
_AWAY = dict.fromkeys(_UP, "0x3 stale")


def _of_incident(metric: names.Metric, values: str, replica: str = "") -> dict[str, str]:
    return {f"{metric.name}{{{_WHO}{replica}}}": values}


def _of_service(metric: names.Metric, values: str, more: str = "") -> dict[str, str]:
    return {f'{metric.name}{{job="leakwatch"{more}}}': values}


def _incident(
    alert: str, name: str, series: Mapping[str, str], description: str | None = None, at: str = "60m"
) -> Situation:
    fires = () if description is None else (Fired(_LABELS, description),)
    return Situation(name, alert, series, at, fires, "5m")


_PROBABILITY, _LEFT, _SUSPECT = names.INCIDENT_PROBABILITY, names.INCIDENT_TIME_TO_LIMIT, names.INCIDENT_SUSPECTED
_SILENCED = _of_incident(names.INCIDENT_SILENCED, "1x12")
_WITH_97 = "shop/cart (app) leaks with probability 97%."
_WITH_60 = "shop/cart (app) leaks with probability 60%."
_IN_2_HOURS = "shop/cart (app) is expected to be OOM-killed in 2h 30m 0s."
_IN_20_HOURS = "shop/cart (app) is expected to be OOM-killed in 20h 0m 0s."
_DEPLOYED = "The leak of shop/cart (app) began with a deploy; the incident names the revision."
_TWICE = _of_incident(_PROBABILITY, "0.97x12", ',instance="a"') | _of_incident(_PROBABILITY, "0.97x12", ',instance="b"')
_BY_ONE = _of_incident(_LEFT, "9000x3 stale", ',instance="a"') | _of_incident(_LEFT, "9000x12", ',instance="b"')
_INCIDENTS = (
    _incident(names.LEAK_SUSPECTED, "it is probable", _UP | _of_incident(_PROBABILITY, "0.6x12"), _WITH_60),
    _incident(names.LEAK_SUSPECTED, "it is sure", _UP | _of_incident(_PROBABILITY, "0.97x12")),
    _incident(names.LEAK_SUSPECTED, "it is silenced", _UP | _of_incident(_PROBABILITY, "0.6x12") | _SILENCED),
    _incident(names.LEAK_CONFIRMED, "it is sure", _UP | _of_incident(_PROBABILITY, "0.97x12"), _WITH_97),
    _incident(names.LEAK_CONFIRMED, "two replicas tell of it", _UP | _TWICE, _WITH_97),
    _incident(names.LEAK_CONFIRMED, "it is probable", _UP | _of_incident(_PROBABILITY, "0.6x12")),
    _incident(names.LEAK_CONFIRMED, "it is silenced", _UP | _of_incident(_PROBABILITY, "0.97x12") | _SILENCED),
    _incident(names.LEAK_CONFIRMED, "it is over", _UP | _of_incident(_PROBABILITY, "0.97x3 stale")),
    _incident(
        names.LEAK_CONFIRMED, "the service is away", _AWAY | _of_incident(_PROBABILITY, "0.97x3 stale"), _WITH_97
    ),
    _incident(
        names.LEAK_CONFIRMED,
        "the service is away for longer than two hours",
        _AWAY | _of_incident(_PROBABILITY, "0.97x3 stale"),
        at="3h",
    ),
    _incident(names.LEAK_CAME_WITH_REVISION, "one is suspected", _UP | _of_incident(_SUSPECT, "1x12"), _DEPLOYED),
    _incident(names.LEAK_CAME_WITH_REVISION, "none is suspected", _UP | _of_incident(_SUSPECT, "0x12")),
    _incident(names.LIMIT_WITHIN_24H, "in twenty hours", _UP | _of_incident(_LEFT, "72000x12"), _IN_20_HOURS),
    _incident(names.LIMIT_WITHIN_24H, "in ten days", _UP | _of_incident(_LEFT, "864000x12")),
    _incident(names.LIMIT_WITHIN_24H, "no limit", _UP | _of_incident(_PROBABILITY, "0.97x12")),
    _incident(names.LIMIT_WITHIN_4H, "in two hours and a half", _UP | _of_incident(_LEFT, "9000x12"), _IN_2_HOURS),
    _incident(names.LIMIT_WITHIN_4H, "one of two replicas is away", _UP | _BY_ONE, _IN_2_HOURS),
    _incident(names.LIMIT_WITHIN_4H, "in twenty hours", _UP | _of_incident(_LEFT, "72000x12")),
    _incident(names.LIMIT_WITHIN_4H, "it is silenced", _UP | _of_incident(_LEFT, "9000x12") | _SILENCED),
)


def _scans(
    alert: str,
    name: str,
    series: Mapping[str, str],
    description: str | None = None,
    labels: Mapping[str, str] = _SERVICE,
    at: str = "90m",
) -> Situation:
    fires = () if description is None else (Fired(labels, description),)
    return Situation(name, alert, series, at, fires, "5m")


_FAILED = _SERVICE | {"state": "failed"}
_OF_FAILED, _OF_SUCCEEDED = ',state="failed"', ',state="succeeded"'
_LAST, _COMPLETE, _SCANS = names.SCAN_LAST_SUCCESS, names.SCAN_COMPLETE, names.SCANS
_UNREAD = "The scans of leakwatch have not read every series for an hour; what they did not read closes no incident."
_ON_SCANS = (
    _scans(
        names.SCAN_FAILING,
        "each fails",
        _of_service(_SCANS, "0+1x18", _OF_FAILED),
        "12 scans of the last hour ended as failed.",
        _FAILED,
    ),
    _scans(names.SCAN_FAILING, "one fails", _of_service(_SCANS, "0x10 1x8", _OF_FAILED)),
    _scans(names.SCAN_FAILING, "the service was restarted", _of_service(_SCANS, "90x10 0x8", _OF_FAILED)),
    _scans(names.SCAN_FAILING, "each succeeds", _of_service(_SCANS, "0+1x18", _OF_SUCCEEDED)),
    _scans(
        names.SCAN_STALE,
        "none has succeeded for a while",
        _of_service(_LAST, "0x18"),
        "No scan has succeeded for at least 1h 30m 0s.",
    ),
    _scans(
        names.SCAN_STALE,
        "the service is gone",
        _of_service(_LAST, "0x1 stale"),
        "No scan has succeeded for at least 1h 30m 0s.",
    ),
    _scans(names.SCAN_STALE, "each succeeds", _of_service(_LAST, "0+300x18")),
    _scans(
        names.SCAN_STALE,
        "one replica lags behind",
        _of_service(_LAST, "0x18", ',instance="a"') | _of_service(_LAST, "0+300x18", ',instance="b"'),
    ),
    _scans(names.SCAN_STALE, "it has only been installed, and not scanned", _UP),
    _scans(names.SCAN_STALE, "it has not scanned yet, and is young", _of_service(_SCANS, "_x10 0x8", _OF_SUCCEEDED)),
    _scans(
        names.SCAN_STALE,
        "none has ever succeeded",
        _of_service(_SCANS, "0x18", _OF_SUCCEEDED),
        "No scan has succeeded for at least 1h 0m 0s.",
    ),
    _scans(names.SCAN_INCOMPLETE, "they read too little", _of_service(_COMPLETE, "0x18"), _UNREAD),
    _scans(names.SCAN_INCOMPLETE, "one read too little", _of_service(_COMPLETE, "1x10 0x4 1x4")),
    _scans(names.SCAN_INCOMPLETE, "the service is gone", _of_service(_COMPLETE, "0x1 stale")),
)


def _coverage(name: str, values: str, description: str | None = None, at: str = "36h") -> Situation:
    return _scans(names.COVERAGE_FELL, name, _of_service(names.SCAN_CONTAINERS, values), description, at=at)


_AN_HOUR, _DAY = 12, 12 * 24
_FEW = "The last scan looked at 50 containers only; leaks of the others are not found."
_COVERED = (
    _coverage("half of the containers are missing", f"100x{33 * _AN_HOUR} 50x{3 * _AN_HOUR}", _FEW),
    _coverage("half are missing, and it was restarted", f"100x{30 * _AN_HOUR} _x11 50x{6 * _AN_HOUR}", _FEW),
    _coverage("some are missing", f"100x{33 * _AN_HOUR} 80x{3 * _AN_HOUR}"),
    _coverage("a small cluster has lost one of two", f"2x{33 * _AN_HOUR} 1x{3 * _AN_HOUR}"),
    _coverage("a new install", f"_x{33 * _AN_HOUR} 50x{3 * _AN_HOUR}"),
    _coverage("the service is away", f"100x{33 * _AN_HOUR} stale"),
    _coverage(
        "half are missing each night, and today from two hours earlier on",
        f"100x{12 * _AN_HOUR} 50x{10 * _AN_HOUR} 100x{12 * _AN_HOUR - 6} 50x{2 * _AN_HOUR}",
        at="35h",
    ),
    _coverage(
        "half are missing each weekend",
        f"50x{_DAY} 100x{6 * _DAY - 12} 50x{2 * _DAY}",
        at="176h",
    ),
)
_PUSHES, _TO = names.ALERTMANAGER_PUSHES, ',alertmanager="http://am:9093"'
_NONE_ARRIVES = "Every push to {} fails; leakwatch's log says why."
_TO_MANAGER = _SERVICE | {"alertmanager": "http://am:9093", "receiver": "http://am:9093"}


def _pushed(metric: names.Metric, results: Mapping[str, str], more: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for result, values in results.items():
        found |= _of_service(metric, values, f'{more},result="{result}"')
    return found


_PUSHED = (
    _scans(
        names.PUSH_FAILING,
        "none reaches an Alertmanager",
        _pushed(_PUSHES, {"ok": "90x18", "failed": "0+5x18"}, _TO),
        _NONE_ARRIVES.format("http://am:9093"),
        _TO_MANAGER,
    ),
    _scans(
        names.PUSH_FAILING,
        "none reaches Grafana",
        _pushed(names.GRAFANA_PUSHES, {"created": "9x18", "failed": "0x18", "refused": "0+1x18"}),
        _NONE_ARRIVES.format("Grafana"),
        _SERVICE | {"receiver": "Grafana"},
    ),
    _scans(names.PUSH_FAILING, "some fail", _pushed(_PUSHES, {"ok": "0+5x18", "failed": "0+1x18"}, _TO)),
    _scans(
        names.PUSH_FAILING,
        "those of one replica fail, and those of the other do not",
        _pushed(_PUSHES, {"failed": "0+5x18"}, f'{_TO},instance="a"')
        | _pushed(_PUSHES, {"ok": "0+5x18"}, f'{_TO},instance="b"'),
    ),
    _scans(names.PUSH_FAILING, "they failed an hour ago", _pushed(_PUSHES, {"failed": "0+5x6 30x12"}, _TO)),
    _scans(names.PUSH_FAILING, "the service was restarted", _pushed(_PUSHES, {"failed": "90x10 0x8"}, _TO)),
    _scans(names.PUSH_FAILING, "there is nothing to push", _pushed(names.GRAFANA_PUSHES, {"failed": "3x18"})),
)
SITUATIONS = (*_INCIDENTS, *_ON_SCANS, *_COVERED, *_PUSHED)

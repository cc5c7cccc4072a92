"""A plan as an AlertmanagerConfig of the Prometheus Operator (monitoring.coreos.com), v1alpha1 or v1beta1. Pure.

Its keys are camelCase, its secrets keys of Secrets in its own namespace, its matchers objects, and it has no time zones
(pkg/apis/monitoring/v1alpha1 and v1beta1, alertmanager_config_types.go). Unless the Alertmanager object's
`alertmanagerConfigMatcherStrategy` is None, the operator lets its routes and rules see only alerts whose `namespace`
is its own, and lets its first route go on.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from alert_rules.alertmanager.inhibition import Inhibition, inhibitions
from alert_rules.alertmanager.plan import Email, Hours, PagerDuty, Plan, Receiver, Secret, Slack, Webhook
from alert_rules.alertmanager.texts import PAGERDUTY_SEVERITY, SLACK_TEXT, SLACK_TITLE
from alert_rules.alertmanager.tree import Matcher, Route, hours_of, receivers_of, root

Version = Literal["v1alpha1", "v1beta1"]
_GROUP = "monitoring.coreos.com"


class NoSecretKey(ValueError):
    """A secret has no key of a Kubernetes Secret, and this form takes it from there. place: what it is for."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class NoTimeZone(ValueError):
    """Hours are not in UTC, and this form knows no other. hours: their name."""

    def __init__(self, hours: str) -> None:
        super().__init__(hours)
        self.hours = hours


@dataclass(frozen=True, slots=True)
class Manifest:
    """Of the object. labels: by which the Alertmanager object selects it; all_namespaces: whether its strategy is None,
    so that it sees alerts of every namespace and of none."""

    name: str = "leakwatch"
    namespace: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    version: Version = "v1alpha1"
    all_namespaces: bool = False


def resource(plan: Plan, manifest: Manifest) -> dict[str, Any]:
    """The object. Raises NoSecretKey, NoTimeZone."""
    tree = root(plan)
    if not manifest.all_namespaces:
        tree = _of_one_namespace(tree, plan)
    metadata: dict[str, Any] = {"name": manifest.name}
    if manifest.namespace is not None:
        metadata["namespace"] = manifest.namespace
    if manifest.labels:
        metadata["labels"] = dict(manifest.labels)
    rules = inhibitions(of_one_namespace=not manifest.all_namespaces)
    told, hours = receivers_of((tree,)), hours_of((tree,))
    spec: dict[str, Any] = {
        "route": _route(tree),
        "inhibitRules": [_inhibition(rule) for rule in rules],
        "receivers": [_receiver(one) for one in plan.everybody() if one.name in told],
    }
    used = [_hours(one) for one in plan.hours if one.name in hours]
    if used:
        spec["muteTimeIntervals" if manifest.version == "v1alpha1" else "timeIntervals"] = used
    return {
        "apiVersion": f"{_GROUP}/{manifest.version}",
        "kind": "AlertmanagerConfig",
        "metadata": metadata,
        "spec": spec,
    }


def _of_one_namespace(tree: Route, plan: Plan) -> Route:
    """Without what never comes there: the watchdog, which is about no namespace."""
    kept = tuple(route for route in tree.routes if Matcher("alertname", "=", plan.watchdog) not in route.matchers)
    return Route(tree.matchers, tree.receiver, tree.group_by, tree.waits, routes=kept)


def _route(route: Route) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if route.receiver is not None:
        document["receiver"] = route.receiver
    if route.matchers:
        document["matchers"] = [_matcher(matcher) for matcher in route.matchers]
    if route.group_by is not None:
        document["groupBy"] = list(route.group_by)
    if route.waits is not None:
        waits = route.waits
        document |= {
            "groupWait": waits.group_wait,
            "groupInterval": waits.group_interval,
            "repeatInterval": waits.repeat_interval,
        }
    if route.active:
        document["activeTimeIntervals"] = list(route.active)
    if route.goes_on:
        document["continue"] = True
    return document | ({"routes": [_route(one) for one in route.routes]} if route.routes else {})


def _matcher(matcher: Matcher) -> dict[str, str]:
    return {"name": matcher.label, "matchType": matcher.operator, "value": matcher.value}


def _inhibition(rule: Inhibition) -> dict[str, Any]:
    return {
        "sourceMatch": [_matcher(matcher) for matcher in rule.source],
        "targetMatch": [_matcher(matcher) for matcher in rule.target],
        "equal": list(rule.equal),
    }


def _receiver(receiver: Receiver) -> dict[str, Any]:
    document: dict[str, Any] = {"name": receiver.name}
    for way in receiver.ways:
        key, config = _way(way, f"the receiver {receiver.name}")
        document.setdefault(key, []).append(config)
    return document


def _way(way: Slack | PagerDuty | Email | Webhook, place: str) -> tuple[str, dict[str, Any]]:
    match way:
        case Slack():
            return "slackConfigs", {
                "apiURL": _key(way.api_url, f"{place}: api_url"),
                "channel": way.channel,
                "title": SLACK_TITLE,
                "text": SLACK_TEXT,
                "sendResolved": True,
            }
        case PagerDuty():
            key = _key(way.routing_key, f"{place}: routing_key")
            return "pagerdutyConfigs", {"routingKey": key, "severity": PAGERDUTY_SEVERITY, "sendResolved": True}
        case Email():
            return "emailConfigs", _email(way, place)
        case Webhook():
            return "webhookConfigs", _webhook(way, place)


def _email(way: Email, place: str) -> dict[str, Any]:
    document: dict[str, Any] = {"to": way.to, "from": way.sender, "smarthost": way.smarthost, "sendResolved": True}
    if way.username is not None:
        document["authUsername"] = way.username
    if way.password is not None:
        document["authPassword"] = _key(way.password, f"{place}: auth_password")
    return document


def _webhook(way: Webhook, place: str) -> dict[str, Any]:
    document: dict[str, Any] = (
        {"url": way.url} if isinstance(way.url, str) else {"urlSecret": _key(way.url, f"{place}: url")}
    )
    document["sendResolved"] = way.send_resolved
    if way.max_alerts:
        document["maxAlerts"] = way.max_alerts
    if way.token is not None:
        document["httpConfig"] = {"authorization": {"credentials": _key(way.token, f"{place}: token")}}
    return document


def _key(secret: Secret, place: str) -> dict[str, str]:
    if secret.name is None or secret.key is None:
        raise NoSecretKey(place)
    return {"name": secret.name, "key": secret.key}


def _hours(hours: Hours) -> dict[str, Any]:
    if hours.location != "UTC":
        raise NoTimeZone(hours.name)
    span = {"weekdays": list(hours.weekdays), "times": [{"startTime": hours.start, "endTime": hours.end}]}
    return {"name": hours.name, "timeIntervals": [span]}

"""A plan as Alertmanager's own configuration: a whole file, or what to put into one's own. Pure.

Keys are those of Alertmanager 0.25, except `url_file`, which is of 0.26. Since when it has what is used here:
`matchers` 0.22, `api_url_file` of Slack 0.22, `time_intervals` and `active_time_intervals` 0.24, `location`,
`routing_key_file` of PagerDuty and `auth_password_file` of e-mail 0.25.
"""

from typing import Any

from alert_rules.alertmanager.inhibition import Inhibition, inhibitions
from alert_rules.alertmanager.plan import Email, Hours, PagerDuty, Plan, Receiver, Secret, Slack, Webhook
from alert_rules.alertmanager.texts import PAGERDUTY_SEVERITY, SLACK_TEXT, SLACK_TITLE
from alert_rules.alertmanager.tree import Route, hours_of, own_routes, receivers_of, root

# Stands for whom somebody's own configuration tells.
YOURS = "yours"


class NoFile(ValueError):
    """A secret has no file, and this form of configuration takes secrets from files. place: what it is for."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def whole_file(plan: Plan) -> dict[str, Any]:
    """A whole alertmanager.yml. Raises NoFile."""
    tree = root(plan)
    return {"route": route_document(tree), **_around(plan, (tree,))}


def fragments(plan: Plan) -> dict[str, Any]:
    """Lists to put before those of a configuration that there is: routes, rules of inhibition, receivers, hours.

    Of the alerts of others, its routes bring none to anybody but our own webhook. Raises NoFile.
    """
    routes = own_routes(plan)
    return {"routes": [route_document(route) for route in routes], **_around(plan, routes)}


def embedded(document: dict[str, Any]) -> dict[str, Any]:
    """Fragments within the least configuration that can hold them, whose own receiver is YOURS: to try them.

    Its last route takes what is left, as one must wherever a route before it goes on.
    """
    lists = {key: value for key, value in document.items() if key not in {"routes", "receivers"}}
    return {
        "route": {"receiver": YOURS, "routes": [*(document.get("routes") or []), {"receiver": YOURS}]},
        "receivers": [*(document.get("receivers") or []), {"name": YOURS}],
        **lists,
    }


def _around(plan: Plan, routes: tuple[Route, ...]) -> dict[str, Any]:
    told, hours = receivers_of(routes), hours_of(routes)
    around: dict[str, Any] = {
        "inhibit_rules": [_inhibition(rule) for rule in inhibitions()],
        "receivers": [_receiver(receiver) for receiver in plan.everybody() if receiver.name in told],
    }
    used = [one for one in plan.hours if one.name in hours]
    return around | ({"time_intervals": [_hours(one) for one in used]} if used else {})


def route_document(route: Route) -> dict[str, Any]:
    """A route as it stands in a file."""
    document: dict[str, Any] = {}
    if route.matchers:
        document["matchers"] = [str(matcher) for matcher in route.matchers]
    if route.receiver is not None:
        document["receiver"] = route.receiver
    if route.group_by is not None:
        document["group_by"] = list(route.group_by)
    if route.waits is not None:
        waits = route.waits
        document |= {
            "group_wait": waits.group_wait,
            "group_interval": waits.group_interval,
            "repeat_interval": waits.repeat_interval,
        }
    if route.active:
        document["active_time_intervals"] = list(route.active)
    if route.goes_on:
        document["continue"] = True
    return document | ({"routes": [route_document(one) for one in route.routes]} if route.routes else {})


def _inhibition(rule: Inhibition) -> dict[str, Any]:
    return {
        "source_matchers": [str(matcher) for matcher in rule.source],
        "target_matchers": [str(matcher) for matcher in rule.target],
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
            return "slack_configs", {
                "api_url_file": _file(way.api_url, f"{place}: api_url"),
                "channel": way.channel,
                "title": SLACK_TITLE,
                "text": SLACK_TEXT,
                "send_resolved": True,
            }
        case PagerDuty():
            key = _file(way.routing_key, f"{place}: routing_key")
            return "pagerduty_configs", {"routing_key_file": key, "severity": PAGERDUTY_SEVERITY, "send_resolved": True}
        case Email():
            return "email_configs", _email(way, place)
        case Webhook():
            return "webhook_configs", _webhook(way, place)


def _email(way: Email, place: str) -> dict[str, Any]:
    document: dict[str, Any] = {"to": way.to, "from": way.sender, "smarthost": way.smarthost, "send_resolved": True}
    if way.username is not None:
        document["auth_username"] = way.username
    if way.password is not None:
        document["auth_password_file"] = _file(way.password, f"{place}: auth_password")
    return document


def _webhook(way: Webhook, place: str) -> dict[str, Any]:
    document: dict[str, Any] = (
        {"url": way.url} if isinstance(way.url, str) else {"url_file": _file(way.url, f"{place}: url")}
    )
    document["send_resolved"] = way.send_resolved
    if way.max_alerts:
        document["max_alerts"] = way.max_alerts
    if way.token is not None:
        credentials = {"credentials_file": _file(way.token, f"{place}: token")}
        document["http_config"] = {"authorization": credentials}
    return document


def _file(secret: Secret, place: str) -> str:
    if secret.file is None:
        raise NoFile(place)
    return secret.file


def _hours(hours: Hours) -> dict[str, Any]:
    span = {
        "weekdays": list(hours.weekdays),
        "times": [{"start_time": hours.start, "end_time": hours.end}],
        "location": hours.location,
    }
    return {"name": hours.name, "time_intervals": [span]}

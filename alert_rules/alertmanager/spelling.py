"""Routes, rules of inhibition and receivers as documents, spelt as Alertmanager or as the operator does. Pure.

The two say the same with other keys, other matchers, and secrets that are kept elsewhere; that is all a spelling knows.
"""

from typing import Any, Protocol

from alert_rules.alertmanager.inhibition import Inhibition
from alert_rules.alertmanager.plan import Email, PagerDuty, Receiver, Secret, Slack, Webhook
from alert_rules.alertmanager.texts import PAGERDUTY_SEVERITY, SLACK_TEXT, SLACK_TITLE
from alert_rules.alertmanager.tree import Matcher, Route

Document = dict[str, Any]


class Spelling(Protocol):
    """How one form of configuration writes what all of them say."""

    def key(self, name: str) -> str:
        """A key, given as Alertmanager has it."""
        ...

    def matcher(self, matcher: Matcher) -> Any:
        """A matcher of a route, or of a rule of inhibition."""
        ...

    def secret(self, name: str, secret: Secret, place: str) -> Document:
        """A secret under the key that says where it is kept. place: what it is for. Raises ValueError if not there."""
        ...


def route_document(route: Route, spelling: Spelling) -> Document:
    """A route with those below it."""
    key, document = spelling.key, Document()
    if route.matchers:
        document[key("matchers")] = [spelling.matcher(matcher) for matcher in route.matchers]
    if route.receiver is not None:
        document[key("receiver")] = route.receiver
    if route.group_by is not None:
        document[key("group_by")] = list(route.group_by)
    if route.waits is not None:
        waits = route.waits
        document |= {
            key("group_wait"): waits.group_wait,
            key("group_interval"): waits.group_interval,
            key("repeat_interval"): waits.repeat_interval,
        }
    if route.active:
        document[key("active_time_intervals")] = list(route.active)
    if route.goes_on:
        document[key("continue")] = True
    if route.routes:
        document[key("routes")] = [route_document(one, spelling) for one in route.routes]
    return document


def inhibition_document(rule: Inhibition, spelling: Spelling) -> Document:
    """A rule of inhibition."""
    return {
        spelling.key("source_matchers"): [spelling.matcher(matcher) for matcher in rule.source],
        spelling.key("target_matchers"): [spelling.matcher(matcher) for matcher in rule.target],
        spelling.key("equal"): list(rule.equal),
    }


def receiver_document(receiver: Receiver, spelling: Spelling) -> Document:
    """A receiver with all its ways. Raises what the spelling does for a secret that is not kept where it wants it."""
    document: Document = {"name": receiver.name}
    for way in receiver.ways:
        kind, config = _way(way, spelling, f"the receiver {receiver.name}")
        document.setdefault(spelling.key(kind), []).append(config)
    return document


def _way(way: Slack | PagerDuty | Email | Webhook, spelling: Spelling, place: str) -> tuple[str, Document]:
    key = spelling.key
    match way:
        case Slack():
            config = spelling.secret("api_url", way.api_url, f"{place}: api_url")
            texts = {"channel": way.channel, "title": SLACK_TITLE, "text": SLACK_TEXT}
            return "slack_configs", config | texts | {key("send_resolved"): True}
        case PagerDuty():
            config = spelling.secret("routing_key", way.routing_key, f"{place}: routing_key")
            return "pagerduty_configs", config | {"severity": PAGERDUTY_SEVERITY, key("send_resolved"): True}
        case Email():
            return "email_configs", _email(way, spelling, place)
        case Webhook():
            return "webhook_configs", _webhook(way, spelling, place)


def _email(way: Email, spelling: Spelling, place: str) -> Document:
    key = spelling.key
    document: Document = {"to": way.to, "from": way.sender, "smarthost": way.smarthost, key("send_resolved"): True}
    if way.username is not None:
        document[key("auth_username")] = way.username
    if way.password is not None:
        document |= spelling.secret("auth_password", way.password, f"{place}: auth_password")
    return document


def _webhook(way: Webhook, spelling: Spelling, place: str) -> Document:
    key = spelling.key
    document: Document = (
        {"url": way.url} if isinstance(way.url, str) else spelling.secret("url", way.url, f"{place}: url")
    )
    document[key("send_resolved")] = way.send_resolved
    if way.max_alerts:
        document[key("max_alerts")] = way.max_alerts
    if way.token is not None:
        document[key("http_config")] = {"authorization": spelling.secret("credentials", way.token, f"{place}: token")}
    return document

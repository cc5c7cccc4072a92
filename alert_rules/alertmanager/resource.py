"""A plan as an AlertmanagerConfig of the Prometheus Operator (monitoring.coreos.com), v1alpha1 or v1beta1. Pure.

Its keys are camelCase, its secrets keys of Secrets in its own namespace, its matchers objects, and it has no time zones
(pkg/apis/monitoring/v1alpha1 and v1beta1, alertmanager_config_types.go). Unless the Alertmanager object's
`alertmanagerConfigMatcherStrategy` is None, the operator lets its routes and rules see only alerts whose `namespace`
is its own, and lets its first route go on.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from alert_rules.alertmanager.inhibition import inhibitions
from alert_rules.alertmanager.plan import Hours, Plan, Secret
from alert_rules.alertmanager.spelling import inhibition_document, receiver_document, route_document
from alert_rules.alertmanager.tree import Matcher, Route, hours_of, receivers_of, root

Version = Literal["v1alpha1", "v1beta1"]
_GROUP = "monitoring.coreos.com"
# What is not Alertmanager's key in camelCase.
_SPELT = {"api_url": "apiURL", "source_matchers": "sourceMatch", "target_matchers": "targetMatch"}


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


class _Keys:
    """The operator's keys, with secrets in Secrets."""

    def key(self, name: str) -> str:
        first, *more = name.split("_")
        return _SPELT.get(name) or first + "".join(part.capitalize() for part in more)

    def matcher(self, matcher: Matcher) -> dict[str, str]:
        return {"name": matcher.label, "matchType": matcher.operator, "value": matcher.value}

    def secret(self, name: str, secret: Secret, place: str) -> dict[str, Any]:
        if secret.name is None or secret.key is None:
            raise NoSecretKey(place)
        return {self.key("url_secret" if name == "url" else name): {"name": secret.name, "key": secret.key}}


_KEYS = _Keys()


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
        "route": route_document(tree, _KEYS),
        "inhibitRules": [inhibition_document(rule, _KEYS) for rule in rules],
        "receivers": [receiver_document(one, _KEYS) for one in plan.everybody() if one.name in told],
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


def _hours(hours: Hours) -> dict[str, Any]:
    if hours.location != "UTC":
        raise NoTimeZone(hours.name)
    span = {"weekdays": list(hours.weekdays), "times": [{"startTime": hours.start, "endTime": hours.end}]}
    return {"name": hours.name, "timeIntervals": [span]}

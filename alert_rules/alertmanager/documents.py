"""A plan as Alertmanager's own configuration: a whole file, or what to put into one's own. Pure.

Keys are those of Alertmanager 0.25, except `url_file`, which is of 0.26. Since when it has what is used here:
`matchers` 0.22, `api_url_file` of Slack 0.22, `time_intervals` and `active_time_intervals` 0.24, `location`,
`routing_key_file` of PagerDuty and `auth_password_file` of e-mail 0.25.
"""

from typing import Any

from alert_rules.alertmanager.inhibition import inhibitions
from alert_rules.alertmanager.plan import Hours, Plan, Secret
from alert_rules.alertmanager.spelling import inhibition_document, receiver_document, route_document
from alert_rules.alertmanager.tree import Matcher, Route, hours_of, own_routes, receivers_of, root

# Stands for whom somebody's own configuration tells.
YOURS = "yours"


class NoFile(ValueError):
    """A secret has no file, and this form of configuration takes secrets from files. place: what it is for."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class _Files:
    """Alertmanager's own keys, with secrets in files."""

    def key(self, name: str) -> str:
        return name

    def matcher(self, matcher: Matcher) -> str:
        return str(matcher)

    def secret(self, name: str, secret: Secret, place: str) -> dict[str, Any]:
        if secret.file is None:
            raise NoFile(place)
        return {f"{name}_file": secret.file}


_FILES = _Files()


def whole_file(plan: Plan) -> dict[str, Any]:
    """A whole alertmanager.yml. Raises NoFile."""
    tree = root(plan)
    return {"route": route_document(tree, _FILES), **_around(plan, (tree,))}


def fragments(plan: Plan) -> dict[str, Any]:
    """Lists to put before those of a configuration that there is: routes, rules of inhibition, receivers, hours.

    Of the alerts of others, its routes bring none to anybody but our own webhook. Raises NoFile.
    """
    routes = own_routes(plan)
    return {"routes": [route_document(route, _FILES) for route in routes], **_around(plan, routes)}


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
        "inhibit_rules": [inhibition_document(rule, _FILES) for rule in inhibitions()],
        "receivers": [receiver_document(receiver, _FILES) for receiver in plan.everybody() if receiver.name in told],
    }
    used = [one for one in plan.hours if one.name in hours]
    return around | ({"time_intervals": [_hours(one) for one in used]} if used else {})


def _hours(hours: Hours) -> dict[str, Any]:
    span = {
        "weekdays": list(hours.weekdays),
        "times": [{"start_time": hours.start, "end_time": hours.end}],
        "location": hours.location,
    }
    return {"name": hours.name, "time_intervals": [span]}

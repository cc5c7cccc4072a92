"""An AlertmanagerConfig as the operator puts it into Alertmanager's own configuration, to check and to try it. Pure.

As the operator does (pkg/alertmanager/amcfg.go): its route becomes the first below a root that tells nobody, goes on,
and, unless it is for all namespaces, sees alerts of its own namespace only; so do its rules of inhibition.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from alert_rules.alertmanager.tree import Matcher, Operator

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_SECRETS = {
    "apiURL": "api_url_file",
    "routingKey": "routing_key_file",
    "authPassword": "auth_password_file",
    "urlSecret": "url_file",
    "credentials": "credentials_file",
}
# Nobody's: the operator's root, for what no AlertmanagerConfig takes.
ROOT = "null"
# That of an object that names none.
DEFAULT_NAMESPACE = "default"


def as_configuration(document: Mapping[str, Any], *, all_namespaces: bool) -> dict[str, Any]:
    """What Alertmanager is given of it, each secret as a file. Of one that has no `route`, its root only.

    Raises KeyError, TypeError or AttributeError where it is no AlertmanagerConfig at all.
    """
    spec = document["spec"]
    own = (
        None
        if all_namespaces
        else Matcher("namespace", "=", document["metadata"].get("namespace") or DEFAULT_NAMESPACE)
    )
    routes = []
    if spec.get("route"):
        first = _snake(spec["route"])
        routes.append(first | {"matchers": _with(first.get("matchers"), own), "continue": True})
    hours = [_snake(one) for key in ("timeIntervals", "muteTimeIntervals") for one in spec.get(key) or ()]
    return {
        "route": {"receiver": ROOT, "routes": routes},
        "inhibit_rules": [_inhibition(rule, own) for rule in spec.get("inhibitRules") or ()],
        "receivers": [{"name": ROOT}, *(_snake(one) for one in spec.get("receivers") or ())],
    } | ({"time_intervals": hours} if hours else {})


def _inhibition(rule: Mapping[str, Any], own: Matcher | None) -> dict[str, Any]:
    return {
        "source_matchers": _with([_matcher(one) for one in rule.get("sourceMatch") or ()], own),
        "target_matchers": _with([_matcher(one) for one in rule.get("targetMatch") or ()], own),
        "equal": list(rule.get("equal") or ()),
    }


def _with(matchers: list[str] | None, own: Matcher | None) -> list[str]:
    return [*(matchers or ()), *([] if own is None else [str(own)])]


def _snake(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [_matcher(one) if key == "matchers" else _snake(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {_name(name, one): _secret(one) if _is_secret(one) else _snake(one, name) for name, one in value.items()}


def _name(key: str, value: Any) -> str:
    if _is_secret(value) and key in _SECRETS:
        return _SECRETS[key]
    return _CAPITAL.sub(lambda found: f"_{found[1].lower()}", key)


def _is_secret(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"name", "key"}


def _secret(value: Mapping[str, str]) -> str:
    return f"/secrets/{value['name']}/{value['key']}"


def _matcher(one: Mapping[str, str]) -> str:
    return str(Matcher(one["name"], cast("Operator", one.get("matchType") or "="), one.get("value", "")))

"""Faults of an Alertmanager configuration that Alertmanager itself does not mind. Pure.

For any configuration, as its file says it: ours, or the one that our fragments went into.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alert_rules.alertmanager.clear_text import in_clear_text
from alert_rules.alertmanager.reading import implied, matchers_of, requires

# Where there is one cluster, nobody names it.
_MAY_BE_ABSENT = frozenset({"cluster"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong, and where; fix: what to do about it."""

    place: str
    what: str
    fix: str


def lint(config: Mapping[str, Any]) -> list[Fault]:
    """The faults of a whole file, or of fragments, in the order of the file. Shapes are for amtool to judge."""
    return [
        *_of_routes(config),
        *_of_names(config),
        *(fault for n, rule in enumerate(_list(config, "inhibit_rules"), 1) for fault in _of_inhibition(rule, n)),
        *(
            Fault(place, "a secret stands here in clear text", "put it in a file, and name that: " + key)
            for place, key in in_clear_text(config)
        ),
    ]


def _list(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = document.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _texts(document: Mapping[str, Any], key: str) -> list[str]:
    found = document.get(key)
    return [str(one) for one in found] if isinstance(found, list) else []


def _top(config: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The routes at the top: the root of a file, or those of fragments."""
    tree = config.get("route")
    if isinstance(tree, Mapping):
        return [("route", tree)]
    return [(f"routes[{n}]", one) for n, one in enumerate(_list(config, "routes"), 1)]


def _every_route(config: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    left = _top(config)[::-1]
    while left:
        place, route = left.pop()
        yield place, route
        children = [(f"{place}.routes[{n}]", one) for n, one in enumerate(_list(route, "routes"), 1)]
        left += children[::-1]


def _of_routes(config: Mapping[str, Any]) -> Iterator[Fault]:
    if "route" not in config:
        yield from _shadowed(_top(config))
    silent = {str(one.get("name")) for one in _list(config, "receivers") if len(one) == 1}
    for place, route in _every_route(config):
        children = [(f"{place}.routes[{n}]", one) for n, one in enumerate(_list(route, "routes"), 1)]
        yield from _shadowed(children)
        if str(route.get("receiver")) not in silent:
            yield from _swallowed(place, children)


def _shadowed(siblings: list[tuple[str, Mapping[str, Any]]]) -> Iterator[Fault]:
    """A route that no alert comes to, for one before it takes them all: it asks for no more, and does not go on."""
    for n, (place, route) in enumerate(siblings):
        wanted = matchers_of(route)
        for before, other in siblings[:n]:
            if not other.get("continue") and implied(matchers_of(other), wanted):
                yield Fault(
                    place, f"no alert comes here: {before} takes them all", "put it before that one, or let that go on"
                )
                break


def _swallowed(parent: str, siblings: list[tuple[str, Mapping[str, Any]]]) -> Iterator[Fault]:
    """A route that goes on, where no later one need take what it took: its parent's receiver is not told either."""
    for n, (place, route) in enumerate(siblings):
        taken = matchers_of(route)
        if route.get("continue") and not any(implied(matchers_of(one), taken) for _, one in siblings[n + 1 :]):
            yield Fault(
                place,
                f"what goes on from here and fits no later route is not told to the receiver of {parent}",
                "put a last route behind it that has that receiver and no matchers",
            )


def _of_names(config: Mapping[str, Any]) -> Iterator[Fault]:
    """Receivers and hours that are named and not there, or there and not named."""
    receivers = {str(one.get("name")) for one in _list(config, "receivers")}
    keys = ("time_intervals", "mute_time_intervals")
    hours = {str(one.get("name")) for key in keys for one in _list(config, key)}
    told, used = set(), set()
    for place, route in _every_route(config):
        receiver = route.get("receiver")
        if receiver is not None:
            told.add(str(receiver))
            if str(receiver) not in receivers:
                yield Fault(place, f"there is no receiver {receiver!r}", "write it, or name another")
        for key in ("active_time_intervals", "mute_time_intervals"):
            for name in _texts(route, key):
                used.add(name)
                if name not in hours:
                    yield Fault(place, f"there are no hours {name!r}", "write them, or name others")
    for name in sorted(receivers - told):
        yield Fault(f"receivers: {name}", "no route names it", "name it in a route, or leave it out")
    for name in sorted(hours - used):
        yield Fault(f"time_intervals: {name}", "no route names them", "name them in a route, or leave them out")


def _of_inhibition(rule: Mapping[str, Any], number: int) -> Iterator[Fault]:
    place, equal = f"inhibit_rules[{number}]", _texts(rule, "equal")
    if not equal:
        yield Fault(
            place, "it keeps every target quiet, whatever it is about", "say which labels must be the same: equal"
        )
    there = requires(matchers_of(rule, "source")) | requires(matchers_of(rule, "target"))
    for label in equal:
        if label not in there and label not in _MAY_BE_ABSENT:
            yield Fault(
                place,
                f"where neither side has the label {label}, strangers keep each other quiet",
                f'add {label}!="" to source_matchers',
            )

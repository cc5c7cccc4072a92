"""The tree of routes. Pure.

Alertmanager goes down the tree, first child that matches first, and stops there unless that child says `continue`.
A child has its parent's receiver and grouping where it names none, but not its time intervals; and a parent's receiver
is told only of what no child matched, one that says `continue` included (dispatch/route.go).
"""

import re
from dataclasses import dataclass
from typing import Literal

from alert_rules.alertmanager.plan import DEAD_MANS_SWITCH, LEAKWATCH, NOBODY, SEVERITIES, Plan, Team, Waits

Operator = Literal["=", "!=", "=~", "!~"]

# One notification a workload, whatever its pods; and where an alert names none, one an alert and namespace: grouped by
# an absent workload, all strangers of a namespace would come as one.
BY_WORKLOAD = ("cluster", "namespace", "workload")
BY_ALERT = ("cluster", "namespace", "alertname")
# The timeline of an incident is to be right when somebody opens it from a page.
_OWN_WAITS = Waits("5s", "1m", "12h")
# The switch is told every five minutes at the latest; it must be patient for longer than that.
_SWITCH_WAITS = Waits("0s", "1m", "4m")


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on a label; an absent label is an empty one. Patterns fit the whole value."""

    label: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.operator}"{escaped}"'


@dataclass(frozen=True, slots=True)
class Route:
    """A node of the tree. None: as its parent has it. active: names of the hours in which it is told."""

    matchers: tuple[Matcher, ...] = ()
    receiver: str | None = None
    group_by: tuple[str, ...] | None = None
    waits: Waits | None = None
    goes_on: bool = False
    active: tuple[str, ...] = ()
    routes: tuple["Route", ...] = ()


def one_of(label: str, values: tuple[str, ...]) -> Matcher:
    """The label has one of these values, to the letter."""
    if len(values) == 1:
        return Matcher(label, "=", values[0])
    return Matcher(label, "=~", "|".join(re.escape(value).replace("\\-", "-") for value in values))


def root(plan: Plan) -> Route:
    """The whole tree: the switch, our own webhook, the teams, and by severity what belongs to no team."""
    return Route(
        receiver=plan.default,
        group_by=BY_WORKLOAD,
        waits=plan.waits,
        routes=(*_watchdog(plan), *_own(plan), *_teams(plan), *_severities(plan, None, plan.default), _rest(plan)),
    )


def own_routes(plan: Plan) -> tuple[Route, ...]:
    """Routes to put before those of a configuration that there is: only our own alerts go by teams and severity.

    Where the plan chooses nobody, they go on to the routes that there are, as all others do.
    """
    ours = Route(
        (one_of("alertname", plan.own_alerts),),
        plan.default,
        BY_WORKLOAD,
        plan.waits,
        routes=(*_teams(plan), *_severities(plan, None, plan.default), _no_workload()),
    )
    chosen = (ours,) if plan.chooses else ()
    if plan.dead_mans_switch:
        return (*_watchdog(plan), *_own(plan), *chosen)
    return (*_own(plan, Matcher("alertname", "!=", plan.watchdog)), *chosen)


def receivers_of(routes: tuple[Route, ...]) -> set[str]:
    """The receivers that these routes name, at any depth."""
    named = {route.receiver for route in routes if route.receiver is not None}
    return named.union(*(receivers_of(route.routes) for route in routes))


def hours_of(routes: tuple[Route, ...]) -> set[str]:
    """The hours that these routes name, at any depth."""
    named = {name for route in routes for name in route.active}
    return named.union(*(hours_of(route.routes) for route in routes))


def _watchdog(plan: Plan) -> tuple[Route, ...]:
    """It always fires and means no trouble: nobody else is to be told of it."""
    receiver = DEAD_MANS_SWITCH if plan.dead_mans_switch else NOBODY
    waits = _SWITCH_WAITS if plan.dead_mans_switch else None
    return (Route((Matcher("alertname", "=", plan.watchdog),), receiver, ("cluster", "alertname"), waits),)


def _own(plan: Plan, *matchers: Matcher) -> tuple[Route, ...]:
    if plan.leakwatch is None:
        return ()
    return (Route(matchers, LEAKWATCH, BY_WORKLOAD, _OWN_WAITS, goes_on=True, routes=(_no_workload(),)),)


def _rest(plan: Plan) -> Route:
    """What is left. Our own webhook matches everything, and the root's receiver would be told of nothing: so here."""
    return _no_workload() if plan.leakwatch is None else Route((), plan.default, routes=(_no_workload(),))


def _teams(plan: Plan) -> tuple[Route, ...]:
    """Those with namespaces first: a rule's label says whose rule it is, a namespace whose trouble."""
    ordered = sorted(plan.teams, key=lambda team: not team.namespaces)
    return tuple(_team(plan, team) for team in ordered)


def _team(plan: Plan, team: Team) -> Route:
    receiver = team.receiver or plan.default
    return Route(
        (_namespaces(team.namespaces) if team.namespaces else Matcher("team", "=", team.name),),
        receiver,
        routes=(*_severities(plan, team, receiver), _no_workload()),
    )


def _namespaces(patterns: tuple[str, ...]) -> Matcher:
    if len(patterns) == 1 and "*" not in patterns[0]:
        return Matcher("namespace", "=", patterns[0])
    return Matcher("namespace", "=~", "|".join(pattern.replace("*", ".*") for pattern in patterns))


def _severities(plan: Plan, team: Team | None, otherwise: str) -> tuple[Route, ...]:
    """A route for each severity that goes elsewhere than `otherwise`, or at other hours."""
    made = []
    for severity in SEVERITIES:
        receiver = plan.receiver_of(severity, team)
        active = (team.hours,) if team is not None and team.hours is not None and severity != SEVERITIES[0] else ()
        if receiver != otherwise or active:
            matcher = Matcher("severity", "=", severity)
            below = () if receiver == NOBODY else (_no_workload(active),)
            made.append(Route((matcher,), receiver, active=active, routes=below))
    return tuple(made)


def _no_workload(active: tuple[str, ...] = ()) -> Route:
    """The same, in other groups; its hours are told again, for a child does not have its parent's."""
    return Route((Matcher("workload", "=", ""),), group_by=BY_ALERT, active=active)

"""Which alert must reach whom: a table made from the plan, and not from the tree, to try the tree with. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alert_rules import conventions as names
from alert_rules.alertmanager.plan import DEAD_MANS_SWITCH, LEAKWATCH, NOBODY, SEVERITIES, Plan

_ALERTS = {
    "critical": names.LIMIT_WITHIN_4H,
    "warning": names.LEAK_CONFIRMED,
    "info": names.LEAK_SUSPECTED,
}
# An alert that none of our packs raises.
_OTHER = "SomethingElse"
# A namespace that no team has, it is hoped: names in settings are real ones.
_NOBODYS = "namespace-of-no-team"


@dataclass(frozen=True, slots=True)
class Row:
    """An alert by its labels, and who is told of it, in the order of the routes."""

    labels: Mapping[str, str]
    receivers: tuple[str, ...]


def rows(plan: Plan, *, only: str | None = None, others: str | None = None) -> tuple[Row, ...]:
    """An alert of every severity and team, with a workload and without; one that is not ours; and the watchdog.

    only: the one namespace whose alerts come, the others being told to nobody (`others`); without `only`, `others` is
    told of all that is not ours, as where fragments were put into somebody's own configuration.
    """
    theirs = others if only is None and not plan.chooses else None
    made = list(_of_alerts(plan, only, theirs))
    stranger = {"alertname": _OTHER, "severity": "critical", "namespace": _NOBODYS}
    always = (LEAKWATCH,) if plan.leakwatch else ()
    if only is not None:
        return (*made, Row(stranger, (others or NOBODY,)))
    made.append(Row(stranger, (*always, others or plan.receiver_of("critical", None))))
    asleep = NOBODY if others is None else others
    watched = {"alertname": plan.watchdog, "severity": "none"}
    return (*made, Row(watched, (DEAD_MANS_SWITCH if plan.dead_mans_switch else asleep,)))


def rows_document(table: tuple[Row, ...]) -> list[dict[str, Any]]:
    """The table, to be kept beside the configuration."""
    return [{"labels": dict(row.labels), "receivers": list(row.receivers)} for row in table]


def _of_alerts(plan: Plan, only: str | None, theirs: str | None) -> Iterator[Row]:
    """theirs: who is told where the plan chooses nobody, and somebody's own routes come after ours."""
    always = (LEAKWATCH,) if plan.leakwatch else ()
    for namespace, label in _places(plan, only):
        team = plan.team_of(namespace, label)
        where = {"namespace": namespace} | ({"team": label} if label is not None else {})
        for severity in SEVERITIES:
            told = (*always, theirs or plan.receiver_of(severity, team))
            alert = {"alertname": _alert(plan, severity), "severity": severity, **where}
            yield Row({**alert, "workload": "cart", "container": "app"}, told)
            yield Row(alert, told)
        other = {"alertname": _alert(plan, "info"), "severity": "none", **where}
        yield Row(other, (*always, theirs or plan.receiver_of("none", team)))


def _alert(plan: Plan, severity: str) -> str:
    """One of ours, of that severity if there is one."""
    usual = _ALERTS[severity]
    return usual if usual in plan.own_alerts or not plan.own_alerts else plan.own_alerts[0]


def _places(plan: Plan, only: str | None) -> list[tuple[str, str | None]]:
    """Namespaces and labels `team`: of no team; of each team; and of one by its namespace, of another by its label."""
    namespaces = [name.replace("*", "x") for team in plan.teams for name in team.namespaces]
    labels = [team.name for team in plan.teams if not team.namespaces]
    if only is not None:
        namespaces, elsewhere = [only], only
    else:
        elsewhere = _NOBODYS
    places: list[tuple[str, str | None]] = [(elsewhere, None), *((elsewhere, label) for label in labels)]
    places += [(name, None) for name in namespaces] + [(name, label) for name in namespaces[:1] for label in labels[:1]]
    return list(dict.fromkeys(places))

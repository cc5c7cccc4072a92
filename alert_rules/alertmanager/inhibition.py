"""Which alerts keep which others quiet, and no stranger's. Pure.

Alertmanager takes a label that is absent on both sides as equal (inhibit/inhibit.go): `equal: [namespace, workload]`
between two alerts that name no workload lets either keep the other quiet, whoever they are about. So each rule here
asks its source to have the labels by which it knows its targets. `cluster` alone may be absent, where there is one.

An alert that fits both sides of a rule is kept quiet by none that fits both, so that nothing keeps itself quiet. And
a lesser alert keeps no worse one quiet.
"""

from dataclasses import dataclass

from alert_rules import conventions as names
from alert_rules.alertmanager.tree import Matcher, one_of

# Everything that tells of a leak.
LEAKS = (
    *(names.LEAK_SUSPECTED, names.LEAK_CONFIRMED, names.LEAK_CAME_WITH_REVISION),
    *(names.LIMIT_WITHIN_24H, names.LIMIT_WITHIN_4H, names.PUSHED_LEAK),
    *(names.MEMORY_LEAK, names.MEMORY_LIMIT_WITHIN_24H, names.MEMORY_LIMIT_WITHIN_4H, names.BEYOND_ACCEPTED),
)
# Whose leak it is: one container's leak says nothing of the container beside it.
_CONTAINER = ("namespace", "workload", "container")


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While a `source` fires, each `target` with the same values of `equal` is quiet. why: for the reader."""

    why: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]


def inhibitions(*, of_one_namespace: bool = False) -> tuple[Inhibition, ...]:
    """The rules. of_one_namespace: without those whose source names no namespace, for such an AlertmanagerConfig."""
    leaks, loop = one_of("alertname", LEAKS), _alert(names.CONTAINER_OOM_LOOP)
    critical, warning = _severity("critical"), _severity("warning")
    rules = (
        _of_container("A leak's pages over its lesser alerts.", (leaks, critical), (leaks, _lesser())),
        _of_container("A leak's tickets over its infos.", (leaks, warning), (leaks, _severity("info"))),
        _of_container(
            "How soon a leak reaches its limit, over that it leaks.",
            (one_of("alertname", (names.LIMIT_WITHIN_24H, names.MEMORY_LIMIT_WITHIN_24H)),),
            (one_of("alertname", (names.LEAK_CONFIRMED, names.MEMORY_LEAK, names.BEYOND_ACCEPTED)), _lesser()),
        ),
        _of_container("A loop of OOM kills over the leak behind it.", (loop, critical), (leaks,)),
        _of_container("The same of a loop that does not page.", (loop, warning), (leaks, _lesser())),
    )
    return rules if of_one_namespace else (*rules, *_node_pressure())


def _node_pressure() -> tuple[Inhibition, ...]:
    """A node that runs out of memory evicts and kills what is on it: that is one trouble, and not one a pod.

    Only over alerts that say on which node they are, and are about something of a namespace there. Leaks go on being
    told: one of them may be the reason.
    """
    source = (_alert(names.NODE_MEMORY_PRESSURE), Matcher("node", "!=", ""))
    target = (Matcher("namespace", "!=", ""), Matcher("alertname", "!~", "|".join(LEAKS)))
    why = "A node without memory over what happens to the pods there; but not over leaks: one may be the reason."
    return (
        Inhibition(why, (*source, _severity("critical")), target, ("cluster", "node")),
        Inhibition(
            "The same where that does not page.",
            (*source, _severity("warning")),
            (*target, _lesser()),
            ("cluster", "node"),
        ),
    )


def _of_container(why: str, source: tuple[Matcher, ...], target: tuple[Matcher, ...]) -> Inhibition:
    named = tuple(Matcher(label, "!=", "") for label in _CONTAINER)
    return Inhibition(why, (*source, *named), target, ("cluster", *_CONTAINER))


def _alert(name: str) -> Matcher:
    return Matcher("alertname", "=", name)


def _severity(*severities: str) -> Matcher:
    return one_of("severity", severities)


def _lesser() -> Matcher:
    return _severity("warning", "info")

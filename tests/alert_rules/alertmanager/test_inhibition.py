"""Which alerts keep which others quiet, as Alertmanager tells it; tests/integration asks the real one."""

import re

import pytest

from alert_rules import conventions as names
from alert_rules.alertmanager.inhibition import LEAKS, inhibitions
from alert_rules.pack import Options
from alert_rules.packs.leaks_with_service import LEAKS_WITH_SERVICE

CART = {"namespace": "shop", "workload": "cart", "container": "app"}
NODE = {"alertname": "NodeMemoryPressure", "severity": "critical", "node": "a"}


def _fits(matchers, labels):
    def one(matcher):
        value = labels.get(matcher.label, "")
        same = value == matcher.value if matcher.operator in "!=" else re.fullmatch(matcher.value, value) is not None
        return same is not matcher.operator.startswith("!")

    return all(one(matcher) for matcher in matchers)


def _quiet(source, target, **form):
    """inhibit/inhibit.go: absent labels are equal, and what fits both sides is kept quiet by none that does."""
    return any(
        _fits(rule.source, source)
        and _fits(rule.target, target)
        and all(source.get(label, "") == target.get(label, "") for label in rule.equal)
        and not (_fits(rule.source, target) and _fits(rule.target, source))
        for rule in inhibitions(**form)
    )


def _leak(name, severity, **where):
    return {"alertname": name, "severity": severity, **CART, **where}


PAGE = _leak(names.LIMIT_WITHIN_4H, "critical")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (PAGE, _leak(names.LIMIT_WITHIN_24H, "warning")),
        (PAGE, _leak(names.LEAK_CONFIRMED, "warning")),
        (PAGE, _leak(names.LEAK_SUSPECTED, "info")),
        (PAGE, _leak(names.MEMORY_LEAK, "warning")),
        (_leak(names.LEAK_CONFIRMED, "warning"), _leak(names.LEAK_CAME_WITH_REVISION, "info")),
        (_leak(names.LIMIT_WITHIN_24H, "warning"), _leak(names.LEAK_CONFIRMED, "warning")),
        (_leak(names.MEMORY_LIMIT_WITHIN_24H, "warning"), _leak(names.MEMORY_LEAK, "warning")),
        (_leak(names.CONTAINER_OOM_LOOP, "warning"), _leak(names.LEAK_CONFIRMED, "warning")),
        (_leak(names.CONTAINER_OOM_LOOP, "critical"), PAGE),
        (NODE, {"alertname": "ContainerOomKilled", "severity": "warning", **CART, "node": "a"}),
        (NODE, {"alertname": "PodCrashLooping", "severity": "critical", **CART, "node": "a"}),
    ],
)
def test_keeps_quiet(source, target):
    assert _quiet(source, target)
    assert not _quiet(target, source)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (PAGE, PAGE),
        (PAGE, _leak(names.PUSHED_LEAK, "critical")),
        (PAGE, _leak(names.LEAK_CONFIRMED, "warning", container="proxy")),
        (PAGE, _leak(names.LEAK_CONFIRMED, "warning", workload="search")),
        (PAGE, _leak(names.LEAK_CONFIRMED, "warning", namespace="shop-test")),
        (PAGE, _leak(names.LEAK_CONFIRMED, "warning", cluster="west")),
        (PAGE, _leak("ContainerMemoryNearLimit", "warning")),
        # A ticket about a loop is no reason not to page.
        (_leak(names.CONTAINER_OOM_LOOP, "warning"), PAGE),
        # Two strangers that name no workload, or no container, are not one another.
        ({"alertname": names.LIMIT_WITHIN_4H, "severity": "critical"}, _leak(names.LEAK_CONFIRMED, "warning")),
        (
            {"alertname": names.PUSHED_LEAK, "severity": "critical", "namespace": "shop"},
            {"alertname": names.PUSHED_LEAK, "severity": "warning", "namespace": "shop"},
        ),
        (
            {"alertname": names.PUSHED_LEAK, "severity": "critical", "namespace": "shop", "workload": "cart"},
            {"alertname": names.PUSHED_LEAK, "severity": "warning", "namespace": "shop", "workload": "cart"},
        ),
        (NODE, {"alertname": "ContainerOomKilled", "severity": "warning", **CART, "node": "b"}),
        (NODE, {"alertname": "ContainerOomKilled", "severity": "warning", **CART}),
        (NODE, {"alertname": "ContainerOomKilled", "severity": "warning", **CART, "node": "a", "cluster": "west"}),
        (NODE | {"node": ""}, {"alertname": "ContainerOomKilled", "severity": "warning", **CART}),
        (NODE | {"severity": "warning"}, {"alertname": "Down", "severity": "critical", **CART, "node": "a"}),
        # Another trouble of the node itself, and a leak, which may be the reason.
        (NODE, {"alertname": "NodeDiskFull", "severity": "warning", "node": "a"}),
        (NODE, _leak(names.LEAK_CONFIRMED, "warning", node="a")),
        (NODE, NODE),
    ],
)
def test_leaves_alone(source, target):
    assert not _quiet(source, target)


def test_every_alert_on_a_leak_of_the_service_is_a_leak():
    about = {alert.name for alert in LEAKS_WITH_SERVICE.build(Options()).alerts if "incident_id" in alert.expr}
    assert about | {names.PUSHED_LEAK} <= set(LEAKS)


def test_in_one_namespace_there_is_no_node():
    target = {"alertname": "ContainerOomKilled", "severity": "warning", **CART, "node": "a"}
    assert not _quiet(NODE, target, of_one_namespace=True)
    assert _quiet(PAGE, _leak(names.LEAK_CONFIRMED, "warning"), of_one_namespace=True)

"""A real Alertmanager with configurations of ours: what it keeps quiet, whom it tells, and in which groups."""

import contextlib
import json
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.alertmanager.from_resource import as_configuration
from app.rules.route_forms import RouteForm
from tests.support.routes import routes
from tests.support.servers import false_prometheus, running_alertmanager, wait_until

CART = {"namespace": "shop", "workload": "cart", "container": "app"}
QUICK = {"group_wait": "100ms", "group_interval": "1s"}
PAGE, TICKET, INFO = names.LIMIT_WITHIN_4H, names.LEAK_CONFIRMED, names.LEAK_SUSPECTED


def _quick(document):
    """The same configuration, without the patience."""
    if isinstance(document, list):
        return [_quick(one) for one in document]
    if not isinstance(document, dict):
        return document
    return {key: QUICK.get(key, _quick(value)) for key, value in document.items()}


def _post(manager, *alerts, over=False):
    """Alerts by their labels, that began an hour ago and have just ended where they are over."""
    now = datetime.now(UTC)
    times = {"startsAt": (now - timedelta(hours=1)).isoformat()}
    if over:
        times["endsAt"] = now.isoformat()
    body = json.dumps([{"labels": labels, **times} for labels in alerts]).encode()
    request = urllib.request.Request(f"{manager.url}/api/v2/alerts", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def _states(manager):
    """What Alertmanager says of each alert, by its labels."""
    with urllib.request.urlopen(f"{manager.url}/api/v2/alerts", timeout=10) as answer:
        found = json.load(answer)
    return {frozenset(one["labels"].items()): one["status"]["state"] for one in found}


def _quiet_and_told(manager, quiet, told):
    """Post all of it, and wait until Alertmanager has thought about all."""
    alerts = [*quiet, *told]
    _post(manager, *alerts)
    wanted = {frozenset(one.items()): "suppressed" for one in quiet} | {
        frozenset(one.items()): "active" for one in told
    }
    wait_until(
        lambda: "unprocessed" not in (states := _states(manager)).values() and len(states) == len(wanted),
        "all is known",
    )
    with contextlib.suppress(pytest.fail.Exception):
        wait_until(lambda: _states(manager) == wanted, "it is as wanted", seconds=5)
    assert _states(manager) == wanted


@pytest.fixture
def manager(tmp_path):
    with running_alertmanager(tmp_path / "am", yaml.safe_dump(_quick(routes("").document))) as running:
        yield running


def _leak(name, severity, **where):
    return {"alertname": name, "severity": severity, **CART, **where}


def test_a_leaks_page_keeps_its_lesser_alerts_quiet_and_no_neighbours(manager):
    _quiet_and_told(
        manager,
        quiet=[_leak(TICKET, "warning"), _leak(INFO, "info"), _leak(names.MEMORY_LEAK, "warning")],
        told=[
            _leak(PAGE, "critical"),
            _leak(TICKET, "warning", container="proxy"),
            _leak(TICKET, "warning", workload="search"),
            _leak(TICKET, "warning", namespace="payments"),
            _leak(TICKET, "warning", cluster="west"),
            _leak("ContainerMemoryNearLimit", "warning"),
        ],
    )


def test_strangers_that_name_no_workload_do_not_keep_each_other_quiet(manager):
    bare = {"namespace": "shop"}
    _quiet_and_told(
        manager,
        quiet=[],
        told=[
            {"alertname": names.PUSHED_LEAK, "severity": "critical", **bare},
            {"alertname": TICKET, "severity": "warning", **bare},
            {"alertname": TICKET, "severity": "warning", **bare, "workload": "cart"},
        ],
    )


@pytest.mark.parametrize(("severity", "page"), [("warning", "active"), ("critical", "suppressed")])
def test_an_oom_loop_keeps_its_leak_quiet_but_no_page_that_is_worse(manager, severity, page):
    leak, paged = _leak(TICKET, "warning"), _leak(PAGE, "critical", workload="search")
    loops = [_leak(names.CONTAINER_OOM_LOOP, severity), _leak(names.CONTAINER_OOM_LOOP, severity, workload="search")]
    neighbour = _leak(TICKET, "warning", workload="basket")
    quiet, told = [leak], [*loops, neighbour]
    (quiet if page == "suppressed" else told).append(paged)
    _quiet_and_told(manager, quiet, told)


def test_a_node_without_memory_keeps_its_own_pods_quiet_and_no_leak(manager):
    def killed(**where):
        return {"alertname": "ContainerOomKilled", "severity": "warning", **CART, "pod": "cart-0", **where}

    _quiet_and_told(
        manager,
        quiet=[killed(node="a"), killed(node="a", alertname="PodCrashLooping", severity="critical")],
        told=[
            {"alertname": names.NODE_MEMORY_PRESSURE, "severity": "critical", "node": "a"},
            killed(node="b"),
            killed(),
            killed(node="a", cluster="west"),
            _leak(TICKET, "warning", node="a"),
        ],
    )


def test_an_alertmanagerconfig_keeps_quiet_within_its_namespace_only(tmp_path):
    document = routes("alertmanager: {manifest: {namespace: shop}}", RouteForm.ALERTMANAGERCONFIG).document
    config = _quick(as_configuration(document, all_namespaces=False))
    with running_alertmanager(tmp_path / "am", yaml.safe_dump(config)) as manager:
        elsewhere = {"namespace": "payments"}
        _quiet_and_told(
            manager,
            quiet=[_leak(TICKET, "warning")],
            told=[_leak(PAGE, "critical"), _leak(PAGE, "critical", **elsewhere), _leak(TICKET, "warning", **elsewhere)],
        )


OWN = """\
alertmanager:
  webhook: {{url: "{url}/leakwatch", token: {{file: "{token}"}}}}
  dead_mans_switch: {{url: "{url}/switch"}}
  default: people
  receivers:
    people: {{webhook: {{url: "{url}/people"}}}}
    shop: {{webhook: {{url: "{url}/shop"}}}}
  teams: {{shop: {{namespaces: [shop], receiver: shop, hours: elsewhen}}}}
  hours: {{elsewhen: {{weekdays: [{day}], from: "00:00", to: "24:00"}}}}
"""


class Told:
    """What came to whom."""

    def __init__(self, server):
        self._server = server

    def to(self, path):
        """The notifications: (what it is grouped by, the names of its alerts, its status)."""
        return [
            (
                tuple(one["groupLabels"].items()),
                sorted(alert["labels"]["alertname"] for alert in one["alerts"]),
                one["status"],
            )
            for where, _, body in list(self._server.asked)
            if where == path
            for one in [json.loads(body)]
        ]

    def headers(self, path):
        return [headers for where, headers, _ in list(self._server.asked) if where == path]


@pytest.fixture
def wired(tmp_path):
    """An Alertmanager whose every receiver is one server; the hours of the team shop are in three days."""
    day = (datetime.now(UTC) + timedelta(days=3)).strftime("%A").lower()
    token = tmp_path / "token"
    token.write_text("the-webhooks-token\n")
    with false_prometheus(lambda _path, _form: (200, "application/json", b"{}")) as server:
        text = OWN.format(url=server.url, token=token, day=day)
        with running_alertmanager(tmp_path / "am", yaml.safe_dump(_quick(routes(text).document))) as manager:
            yield manager, Told(server)


def test_our_webhook_is_told_by_workload_with_its_token_and_of_the_end(wired):
    manager, told = wired
    other = {"namespace": "other"}
    on_cart = [_leak(TICKET, "warning", **other), _leak("ContainerOomKilled", "warning", **other)]
    alerts = [*on_cart, _leak(TICKET, "warning", **other, workload="search")]
    _post(manager, *alerts, {"alertname": "QuotaFull", "severity": "warning", **other})
    wanted = [
        ((("namespace", "other"), ("workload", "cart")), ["ContainerOomKilled", TICKET], "firing"),
        ((("namespace", "other"), ("workload", "search")), [TICKET], "firing"),
        ((("alertname", "QuotaFull"), ("namespace", "other")), ["QuotaFull"], "firing"),
    ]
    wait_until(lambda: len(told.to("/leakwatch")) == len(wanted), "each group has come")
    assert sorted(told.to("/leakwatch")) == sorted(wanted)
    assert {one["Authorization"] for one in told.headers("/leakwatch")} == {"Bearer the-webhooks-token"}
    wait_until(lambda: len(told.to("/people")) == len(wanted), "people are told of the same")
    assert sorted(told.to("/people")) == sorted(wanted)
    _post(manager, *on_cart, over=True)
    wait_until(lambda: (wanted[0][0], wanted[0][1], "resolved") in told.to("/leakwatch"), "its end has come")


def test_out_of_hours_only_what_is_critical_is_told_with_a_workload_or_without(wired):
    manager, told = wired
    bare = {"alertname": "QuotaFull", "namespace": "shop"}
    _post(manager, _leak(TICKET, "warning"), {**bare, "severity": "warning"})
    wait_until(lambda: len(told.to("/leakwatch")) == 2, "our webhook is told at any hour")
    page = {**bare, "severity": "critical"}
    _post(manager, page)
    wait_until(lambda: told.to("/shop"), "the team is told of the page")
    # Its end comes an interval later: by then whatever else was to be told has been.
    _post(manager, page, over=True)
    wait_until(lambda: len(told.to("/shop")) == 2, "and of its end")
    assert {name for _, alerts, _ in told.to("/shop") for name in alerts} == {"QuotaFull"}
    assert len({group for group, _, _ in told.to("/shop")}) == 1
    assert [status for _, _, status in told.to("/shop")] == ["firing", "resolved"]


def test_only_the_switch_is_told_of_the_watchdog_and_not_of_its_end(wired):
    manager, told = wired
    watchdog = {"alertname": "Watchdog", "severity": "none"}
    _post(manager, watchdog)
    wait_until(lambda: told.to("/switch"), "the switch is told")
    _post(manager, watchdog, over=True)
    mark = _leak(TICKET, "warning", namespace="other")
    _post(manager, mark)
    wait_until(lambda: told.to("/people"), "something else is told")
    _post(manager, mark, over=True)
    wait_until(lambda: len(told.to("/people")) == 2, "and ends, an interval later")
    assert [status for _, _, status in told.to("/switch")] == ["firing"]
    assert {name for path in ("/leakwatch", "/people") for _, alerts, _ in told.to(path) for name in alerts} == {TICKET}

"""Who is told of what, and in which groups."""

import pytest

from alert_rules.alertmanager.documents import fragments, whole_file
from alert_rules.alertmanager.plan import Hours, Plan, Receiver, Slack, Team, Webhook
from alert_rules.alertmanager.plan import Secret as Kept
from alert_rules.alertmanager.reading import implied, matchers_of
from alert_rules.alertmanager.tree import Matcher, one_of

CHAT = Slack(Kept("/chat"), "#chat")
OWN = Webhook("http://leakwatch:8080/webhooks/alertmanager")


def _plan(**given):
    people = tuple(Receiver(name, (CHAT,)) for name in ("pager", "tickets", "team"))
    return Plan(**{"default": "tickets", "receivers": people, "own_alerts": ("A", "B")} | given)


def _groups(tree, labels):
    """The (receiver, group_by, active) of every route that an alert ends in, as Alertmanager walks."""
    known = frozenset(
        Matcher(name, "=", labels.get(name, "")) for name in ("alertname", "severity", "team", "namespace", "workload")
    )

    def walk(route, receiver, group_by):
        receiver, group_by = route.get("receiver", receiver), route.get("group_by", group_by)
        found = []
        for child in route.get("routes", ()):
            if implied(matchers_of(child), known):
                found += walk(child, receiver, group_by)
                if not child.get("continue"):
                    break
        return found or [(receiver, tuple(group_by), tuple(route.get("active_time_intervals", ())))]

    return walk(tree, None, ())


BY_WORKLOAD = ("cluster", "namespace", "workload")
BY_ALERT = ("cluster", "namespace", "alertname")
ON_CART = {"alertname": "A", "severity": "warning", "namespace": "shop", "workload": "cart"}
ON_NOTHING = {"alertname": "A", "severity": "warning", "namespace": "shop"}


@pytest.mark.parametrize("severity", ["critical", "warning", "info", "none"])
@pytest.mark.parametrize("own", [OWN, None], ids=["with-webhook", "without"])
@pytest.mark.parametrize(("alert", "group_by"), [(ON_CART, BY_WORKLOAD), (ON_NOTHING, BY_ALERT)])
def test_alerts_are_grouped_by_workload_and_those_without_one_by_their_name(severity, own, alert, group_by):
    tree = whole_file(_plan(leakwatch=own, severities={"critical": "pager"}))["route"]
    ends = _groups(tree, alert | {"severity": severity})
    assert {end[1] for end in ends} == {group_by}
    assert [end[0] for end in ends] == [
        *(["leakwatch"] if own else []),
        "pager" if severity == "critical" else "tickets",
    ]


@pytest.mark.parametrize("alert", [ON_CART, ON_NOTHING])
def test_hours_hold_for_what_is_not_critical_with_a_workload_or_without(alert):
    office = Hours("office", ("monday:friday",), "09:00", "17:00")
    tree = whole_file(_plan(teams=(Team("shop", ("shop",), "team", {}, "office"),), hours=(office,)))["route"]
    active = {severity: _groups(tree, alert | {"severity": severity}) for severity in ("critical", "warning", "info")}
    assert {severity: [end[::2] for end in ends] for severity, ends in active.items()} == {
        "critical": [("team", ())],
        "warning": [("team", ("office",))],
        "info": [("team", ("office",))],
    }


def test_a_namespace_is_stronger_than_the_label_of_whose_rule_it_is():
    teams = (Team("platform", severities={"warning": "pager"}), Team("shop", ("shop",), "team"))
    tree = whole_file(_plan(teams=teams))["route"]
    assert _groups(tree, ON_CART | {"team": "platform"})[0][0] == "team"
    assert _groups(tree, ON_CART | {"team": "platform", "namespace": "other"})[0][0] == "pager"


@pytest.mark.parametrize(("switch", "receiver"), [(OWN, "dead-mans-switch"), (None, "nobody")])
def test_of_the_watchdog_only_the_switch_is_told(switch, receiver):
    tree = whole_file(_plan(leakwatch=OWN, dead_mans_switch=switch))["route"]
    assert [end[0] for end in _groups(tree, {"alertname": "Watchdog", "severity": "none"})] == [receiver]


@pytest.mark.parametrize(
    ("alert", "told"), [("A", ["leakwatch", "tickets"]), ("Theirs", ["leakwatch"]), ("Watchdog", [])]
)
def test_fragments_take_our_alerts_only(alert, told):
    lists = fragments(_plan(leakwatch=OWN))
    ends = _groups({"receiver": "theirs", "group_by": [], "routes": lists["routes"]}, ON_CART | {"alertname": alert})
    assert [end[0] for end in ends] == (told or ["theirs"])


def test_fragments_that_choose_nobody_leave_our_alerts_to_the_routes_that_there_are():
    lists = fragments(Plan(leakwatch=OWN, own_alerts=("A",)))
    assert [route["receiver"] for route in lists["routes"]] == ["leakwatch"]


def test_nobody_is_a_receiver_where_a_route_names_it_only():
    config = whole_file(_plan(severities={"critical": "pager"}))
    assert [one["name"] for one in config["receivers"]] == ["nobody", "pager", "tickets"]
    lists = fragments(_plan(severities={"critical": "pager"}))
    assert [one["name"] for one in lists["receivers"]] == ["pager", "tickets"]


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (Matcher("a", "=", ""), 'a=""'),
        (Matcher("a", "!=", 'say "no"\n\\'), r'a!="say \"no\"\n\\"'),
        (one_of("a", ("b",)), 'a="b"'),
        (one_of("a", ("b-c", "d.e")), r'a=~"b-c|d\\.e"'),
    ],
)
def test_a_matcher_is_written_with_its_value_in_quotes(matcher, text):
    assert str(matcher) == text

"""Faults that are found in anybody's configuration, and what is no fault."""

import pytest
import yaml

from alert_rules.alertmanager.lint import lint

SOUND = """\
route:
  receiver: a
  routes:
    - {receiver: b, continue: true}
    - {receiver: b, matchers: [team="x", severity="critical"]}
    - {receiver: b, matchers: [team="x"], active_time_intervals: [office]}
    - {receiver: a}
receivers:
  - name: a
    slack_configs: [{api_url_file: /a, channel: "#a"}]
  - name: b
    webhook_configs: [{url: "http://b/", http_config: {authorization: {credentials_file: /b}}}]
    webex_configs: [{api_url: "https://webex.example.org"}]
inhibit_rules:
  - source_matchers: [severity="critical", namespace!="", pod=~"..*"]
    target_matchers: [severity="warning", workload="cart"]
    equal: [cluster, namespace, pod, workload]
time_intervals:
  - name: office
    time_intervals: [{weekdays: ["monday:friday"]}]
"""
_CLEAR = "a secret stands here in clear text"


def _found(text):
    return [(fault.place, fault.what) for fault in lint(yaml.safe_load(text))]


def test_nothing_is_found_in_what_is_sound():
    assert _found(SOUND) == []


@pytest.mark.parametrize(
    ("before", "after", "place", "what"),
    [
        (
            'severity="critical"]}',
            'severity="critical"]}\n    - {receiver: b, matchers: [team="x", severity="critical", a="b"]}',
            "route.routes[3]",
            "no alert comes here: route.routes[2] takes them all",
        ),
        (
            'matchers: [team="x"], active',
            'matchers: [team=~"x|y"], active_time_intervals: [office]}\n    - {receiver: b, match: {team: x}, active',
            "route.routes[4]",
            "no alert comes here: route.routes[3] takes them all",
        ),
        (
            "    - {receiver: a}\n",
            "",
            "route.routes[1]",
            "what goes on from here and fits no later route is not told to the receiver of route",
        ),
        ("{receiver: a}", "{receiver: z}", "route.routes[4]", "there is no receiver 'z'"),
        ("  - name: b", "  - name: c\n  - name: b", "receivers: c", "no route names it"),
        ("[office]}", "[night, office]}", "route.routes[3]", "there are no hours 'night'"),
        ("active_time_intervals: [office]", "continue: true", "time_intervals: office", "no route names them"),
        (
            "api_url_file: /a",
            "api_url: https://a/b",
            "receivers[1].slack_configs[1].api_url",
            _CLEAR,
        ),
        ('"http://b/"', '"http://u:p@b/"', "receivers[2].webhook_configs[1].url", _CLEAR),
        (
            "credentials_file: /b",
            "credentials: hush",
            "receivers[2].webhook_configs[1].http_config.authorization.credentials",
            _CLEAR,
        ),
        (
            'namespace!="", ',
            "",
            "inhibit_rules[1]",
            "where neither side has the label namespace, strangers keep each other quiet",
        ),
        (
            'pod=~"..*"',
            'pod=~".*"',
            "inhibit_rules[1]",
            "where neither side has the label pod, strangers keep each other quiet",
        ),
        (
            "    equal: [cluster, namespace, pod, workload]\n",
            "",
            "inhibit_rules[1]",
            "it keeps every target quiet, whatever it is about",
        ),
    ],
)
def test_a_fault_is_found_and_nothing_else(before, after, place, what):
    assert before in SOUND
    assert _found(SOUND.replace(before, after, 1)) == [(place, what)]


def test_a_secret_is_never_repeated():
    faults = lint(yaml.safe_load(SOUND.replace("credentials_file: /b", "credentials: hush")))
    assert "hush" not in repr(faults)


def test_an_operators_root_that_tells_nobody_loses_nothing():
    tree = 'route: {receiver: "null", routes: [{receiver: a, continue: true}]}'
    text = tree + '\nreceivers: [{name: "null"}, {name: a, x: 1}]'
    assert _found(text) == []


@pytest.mark.parametrize(
    "absurd",
    [
        *(
            {},
            {"route": 1},
            {"route": {}, "receivers": 1},
            {"route": {"receiver": [1], "routes": [1, {"routes": "x"}]}},
        ),
        {"route": {"matchers": [1, {"a": 1}, "no matcher"], "active_time_intervals": 5, "match": "x"}},
        {"route": {"receiver": "a"}, "receivers": [{"name": ["a"]}, None], "inhibit_rules": [{"equal": "x"}, 1]},
        {"routes": [{"receiver": {}, "routes": None}], "time_intervals": [{"name": {}}]},
    ],
)
def test_what_has_no_shape_is_left_to_amtool(absurd):
    assert all(fault.place for fault in lint(absurd))

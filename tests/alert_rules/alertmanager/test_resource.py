"""An AlertmanagerConfig, and that it comes to the same as a whole file."""

import pytest
import yaml

from alert_rules.alertmanager.from_resource import as_configuration
from app.rules.route_forms import RouteForm
from tests.support.routes import SETTINGS, routes

ALL = SETTINGS + "  manifest: {all_namespaces: true, version: v1beta1}\n"


def _resource(text=SETTINGS):
    return routes(text, RouteForm.ALERTMANAGERCONFIG).document


def _named(spec, name):
    (found,) = (one for one in spec["receivers"] if one["name"] == name)
    return found


def _without_files(document):
    """The same, with one file for each kind of secret, for the two forms keep them in different places."""
    if isinstance(document, list):
        return [_without_files(one) for one in document]
    if isinstance(document, dict):
        return {key: "FILE" if key.endswith("_file") else _without_files(one) for key, one in document.items()}
    return document


def test_for_all_namespaces_it_is_the_whole_file_below_the_operators_root():
    plain, whole = as_configuration(_resource(ALL), all_namespaces=True), routes().document
    (first,) = plain["route"]["routes"]
    assert first.pop("continue") is True
    assert first.pop("matchers") == []
    assert first == whole["route"]
    assert plain["inhibit_rules"] == whole["inhibit_rules"]
    hours = plain["time_intervals"][0]["time_intervals"][0] | {"location": "UTC"}
    assert [hours] == whole["time_intervals"][0]["time_intervals"]
    assert _without_files(plain["receivers"][1:]) == _without_files(whole["receivers"])


@pytest.mark.parametrize(("version", "key"), [("v1alpha1", "muteTimeIntervals"), ("v1beta1", "timeIntervals")])
def test_hours_stand_where_the_version_has_them(version, key):
    document = _resource(SETTINGS + f"  manifest: {{version: {version}}}\n")
    assert document["apiVersion"] == f"monitoring.coreos.com/{version}"
    assert document["spec"][key] == [
        {
            "name": "office",
            "timeIntervals": [{"weekdays": ["monday:friday"], "times": [{"startTime": "08:00", "endTime": "18:00"}]}],
        }
    ]


def test_secrets_are_keys_of_secrets_and_no_files():
    document = _resource()
    spec = document["spec"]
    assert _named(spec, "pager")["pagerdutyConfigs"][0]["routingKey"] == {"name": "pagerduty", "key": "routing-key"}
    assert _named(spec, "tickets")["slackConfigs"][0]["apiURL"] == {"name": "slack", "key": "url"}
    assert _named(spec, "tickets")["emailConfigs"][0]["authPassword"] == {"name": "mail", "key": "password"}
    webhook = _named(spec, "leakwatch")["webhookConfigs"][0]
    assert webhook["httpConfig"]["authorization"]["credentials"] == {"name": "leakwatch", "key": "webhook-token"}
    assert webhook["maxAlerts"] == 500
    assert "/secrets/" not in yaml.safe_dump(document)


def test_of_one_namespace_the_operator_lets_no_other_alerts_in():
    document = _resource(SETTINGS + "  manifest: {namespace: payments, labels: {team: payments}}\n")
    assert document["metadata"] == {"name": "leakwatch", "namespace": "payments", "labels": {"team": "payments"}}
    plain = as_configuration(document, all_namespaces=False)
    assert plain["route"]["routes"][0]["matchers"] == ['namespace="payments"']
    for rule in plain["inhibit_rules"]:
        assert 'namespace="payments"' in rule["source_matchers"]
        assert 'namespace="payments"' in rule["target_matchers"]
    told = yaml.safe_dump(document)
    assert "Watchdog" not in told
    assert "NodeMemoryPressure" not in told

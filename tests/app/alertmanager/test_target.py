"""What an alert is about, by its labels."""

import pytest

from app.alertmanager.target import concern_of
from app.domain.alert import AlertKind


def _about(kind=AlertKind.OTHER, **labels):
    found = concern_of(labels, kind)
    return found.namespace, found.workload, found.container


@pytest.mark.parametrize(
    ("labels", "about"),
    [
        ({"namespace": "shop", "deployment": "cart"}, ("shop", "cart", "")),
        ({"namespace": "shop", "statefulset": "db", "container": "pg"}, ("shop", "db", "pg")),
        ({"namespace": "shop", "daemonset": "log"}, ("shop", "log", "")),
        ({"namespace": "shop", "workload": "cart", "deployment": "x"}, ("shop", "cart", "")),
        ({"namespace": "shop", "pod": "cart-7d9f8c5b6d-x2x4z", "container": "app"}, ("shop", "cart", "app")),
        ({"namespace": "shop", "pod": "db-0"}, ("shop", "db", "")),
        ({"namespace": "shop", "pod": "alone"}, ("shop", "alone", "")),
        ({"namespace": "shop"}, ("shop", "", "")),
        ({}, ("", "", "")),
        (
            {"namespace": "monitoring", "pod": "ksm-0", "exported_namespace": "shop", "exported_pod": "db-0"},
            ("shop", "db", ""),
        ),
    ],
)
def test_labels_tell_what_it_is_about(labels, about):
    assert _about(**labels) == about


def test_an_alert_on_a_node_is_not_about_its_exporter():
    labels = {"namespace": "monitoring", "pod": "node-exporter-x2x4z", "container": "node-exporter", "node": "n1"}
    assert _about(AlertKind.NODE, **labels) == ("", "", "")


def test_an_alert_on_a_node_that_names_a_workload_is_about_that():
    assert _about(AlertKind.NODE, node="n1", namespace="shop", deployment="cart") == ("shop", "cart", "")


@pytest.mark.parametrize(
    ("told", "number"),
    [("7", 7), ("0", None), ("-1", None), ("x", None), ("", None), ("9" * 19, None), ("9" * 30, None), ("٣", None)],
)
def test_our_own_alert_names_its_incident(told, number):
    found = concern_of({"incident_id": told, "pod": "leakwatch-0", "namespace": "x"}, AlertKind.LEAK)
    assert found.incident_id == number


def test_another_alert_does_not():
    assert concern_of({"incident_id": "7"}, AlertKind.OTHER).incident_id is None

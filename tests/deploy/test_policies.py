"""Network policies, against the pods that are rendered with them: what is needed is let through, and nothing else."""

import pytest

from tests.support.chart import NAMESPACE, SITUATIONS, pods
from tests.support.policies import Peer, chosen, lets_in, lets_out

_PROMETHEUS = Peer({"app.kubernetes.io/name": "prometheus"}, "monitoring")
_ALERTMANAGER = Peer({"app.kubernetes.io/name": "alertmanager"}, "monitoring")
_GRAFANA = Peer({"app.kubernetes.io/name": "grafana"}, "monitoring")
_PUSHGATEWAY = Peer({"app.kubernetes.io/name": "prometheus-pushgateway"}, "monitoring")
_DNS = Peer({"k8s-app": "kube-dns"}, "kube-system")
_POSTGRESQL = Peer({"cnpg.io/cluster": "leakwatch-database"}, NAMESPACE)
_API_SERVER = Peer(address="192.0.2.10")
_API_SERVER_BY_IPV6 = Peer(address="2001:db8::10")
_OUTSIDE_BY_IPV6 = Peer(address="2001:db8:1::7")
_OUTSIDE = Peer(address="198.51.100.7")
_EXTRA = Peer(address="192.0.2.1")
_STRANGER = Peer({"app": "cart"}, "shop")
_STRANGER_AT_HOME = Peer({"app": "cart"}, NAMESPACE)
_OTHERS_IN_MONITORING = Peer({"app": "node-exporter"}, "monitoring")
_OTHERS_PROMETHEUS = Peer({"app.kubernetes.io/name": "prometheus"}, "shop")
_GATEWAY = Peer({"any": "label"}, "gateways")
_ARGO_ROLLOUTS = Peer({"app.kubernetes.io/name": "argo-rollouts"}, "argo-rollouts")
_FLAGGER = Peer({"app": "flagger"}, "flagger-system")
_ISTIOD = Peer({"app": "istiod"}, "istio-system")

every_situation = pytest.mark.parametrize(
    "situation", [name for name, values in SITUATIONS.items() if values.get("networkPolicy", {}).get("enabled", True)]
)


def policies(objects):
    return [one for one in objects if one["kind"] == "NetworkPolicy"]


def pod(objects, name):
    [found] = [one for each, one in pods(objects) if each == name]
    return Peer(found["metadata"]["labels"], NAMESPACE)


@every_situation
def test_each_pod_has_one_policy_and_each_policy_pods(rendered, situation):
    objects = rendered(situation)
    about = [
        [one["metadata"]["name"] for one in chosen(policies(objects), pod(objects, name))] for name, _ in pods(objects)
    ]
    assert all(len(names) == 1 for names in about)
    assert {name for names in about for name in names} == {one["metadata"]["name"] for one in policies(objects)}


@every_situation
def test_nothing_is_let_through_that_is_not_named(rendered, situation):
    objects = rendered(situation)
    for name, _ in pods(objects):
        ours = pod(objects, name)
        for other in (_STRANGER, _STRANGER_AT_HOME, _OTHERS_IN_MONITORING, _OTHERS_PROMETHEUS):
            assert not lets_in(policies(objects), ours, other, 8080), name
            for port in (53, 80, 443, 5432, 6443, 8080, 9090):
                assert not lets_out(policies(objects), ours, other, port), f"{name} {port}"
        assert not lets_out(policies(objects), ours, _OUTSIDE, 80), name
        assert not lets_in(policies(objects), ours, _OUTSIDE, 8080), name


@every_situation
def test_names_can_be_looked_up(rendered, situation):
    objects = rendered(situation)
    for name, _ in pods(objects):
        assert lets_out(policies(objects), pod(objects, name), _DNS, 53, "UDP"), name
        assert lets_out(policies(objects), pod(objects, name), _DNS, 53, "TCP"), name


@pytest.mark.parametrize(
    ("situation", "to", "port", "lets"),
    [
        ("as it is", _PROMETHEUS, 9090, True),
        ("as it is", _PROMETHEUS, 80, False),
        ("as it is", _ALERTMANAGER, 9093, False),
        ("as it is", _GRAFANA, 3000, False),
        ("as it is", _POSTGRESQL, 5432, False),
        ("as it is", _API_SERVER, 6443, True),
        ("as it is", _API_SERVER, 5432, False),
        ("as it is", _API_SERVER_BY_IPV6, 6443, True),
        ("as it is", _API_SERVER_BY_IPV6, 5432, False),
        ("no rights", _API_SERVER, 6443, False),
        ("no rights", _API_SERVER, 443, False),
        ("postgresql", _POSTGRESQL, 5432, True),
        ("postgresql", Peer({"cnpg.io/cluster": "leakwatch-database"}, "shop"), 5432, False),
        ("everything", _ALERTMANAGER, 9093, True),
        ("everything", _GRAFANA, 3000, True),
        ("everything", _ISTIOD, 15012, True),
        ("everything", _EXTRA, 1234, True),
        ("postgresql", _ISTIOD, 15012, False),
    ],
)
def test_the_service_reaches_what_its_settings_name(rendered, situation, to, port, lets):
    objects = rendered(situation)
    assert lets_out(policies(objects), pod(objects, "Deployment leakwatch"), to, port) is lets


@pytest.mark.parametrize(
    ("situation", "by", "port", "lets"),
    [
        ("as it is", _PROMETHEUS, 8080, True),
        ("as it is", _ALERTMANAGER, 8080, True),
        ("as it is", _GRAFANA, 8080, True),
        ("as it is", _ARGO_ROLLOUTS, 8080, True),
        ("as it is", _FLAGGER, 8080, True),
        ("as it is", _PROMETHEUS, 9090, False),
        ("as it is", _GATEWAY, 8080, False),
        ("canary by gateway", _GATEWAY, 8080, True),
        ("canary by istio", Peer({"istio": "ingressgateway"}, "istio-system"), 8080, True),
        ("canary by istio", _ISTIOD, 8080, False),
        ("ingress", Peer({"any": "label"}, "ingress-nginx"), 8080, True),
    ],
)
def test_the_service_is_reached_by_those_who_need_it(rendered, situation, by, port, lets):
    objects = rendered(situation)
    assert lets_in(policies(objects), pod(objects, "Deployment leakwatch"), by, port) is lets


def test_both_tracks_are_reached(rendered):
    objects = rendered("canary by gateway")
    assert lets_in(policies(objects), pod(objects, "Deployment leakwatch-canary"), _GATEWAY, 8080)
    assert lets_out(policies(objects), pod(objects, "Deployment leakwatch-canary"), _POSTGRESQL, 5432)


@pytest.mark.parametrize("server", ["Deployment leakwatch", "Deployment leakwatch-canary"])
def test_the_charts_test_gets_to_the_service(rendered, server):
    objects = rendered("canary by gateway")
    test, service = pod(objects, "Job leakwatch-test"), pod(objects, server)
    assert lets_out(policies(objects), test, service, 8080)
    assert lets_in(policies(objects), service, test, 8080)


@pytest.mark.parametrize(
    ("name", "to", "port", "lets"),
    [
        ("Job leakwatch-migrate", _POSTGRESQL, 5432, True),
        ("Job leakwatch-migrate", _PROMETHEUS, 9090, False),
        ("Job leakwatch-migrate", _API_SERVER, 443, False),
        ("CronJob leakwatch-backup", _POSTGRESQL, 5432, True),
        ("CronJob leakwatch-backup", _OUTSIDE, 443, True),
        ("CronJob leakwatch-backup", _OUTSIDE_BY_IPV6, 443, True),
        ("Job leakwatch-migrate", _OUTSIDE_BY_IPV6, 443, False),
        ("CronJob leakwatch-backup", _PROMETHEUS, 9090, False),
        ("CronJob leakwatch-backup", _EXTRA, 1234, True),
        ("Job leakwatch-migrate", _EXTRA, 1234, True),
    ],
)
def test_a_job_reaches_what_it_is_for(rendered, name, to, port, lets):
    objects = rendered("everything")
    assert lets_out(policies(objects), pod(objects, name), to, port) is lets


def test_a_scan_by_schedule_reaches_prometheus_and_alertmanager(rendered):
    objects = rendered("cronjob")
    scan = pod(objects, "CronJob leakwatch-scan")
    assert lets_out(policies(objects), scan, _PROMETHEUS, 9090)
    assert lets_out(policies(objects), scan, _ALERTMANAGER, 9093)
    assert not lets_out(policies(objects), scan, _POSTGRESQL, 5432)
    assert not lets_in(policies(objects), scan, _PROMETHEUS, 8080)


def test_a_scan_by_schedule_reaches_its_database_and_a_pushgateway(rendered):
    objects = rendered("cronjob on postgresql")
    scan = pod(objects, "CronJob leakwatch-scan")
    assert lets_out(policies(objects), scan, _POSTGRESQL, 5432)
    assert lets_out(policies(objects), scan, _PUSHGATEWAY, 9091)
    assert not lets_out(policies(objects), scan, _ALERTMANAGER, 9093)


def test_without_policies_there_are_none(rendered):
    assert policies(rendered("no policies")) == []

"""By what way a cluster's API is reached: never by one that is meant for another cluster."""

import pytest

from app.kubernetes.access import ClusterAccess
from app.settings import load_settings

EU = {"name": "eu", "prometheus_url": "http://eu:9090"}
US = {"name": "us", "prometheus_url": "http://us:9090", "kubernetes_context": "us-1"}
AP = {"name": "ap", "prometheus_url": "http://ap:9090", "kubernetes": "in_cluster"}


@pytest.fixture
def in_a_pod(monkeypatch, tmp_path):
    """As where a service account is mounted."""
    token = tmp_path / "token"
    token.write_text("T")
    monkeypatch.setattr("app.kubernetes.way.TOKEN_FILE", token)


def _way(settings, cluster="", **options):
    access = ClusterAccess.of(settings, cluster, **options)
    return access and (access.settings.kubernetes, access.settings.kubernetes_context)


def test_by_itself_there_is_none():
    assert _way(load_settings()) is None


def test_a_persons_command_takes_kubectls_own():
    assert _way(load_settings(), by_hand=True) == ("kubeconfig", None)


def test_off_is_off_for_a_person_too():
    assert _way(load_settings(kubernetes="off"), by_hand=True) is None


def test_in_a_pod_its_service_account_is_taken(in_a_pod):
    assert _way(load_settings()) == ("in_cluster", None)


def test_a_kubeconfig_that_is_named_wins(in_a_pod):
    assert _way(load_settings(kubernetes_context="c")) == ("kubeconfig", "c")


@pytest.mark.parametrize(
    ("cluster", "way"),
    [("eu", None), ("us", ("kubeconfig", "us-1")), ("ap", ("in_cluster", None)), ("", None), ("gone", None)],
)
def test_of_several_clusters_each_has_its_own(in_a_pod, cluster, way):
    assert _way(load_settings(clusters=[EU, US, AP]), cluster, by_hand=True) == way


@pytest.mark.parametrize(("cluster", "there"), [("", True), ("prod", True), ("old", False)])
def test_another_cluster_is_not_reached_by_the_way_to_this_one(cluster, there):
    settings = load_settings(cluster="prod", kubernetes="kubeconfig")
    assert (ClusterAccess.of(settings, cluster) is not None) is there


def test_off_in_yaml_is_a_word(monkeypatch, tmp_path):
    file = tmp_path / "leakwatch.yaml"
    file.write_text("kubernetes: off\nkubernetes_namespaces: [a, b]\n")
    monkeypatch.setenv("LEAKWATCH_CONFIG", str(file))
    assert (load_settings().kubernetes, load_settings().kubernetes_namespaces) == ("off", ("a", "b"))

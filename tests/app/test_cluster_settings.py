"""Several clusters in one configuration: what can be said of each, and what is wrong is named with its place."""

import json

import pytest
import yaml

from app.errors import SettingsError, UsageError
from app.scanning.clusters import clusters_of, only_cluster
from app.settings import load_settings

EU = {"name": "eu", "prometheus_url": "http://eu:9090"}
US = {"name": "us", "prometheus_url": "http://us:9090"}


@pytest.fixture
def configured(monkeypatch, tmp_path):
    """Settings of a file with these clusters."""

    def load(*clusters, given=None, **more):
        file = tmp_path / "leakwatch.yaml"
        file.write_text(yaml.safe_dump({"clusters": list(clusters), **more}))
        monkeypatch.setenv("LEAKWATCH_CONFIG", str(file))
        return load_settings(**(given or {}))

    return load


def test_clusters_stand_in_the_file(configured):
    assert [(one.cluster, one.prometheus_url) for one in clusters_of(configured(EU, US))] == [
        ("eu", "http://eu:9090"),
        ("us", "http://us:9090"),
    ]


def test_or_in_the_environment(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_CLUSTERS", json.dumps([EU, US]))
    assert [one.cluster for one in clusters_of(load_settings())] == ["eu", "us"]


@pytest.mark.parametrize(
    ("clusters", "says"),
    [
        ([{"name": "eu"}], "LEAKWATCH_CLUSTERS: entry 1: prometheus_url: Field required"),
        ([EU, {**US, "prometheus_url": "us:9090"}], "LEAKWATCH_CLUSTERS: entry 2: prometheus_url: must begin with"),
        ([EU, {**US, "token": "x"}], "LEAKWATCH_CLUSTERS: entry 2: token: Extra inputs are not permitted"),
        ([EU, EU], "LEAKWATCH_CLUSTERS: two are named 'eu'"),
        ([{**EU, "name": ""}], "LEAKWATCH_CLUSTERS: entry 1: name: String should have at least 1 character"),
        ([{**EU, "prometheus_token_file": "/nowhere"}], "LEAKWATCH_CLUSTERS: entry 1: prometheus_token_file: cannot"),
        (
            [{**EU, "prometheus_token": "a", "prometheus_username": "b"}],
            "LEAKWATCH_CLUSTERS: entry 1: prometheus_token: give a bearer token or a user name, not both",
        ),
        ([{**EU, "prometheus_password": "b"}], "LEAKWATCH_CLUSTERS: entry 1: prometheus_username: a password"),
        (["eu"], "LEAKWATCH_CLUSTERS: entry 1: Input should be a valid dictionary"),
    ],
)
def test_what_is_wrong_is_named_with_its_entry(configured, clusters, says):
    with pytest.raises(SettingsError) as caught:
        configured(*clusters)
    assert str(caught.value).startswith(says)


def test_no_secret_is_shown_when_something_is_wrong(configured):
    with pytest.raises(SettingsError) as caught:
        configured({**EU, "prometheus_token": "s3cret", "prometheus_username": "x"})
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__!r}"
    assert "s3cret" not in repr(configured({**EU, "prometheus_token": "s3cret"}))


def test_secrets_come_from_files(configured, tmp_path):
    (tmp_path / "token").write_text("s3cret\n")
    (one,) = clusters_of(configured({**EU, "prometheus_token_file": str(tmp_path / "token")}))
    assert one.secret("prometheus_token") == "s3cret"


def test_credentials_of_one_server_are_not_sent_to_another(configured):
    settings = configured(
        {**EU, "prometheus_token": "eu"},
        US,
        prometheus_headers={"X-Key": "s3cret"},
        prometheus_tenant="team",
        prometheus_timeout="7s",
    )
    eu, us = clusters_of(settings)
    assert (eu.secret("prometheus_token"), us.secret("prometheus_token")) == ("eu", None)
    assert (us.prometheus_headers, us.prometheus_tenant) == ({}, None)
    assert us.prometheus_timeout == 7.0


def test_what_is_looked_at_can_be_set_of_each(configured):
    (eu,) = clusters_of(
        configured(
            {**EU, "namespaces": ["shop"], "selector": 'pod=~"a.*"', "container_matchers": 'cluster="eu"'},
            selector='container="app"',
        )
    )
    assert (eu.namespaces, eu.selector) == (("shop",), 'container="app",pod=~"a.*"')
    assert (eu.metrics.container_matchers, eu.metrics.state_matchers) == ('cluster="eu"', "")


def test_namespaces_that_are_asked_for_win(configured):
    settings = configured({**EU, "namespaces": ["shop"]}, given={"namespaces": ("data",)})
    assert clusters_of(settings)[0].namespaces == ("data",)


def test_one_of_them_is_chosen_by_its_name(configured):
    assert only_cluster(configured(EU, US, given={"cluster": "us"})).prometheus_url == "http://us:9090"


def test_one_that_is_not_there_is_said(configured):
    with pytest.raises(SettingsError, match="--cluster: there is none of this name among eu, us"):
        configured(EU, US, given={"cluster": "asia"})


def test_what_looks_at_one_wants_to_know_which(configured):
    with pytest.raises(UsageError, match="several are configured") as caught:
        only_cluster(configured(EU, US))
    assert caught.value.hint == "choose one by --cluster: eu, us"


@pytest.mark.parametrize("given", [{"prometheus_url": "http://a"}, {"recording": "a.parquet"}])
def test_a_server_or_file_on_the_command_line_is_what_is_meant(configured, given):
    assert clusters_of(configured(EU, US, given=given))[0].clusters == ()


def test_clusters_and_a_server_in_the_configuration_are_one_too_many(configured):
    with pytest.raises(SettingsError, match="LEAKWATCH_CLUSTERS: give clusters, a Prometheus or a recording"):
        configured(EU, prometheus_url="http://a:9090")

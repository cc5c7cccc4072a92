"""What values set, as the service reads it in its pod; and the commands of pods, run for real."""

import os
import subprocess
import sys

import pytest
import yaml

from app.settings import load_settings, secret_fields
from scripts import chart_settings
from tests.support.chart import CHART, SITUATIONS, containers, merged, pods, template
from tests.support.in_pod import environment
from tests.support.servers import free_port
from tests.support.service import running_service


def read(objects, folder, monkeypatch, pod="Deployment leakwatch"):
    """The settings of a pod's container, and what it is told to do."""
    found = dict(pods(objects))[pod]
    [container] = containers(found)
    for name, value in environment(objects, found, container, folder).items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_pod_can_read_its_settings(rendered, tmp_path, monkeypatch, situation):
    objects = rendered(situation)
    for number, (name, pod) in enumerate(pods(objects)):
        for container in containers(pod):
            if "env" not in container:
                continue
            with monkeypatch.context() as patch:
                folder = tmp_path / str(number)
                for variable, value in environment(objects, pod, container, folder).items():
                    patch.setenv(variable, value)
                assert load_settings().data_dir == folder / "var/lib/leakwatch", name


def test_values_reach_the_service(rendered, tmp_path, monkeypatch):
    settings = read(rendered("everything"), tmp_path, monkeypatch)
    assert settings.lookback == 129_600
    assert settings.prometheus_max_samples == 1_500_000
    assert settings.incremental is False
    assert settings.metrics.container_matchers == 'container!="",job="kubelet"'
    assert settings.alertmanager_urls == ("http://alertmanager-operated.monitoring.svc:9093",)
    assert settings.secret("database_url") == "postgresql://u:p@db/leakwatch"
    assert settings.prometheus_headers["X-Key"].get_secret_value() == "k"
    assert (settings.host, settings.port, settings.log_format) == ("0.0.0.0", 8080, "json")


def test_what_the_image_sets_may_be_set(rendered, tmp_path, monkeypatch):
    assert read(rendered("sqlite with all"), tmp_path, monkeypatch).log_format == "console"


def test_secrets_of_clusters_are_files(rendered, tmp_path, monkeypatch):
    [cluster] = read(rendered("secrets given"), tmp_path, monkeypatch).clusters
    assert cluster.prometheus_token.get_secret_value() == "s3cret-eu"


def test_without_rights_the_clusters_api_is_left_alone(rendered, tmp_path, monkeypatch):
    assert read(rendered("no rights"), tmp_path, monkeypatch).kubernetes == "off"


def test_rights_to_some_namespaces_are_known_to_the_service(rendered, tmp_path, monkeypatch):
    settings = read(rendered("rights to some namespaces"), tmp_path, monkeypatch)
    assert settings.kubernetes_namespaces == ("shop", "payments")


def test_a_setting_wins_over_what_follows_from_rights(tmp_path, monkeypatch):
    values = merged(SITUATIONS["no rights"], {"settings": {"kubernetes": "kubeconfig"}})
    assert read(template(tmp_path, values), tmp_path, monkeypatch).kubernetes == "kubeconfig"


def test_every_secret_setting_may_be_given(tmp_path, monkeypatch):
    """By `secrets`, whatever settings there will be."""
    names = sorted(secret_fields() - {"database_url"})
    given = {name: {"existingSecret": "leakwatch"} for name in names}
    [server] = [pod for name, pod in pods(template(tmp_path, {"secrets": given})) if name == "Deployment leakwatch"]
    variables = {one["name"] for one in server["spec"]["containers"][0]["env"]}
    assert {f"LEAKWATCH_{name.upper()}_FILE" for name in names} <= variables


def test_the_schema_knows_the_settings():
    text = chart_settings.SCHEMA.read_text(encoding="utf-8")
    assert text == chart_settings.schema_of(text), "run `make settings`"
    assert chart_settings.FACTS.read_text(encoding="utf-8") == chart_settings.facts(), "run `make settings`"


def test_values_give_only_settings_that_there_are():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert load_settings(**values["settings"]).prometheus_url == values["settings"]["prometheus_url"]


@pytest.fixture
def charts_test(rendered):
    """Runs what `helm test` runs, against the service at a URL."""
    [container] = containers(dict(pods(rendered("postgresql")))["Job leakwatch-test"])
    assert container["args"][1:] == ["http://leakwatch:80"]

    def run(url):
        command = [sys.executable, *container["command"][1:], container["args"][0], url]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


def test_the_charts_test_is_content_with_a_service(charts_test, tmp_path):
    with running_service(tmp_path) as service:
        done = charts_test(service.url)
    assert done.returncode == 0, done.stderr
    assert f"{service.url}/api/v1/incidents 401" in done.stdout


def test_the_charts_test_fails_where_anyone_is_let_in(charts_test, tmp_path):
    with running_service(tmp_path, "--insecure-no-auth") as service:
        done = charts_test(service.url)
    assert done.returncode != 0
    assert "wanted 401" in done.stderr


def test_the_charts_test_fails_where_nobody_answers(charts_test):
    assert charts_test(f"http://127.0.0.1:{free_port()}").returncode != 0


@pytest.mark.parametrize("given", [{"value": "PEM"}, {"existingSecret": "authority"}], ids=["value", "existing"])
@pytest.mark.parametrize("name", ["Deployment leakwatch", "Job leakwatch-migrate"])
def test_a_file_that_the_databases_url_names_is_there(tmp_path, name, given):
    url = "postgresql://u:p@db/leakwatch?sslmode=verify-full&sslrootcert=/etc/leakwatch/secrets/ca"
    secrets = {"secrets": {"database_url": {"value": url}}, "secretFiles": {"ca": given}}
    policy = {"networkPolicy": SITUATIONS["postgresql"]["networkPolicy"]}
    objects = template(tmp_path, {"database": {"kind": "postgresql"}}, policy, secrets)
    pod = dict(pods(objects))[name]
    for container in containers(pod):
        environment(objects, pod, container, tmp_path)
        assert (tmp_path / "etc/leakwatch/secrets/ca").is_file()


def test_the_migration_makes_the_schema(rendered, tmp_path, postgresql_url):
    objects = rendered("postgresql")
    job = dict(pods(objects))["Job leakwatch-migrate"]
    [container] = containers(job)
    variables = environment(objects, job, container, tmp_path, {"database_url": postgresql_url})
    command = [sys.executable, "-m", "app.cli", *container["args"]]
    for _ in range(2):  # a hook may be run again
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | variables, check=False)
        assert done.returncode == 0, done.stderr
        assert "which is current" in done.stdout

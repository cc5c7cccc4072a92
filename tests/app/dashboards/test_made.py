"""The forms that dashboards are written in."""

import json

import pytest
import yaml

from app.dashboards.forms import DashboardFormat
from app.dashboards.made import files, is_ours, made
from app.rules.dashboard_settings import DashboardSettings
from dashboards.model import Options

MADE = made(Options())
UIDS = [one.uid for one in MADE]
SETTINGS = DashboardSettings(
    folder="Memory", namespace="monitoring", labels={"release": "kps"}, instance_labels={"grafana": "main"}, path="/d"
)


def written(form):
    return files(MADE, form, SETTINGS)


def test_json_is_the_document_sorted():
    found = written(DashboardFormat.JSON)
    assert sorted(found) == sorted(f"{uid}.json" for uid in UIDS)
    for one in MADE:
        text = found[f"{one.uid}.json"]
        assert json.loads(text) == one.document
        assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_provisioning_adds_the_file_that_grafana_reads_first():
    found = written(DashboardFormat.PROVISIONING)
    (provider,) = yaml.safe_load(found.pop("leakwatch-dashboards.yaml"))["providers"]
    assert (provider["type"], provider["folder"], provider["options"]) == ("file", "Memory", {"path": "/d"})
    assert found == written(DashboardFormat.JSON)


def test_config_maps_are_for_the_sidecar():
    found = written(DashboardFormat.CONFIGMAP)
    for one in MADE:
        manifest = yaml.safe_load(found[f"{one.uid}.configmap.yaml"])
        assert (manifest["apiVersion"], manifest["kind"]) == ("v1", "ConfigMap")
        assert (manifest["metadata"]["name"], manifest["metadata"]["namespace"]) == (one.uid, "monitoring")
        assert manifest["metadata"]["labels"].items() >= {"grafana_dashboard": "1", "release": "kps"}.items()
        assert manifest["metadata"]["annotations"] == {"grafana_folder": "Memory"}
        assert json.loads(manifest["data"][f"{one.uid}.json"]) == one.document


def test_grafana_dashboards_are_for_the_operator():
    found = written(DashboardFormat.GRAFANADASHBOARD)
    for one in MADE:
        manifest = yaml.safe_load(found[f"{one.uid}.grafanadashboard.yaml"])
        assert (manifest["apiVersion"], manifest["kind"]) == ("grafana.integreatly.org/v1beta1", "GrafanaDashboard")
        assert manifest["spec"]["instanceSelector"] == {"matchLabels": {"grafana": "main"}}
        assert manifest["spec"]["folder"] == "Memory"
        assert json.loads(manifest["spec"]["json"]) == one.document


@pytest.mark.parametrize("form", DashboardFormat)
def test_what_we_write_is_known_as_ours(form):
    assert all(is_ours(text) for text in written(form).values())


@pytest.mark.parametrize("form", DashboardFormat)
def test_kubernetes_takes_objects_of_a_mebibyte(form):
    assert all(len(text.encode()) < 900_000 for text in written(form).values())


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"uid": "somebodys"}', "# Somebody's own\nkind: ConfigMap\n", "[" * 10**5]
)
def test_what_others_wrote_is_not(text):
    assert not is_ours(text)

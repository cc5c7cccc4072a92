"""The dashboards of the Compose stack are those that the code makes."""

from pathlib import Path

import yaml

from app.dashboards.forms import DashboardFormat
from app.dashboards.made import files, made
from app.rules.settings import load

GRAFANA = Path(__file__).resolve().parents[3] / "deploy/compose/grafana"
SETTINGS = load(GRAFANA / "leakwatch-rules.yml")
OPTIONS = SETTINGS.dashboards.options(SETTINGS.selectors.cadvisor, SETTINGS.selectors.kube_state_metrics)
MADE = made(OPTIONS)


def test_they_are_up_to_date():
    kept = {path.name: path.read_text(encoding="utf-8") for path in (GRAFANA / "dashboards").glob("leakwatch-*")}
    wanted = files(MADE, DashboardFormat.JSON, SETTINGS.dashboards)
    assert {name for name in kept.keys() | wanted if kept.get(name) != wanted.get(name)} == set(), (
        "run `make dashboards`"
    )


def test_their_data_source_is_the_one_that_is_there():
    """A variable of the type takes the default one, which is Prometheus."""
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/datasources.yaml").read_text())["datasources"]
    assert [source["type"] for source in sources if source.get("isDefault")] == ["prometheus"]

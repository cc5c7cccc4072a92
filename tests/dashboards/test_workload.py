"""What the dashboard Workload says beyond its queries, which tests/integration/test_dashboards.py asks for real."""

import pytest

from dashboards.builder import document
from dashboards.model import Options
from dashboards.rows.runtimes import SIGNS
from dashboards.workload import WORKLOAD


@pytest.fixture(scope="module")
def made():
    return document(WORKLOAD, Options(public_url="https://leakwatch.example.org"))


def _panel(made, title):
    return next(one for one in made["panels"] if one["title"] == title)


def test_pods_by_age_is_no_chart_of_the_old_form(made):
    """Grafana takes an XY chart of no version for one before 11.1, and then draws one pod alone."""
    version = _panel(made, "Memory by age of the container")["pluginVersion"]
    assert tuple(map(int, version.split("."))) >= (11, 1)


def test_pods_by_age_makes_one_frame_a_container_with_its_age_first(made):
    chart = _panel(made, "Memory by age of the container")
    merge, organize, partition = chart["transformations"]
    assert [target["format"] for target in chart["targets"]] == ["table", "table"]
    assert merge["id"] == "merge"
    assert organize["options"]["renameByName"] == {"Value #A": "Age", "Value #B": "Memory"}
    places = organize["options"]["indexByName"]
    assert places["Value #A"] < places["Value #B"]
    assert chart["targets"][0]["expr"].startswith("time() - ")
    assert partition["options"]["fields"] == ["pod", "container"]


def test_runtimes_are_asked_only_when_somebody_opens_their_row(made):
    shut = {one["title"] for one in made["panels"] if one["type"] == "row" and one["collapsed"]}
    assert shut == set(SIGNS)


def test_an_incident_leads_to_its_page(made):
    overrides = _panel(made, "Leaks of this workload")["fieldConfig"]["overrides"]
    links = [part["value"] for one in overrides for part in one["properties"] if part["id"] == "links"]
    assert [link["url"] for (link,) in links] == [
        "https://leakwatch.example.org/incidents/${__data.fields.incident_id}"
    ]


def test_there_is_no_link_where_no_page_is_known():
    overrides = _panel(document(WORKLOAD, Options()), "Leaks of this workload")["fieldConfig"]["overrides"]
    assert [part for one in overrides for part in one["properties"] if part["id"] == "links"] == []


def test_limits_are_the_only_red_lines(made):
    for title in ("RSS by pod", "Working set by pod", "Page cache by pod", "Floor by pod", "CPU by pod"):
        panel = _panel(made, title)
        (override,) = panel["fieldConfig"]["overrides"]
        assert override["matcher"] == {"id": "byFrameRefID", "options": panel["targets"][-1]["refId"]}
        assert "limits" in panel["targets"][-1]["expr"]

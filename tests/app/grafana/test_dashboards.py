"""Dashboards pushed to Grafana: once, by their uid, and only what differs."""

import json

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.errors import SettingsError
from app.grafana import client as grafana_client
from app.grafana.client import GrafanaError, GrafanaRefused, make_client
from app.grafana.dashboards import DashboardPusher, Folder
from app.settings import load_settings
from tests.support.grafana import TOKEN
from tests.support.grafana_dashboards import FalseDashboards

FOLDER = Folder("memory", "Memory")
ONE = {"uid": "one", "title": "One", "panels": [{"id": 1, "title": "A"}, {"id": 2, "title": "B"}], "editable": False}
TWO = {"uid": "two", "title": "Two", "panels": []}


@pytest.fixture
def grafana():
    return FalseDashboards()


@pytest.fixture
def pusher(grafana):
    settings = load_settings(grafana_url="http://grafana.example", grafana_token=TOKEN)
    return DashboardPusher(make_client(settings, grafana.transport()), FOLDER)


def verbs(found):
    return {one.uid: one.verb for one in found}


def test_the_first_push_makes_folder_and_dashboards(grafana, pusher):
    assert verbs(pusher.push([ONE, TWO], "first")) == {"one": "new", "two": "new"}
    assert grafana.folders == {"memory": "Memory"}
    assert grafana.messages == [("one", "first"), ("two", "first")]
    assert {uid: kept["folder"] for uid, kept in grafana.dashboards.items()} == {"one": "memory", "two": "memory"}


def test_a_second_push_changes_nothing(grafana, pusher):
    list(pusher.push([ONE, TWO], "first"))
    before = grafana.changes()
    assert verbs(pusher.push([ONE, TWO], "second")) == {"one": "unchanged", "two": "unchanged"}
    assert grafana.changes() == before


def test_a_dashboard_that_differs_is_overwritten_and_no_other(grafana, pusher):
    list(pusher.push([ONE, TWO], "first"))
    grafana.dashboards["one"]["document"]["panels"][1]["title"] = "changed by hand"
    (first, second) = pusher.push([ONE, TWO], "again")
    assert (first.verb, first.places, second.verb) == ("changed", ("panels[1].title",), "unchanged")
    assert grafana.messages[2:] == [("one", "again")]
    assert grafana.dashboards["one"]["document"]["panels"] == ONE["panels"]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (lambda document: document.pop("title"), ("title",)),
        (lambda document: document["panels"].append({}), ("panels",)),
        (lambda document: document.update(title="Z", panels=[]), ("title", "panels")),
        (lambda document: document.update(editable=True), ("editable",)),
        # What says nothing may be left out, and Grafana may say more.
        (lambda document: document.pop("editable"), ()),
        (lambda document: document.update(preload=False), ()),
    ],
)
def test_what_differs_is_named(grafana, pusher, change, places):
    list(pusher.push([ONE], "first"))
    change(grafana.dashboards["one"]["document"])
    assert pusher.differences([ONE])[0].places == places


def test_a_dashboard_that_was_moved_goes_back(grafana, pusher):
    list(pusher.push([ONE], "first"))
    grafana.dashboards["one"]["folder"] = "elsewhere"
    assert [one.places for one in pusher.push([ONE], "again")] == [("folder",)]
    assert grafana.dashboards["one"]["folder"] == "memory"


def test_to_look_changes_nothing(grafana, pusher):
    assert verbs(pusher.differences([ONE, TWO])) == {"one": "new", "two": "new"}
    assert grafana.changes() == []


def test_a_folder_that_is_there_keeps_its_title(grafana, pusher):
    grafana.folders["memory"] = "Theirs"
    list(pusher.push([ONE], "first"))
    assert grafana.folders == {"memory": "Theirs"}


def test_what_grafana_has_from_a_file_is_told_before_anything_is_changed(grafana, pusher):
    list(pusher.push([ONE, TWO], "first"))
    grafana.provisioned.add("two")
    before = grafana.changes()
    with pytest.raises(GrafanaError, match="two: Grafana has it from a file") as told:
        list(pusher.push([{**ONE, "title": "New"}, {**TWO, "title": "New"}], "again"))
    assert "provisioning" in told.value.hint
    assert grafana.changes() == before


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_may_not_is_told_with_what_it_needs(grafana, pusher, status):
    grafana.status = status
    with pytest.raises(GrafanaRefused, match=f"{status} so it is told") as told:
        list(pusher.push([ONE], "first"))
    assert "folders and dashboards" in told.value.hint
    assert TOKEN not in str(told.value) + told.value.hint


@pytest.mark.parametrize("status", [302, 412, 422, 500, 503])
def test_every_other_answer_is_an_error(grafana, pusher, status):
    grafana.status = status
    with pytest.raises(GrafanaError):
        list(pusher.push([ONE], "first"))


@pytest.fixture
def typed(grafana, monkeypatch):
    """The command, against the false Grafana."""
    monkeypatch.setenv("LEAKWATCH_GRAFANA_URL", "http://grafana.example")
    monkeypatch.setenv("LEAKWATCH_GRAFANA_TOKEN", TOKEN)
    real = grafana_client.make_client
    monkeypatch.setattr(grafana_client, "make_client", lambda settings: real(settings, grafana.transport()))

    def run(*arguments):
        result = CliRunner().invoke(app, ["dashboards", "push", *arguments])
        if result.exception is not None:
            raise result.exception
        return result.stdout.splitlines()

    return run


def test_the_command_pushes_and_says_what_it_did(grafana, typed):
    assert typed("--dry-run")[0] == "new       leakwatch-fleet"
    assert grafana.changes() == []
    assert typed("--message", "from Git")[0] == "new       leakwatch-fleet"
    assert ("leakwatch-fleet", "from Git") in grafana.messages
    assert typed()[0] == "unchanged leakwatch-fleet"
    grafana.dashboards["leakwatch-fleet"]["document"]["title"] = "Mine"
    assert typed("--dry-run")[:2] == ["changed   leakwatch-fleet", "          title"]


def test_without_a_grafana_the_command_says_what_to_set():
    result = CliRunner().invoke(app, ["dashboards", "push"])
    assert isinstance(result.exception, SettingsError)
    assert "LEAKWATCH_GRAFANA_URL" in str(result.exception)


def test_what_is_pushed_is_what_is_built(grafana, typed, tmp_path):
    typed()
    CliRunner().invoke(app, ["dashboards", "build", "--into", str(tmp_path)])
    for path in tmp_path.iterdir():
        kept = grafana.dashboards[path.stem]["document"]
        assert json.loads(path.read_text()).items() <= {**kept, "id": None}.items()

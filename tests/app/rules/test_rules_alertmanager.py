"""`leakwatch rules alertmanager`: what it writes, leaves alone, finds, and says."""

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from app.commands.rules_alertmanager import app
from app.errors import LeakwatchError, SettingsError, UsageError
from app.rules.route_forms import RouteForm
from tests.support.routes import SETTINGS
from tests.support.servers import need

ROOT = Path(__file__).resolve().parents[3]
GUIDE = re.findall(
    r"```yaml\n# leakwatch-rules.yml\n(.*?)```",
    (ROOT / "docs" / "alertmanager.md").read_text(encoding="utf-8"),
    re.DOTALL,
)
FILES = {
    RouteForm.FILE: "alertmanager.yml",
    RouteForm.FRAGMENTS: "alertmanager-fragments.yml",
    RouteForm.ALERTMANAGERCONFIG: "alertmanagerconfig.yml",
}


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "leakwatch-rules.yml"
    file.write_text(SETTINGS)
    return file


def _run(*arguments):
    """(exit status, output), or the error that the command's root would say."""
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, LeakwatchError):
        raise done.exception
    return done.exit_code, done.output


@pytest.mark.parametrize("form", RouteForm)
def test_what_is_built_is_sound_and_goes_where_it_should(form, tmp_path):
    need("amtool")
    assert _run("build", "--format", form, "--into", "out")[0] == 0
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == sorted({FILES[form], "alertmanager-routes.yml"})
    assert _run("check", f"out/{FILES[form]}") == (0, "1 checked, nothing to mend\n")
    status, said = _run("test", "--into", "out")
    assert (status, "each goes where it should" in said) == (0, True), said
    assert _run("check", "--format", form)[0] == _run("test", "--format", form)[0] == 0


@pytest.mark.parametrize("form", RouteForm)
@pytest.mark.parametrize("text", ["", 'alertmanager: {webhook: {url: "http://leakwatch:8080/webhooks/alertmanager"}}'])
def test_where_nobody_is_chosen_it_is_sound_too(form, text, settings):
    need("amtool")
    settings.write_text(text)
    assert _run("check", "--format", form)[0] == _run("test", "--format", form)[0] == 0


def test_nothing_changes_where_nothing_changed(tmp_path):
    _run("build", "--into", "out")
    before = {one: (one.read_text(), one.stat().st_mtime_ns) for one in (tmp_path / "out").iterdir()}
    assert _run("build", "--into", "out") == (0, "2 unchanged\n")
    assert {one: (one.read_text(), one.stat().st_mtime_ns) for one in (tmp_path / "out").iterdir()} == before


def test_what_is_printed_is_what_is_written(tmp_path):
    _run("build", "--into", "out")
    assert _run("build")[1] == (tmp_path / "out" / "alertmanager.yml").read_text()


def test_a_file_that_is_not_ours_is_left_as_it_is(tmp_path):
    theirs = tmp_path / "out" / "alertmanager.yml"
    theirs.parent.mkdir()
    theirs.write_text("route: {receiver: theirs}\n")
    (tmp_path / "out" / "other.yml").write_text("x: y\n")
    with pytest.raises(UsageError, match="is not a file that leakwatch wrote"):
        _run("build", "--into", "out")
    assert theirs.read_text() == "route: {receiver: theirs}\n"
    assert len(list(theirs.parent.iterdir())) == 2


def test_a_dry_run_writes_nothing(tmp_path):
    assert "2 new (nothing was written)" in _run("build", "--into", "out", "--dry-run")[1]
    assert not (tmp_path / "out").exists()


def test_check_finds_what_is_wrong_with_anybodys_file(tmp_path):
    (tmp_path / "theirs.yml").write_text(
        "route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{api_url: 'https://x/hush'}]}, {name: b}]\n"
    )
    status, said = _run("check", "theirs.yml", "--output", "json")
    (found,) = json.loads(said)["configurations"]
    assert status == 3
    assert [fault["place"] for fault in found["faults"]] == ["receivers: b", "receivers[1].slack_configs[1].api_url"]
    assert "hush" not in said


@pytest.mark.parametrize(
    "text", ["groups: []\n", "[1]\n", "kind: AlertmanagerConfig\n", "a: [\n", "\xff", "route: &a {b: *a}\n"]
)
def test_what_is_no_configuration_is_told(text, tmp_path):
    (tmp_path / "x.yml").write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=r"x\.yml"):
        _run("check", "x.yml")


def test_an_alert_of_ones_own_that_goes_elsewhere_is_told(settings):
    need("amtool")
    row = "{labels: {alertname: A, namespace: payments, severity: critical}, receivers: [leakwatch, tickets]}"
    settings.write_text(SETTINGS + f"  tests: [{row}]\n")
    status, said = _run("test", "--output", "json")
    wrong = [one for one in json.loads(said)["alerts"] if not one["ok"]]
    assert status == 3
    assert [(one["labels"]["alertname"], one["told"]) for one in wrong] == [("A", ["leakwatch", "pager"])]


def test_a_route_that_was_changed_by_hand_is_found_by_the_table(tmp_path):
    need("amtool")
    _run("build", "--into", "out")
    file = tmp_path / "out" / "alertmanager.yml"
    document = yaml.safe_load(file.read_text())
    del document["route"]["routes"][-1]
    file.write_text(yaml.safe_dump(document))
    assert _run("test", "--into", "out")[0] == 3
    assert "is not told to the receiver of route" in _run("check", "out/alertmanager.yml", "--output", "json")[1]


def test_a_url_in_a_file_is_for_a_newer_alertmanager(settings):
    need("amtool")
    text = SETTINGS.replace("url: https://switch.example.org/ping", "url_from: {file: /secrets/switch}")
    settings.write_text(text)
    status, said = _run("check")
    assert (status, "url_file needs Alertmanager 0.26" in said) in {(3, True), (0, False)}
    assert _run("test")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("build", "--dry-run"), UsageError),
        (("check", "a.yml", "--settings", "b.yml"), UsageError),
        (("check", "missing.yml"), UsageError),
        (("test", "--into", "missing"), UsageError),
        (("build", "--settings", "missing.yml"), SettingsError),
    ],
)
def test_what_makes_no_sense_ends_with_status_2(arguments, error):
    with pytest.raises(error) as caught:
        _run(*arguments)
    assert caught.value.exit_status == 2


def test_a_table_that_makes_no_sense_is_told(tmp_path):
    need("amtool")
    _run("build", "--into", "out")
    (tmp_path / "out" / "alertmanager-routes.yml").write_text(
        "configuration: alertmanager.yml\nalerts: [{labels: 1}]\n"
    )
    with pytest.raises(UsageError, match="alert 1 has no labels"):
        _run("test", "--into", "out")


@pytest.mark.parametrize("form", [RouteForm.FILE, RouteForm.FRAGMENTS])
def test_the_settings_of_the_guide_work(form, settings):
    need("amtool")
    settings.write_text(GUIDE[0])
    assert _run("check", "--format", form) == (0, "1 checked, nothing to mend\n")
    assert _run("test", "--format", form)[0] == 0


def test_the_manifest_of_the_guide_works(settings):
    settings.write_text(GUIDE[1])
    document = yaml.safe_load(_run("build", "--format", "alertmanagerconfig")[1])
    assert document["metadata"]["labels"] == {"alertmanagerConfig": "main"}


def test_the_compose_stack_has_what_is_built_without_settings(settings):
    settings.unlink()
    told = (ROOT / "deploy" / "compose" / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    assert told == _run("build")[1], "write it with `leakwatch rules alertmanager build`"

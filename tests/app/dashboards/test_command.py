"""`leakwatch dashboards build` and `check`, as they are typed."""

import json

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.errors import SettingsError, UsageError


def run(*arguments):
    result = CliRunner().invoke(app, ["dashboards", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout.splitlines()


def verbs(lines):
    return {line.split()[0] for line in lines[:-1]}


def test_a_second_build_changes_nothing(tmp_path):
    assert verbs(run("build", "--into", tmp_path / "new")[1]) == {"new"}
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "new").iterdir()}
    assert [line.split()[1] for line in run("build", "--into", tmp_path / "new")[1]] == ["unchanged"]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "new").iterdir()} == times


def test_another_format_takes_the_place_of_the_first(tmp_path):
    run("build", "--into", tmp_path)
    assert verbs(run("build", "--into", tmp_path, "--format", "configmap")[1]) == {"new", "removed"}
    assert {"".join(path.suffixes) for path in tmp_path.iterdir()} == {".configmap.yaml"}


def test_what_others_wrote_is_left_and_stops_it(tmp_path):
    (tmp_path / "README.md").write_text("theirs")
    (tmp_path / "copy.json").write_text('{"uid": "leakwatch-fleet"}')
    run("build", "--into", tmp_path)
    assert (tmp_path / "copy.json").exists()
    (tmp_path / "leakwatch-fleet.json").write_text('{"uid": "theirs"}')
    with pytest.raises(UsageError, match=r"leakwatch-fleet\.json: is not a file that leakwatch wrote"):
        run("build", "--into", tmp_path)
    assert (tmp_path / "leakwatch-fleet.json").read_text() == '{"uid": "theirs"}'


def test_a_dry_run_writes_nothing(tmp_path):
    assert verbs(run("build", "--into", tmp_path / "new", "--dry-run")[1]) == {"new"}
    assert not (tmp_path / "new").exists()


def test_an_unknown_format_is_told(tmp_path):
    assert run("build", "--into", tmp_path, "--format", "xml") == (2, [])
    assert list(tmp_path.iterdir()) == []


def test_settings_reach_the_dashboards(tmp_path):
    settings = tmp_path / "leakwatch-rules.yml"
    settings.write_text('selectors: {cadvisor: job="kubelet"}\ndashboards: {title_prefix: "Ours: ", tags: [a]}\n')
    run("build", "--into", tmp_path / "out", "--settings", settings)
    fleet = json.loads((tmp_path / "out/leakwatch-fleet.json").read_text())
    assert (fleet["title"], fleet["tags"]) == ("Ours: Fleet", ["a"])
    assert 'job=\\"kubelet\\"' in (tmp_path / "out/leakwatch-fleet.json").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dashboards:\n  colour: red\n", r"rules\.yml:2: dashboards\.colour: is no setting"),
        ("dashboards:\n  public_url: leak.example\n", r"rules\.yml:2: dashboards\.public_url: .* is no address"),
        ("dashboards:\n  public_url: http://a:b@c\n", r"has a password in it"),
        ("dashboards:\n  infinity_uid: a b\n", r"'a b' is no uid in Grafana"),
        ("dashboards:\n  namespace: A_B\n", r"'A_B' is no namespace"),
        ("dashboards:\n  path: here\n", r"is no path"),
        ("dashboards:\n  labels: {a b: c}\n", r"'a b' is no label of Kubernetes"),
        ("dashboards:\n  labels: {a: 'b c'}\n", r"'b c' is no value of a label"),
        ("dashboards:\n  folder: ''\n", r"has no text"),
        ("dashboards: 3\n", r"rules\.yml:1: dashboards: is no mapping"),
    ],
)
def test_settings_that_make_no_sense_are_told_with_their_line(tmp_path, text, message):
    (tmp_path / "rules.yml").write_text(text)
    with pytest.raises(SettingsError, match=message) as told:
        run("check", "--settings", tmp_path / "rules.yml")
    assert told.value.exit_status == 2


def test_a_check_of_ours_finds_nothing():
    status, lines = run("check")
    assert (status, len(lines)) == (0, 1)


def test_a_check_of_files_ends_with_3_and_names_them(tmp_path):
    run("build", "--into", tmp_path)
    file = tmp_path / "leakwatch-fleet.json"
    file.write_text(file.read_text().replace('"schemaVersion": 42', '"schemaVersion": 36'))
    status, lines = run("check", *tmp_path.iterdir())
    assert (status, lines) == (3, [f"{file}: schemaVersion is 36; write 42"])


@pytest.mark.parametrize("content", ["", "{", "[]", "[" * 10**5])
def test_a_file_that_holds_no_dashboard_is_told(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(UsageError, match=r"x\.json: "):
        run("check", tmp_path / "x.json")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"x\.json: cannot be read"):
        run("check", tmp_path / "x.json")

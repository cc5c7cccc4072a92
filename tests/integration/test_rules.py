"""`leakwatch rules` as a user runs it; and what it says of rules that a real Prometheus has loaded."""

import json

import pytest
import yaml

from tests.support.servers import need, running_prometheus

SETTINGS = "packs: [redis, leaks-with-service]\nrunbook_url: https://runbooks.example.org\n"


@pytest.fixture
def rules(tmp_path, leakwatch):
    """Run a command of rules with settings, and --into a folder of the test."""
    settings, folder = tmp_path / "rules.yml", tmp_path / "out"

    def run(command, *arguments, text=SETTINGS):
        settings.write_text(text)
        return leakwatch("rules", command, "--settings", settings, "--into", folder, *arguments)

    run.folder = folder
    return run


def _files(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_folder_is_built_and_built_again_without_a_change(rules):
    first = rules("build")
    assert (first.status, first.err) == (0, "")
    names = {"owners.rules.yml", "redis.rules.yml", "redis.tests.yml"}
    names |= {"leaks-with-service.rules.yml", "leaks-with-service.tests.yml"}
    assert {line.split("/")[-1] for line in first.out.splitlines()[:-1]} == names == set(_files(rules.folder))
    again = rules("build")
    assert (again.status, again.out) == (0, "5 unchanged\n")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(rules):
    shown = rules("build", "--dry-run")
    assert "5 new (nothing was written)" in shown.out
    assert not rules.folder.exists()


def test_a_pack_that_is_not_chosen_any_more_is_removed_and_a_file_of_others_is_not(rules):
    rules("build")
    (rules.folder / "ours.rules.yml").write_text("groups: []\n")
    rules("build", text=SETTINGS.replace("redis, ", ""))
    left = {"leaks-with-service.rules.yml", "leaks-with-service.tests.yml", "ours.rules.yml"}
    assert set(_files(rules.folder)) - {"owners.rules.yml"} == left


def test_a_file_that_is_not_ours_is_never_written_over(rules):
    rules.folder.mkdir()
    (rules.folder / "redis.rules.yml").write_text("groups: []\n")
    refused = rules("build")
    assert (refused.status, refused.out) == (2, "")
    assert "is not a file that leakwatch wrote" in refused.err
    assert _files(rules.folder) == {"redis.rules.yml": "groups: []\n"}


def test_a_wrong_setting_is_told_with_its_line(rules):
    told = rules("build", text=SETTINGS + "thresholds:\n  redis: {memory: 5}\n")
    assert told.status == 2
    assert told.err.startswith("leakwatch: rules.yml:4: thresholds.redis.memory: ")
    assert not rules.folder.exists()


def test_without_a_folder_it_is_one_document(leakwatch, tmp_path):
    (tmp_path / "rules.yml").write_text(SETTINGS)
    printed = leakwatch("rules", "build", "--settings", tmp_path / "rules.yml")
    assert "leakwatch-redis" in {group["name"] for group in yaml.safe_load(printed.out)["groups"]}


def test_what_is_built_is_checked_and_tested(rules):
    need("promtool")
    rules("build", "--format", "prometheusrule")
    checked = rules("check", "-o", "json")
    assert (checked.status, checked.document["complaints"]) == (0, [])
    tested = rules("test", "-o", "json", text=SETTINGS)
    assert tested.status == 2  # a folder is tested as it is


def test_a_folder_is_tested_as_it_is(rules, leakwatch):
    need("promtool")
    rules("build", "--format", "prometheusrule", text=SETTINGS.replace("leaks-with-service", "certificates"))
    fine = leakwatch("rules", "test", "--into", rules.folder, "-o", "json")
    assert fine.status == 0
    assert {one["name"] for one in fine.document["tests"]} == {"redis", "certificates"}
    file = rules.folder / "redis.rules.yml"
    file.write_text(file.read_text().replace("for: ", "for: 9"))
    broken = leakwatch("rules", "test", "--into", rules.folder)
    assert broken.status == 3
    assert "FAILED" in broken.out


def test_anybodys_rules_are_checked(leakwatch, tmp_path):
    rule = {"alert": "down", "expr": "sum by (pod) (container_memory_rss) > 1"}
    (tmp_path / "theirs.yml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}))
    checked = leakwatch("rules", "check", tmp_path / "theirs.yml", "-o", "json")
    assert checked.status == 3
    assert {one["check"] for one in checked.document["complaints"]} == {
        *("name", "for", "runbook", "summary", "description", "severity", "sum"),
    }


def test_a_diff_shows_what_building_would_change(rules):
    rules("build")
    assert rules("diff", "--fail-on-diff").out == ""
    changed = rules("diff", "--fail-on-diff", text=SETTINGS + "disable: [RedisDown]\n")
    assert changed.status == 3
    lines = changed.out.splitlines()
    assert lines[:2] == ["--- a/redis.rules.yml", "+++ b/redis.rules.yml"]
    assert any(line.startswith("-") and "RedisDown" in line for line in lines)
    assert rules("diff", text=SETTINGS + "disable: [RedisDown]\n").status == 0


def test_rules_that_a_prometheus_has_loaded_are_compared_however_it_writes_them(rules, leakwatch, tmp_path):
    rules("build")
    settings = tmp_path / "rules.yml"
    configured = f"rule_files: ['{rules.folder}/*.rules.yml']\n"
    with running_prometheus(tmp_path / "prometheus", configured=configured) as server:
        ask = ("rules", "diff", "--settings", settings, "--prometheus-url", server.url, "--fail-on-diff")
        same = leakwatch(*ask)
        assert (same.status, same.out, same.err) == (0, "", "")
        settings.write_text(SETTINGS.replace("redis", "mongodb") + "disable: [LeakwatchScanStale]\n")
        other = leakwatch(*ask)
    assert other.status == 3
    heads = {line for line in other.out.splitlines() if line.startswith(("--- a", "+++ b"))}
    assert "--- a/leakwatch-redis/RedisDown" in heads
    assert "+++ b/leakwatch-mongodb/MongodbDown" in heads
    assert not any("LeakConfirmed" in head for head in heads)
    assert any(head.startswith("--- a") and head.endswith("/LeakwatchScanStale") for head in heads)


def test_a_prometheus_that_is_not_there_is_told(leakwatch):
    told = leakwatch("rules", "diff", "--prometheus-url", "http://127.0.0.1:9")
    assert told.status == 1
    assert "cannot connect" in told.err


def test_packs_are_listed(leakwatch):
    listed = leakwatch("rules", "list", "-o", "json")
    redis = {one["name"]: one for one in listed.document["packs"]}["redis"]
    assert (redis["chosen"], redis["needs"] != "") == (False, True)
    assert "RedisDown" in {one["name"] for one in redis["alerts"]}
    assert "RedisDown" in leakwatch("rules", "list").out


def test_the_tuned_pack_is_made_of_what_the_database_keeps(leakwatch, tmp_path):
    (tmp_path / "rules.yml").write_text("packs: [tuned]\n")
    ask = ("rules", "build", "--settings", tmp_path / "rules.yml")
    without = leakwatch(*ask)
    assert (without.status, without.out) == (1, "")
    assert leakwatch("db", "upgrade").status == 0
    assert leakwatch(*ask).status == 0


def test_settings_to_begin_with_can_be_used_as_they_are(leakwatch, tmp_path):
    (tmp_path / "rules.yml").write_text(leakwatch("rules", "settings").out)
    listed = leakwatch("rules", "list", "--settings", tmp_path / "rules.yml", "-o", "json")
    assert json.loads(leakwatch("rules", "list", "-o", "json").out) == listed.document

"""`leakwatch rules verify` as a user runs it."""

import json

import pytest
import yaml

from alert_rules.registry import PACKS
from tests.support.servers import exporting, false_prometheus, free_port, running_prometheus, wait_until

JSON = "application/json"
WELL = {"groups": [{"name": "g", "rules": [{"alert": "NodeGone", "expr": "up == 0", "for": "5m"}]}]}
GOOD = {"groups": [{"name": "g", "rules": [{"alert": "NodeGone", "expr": "node_gone > 0", "for": "5m"}]}]}


@pytest.fixture
def folder(tmp_path):
    """A folder with one rule, as a file of it holds it."""

    def write(document):
        made = tmp_path / "rules"
        made.mkdir()
        (made / "g.rules.yml").write_text(yaml.safe_dump(document))
        return made

    return write


def _configured(rules, target):
    return yaml.safe_dump(
        {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [f"{rules}/*.rules.yml"],
            "scrape_configs": [{"job_name": "page", "static_configs": [{"targets": [target]}]}],
        }
    )


def test_an_armed_rule_is_one_document_and_status_0(leakwatch, folder, tmp_path):
    rules = folder(WELL)
    with (
        exporting("a 1\n") as target,
        running_prometheus(tmp_path / "p", configured=_configured(rules, target)) as server,
    ):

        def verified():
            done = leakwatch("rules", "verify", "--prometheus-url", server.url, "--into", rules, "--output", "json")
            return done if done.status == 0 else None

        done = wait_until(verified, "the rule is armed")
    assert done.err == ""
    assert [(one["name"], one["state"]) for one in done.document["rules"]] == [("NodeGone", "armed")]
    assert done.document["rules"][0]["nearest"]["value"] == 1


def test_a_rule_that_is_not_loaded_is_status_3(leakwatch, folder, tmp_path):
    with running_prometheus(tmp_path / "p") as server:
        done = leakwatch("rules", "verify", "--prometheus-url", server.url, "--into", folder(GOOD))
    assert done.status == 3
    assert "NodeGone: it is not loaded" in done.out
    assert "NodeGone: no series of `node_gone`" in done.out


def test_every_rule_of_every_pack_is_found_where_it_is_loaded(leakwatch, tmp_path):
    rules, settings = tmp_path / "rules", tmp_path / "leakwatch-rules.yml"
    settings.write_text(yaml.safe_dump({"packs": [pack.name for pack in PACKS]}))
    assert leakwatch("db", "upgrade").status == 0  # the pack of what was judged reads it
    assert leakwatch("rules", "build", "--settings", settings, "--into", rules).status == 0
    configured = yaml.safe_dump({"rule_files": [f"{rules}/*.rules.yml"]})
    with running_prometheus(tmp_path / "p", configured=configured) as server:
        asked = ("rules", "verify", "--prometheus-url", server.url, "--settings", settings, "--output", "json")
        done = leakwatch(*asked)
    counts = done.document["verification"]["counts"]
    assert (done.status, counts["missing"], counts["unknown"]) == (3, 0, 0)
    assert counts["blind"] > 50


def _half(path, form):
    """A server that lists rules, and can answer no query but that for its time."""
    if "/rules" in path:
        return (
            200,
            JSON,
            json.dumps({"status": "success", "data": {"groups": []}, "warnings": ["a ruler is down"]}).encode(),
        )
    if "time%28%29" in form:
        data = {"resultType": "scalar", "result": [1.79e9, "1.79e9"]}
        return 200, JSON, json.dumps({"status": "success", "data": data}).encode()
    return 503, JSON, b'{"status": "error", "error": "overloaded"}'


def test_what_could_not_be_told_is_status_1(leakwatch, folder):
    with false_prometheus(_half) as server:
        asked = ("rules", "verify", "--prometheus-url", server.url, "--into", folder(GOOD), "--output", "json")
        done = leakwatch(*asked, prometheus_retries=0)
    assert (done.status, done.document["rules"][0]["state"]) == (1, "unknown")
    assert done.document["verification"]["problems"] == ["a ruler is down"]


def test_rules_may_be_listed_elsewhere(leakwatch, folder, tmp_path):
    rules = folder(WELL)
    with (
        running_prometheus(tmp_path / "p") as server,
        running_prometheus(
            tmp_path / "ruler", configured=yaml.safe_dump({"rule_files": [f"{rules}/*.rules.yml"]})
        ) as ruler,
    ):
        asked = ("rules", "verify", "--prometheus-url", server.url, "--into", rules, "--output", "json")
        assert leakwatch(*asked).document["rules"][0]["state"] == "missing"
        assert leakwatch(*asked, "--rules-url", ruler.url).document["rules"][0]["state"] == "blind"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--into", "RULES"), 2, "there is no Prometheus to ask"),
        (("--into", "RULES", "--settings", "s.yml", "--prometheus-url", "http://localhost"), 2, "one of them"),
        (("--into", "none", "--prometheus-url", "http://localhost"), 2, "is no folder"),
        (("--settings", "none.yml", "--prometheus-url", "http://localhost"), 2, "none.yml"),
        (("--into", "RULES", "--prometheus-url", "localhost"), 2, "prometheus"),
        (("--into", "RULES", "--prometheus-url", "DEAD"), 1, "cannot connect"),
    ],
    ids=["no URL", "both", "no folder", "no settings", "no such URL", "nobody there"],
)
def test_what_cannot_be_asked(leakwatch, folder, arguments, status, says):
    given = {"RULES": str(folder(GOOD)), "DEAD": f"http://127.0.0.1:{free_port()}"}
    done = leakwatch("rules", "verify", *(given.get(one, one) for one in arguments), prometheus_retries=0)
    assert (done.status, done.out) == (status, "")
    assert says in done.err

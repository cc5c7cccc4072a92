"""What is shown of settings: where each came from, and never a secret."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from app.domain.setting import Origin, ShownValue
from app.settings import MetricNames, Settings, load_settings, secret_fields
from app.settings_shown import shown_settings

README = Path(__file__).resolve().parents[2] / "README.md"


def _all(shown):
    return [one for group in shown.groups for one in group.settings]


def _one(name, **given):
    return next(one for one in _all(shown_settings(load_settings(**given))) if one.variable == f"LEAKWATCH_{name}")


def test_every_setting_is_shown_once_in_the_readmes_order():
    table = re.findall(r"^\| `(LEAKWATCH_\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    shown = [one.variable for one in _all(shown_settings(load_settings()))]
    assert shown == [name for name in table if name != "LEAKWATCH_CONFIG"]
    assert len(shown) == len(Settings.model_fields) - 1 + len(MetricNames.model_fields)


def test_what_nobody_set_is_a_default():
    one = _one("SCAN_INTERVAL")
    assert (one.origin, one.from_where, one.value, one.default) == (Origin.DEFAULT, "", one.default, one.value)
    assert one.value == ShownValue("10m", "600 s")


def test_the_environment(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_LOOKBACK", "1d12h")
    one = _one("LOOKBACK")
    assert (one.origin, one.from_where) == (Origin.ENVIRONMENT, "LEAKWATCH_LOOKBACK")
    assert (one.value, one.default) == (ShownValue("1d12h", "129,600 s"), ShownValue("2d", "172,800 s"))


def test_the_file(monkeypatch, tmp_path):
    file = tmp_path / "leakwatch.yaml"
    file.write_text("cluster: eu-1\nlookback: 6h\nmetrics:\n  rss: my_rss\n")
    monkeypatch.setenv("LEAKWATCH_CONFIG", str(file))
    monkeypatch.setenv("LEAKWATCH_LOOKBACK", "3h")
    assert _one("CLUSTER").origin is Origin.FILE
    assert _one("LOOKBACK").origin is Origin.ENVIRONMENT
    assert (_one("METRICS__RSS").origin, _one("METRICS__CPU").origin) == (Origin.FILE, Origin.DEFAULT)
    assert shown_settings(load_settings()).file == str(file)


def test_a_secret_file(monkeypatch, tmp_path):
    file = tmp_path / "key"
    file.write_text("k" * 40)
    monkeypatch.setenv("LEAKWATCH_TOKEN_KEY_FILE", str(file))
    one = _one("TOKEN_KEY")
    assert (one.origin, one.from_where) == (Origin.SECRET_FILE, "LEAKWATCH_TOKEN_KEY_FILE")
    assert (one.value.text, one.is_secret) == ("set", True)


def test_what_was_given_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_PORT", "9000")
    one = _one("PORT", port=9001)
    assert (one.value.text, one.origin) == ("9001", Origin.COMMAND)


def test_what_a_command_changes_afterwards_is_its_own():
    changed = load_settings().model_copy(update={"scan_on_start": False})
    one = next(one for one in _all(shown_settings(changed)) if one.variable == "LEAKWATCH_SCAN_ON_START")
    assert (one.value.text, one.origin) == ("false", Origin.COMMAND)


def test_what_was_given_and_is_the_default_is_told_as_that():
    assert _one("PORT", port=8080).origin is Origin.DEFAULT


SECRETS = {
    "prometheus_token": "hush-prometheus-token",
    "database_url": "postgresql://u:hush-database@h/n",
    "token_key": "hush-" * 10,
    "webhook_token": "hush-webhook-token",
    "webhook_password": "hush-webhook-password",
    "alertmanager_password": "hush-alertmanager",
    "grafana_token": "hush-grafana",
}
BESIDE = {
    "webhook_username": "hook",
    "alertmanager_username": "ann",
    "alertmanager_urls": "http://am-1:9093,http://am-2:9093",
    "prometheus_url": "http://prometheus:9090",
    "prometheus_headers": {"X-Key": "hush-header"},
}


def test_no_secret_is_shown():
    shown = shown_settings(load_settings(**SECRETS, **BESIDE))
    assert "hush" not in str(asdict(shown))
    values = {one.variable.removeprefix("LEAKWATCH_").lower(): one.value.text for one in _all(shown)}
    assert {values[name] for name in SECRETS} == {"set"}
    assert values["prometheus_password"] == ""
    assert values["prometheus_headers"] == "X-Key (hidden)"
    assert values["alertmanager_urls"] == "http://am-1:9093, http://am-2:9093"


def test_no_secret_of_a_cluster_is_shown():
    clusters = [
        {"name": "eu-1", "prometheus_url": "http://eu:9090", "prometheus_token": "hush", "prometheus_tenant": "a"},
        {
            "name": "us-1",
            "prometheus_url": "http://us:9090",
            "prometheus_username": "ann",
            "prometheus_password": "hush",
            "prometheus_headers": {"X-Key": "hush"},
            "namespaces": ["shop", "data"],
        },
    ]
    shown = shown_settings(load_settings(clusters=clusters))
    assert "hush" not in str(asdict(shown))
    assert [one.access for one in shown.clusters] == ["a bearer token", "as ann, header X-Key"]
    assert (shown.clusters[0].tenant, shown.clusters[1].namespaces) == ("a", "shop, data")
    assert next(one for one in _all(shown) if one.variable == "LEAKWATCH_CLUSTERS").value.text == "eu-1, us-1"


@pytest.mark.parametrize("name", sorted(secret_fields()))
def test_a_secret_has_no_default_to_show(name):
    assert _one(name.upper()).default == ShownValue("")


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("incremental", True, ShownValue("true")),
        ("namespaces", "shop, data", ShownValue("shop, data")),
        ("max_body_bytes", 1_048_576, ShownValue("1048576", "1.0 MiB")),
        ("grafana_interval", "500ms", ShownValue("0.5s", "0.5 s")),
        ("step", None, ShownValue("")),
        ("prometheus_client_cert", "/c.pem", ShownValue("/c.pem")),
    ],
)
def test_values_are_written_as_one_would_set_them(name, given, shown):
    more = {"prometheus_client_key": "/k.pem"} if name == "prometheus_client_cert" else {}
    assert _one(name.upper(), **{name: given}, **more).value == shown

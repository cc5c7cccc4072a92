"""Settings: where they come from, and what is said when they are wrong."""

import pytest

from app.errors import SettingsError
from app.settings import load_settings


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_LOOKBACK", "1d12h")
    assert load_settings().lookback == 129_600


def test_what_is_given_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_LOOKBACK", "1d")
    assert load_settings(lookback="2h").lookback == 7200


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    file = tmp_path / "leakwatch.yaml"
    file.write_text("lookback: 6h\ncluster: eu-1\nmetrics:\n  rss: my_rss\n")
    monkeypatch.setenv("LEAKWATCH_CONFIG", str(file))
    monkeypatch.setenv("LEAKWATCH_LOOKBACK", "2h")
    settings = load_settings()
    assert (settings.lookback, settings.cluster, settings.metrics.rss) == (7200, "eu-1", "my_rss")


def test_a_metric_name_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_METRICS__RSS", "my_rss")
    assert load_settings().metrics.rss == "my_rss"


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    monkeypatch.setenv("LEAKWATCH_PROMETHEUS_TOKEN_FILE", str(file))
    assert load_settings().prometheus_token.get_secret_value() == "s3cret"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LEAKWATCH_LOKBACK", "1h", "LEAKWATCH_LOKBACK: there is no such setting"),
        ("LEAKWATCH_LOOKBACK", "soon", "LEAKWATCH_LOOKBACK: 'soon' is not a duration"),
        ("LEAKWATCH_PORT", "http", "LEAKWATCH_PORT: Input should be a valid integer"),
        ("LEAKWATCH_PROMETHEUS_URL", "prometheus:9090", "LEAKWATCH_PROMETHEUS_URL: must begin with http"),
        ("LEAKWATCH_PROMETHEUS_URL", "http://u:p@host", "LEAKWATCH_PROMETHEUS_URL: give the user and password by"),
        ("LEAKWATCH_PROMETHEUS_URL", "http://[::1", "LEAKWATCH_PROMETHEUS_URL: is no URL"),
        ("LEAKWATCH_GRAFANA_TOKEN", "a\nb", "LEAKWATCH_GRAFANA_TOKEN: it must be printable ASCII"),
        ("LEAKWATCH_PROMETHEUS_URL", "http://host:x", "LEAKWATCH_PROMETHEUS_URL: is no URL"),
        ("LEAKWATCH_PROMETHEUS_URL", "http://host/?a=b", "LEAKWATCH_PROMETHEUS_URL: give the base URL alone"),
        ("LEAKWATCH_PROMETHEUS_HEADERS", '{"X-A": "€"}', "LEAKWATCH_PROMETHEUS_HEADERS: the value of 'X-A' must be"),
        ("LEAKWATCH_PROMETHEUS_HEADERS", '{"X-A": 5}', "LEAKWATCH_PROMETHEUS_HEADERS: Input should be a valid string"),
        ("LEAKWATCH_HTTP_PORT", "8080", "LEAKWATCH_HTTP_PORT: there is no such setting"),
        ("LEAKWATCH_PROMETHEUS_HEADERS", "X-A: b", "LEAKWATCH_PROMETHEUS_HEADERS: is not JSON"),
        ("LEAKWATCH_PROMETHEUS_TOKEN", "a\nb", "LEAKWATCH_PROMETHEUS_TOKEN: it must be printable ASCII"),
        ("LEAKWATCH_LOOKBACK", "10000y", "LEAKWATCH_LOOKBACK: Input should be less than or equal"),
        ("LEAKWATCH_HISTORY", "100000y", "LEAKWATCH_HISTORY: Input should be less than or equal"),
        ("LEAKWATCH_SCAN_INTERVAL", "99999999y", "LEAKWATCH_SCAN_INTERVAL: Input should be less than or equal"),
        ("LEAKWATCH_PROMETHEUS_CLIENT_CERT", "/c.pem", "LEAKWATCH_PROMETHEUS_CLIENT_CERT: a client certificate and"),
        ("LEAKWATCH_PAGE_WITHIN", "90d", "LEAKWATCH_PAGE_WITHIN: must not be longer than warn_within"),
        ("LEAKWATCH_PROMETHEUS_TOKEN_FILE", "/nowhere", "LEAKWATCH_PROMETHEUS_TOKEN_FILE: cannot read /nowhere"),
        ("LEAKWATCH_CONFIG", "/nowhere.yaml", "LEAKWATCH_CONFIG: cannot read /nowhere.yaml"),
        ("LEAKWATCH_TRUSTED_HOSTS", "a.example, https://b", "LEAKWATCH_TRUSTED_HOSTS: 'https://b' is no host name"),
        ("LEAKWATCH_TRUSTED_PROXIES", "*", "LEAKWATCH_TRUSTED_PROXIES: '*' is no address"),
        ("LEAKWATCH_CORS_ORIGINS", "*", "LEAKWATCH_CORS_ORIGINS: '*' is no origin"),
        ("LEAKWATCH_ROOT_PATH", "leakwatch/", "LEAKWATCH_ROOT_PATH: must be like /leakwatch"),
        ("LEAKWATCH_TLS_CERT_FILE", "/c.pem", "LEAKWATCH_TLS_CERT_FILE: a certificate and its key"),
        ("LEAKWATCH_TOKEN_KEY", "short", "LEAKWATCH_TOKEN_KEY: shorter than 32 characters"),
        ("LEAKWATCH_WEBHOOK_TOKEN", "a\nb", "LEAKWATCH_WEBHOOK_TOKEN: it must be printable ASCII"),
        ("LEAKWATCH_WEBHOOK_PASSWORD", "x", "LEAKWATCH_WEBHOOK_USERNAME: a user name and its password"),
        ("LEAKWATCH_ALERTMANAGER_URLS", "http://a:9093, b:9093", "LEAKWATCH_ALERTMANAGER_URLS: must begin with http"),
        ("LEAKWATCH_ALERTMANAGER_URLS", "http://u:p@a", "LEAKWATCH_ALERTMANAGER_URLS: give the user and password by"),
        ("LEAKWATCH_ALERTMANAGER_TOKEN", "ü", "LEAKWATCH_ALERTMANAGER_TOKEN: it must be printable ASCII"),
        ("LEAKWATCH_ALERTMANAGER_PASSWORD", "x", "LEAKWATCH_ALERTMANAGER_USERNAME: a password (alertmanager_password)"),
        ("LEAKWATCH_ALERTMANAGER_INTERVAL", "0s", "LEAKWATCH_ALERTMANAGER_INTERVAL: Input should be greater than 0"),
        ("LEAKWATCH_PUBLIC_URL", "leakwatch.example.org", "LEAKWATCH_PUBLIC_URL: must begin with http"),
        ("LEAKWATCH_RUNBOOK_URL", "javascript:alert(1)", "LEAKWATCH_RUNBOOK_URL: must begin with http"),
        ("LEAKWATCH_METRICS__RSSS", "x", "LEAKWATCH_METRICS__RSSS: there is no such setting"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(says)


def test_what_is_wrong_on_the_command_line_is_named_as_the_option():
    with pytest.raises(SettingsError, match="--lookback: 'soon' is not a duration"):
        load_settings(lookback="soon")


@pytest.mark.parametrize(
    ("content", "says"),
    [("lookback: [", "line 1: not valid YAML"), ("- a\n", "must hold"), ("nosuch: 1\n", "LEAKWATCH_NOSUCH")],
)
def test_a_wrong_file_is_named(monkeypatch, tmp_path, content, says):
    file = tmp_path / "leakwatch.yaml"
    file.write_text(content)
    monkeypatch.setenv("LEAKWATCH_CONFIG", str(file))
    with pytest.raises(SettingsError, match=says):
        load_settings()


def test_no_secret_is_shown_when_something_is_wrong(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_PROMETHEUS_TOKEN", "s3cret")
    monkeypatch.setenv("LEAKWATCH_PROMETHEUS_USERNAME", "me")
    monkeypatch.setenv("LEAKWATCH_DATABASE_URL", "postgresql://u:s3cret@h/d")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__!r}"


def test_no_secret_is_shown_by_the_settings():
    settings = load_settings(prometheus_token="s3cret", prometheus_headers={"X-Key": "s3cret"})
    assert "s3cret" not in repr(settings)


def test_an_empty_variable_is_none_at_all(monkeypatch):
    for name in ("LEAKWATCH_PROMETHEUS_URL", "LEAKWATCH_LOOKBACK", "LEAKWATCH_PROMETHEUS_TOKEN_FILE"):
        monkeypatch.setenv(name, "")
    assert load_settings().prometheus_url is None


def test_namespaces_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("LEAKWATCH_NAMESPACES", "shop, data,")
    assert load_settings().namespaces == ("shop", "data")


def test_service_links_of_kubernetes_are_no_settings(monkeypatch):
    for name, value in {
        "LEAKWATCH_PORT": "tcp://10.0.0.1:8080",
        "LEAKWATCH_SERVICE_HOST": "10.0.0.1",
        "LEAKWATCH_SERVICE_PORT_HTTP": "8080",
        "LEAKWATCH_PORT_8080_TCP_ADDR": "10.0.0.1",
        "LEAKWATCH_POSTGRESQL_PORT": "tcp://10.0.0.2:5432",
        "LEAKWATCH_POSTGRESQL_SERVICE_HOST": "10.0.0.2",
        "LEAKWATCH_POSTGRESQL_SERVICE_PORT_TCP_POSTGRESQL": "5432",
        "LEAKWATCH_POSTGRESQL_PORT_5432_TCP_PROTO": "tcp",
    }.items():
        monkeypatch.setenv(name, value)
    assert load_settings().port == 8080


def test_alertmanager_is_asked_by_a_token_or_a_user_and_not_both():
    with pytest.raises(SettingsError, match=r"^--alertmanager-token: give a bearer token"):
        load_settings(alertmanager_token="a", alertmanager_username="b")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "leakwatch.example.org"])
def test_tokens_are_asked_for_wherever_others_can_reach(host):
    with pytest.raises(SettingsError, match=f"^--insecure-no-auth: {host} can be reached by others"):
        load_settings(host=host, insecure_no_auth=True)
    assert not load_settings(host=host).insecure_no_auth


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_this_machine_alone_they_need_not_be(host):
    assert load_settings(host=host, insecure_no_auth=True).insecure_no_auth


def test_secrets_are_shown_nowhere():
    given = {
        "token_key": "s3cret" * 6,
        "webhook_token": "s3cret",
        "webhook_username": "a",
        "webhook_password": "s3cret",
    }
    settings = load_settings(**given)
    assert "s3cret" not in f"{settings!r} {settings}"
    assert settings.secret("webhook_token") == "s3cret"

"""The page of settings: who sees which."""

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.main import create_app
from app.settings import load_settings
from tests.app.web.conftest import PAGE, Person
from tests.support.findings import report

SET = {
    "prometheus_url": "http://prometheus.inner:9090",
    "prometheus_token": "hush-token",
    "database_url": None,
    "cluster": "<img src=x onerror=alert(1)>",
}


@pytest.fixture
def page_of(make_app, tokens):
    """The page as somebody of a role sees it."""

    def page(role, path="/settings", **settings):
        with TestClient(make_app(**{**SET, **settings}), follow_redirects=False) as client:
            person = Person(client)
            person.sign_in(tokens[role])
            return person.get(path)

    return page


def test_who_acts_sees_all_but_secrets(page_of):
    text = page_of(Role.RESPONDER).text
    assert "http://prometheus.inner:9090" in text
    assert "hush" not in text
    assert "never shown" in text
    assert "LEAKWATCH_METRICS__RSS" in text


def test_a_viewer_sees_what_explains_pages_and_not_where_systems_are(page_of):
    text = page_of(Role.VIEWER).text
    for shown in ("LEAKWATCH_LOOKBACK", "LEAKWATCH_PAGE_WITHIN", "LEAKWATCH_SCAN_INTERVAL", "LEAKWATCH_KEEP_SCANS"):
        assert shown in text
    for hidden in ("prometheus.inner", "LEAKWATCH_PROMETHEUS_URL", "LEAKWATCH_DATA_DIR", "LEAKWATCH_TRUSTED_HOSTS"):
        assert hidden not in text
    assert "shown to responders and admins" in text


def test_where_clusters_are_is_for_those_who_act(page_of):
    clusters = [{"name": "eu-1", "prometheus_url": "http://eu.inner:9090", "prometheus_token": "hush"}]
    given = {"clusters": clusters, "prometheus_url": None, "prometheus_token": None, "cluster": None}
    responder, viewer = page_of(Role.RESPONDER, **given).text, page_of(Role.VIEWER, **given).text
    assert "http://eu.inner:9090" in responder
    assert "a bearer token" in responder
    assert "eu-1" in viewer
    assert "eu.inner" not in viewer
    assert "hush" not in responder


@pytest.mark.parametrize(("role", "shown"), [(Role.ADMIN, True), (Role.RESPONDER, False), (Role.VIEWER, False)])
def test_only_who_may_make_tokens_is_led_to_them(page_of, role, shown):
    assert ("/settings/tokens" in page_of(role).text) is shown


def test_what_is_set_here_alone(page_of):
    text = page_of(Role.RESPONDER, "/settings?show=own").text
    assert "LEAKWATCH_CLUSTER<" in text
    assert "LEAKWATCH_LOOKBACK" not in text


def test_that_nothing_is_set_is_said(sqlite_engine, tokens):
    app = create_app(load_settings(), sqlite_engine, lambda control: report())
    person = Person(TestClient(app, follow_redirects=False))
    person.sign_in(tokens[Role.VIEWER])
    assert "Nothing is set here" in person.get("/settings?show=own").text


def test_a_hostile_value_is_a_value(page_of):
    text = page_of(Role.VIEWER).text
    assert "<img" not in text.partition("<main")[2]
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


@pytest.mark.parametrize("query", ["?show=%00", "?show=own&show=x", "?%FF=%FE", "?show=" + "a" * 5000])
def test_a_hostile_query_is_no_fault(page_of, query):
    assert page_of(Role.RESPONDER, f"/settings{query}").status_code < 500


def test_without_sign_in_all_is_shown(make_app):
    with TestClient(make_app(insecure_no_auth=True, **SET)) as client:
        assert "http://prometheus.inner:9090" in client.get("/settings", headers=PAGE).text

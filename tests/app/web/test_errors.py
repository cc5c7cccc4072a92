"""What a browser is shown when something goes wrong; programs get problem documents."""

import pytest

from app.domain.access import Role
from tests.app.web.conftest import PAGE


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nowhere", 404, "There is nothing here"),
        ("/sign-out", 405, "There is nothing to see here"),
        ("/?cursor=nonsense", 400, "That cannot be"),
        ("/silences/abc", 404, "There is nothing here"),
    ],
)
def test_a_browser_is_shown_a_page(viewer, path, status, title):
    answer = viewer.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f"<h1>{title}</h1>" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/nowhere", "/?cursor=nonsense"])
def test_a_program_is_answered_with_a_problem(viewer, path):
    answer = viewer.client.get(path, headers={"Accept": "*/*"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_api_answers_browsers_too_with_problems(viewer, tokens):
    headers = PAGE | {"Authorization": f"Bearer {tokens[Role.VIEWER]}"}
    answer = viewer.client.get("/api/v1/incidents/9", headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_the_viewers_to_do_is_a_page(viewer):
    answer = viewer.post("/acts", do="acknowledge:1")
    assert (answer.status_code, "This needs the role responder" in answer.text) == (403, True)


def test_without_the_database_it_is_a_page_that_says_so(viewer, sqlite_engine):
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE incidents")
    answer = viewer.get("/")
    assert (answer.status_code, "Not just now" in answer.text) == (503, True)
    assert answer.headers["retry-after"] == "5"
    assert 'href="/"' in answer.text


def test_what_was_asked_for_is_escaped(viewer):
    answer = viewer.get("/<script>alert(1)</script>")
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/incidents/9", "/silences/9", "/scans/9", "/workloads/0123456789abcdef"])
def test_what_is_not_found_is_told_for_people_not_for_shells(viewer, path):
    answer = viewer.get(path)
    assert (answer.status_code, "not kept any more" in answer.text) == (404, True)
    assert "`" not in answer.text
    assert "/api/" not in answer.text


def test_a_place_in_a_list_that_is_not_known_is_told_without_words_for_programs(viewer):
    answer = viewer.get("/scans?cursor=nonsense")
    assert "begin at its first page" in answer.text
    assert "Link header" not in answer.text


def test_a_form_that_is_refused_leads_back_to_its_page(viewer):
    headers = PAGE | {"Referer": "http://testserver/scans?state=failed"}
    answer = viewer.client.post("/scans", headers=headers)
    assert 'href="/scans?state=failed">Back to the page' in answer.text


def test_a_form_from_behind_a_proxy_that_changes_the_host_is_refused_by_a_page(person):
    answer = person.client.post("/sign-in", headers=PAGE | {"Origin": "https://leaks.example.org"})
    assert (answer.status_code, "LEAKWATCH_PUBLIC_URL" in answer.text) == (403, True)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_who_may_not_do_it_can_sign_in_as_somebody_else(viewer, person):
    assert 'href="/sign-in"' in viewer.post("/acts", do="acknowledge:1").text
    assert 'href="/sign-in"' not in viewer.get("/nowhere").text

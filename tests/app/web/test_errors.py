"""What a browser is shown when something goes wrong; programs get problem documents."""

import pytest

from app.domain.access import Role
from tests.app.web.conftest import PAGE


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nowhere", 404, "There is nothing here"),
        ("/sign-out", 405, "Method Not Allowed"),
        ("/?cursor=nonsense", 400, "That cannot be"),
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

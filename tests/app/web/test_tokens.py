"""The page of tokens: made, shown once, revoked; by admins alone."""

import re

import pytest

from app.domain.access import Role
from app.domain.token import Standing
from tests.app.web.conftest import form_token

HERE = "/settings/tokens"


@pytest.fixture
def admin(person, tokens):
    person.sign_in(tokens[Role.ADMIN])
    return person


def _make(person, **fields):
    return person.post(HERE, HERE, **{"name": "prometheus", "role": "viewer", "days": "30"} | fields)


def _text(page):
    return re.search(r"lw_[0-9a-f]{16}_\w{43}", page.text)[0]


def test_a_token_is_made_and_opens_what_its_role_may(admin):
    made = _make(admin)
    assert made.status_code == 201
    sent = {"Authorization": f"Bearer {_text(made)}"}
    assert admin.client.get("/api/v1/incidents", headers=sent).status_code == 200
    assert admin.client.get("/api/v1/tokens", headers=sent).status_code == 403


def test_its_text_is_shown_once_and_kept_by_nobody(admin):
    made = _make(admin)
    text = _text(made)
    assert made.headers["cache-control"] == "no-store"
    assert text not in admin.get(HERE).text
    assert all(text not in value for value in admin.client.cookies.values())


def test_to_load_the_answer_again_makes_no_other(admin, token_service):
    fields = {"once": "abc"}
    assert _make(admin, **fields).status_code == 201
    before = token_service.page(None, 10)
    again = _make(admin, **fields)
    assert again.status_code == 409
    assert "This token was made already" in again.text
    assert token_service.page(None, 10) == before
    assert _make(admin, name="another", **fields).status_code == 201


@pytest.mark.parametrize(("days", "life"), [("7", 7 * 86_400), ("0", None)])
def test_it_is_in_force_for_as_long_as_was_said(admin, token_service, days, life):
    _make(admin, days=days)
    made = token_service.page(None, 1).tokens[0]
    assert (made.created_by, made.role) == ("admin", Role.VIEWER)
    assert made.expires_at is None if life is None else made.expires_at == pytest.approx(made.created_at + life)


@pytest.mark.parametrize("name", ["", "   ", "n" * 101])
def test_a_name_that_cannot_be_is_asked_for_again(admin, token_service, name):
    before = len(token_service.page(None, 10).tokens)
    answer = _make(admin, name=name, role="responder")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert '<option value="responder" selected>' in answer.text
    assert len(token_service.page(None, 10).tokens) == before


@pytest.mark.parametrize("fields", [{"role": "root"}, {"days": "-1"}, {"days": "1e9"}, {"days": "99999"}])
def test_what_no_form_of_ours_sends_makes_nothing(admin, token_service, fields):
    before = len(token_service.page(None, 10).tokens)
    assert _make(admin, **fields).status_code == 422
    assert len(token_service.page(None, 10).tokens) == before


def test_a_revoked_token_is_over(admin, token_service, monkeypatch):
    monkeypatch.setattr("app.services.gate._REMEMBERED_SECONDS", 0.0)
    text = _text(_make(admin))
    number = token_service.page(None, 1).tokens[0].id
    answer = admin.post(f"{HERE}/{number}/revoke", HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    page = admin.get(HERE).text
    assert "Revoked the token of prometheus." in page
    assert "by admin" in page
    assert token_service.page(None, 1).tokens[0].standing(0) is Standing.REVOKED
    assert admin.client.get("/api/v1/incidents", headers={"Authorization": f"Bearer {text}"}).status_code == 401


@pytest.mark.parametrize("number", ["999", "0", "x", "9" * 30])
def test_one_that_is_not_there_cannot_be_revoked(admin, number):
    assert admin.post(f"{HERE}/{number}/revoke", HERE).status_code in {404, 422}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER])
def test_others_see_no_tokens_and_make_none(person, tokens, token_service, role):
    person.sign_in(tokens[role])
    before = token_service.page(None, 10)
    assert person.get(HERE).status_code == 403
    assert person.post(HERE, "/", name="x", role="admin").status_code == 403
    assert person.post(f"{HERE}/1/revoke").status_code == 403
    assert token_service.page(None, 10) == before


@pytest.mark.parametrize("path", [HERE, f"{HERE}/1/revoke"])
def test_a_form_of_somebody_elses_does_nothing(admin, token_service, path):
    before = token_service.page(None, 10)
    answer = admin.client.post(path, data={"form_token": "0" * 64, "name": "x", "role": "admin"})
    assert answer.status_code == 403
    assert token_service.page(None, 10) == before


def test_pages_join(admin, token_service):
    for number in range(60):
        token_service.create(f"number-{number}", Role.VIEWER, None, "test")
    first = admin.get(HERE)
    second = admin.get(re.search(r'href="([^"]+cursor[^"]+)"', first.text)[1])
    assert "number-59" in first.text
    assert "number-59" not in second.text
    assert "number-0<" in second.text


@pytest.mark.parametrize("cursor", ["x", "%00", "a" * 300, "%FF"])
def test_a_cursor_that_is_not_ours_is_refused_as_a_page(admin, cursor):
    answer = admin.get(f"{HERE}?cursor={cursor}")
    assert 400 <= answer.status_code < 500
    assert "<h1>" in answer.text


def test_a_hostile_name_is_a_name(admin):
    page = _make(admin, name="<img src=x onerror=alert(1)>").text
    assert "<img" not in page.partition("<main")[2]
    assert form_token(admin.get(HERE))

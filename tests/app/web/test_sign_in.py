"""Sessions of browsers: how they begin, what they open, and when they end."""

import pytest
from fastapi.testclient import TestClient

from app.api.access import SESSION_COOKIE
from app.domain.access import Role
from tests.app.web.conftest import PAGE, Person, form_token


def _session(client):
    return client.cookies[SESSION_COOKIE]


@pytest.mark.parametrize("path", ["/", "/?state=resolved&q=a b", "/nowhere", "/docs"])
def test_who_is_not_known_is_led_to_the_sign_in_page_and_back(person, tokens, path):
    asked = person.get(path)
    assert asked.status_code == 303
    form = person.get(asked.headers["location"])
    wanted = form.text.partition('name="next" value="')[2].partition('"')[0].replace("&amp;", "&")
    assert person.sign_in(tokens[Role.VIEWER], next=wanted).headers["location"] == path.replace(" ", "%20")


def test_a_form_that_comes_too_late_leads_back_to_where_it_stood(person):
    headers = PAGE | {"Referer": "http://testserver/incidents/7?x=1"}
    answer = person.client.post("/acts", headers=headers)
    assert answer.headers["location"] == "/sign-in?next=%2Fincidents%2F7%3Fx%3D1"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test",
        "//evil.test",
        "/\\evil.test",
        "\\/evil.test",
        "/\t/evil.test",
        "javascript:alert(1)",
        "x",
        "",
    ],
)
def test_it_never_leads_to_another_site(person, tokens, wanted):
    assert person.sign_in(tokens[Role.VIEWER], next=wanted).headers["location"] == "/"


def test_the_cookie_is_for_our_pages_alone(person, tokens):
    cookie = person.sign_in(tokens[Role.VIEWER]).headers["set-cookie"]
    for attribute in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=604800"):
        assert attribute in cookie
    assert "Secure" not in cookie
    assert tokens[Role.VIEWER].rpartition("_")[2] not in cookie


def test_under_tls_the_cookie_never_goes_without(make_app, tokens):
    with TestClient(make_app(), base_url="https://testserver", follow_redirects=False) as client:
        assert "Secure" in Person(client).sign_in(tokens[Role.VIEWER]).headers["set-cookie"]


def test_behind_a_proxy_that_ends_tls_and_is_not_trusted_neither(person, tokens):
    form = form_token(person.get("/sign-in"))
    headers = PAGE | {"Origin": "https://testserver"}
    data = {"form_token": form, "token": tokens[Role.VIEWER]}
    assert "Secure" in person.client.post("/sign-in", data=data, headers=headers).headers["set-cookie"]


def test_below_a_root_path(make_app, tokens):
    with TestClient(make_app(root_path="/leaks"), follow_redirects=False) as client:
        assert client.get("/leaks", headers=PAGE).headers["location"] == "/leaks/sign-in"
        asked = client.get("/leaks/?q=a", headers=PAGE)
        assert asked.headers["location"] == "/leaks/sign-in?next=%2F%3Fq%3Da"
        form = client.get("/leaks/sign-in", headers=PAGE)
        assert 'action="/leaks/sign-in"' in form.text
        data = {"form_token": form_token(form), "token": tokens[Role.VIEWER], "next": "/?q=a"}
        begun = client.post("/leaks/sign-in", data=data, headers=PAGE)
        assert begun.headers["location"] == "/leaks/?q=a"
        assert "Path=/leaks" in begun.headers["set-cookie"]


@pytest.mark.parametrize("token", ["", "wrong", "lw_0000000000000000_" + "a" * 43])
def test_a_wrong_token_begins_nothing(person, token):
    answer = person.sign_in(token)
    assert answer.status_code == 401
    assert SESSION_COOKIE not in answer.headers.get("set-cookie", "")
    assert "not a token that is in force" in answer.text


def test_a_guesser_is_told_to_wait(person, tokens):
    for _ in range(20):
        person.sign_in("wrong")
    answer = person.sign_in(tokens[Role.ADMIN])
    assert (answer.status_code, "Try again in" in answer.text) == (429, True)
    assert int(answer.headers["retry-after"]) > 0


def test_a_session_opens_pages_and_no_api(viewer):
    assert viewer.get("/").status_code == 200
    assert viewer.get("/docs").status_code == 200
    for path in ("/api/v1/incidents", "/grafana/annotations", "/webhooks/alertmanager"):
        assert viewer.get(path).status_code == 401


@pytest.mark.parametrize("spoil", [lambda s: s[:-1] + ("0" if s[-1] != "0" else "1"), lambda s: "1" + s, lambda s: "."])
def test_a_session_that_was_tampered_with_opens_nothing(viewer, spoil):
    session = _session(viewer.client)
    viewer.client.cookies.clear()
    viewer.client.cookies.set(SESSION_COOKIE, spoil(session))
    assert viewer.get("/").headers["location"] == "/sign-in"


def test_a_revoked_token_ends_its_sessions(viewer, token_service, monkeypatch):
    found = token_service.page(None, 10).tokens
    token_service.revoke(next(one.id for one in found if one.role is Role.VIEWER), "test")
    # As later as a token is remembered without the database being asked.
    monkeypatch.setattr("app.services.gate._REMEMBERED_SECONDS", 0.0)
    ended = viewer.get("/")
    assert ended.headers["location"] == "/sign-in"
    assert f'{SESSION_COOKIE}=""' in ended.headers["set-cookie"]


def test_who_signs_out_is_out(viewer):
    gone = viewer.post("/sign-out")
    assert gone.headers["location"] == "/sign-in"
    assert viewer.get("/").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/acts"])
@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_of_somebody_elses_does_nothing(responder, tokens, path, token):
    data = {"form_token": token, "token": tokens[Role.ADMIN], "do": "acknowledge", "target": "1"}
    assert responder.client.post(path, data=data, headers=PAGE).status_code == 403
    assert responder.get("/").status_code == 200


def test_one_sessions_form_is_worth_nothing_in_another(person, tokens):
    before = form_token(person.get("/sign-in"))
    person.sign_in(tokens[Role.RESPONDER])
    answer = person.client.post("/acts", data={"form_token": before, "do": "acknowledge"}, headers=PAGE)
    assert answer.status_code == 403


def test_where_no_token_is_asked_for_nobody_signs_in(make_app):
    with TestClient(make_app(insecure_no_auth=True), follow_redirects=False) as client:
        page = client.get("/", headers=PAGE)
        assert "no sign-in" in page.text
        assert "Sign out" not in page.text
        assert client.get("/sign-in?next=/docs", headers=PAGE).headers["location"] == "/docs"

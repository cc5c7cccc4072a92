"""Settings, tokens and about, in a browser."""

import pytest

from app.domain.access import Role
from app.services.tokens import TokenService
from tests.support.browser import SCHEMES, WIDTHS, Look, visiting

HOSTILE = "<img src=x onerror=alert(1)>"
TOKENS = "/settings/tokens"
LOOKS = [Look(width, SCHEMES[number % 2]) for number, width in enumerate(WIDTHS)]


def _name(look):
    return f"{look.width} {look.scheme}"


@pytest.mark.parametrize("look", [*LOOKS, Look(360, "dark")], ids=_name)
@pytest.mark.parametrize("path", ["/settings", TOKENS, "/about"])
def test_a_page_fits_and_can_be_read_by_all(visit, data_engine, path, look):
    TokenService(data_engine).create(f"{HOSTILE}{look.width}", Role.VIEWER, None, "x" * 255)
    visitor = visit(Role.ADMIN, look)
    assert visitor.open(path).status == 200
    assert visitor.overflow <= 0
    assert visitor.violations() == []
    assert visitor.page.locator("main img").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_token_is_made_signs_in_and_is_revoked(visit, browser, service, script):
    name = f"ann {script}"
    admin = visit(Role.ADMIN, Look(script=script))
    admin.open("/settings")
    admin.follow("main >> text=Tokens")
    admin.page.fill("[name=name]", name)
    admin.page.select_option("[name=role]", "responder")
    admin.follow("text=Make it")
    text = admin.page.inner_text(".secret")
    with visiting(browser, service.url, Look(), text) as ann:
        assert name in ann.page.inner_text(".who")
    admin.follow("text=I have it")
    assert text not in admin.page.content()
    row = admin.page.locator("tr", has_text=name)
    row.locator("summary").click()
    admin.follow(f"tr:has-text('{name}') button")
    assert f"Revoked the token of {name}." in admin.page.inner_text("#told")
    assert "revoked" in row.inner_text()
    assert row.locator("summary").count() == 0


def test_groups_are_reached_by_the_keyboard(visit):
    visitor = visit(Role.RESPONDER)
    visitor.open("/settings")
    visitor.page.get_by_role("link", name="Grafana").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/settings#grafana")
    top = visitor.page.locator("#grafana").evaluate("one => one.getBoundingClientRect().top")
    assert 40 <= top <= 200

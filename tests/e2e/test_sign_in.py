"""The way in and out."""

import pytest

from app.domain.access import Role
from app.services.tokens import TokenService
from tests.support.browser import SCHEMES, WIDTHS, Look
from tests.support.servers import wait_until


@pytest.mark.parametrize("script", [True, False])
def test_who_signs_in_comes_to_where_they_wanted_to_go(visit, tokens, script):
    visitor = visit(None, Look(script=script))
    visitor.open("/?state=resolved")
    assert visitor.page.url.endswith("/sign-in?next=%2F%3Fstate%3Dresolved")
    visitor.page.fill("#token", f" {tokens[Role.VIEWER]} ")
    visitor.follow("main button")
    assert visitor.page.url == f"{visitor.url}/?state=resolved"
    assert "viewer-ann" in visitor.page.inner_text("header")


def test_a_wrong_token_is_told_and_opens_nothing(visit, tokens):
    visitor = visit(None)
    visitor.open("/sign-in")
    visitor.page.fill("#token", tokens[Role.ADMIN][:-1] + "!")
    visitor.follow("main button")
    assert visitor.page.inner_text("[role=alert]") == "This is not a token that is in force."
    visitor.open("/")
    assert "/sign-in" in visitor.page.url
    visitor.complaints.clear()  # the browser's own, of the 401


def test_who_signs_out_is_out(visit):
    visitor = visit(Role.VIEWER)
    visitor.follow("text=Sign out")
    visitor.open("/")
    assert "/sign-in" in visitor.page.url


def test_a_revoked_token_ends_the_session(visit, data_engine, tokens):
    service = TokenService(data_engine)
    made = service.create("leaver", Role.VIEWER, None, "test")
    tokens["leaver"] = made.text
    visitor = visit("leaver")
    assert "leaver" in visitor.page.inner_text("header")
    service.revoke(made.token.id, "test")

    def shut_out():
        visitor.open("/")
        return "/sign-in" in visitor.page.url

    wait_until(shut_out, "the session is over")
    visitor.complaints.clear()  # the browser's own, of the 401 that ends what it listens to


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_can_be_read_by_all(visit, width, scheme):
    visitor = visit(None, Look(width, scheme))
    visitor.open("/sign-in")
    assert visitor.overflow <= 0
    assert visitor.violations() == []


def test_what_is_not_there_is_told_in_a_page(visit):
    visitor = visit(Role.VIEWER)
    assert visitor.open("/nowhere").status == 404
    assert visitor.page.inner_text("h1") == "There is nothing here"
    assert visitor.violations() == []
    visitor.complaints.clear()  # the browser's own, of the 404

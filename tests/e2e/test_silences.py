"""Silences and what was accepted as no leak, and what people do from there."""

import time

import pytest

from app.domain.access import Role
from app.domain.silence import SilenceState, matcher_of
from app.services.acts import By
from app.services.feedback import FeedbackService
from app.services.silences import SilenceService, Wanted
from tests.support.browser import SCHEMES, WIDTHS, Look
from tests.support.incident_rows import keep, leak

HOSTILE = "<img src=x onerror=alert(1)>"
PAGES = ("/silences", "/silences?state=pending", "/silences?state=accepted", "/silences/1", "/silences/1/edit")


@pytest.fixture(scope="module")
def service(service, data_engine):
    """With two incidents, a silence of each state, and what was accepted of a third."""
    keep(data_engine, leak("cart"))
    keep(data_engine, leak(HOSTILE), suspect="<b>v2</b>")
    FeedbackService(data_engine).not_a_leak(keep(data_engine, leak(f"{HOSTILE}2")), "ann", "a cache with a <cap>")
    add(data_engine, "namespace=shop", "workload=~.*")
    add(data_engine, "namespace=data", begins=3600)
    return service


def add(engine, *matchers, begins=None):
    now = time.time()
    wanted = Wanted(tuple(map(matcher_of, matchers)), begins and now + begins, now + 7200, f"for {HOSTILE}")
    return SilenceService(engine).create(wanted, By("ann")).silence.id


def row(visitor, number):
    return visitor.page.locator(f'tr.row[data-id="{number}"]')


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_fit_and_can_be_read_by_all(visit, width, scheme):
    visitor = visit(Role.RESPONDER, Look(width, scheme))
    for path in PAGES:
        visitor.open(path)
        assert (path, visitor.overflow <= 0, visitor.violations()) == (path, True, [])
        assert visitor.page.locator("main img").count() == 0


@pytest.mark.parametrize("script", [True, False])
def test_one_is_looked_at_made_and_taken_back(visit, data_engine, script):
    visitor = visit(Role.RESPONDER, Look(script=script))
    visitor.open("/silences")
    visitor.follow("text=New silence")
    visitor.page.fill("#matchers", f'workload="{HOSTILE}"')
    visitor.follow("text=Preview")
    assert visitor.page.locator(".q-preview .name").all_inner_texts() == [HOSTILE]
    visitor.page.fill("#comment", "it is known")
    visitor.follow("button.primary")
    assert "it covers 1 incident" in visitor.page.inner_text("#told")
    assert "it is known" in visitor.page.inner_text("table")
    visitor.page.click("text=Undo")
    visitor.page.wait_for_selector("text=it is over")
    made = SilenceService(data_engine).page([SilenceState.EXPIRED], None, None, 1).silences[0]
    assert (made.comment, made.ended_by) == ("it is known", "responder-ann")


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(visit):
    visitor = visit(Role.RESPONDER)
    visitor.open("/silences/new")
    visitor.page.fill("#matchers", "workload~cart")
    visitor.page.fill("#begins", "2020-01-01T10:00")
    visitor.follow("button.primary")
    assert "is no matcher" in visitor.page.inner_text("#matchers-problem")
    assert "past" in visitor.page.inner_text("#begins-problem")
    assert visitor.page.input_value("#matchers") == "workload~cart"
    assert visitor.page.input_value("#begins") == "2020-01-01T10:00"
    assert (visitor.overflow <= 0, visitor.violations()) == (True, [])
    assert "422" in visitor.complaints.pop()


@pytest.mark.parametrize("script", [True, False])
def test_one_is_ended_and_had_back(visit, data_engine, script):
    number = add(data_engine, "workload=search")
    visitor = visit(Role.RESPONDER, Look(script=script))
    visitor.open("/silences")
    row(visitor, number).get_by_role("button", name="End").click()
    visitor.page.wait_for_selector("text=Ended the silence")
    assert row(visitor, number).count() == 0
    visitor.page.click("text=Undo")
    visitor.page.wait_for_selector("text=The silence is in force again")
    assert row(visitor, number).count() == 1


def test_what_was_accepted_is_withdrawn_without_leaving_the_page(visit):
    visitor = visit(Role.RESPONDER)
    visitor.open("/silences?state=accepted")
    assert "a cache with a <cap>" in visitor.page.inner_text("table")
    visitor.page.get_by_role("button", name="It is a leak").click()
    visitor.page.wait_for_selector("text=Nothing is accepted")


def test_a_viewer_sees_no_button_that_would_fail(visit):
    visitor = visit(Role.VIEWER)
    for path in PAGES[:4]:
        visitor.open(path)
        assert visitor.page.locator("main button, main a.button:not(:text('Show'))").count() == 0

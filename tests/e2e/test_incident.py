"""The page of one incident, and what people do from it."""

import time

import pytest

from app.domain.access import Role
from app.domain.finding import Severity
from app.services.incidents import IncidentService
from tests.support.browser import SCHEMES, WIDTHS, Look
from tests.support.incident_rows import change, keep, leak
from tests.support.servers import wait_until
from tests.support.suspects import suspected

# What a rollout changed, in words that do not break by themselves.
LONG = ({"image": f"registry.example.org/{'a' * 60}:v1"}, {"image": f"registry.example.org/{'a' * 60}:v2"})
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def ids(data_engine):
    """The incidents of the module's service by name; the first is for all, each other for a test of its own."""
    names = ("cart", HOSTILE, "script", "plain", "live")
    shown = {name: leak(name, severity=Severity.WARNING) for name in names}
    shown["cart"] = suspected(shown["cart"], LONG)
    return {name: keep(data_engine, one, suspect="v2") for name, one in shown.items()}


@pytest.fixture
def detail(data_engine, ids):
    service = IncidentService(data_engine)
    return lambda name: service.detail(ids[name])


def opened(visitor, number):
    visitor.open(f"/incidents/{number}")
    return visitor


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_can_be_read_by_all(visit, ids, width, scheme):
    visitor = opened(visit(Role.RESPONDER, Look(width, scheme)), ids["cart"])
    visitor.page.wait_for_selector("figure.drawn")
    assert visitor.overflow <= 0
    assert visitor.violations() == []


@pytest.mark.parametrize("script", [True, False])
def test_a_hostile_name_is_a_name(visit, ids, script):
    visitor = visit(Role.VIEWER, Look(360, script=script))
    visitor.page.on("dialog", lambda dialog: pytest.fail("it ran"))
    opened(visitor, ids[HOSTILE])
    assert HOSTILE in visitor.page.inner_text("h1")
    assert visitor.page.locator("main img").count() == 0
    assert visitor.overflow <= 0


def test_on_a_phone_the_sentence_and_the_acts_are_on_the_first_screen(visit, ids):
    visitor = opened(visit(Role.RESPONDER, Look(360)), ids["cart"])
    for part in (".lead", ".act-bar", ".first a"):
        box = visitor.page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 740
    buttons = visitor.page.locator(".act-bar button")
    assert len({buttons.nth(number).bounding_box()["y"] for number in range(buttons.count())}) == 1


@pytest.mark.parametrize("name", ["script", "plain"])
def test_what_is_done_and_said_shows_up(visit, ids, detail, name):
    visitor = opened(visit(Role.RESPONDER, Look(script=name == "script")), ids[name])
    visitor.page.click(".act-bar >> text=Acknowledge")
    visitor.page.wait_for_selector(f".told >> text=Acknowledged {name}.")
    visitor.page.fill("textarea[name=comment]", "rolling back")
    visitor.page.click("form.comment button")
    visitor.page.wait_for_selector(".events .k-commented >> text=rolling back")
    assert visitor.page.input_value("textarea[name=comment]") == ""
    visitor.page.click("text=To me")
    visitor.page.wait_for_selector(".told >> text=It is responder-ann's to look after.")
    after = detail(name).incident
    assert (after.standing.state.value, after.assignee) == ("acknowledged", "responder-ann")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_the_timeline_is_by_days_of_the_readers_zone(visit, ids, zone):
    visitor = opened(visit(Role.VIEWER, Look(zone=zone)), ids["cart"])
    today = visitor.page.evaluate(
        "new Date(document.querySelector('.events time').dateTime).toLocaleDateString('en-GB', { day: 'numeric' })"
    )
    heads = visitor.page.locator("h3.day")
    assert f" {today} " in heads.first.inner_text()
    assert "UTC" not in heads.first.inner_text()


def test_what_was_done_is_undone_from_the_page(visit, ids, detail):
    visitor = opened(visit(Role.RESPONDER), ids["live"])
    visitor.page.click(".act-bar >> text=Resolve…")
    visitor.page.fill("form[data-ask] textarea", "rolled back")
    visitor.page.click("form[data-ask] button.primary")
    visitor.page.wait_for_selector(".lead >> text=leaked")
    visitor.page.click(".told >> text=Undo")
    visitor.page.wait_for_selector(".lead >> text=leaks")
    assert detail("live").incident.standing.state.value == "open"


def test_a_change_elsewhere_shows_up_and_keeps_what_is_being_written(visit, data_engine, ids):
    visitor = opened(visit(Role.RESPONDER), ids["live"])
    visitor.page.wait_for_selector("html[data-listening]")
    visitor.page.fill("textarea[name=comment]", "half a senten")
    until = time.monotonic() + 5

    def is_critical():
        if time.monotonic() > until:
            change(data_engine, ids["live"], Severity.CRITICAL)
        return "critical" in visitor.page.inner_text("h1")

    change(data_engine, ids["live"], Severity.CRITICAL)
    wait_until(is_critical, "the page says that it is critical")
    assert visitor.page.input_value("textarea[name=comment]") == "half a senten"


def test_a_command_is_copied(visit, ids):
    visitor = visit(Role.VIEWER)
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(visitor, ids["cart"])
    command = visitor.page.locator(".command").first
    command.get_by_role("button", name="Copy").click()
    command.get_by_role("button", name="Copied").wait_for()
    assert visitor.page.evaluate("navigator.clipboard.readText()") == command.locator("code").inner_text()


def test_without_script_commands_are_text_and_no_button_promises_more(visit, ids):
    visitor = opened(visit(Role.VIEWER, Look(script=False)), ids["cart"])
    assert visitor.page.locator(".command button").count() == 0
    assert "kubectl" in visitor.page.locator(".command code").first.inner_text()


def test_the_chart_by_age_has_an_address(visit, ids):
    visitor = opened(visit(Role.VIEWER), ids["cart"])
    visitor.page.wait_for_selector("figure.drawn")
    visitor.page.click("text=By age")
    visitor.page.wait_for_selector("figure:not([aria-busy])")
    assert visitor.page.url.endswith("?over=age")

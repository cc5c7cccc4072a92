"""The list of incidents, and what people do from it."""

import time

import pytest

from app.domain.access import Role
from app.domain.finding import Severity
from app.services.incidents import IncidentService
from tests.support.browser import SCHEMES, WIDTHS, Look, visiting
from tests.support.findings import MIB
from tests.support.incident_rows import change, keep, leak
from tests.support.servers import wait_until
from tests.support.service import running_service

HOSTILE = "<img src=x onerror=alert(1)>"
NO_SCRIPT = Look(script=False)


@pytest.fixture(scope="module")
def ids(data_engine):
    """The incidents of the module's service by name; the first two are for all, each other for a test of its own."""
    kept = {
        "cart": keep(data_engine, leak("cart", severity=Severity.CRITICAL)),
        HOSTILE: keep(data_engine, leak(HOSTILE, severity=Severity.INFO), suspect="<b>v2</b>"),
    }
    names = ["search", *(f"{act}-{how}" for act in ("ack", "quiet", "over", "fine") for how in ("script", "plain"))]
    names += ["live", "kept", "bulk-1", "bulk-2", "viewed"]
    return kept | {name: keep(data_engine, leak(name, namespace="data")) for name in names}


@pytest.fixture
def incidents(data_engine, ids):
    """What the service knows of incidents by name."""
    service = IncidentService(data_engine)
    return lambda name: service.detail(ids[name]).incident


def row(visitor, name):
    return visitor.page.locator("tr.row", has=visitor.page.get_by_role("link", name=name, exact=True))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_fits_and_can_be_read_by_all(visit, ids, width, scheme):
    visitor = visit(Role.RESPONDER, Look(width, scheme))
    assert visitor.overflow <= 0
    assert visitor.violations() == []


@pytest.mark.parametrize("width", [1121, 1280, 1401])
def test_rows_with_much_to_say_fit_too(visit, ids, data_engine, width):
    name = f"much-to-say-{width}"
    long = leak(name, pods=1800, leaking=1412, namespace="n" * 63, limit_bytes=1023 * MIB)
    keep(data_engine, long, suspect="checkout-6d4cf56db6", now=time.time() - 2.9 * 86_400)
    visitor = visit(Role.RESPONDER, Look(width))
    assert row(visitor, name).locator("text=overdue").count() == 1
    assert visitor.overflow <= 0


def test_a_row_tells_what_matters(visit, ids):
    visitor = visit(Role.VIEWER)
    told = row(visitor, "cart").inner_text()
    for figure in ("critical", "open", "5.0 MiB/h", "in 9 h", "400 MiB of 512 MiB", "10 h ago", "v2", "7/9"):
        assert figure in told
    assert "rise" not in told
    assert row(visitor, "cart").locator("svg.spark path.floor").count() == 1


def test_exact_figures_and_utc_are_on_hover(visit, ids):
    visitor = visit(Role.VIEWER)
    cart = row(visitor, "cart")
    assert cart.locator(".c-growth data").get_attribute("title") == "5,242,880 bytes an hour"
    assert cart.locator(".c-limit time").get_attribute("title").endswith(" UTC")


def test_the_most_urgent_comes_first(visit, ids):
    visitor = visit(Role.VIEWER)
    assert visitor.page.locator("tr.row .name").first.inner_text() == "cart"


@pytest.mark.parametrize("script", [True, False])
def test_a_hostile_name_is_a_name(visit, ids, script):
    visitor = visit(Role.RESPONDER, Look(script=script))
    visitor.page.on("dialog", lambda dialog: pytest.fail("it ran"))
    assert HOSTILE in visitor.page.inner_text("table")
    assert visitor.page.locator("table img").count() == 0
    row(visitor, HOSTILE).locator("summary").click()
    row(visitor, HOSTILE).get_by_role("button", name="Silence…").click()
    visitor.page.wait_for_selector("form[data-ask]")
    assert HOSTILE in visitor.page.inner_text("form[data-ask]")
    assert visitor.page.locator("form[data-ask] img").count() == 0


def test_search_and_filters_stand_in_the_address(visit, ids):
    visitor = visit(Role.VIEWER)
    visitor.page.fill("[name=q]", "SEARCH")
    visitor.page.select_option("[name=severity]", "warning")
    visitor.follow("text=Show")
    assert visitor.page.url.endswith("/?q=SEARCH&namespace=&severity=warning&silenced=&sort=urgency")
    assert visitor.page.locator("tr.row").count() == 1
    visitor.open("/?namespace=shop&state=all")
    assert visitor.page.inner_text(".chips").split()[:2] == ["namespace", "shop"]
    visitor.follow("text=Clear all filters")
    assert visitor.page.url == f"{visitor.url}/?state=all"


@pytest.mark.parametrize(
    ("path", "title"),
    [("/?q=nosuch", "Nothing fits these filters"), ("/?state=resolved&sort=-growth", "None")],
)
def test_an_empty_list_says_why(visit, path, title):
    visitor = visit(Role.VIEWER)
    visitor.open(path)
    assert visitor.page.inner_text(".empty h2") == title


def test_a_viewer_sees_no_button_that_would_fail(visit, ids):
    visitor = visit(Role.VIEWER)
    assert visitor.page.locator("main button:not(.filters button), main input[type=checkbox]").count() == 0


LOOKS = [pytest.param(Look(), "script", id="script"), pytest.param(NO_SCRIPT, "plain", id="no script")]


def acknowledge(visitor, name):
    row(visitor, name).get_by_role("button", name="Acknowledge").click()


def asked(visitor, name, label):
    row(visitor, name).locator("summary").click()
    row(visitor, name).get_by_role("button", name=label).click()
    visitor.page.fill("form[data-ask] textarea", "the deploy is known")
    visitor.page.click("form[data-ask] button.primary")


ACTS = {
    "ack": (acknowledge, "Acknowledged", lambda one: one.standing.state.value == "acknowledged"),
    "quiet": (lambda *of: asked(*of, "Silence…"), "Silenced", lambda one: one.silenced_until > time.time() + 14_000),
    "over": (lambda *of: asked(*of, "Resolve…"), "Resolved", lambda one: one.standing.state.value == "resolved"),
    "fine": (
        lambda *of: asked(*of, "Not a leak…"),
        "Accepted as no leak:",
        lambda one: one.standing.state.value == "resolved",
    ),
}


@pytest.mark.parametrize(("look", "how"), LOOKS)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_from_the_row_and_its_undo(visit, incidents, ids, act, look, how):
    name = f"{act}-{how}"
    do, done, holds = ACTS[act]
    visitor = visit(Role.RESPONDER, look)
    do(visitor, name)
    visitor.page.wait_for_selector(f".told >> text={done} {name}.")
    assert holds(incidents(name))
    visitor.page.click(".told >> text=Undo")
    visitor.page.wait_for_selector(f".told >> text=Took back what was done to {name}.")
    after = incidents(name)
    assert (after.standing.state.value, after.silenced_until) == ("open", None)
    # The row is as it was, too: the page and the database agree.
    assert "open" in row(visitor, name).locator(".c-state").inner_text()


@pytest.mark.parametrize("look", [Look(), NO_SCRIPT, Look(360)], ids=["script", "no script", "phone"])
def test_an_act_on_several_and_its_undo(visit, incidents, ids, look):
    visitor = visit(Role.RESPONDER, look)
    for name in ("bulk-1", "bulk-2"):
        row(visitor, name).locator("input[type=checkbox]").check()
    visitor.page.click(".bulk >> text=Acknowledge")
    visitor.page.wait_for_selector(".told >> text=Acknowledged 2 incidents.")
    assert {incidents(name).standing.state.value for name in ("bulk-1", "bulk-2")} == {"acknowledged"}
    visitor.page.click(".told >> text=Undo")
    visitor.page.wait_for_selector(".told >> text=Took back what was done to 2 incidents.")
    assert {incidents(name).standing.state.value for name in ("bulk-1", "bulk-2")} == {"open"}


def test_what_must_be_explained_is_not_done_without_words(visit, incidents, ids):
    visitor = visit(Role.RESPONDER, NO_SCRIPT)
    row(visitor, "search").locator("summary").click()
    row(visitor, "search").get_by_role("button", name="Resolve…").click()
    visitor.page.fill("textarea", "   ")
    visitor.page.click("form[data-ask] button.primary")
    assert "Say why" in visitor.page.inner_text("[role=alert]")
    visitor.complaints.clear()  # the browser's own, of the 422
    assert incidents("search").standing.state.value == "open"


def test_the_question_can_be_read_by_all_and_left_by_keyboard(visit, ids):
    visitor = visit(Role.RESPONDER)
    row(visitor, "search").locator("summary").focus()
    visitor.page.keyboard.press("Enter")
    row(visitor, "search").get_by_role("button", name="Silence…").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("dialog[open] textarea:focus")
    assert visitor.violations() == []
    visitor.page.keyboard.press("Escape")
    visitor.page.wait_for_selector("dialog", state="hidden")


def test_a_change_elsewhere_shows_up_by_itself(visit, data_engine, ids):
    visitor = visit(Role.VIEWER)
    visitor.page.wait_for_selector("html[data-listening]")
    shown = row(visitor, "live")
    assert "warning" in shown.inner_text()
    wait_until(lambda: "critical" in shown.inner_text() or change_once(data_engine, ids["live"]), "the row is critical")


def change_once(engine, number):
    """Change it; the page may have begun to listen only just now, and hears of what comes after."""
    if IncidentService(engine).detail(number).incident.standing.severity is not Severity.CRITICAL:
        change(engine, number, Severity.CRITICAL)


def test_a_page_that_cannot_be_had_anew_says_so_until_it_can(visit, ids):
    visitor = visit(Role.VIEWER)
    visitor.page.wait_for_selector("html[data-listening]")
    visitor.page.context.set_offline(True)
    visitor.page.wait_for_selector(".away >> text=leakwatch does not answer. What stands here was so just now.")
    visitor.page.context.set_offline(False)
    visitor.page.wait_for_selector(".away", state="detached")
    visitor.complaints.clear()  # the browser's own, of what it could not fetch


def test_the_keyboard_stays_where_an_act_was(visit, ids):
    visitor = visit(Role.RESPONDER)
    visitor.page.locator(".bulk input").wait_for()
    row(visitor, "kept").get_by_role("button", name="Acknowledge").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector(".told >> text=Acknowledged kept.")
    assert visitor.page.evaluate("document.activeElement.closest('tr')?.dataset.id") == str(ids["kept"])


def test_what_is_refused_is_told_with_its_reason(visit, ids):
    visitor = visit(Role.RESPONDER)
    visitor.page.evaluate("document.querySelectorAll('[name=form_token]').forEach((one) => { one.value = 'old' })")
    row(visitor, "search").get_by_role("button", name="Acknowledge").click()
    visitor.page.wait_for_selector(".told.bad >> text=this form is not of your session")
    visitor.complaints.clear()  # the browser's own, of the 403


def test_the_keyboard_reaches_the_content_first(visit, ids):
    visitor = visit(Role.VIEWER)
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"


def test_times_are_in_the_readers_zone(visit, ids):
    visitor = visit(Role.VIEWER, Look(zone="Asia/Tokyo"))
    title = row(visitor, "cart").locator(".c-since time").get_attribute("title")
    shown = visitor.page.evaluate(
        "when => new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Tokyo'})"
        ".format(new Date(when))",
        row(visitor, "cart").locator(".c-since time").get_attribute("datetime"),
    )
    assert shown in title.split("·")[0]


def test_a_service_that_has_never_scanned_says_so(browser, tmp_path):
    with (
        running_service(tmp_path, "--insecure-no-auth", data_dir=tmp_path) as service,
        visiting(browser, service.url, Look()) as visitor,
    ):
        visitor.open("/")
        assert visitor.page.inner_text(".empty h2") == "Nothing is known yet"
        assert "No scan has ended yet" in visitor.page.inner_text(".freshness")
        assert visitor.violations() == []
        assert visitor.complaints == []

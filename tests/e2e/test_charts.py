"""Charts in a browser: bokeh's under our policy, and the plain picture without script."""

import pytest

from app.domain.access import Role
from app.domain.finding import Severity
from app.storage import workloads
from app.storage.engine import transaction
from tests.support.browser import SCHEMES, WIDTHS, Look
from tests.support.findings import MIB, finding
from tests.support.incident_rows import change, keep, leak
from tests.support.servers import wait_until

HOSTILE = "<img src=x onerror=alert(1)>@floor0"
DRAWN = "figure.drawn .bk-Figure"
# What was drawn last.
ROOT = "Bokeh.documents.at(-1).roots()[0]"

# By how much the page has jumped (Layout Instability API); nothing is told where it has not.
SHIFT = """() => new Promise((done) => {
  setTimeout(done, 300, 0);
  const sum = (list) => list.getEntries().reduce((all, one) => all + one.value, 0);
  new PerformanceObserver((list) => done(sum(list))).observe({ type: "layout-shift", buffered: true });
})"""


@pytest.fixture(scope="module")
def ids(data_engine):
    return {name: keep(data_engine, leak(name)) for name in ("cart", "live", HOSTILE)}


def open_chart(visitor, ids, name="cart", query=""):
    visitor.open(f"/incidents/{ids[name]}/chart{query}")
    visitor.page.wait_for_selector(DRAWN)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_chart_fits_and_can_be_read_by_all(visit, ids, width, scheme):
    visitor = visit(Role.VIEWER, Look(width, scheme))
    open_chart(visitor, ids)
    assert visitor.page.locator(".chart-plain > svg").is_hidden()
    assert visitor.page.locator(DRAWN).bounding_box()["width"] > 0.8 * min(width - 60, 1700)
    assert visitor.overflow <= 0
    assert visitor.violations() == []


def test_what_it_says_can_be_read_while_it_is_drawn(visit, ids):
    visitor = visit(Role.VIEWER)
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.page.route("**/chart.json?**", lambda route: None)
    visitor.open(f"/incidents/{ids['cart']}/chart")
    visitor.page.wait_for_selector("figure[aria-busy=true]")
    assert visitor.violations() == []


def test_without_script_there_is_a_picture_and_the_other_way_is_a_page(visit, ids):
    visitor = visit(Role.VIEWER, Look(360, script=False))
    visitor.open(f"/incidents/{ids['cart']}/chart")
    assert visitor.page.locator(".chart-plain > svg path.floor").count() == 3
    visitor.follow("text=By age")
    assert "lives of its pods" in visitor.page.inner_text("figcaption")
    assert visitor.page.inner_text("[data-chart-choice][aria-current]") == "By age"
    assert visitor.overflow <= 0


def test_the_other_way_is_drawn_in_place(visit, ids):
    visitor = visit(Role.VIEWER)
    open_chart(visitor, ids)
    visitor.page.evaluate("window.stayed = true")
    visitor.page.click("text=By age")
    visitor.page.wait_for_selector("figcaption >> text=lives of its pods")
    wait_until(lambda: visitor.page.evaluate(f"{ROOT}.x_range.start") == 0, "ages are drawn")
    assert visitor.page.evaluate("window.stayed")
    assert visitor.page.url.endswith("/chart?over=age")
    assert visitor.page.inner_text("[data-chart-choice][aria-current]") == "By age"


def hover(visitor):
    """Move over the chart until it tells something."""
    box = visitor.page.locator(DRAWN).bounding_box()
    tip = visitor.page.locator(".bk-Tooltip:visible")
    for share in range(10, 90, 2):
        visitor.page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] * share / 100)
        visitor.page.evaluate("() => new Promise(requestAnimationFrame)")
        if tip.count():
            return tip.first
    pytest.fail("nothing was told")


def test_hovering_tells_a_hostile_name_as_it_is(visit, ids):
    visitor = visit(Role.VIEWER, Look(zone="Asia/Kolkata"))
    visitor.page.on("dialog", lambda dialog: pytest.fail("it ran"))
    open_chart(visitor, ids, HOSTILE)
    told = hover(visitor).locator("table").inner_text()
    assert f"{HOSTILE}-" in told
    assert "UTC+05:30" in told
    assert " bytes)" in told


def test_a_scan_brings_the_chart_anew_and_the_zoom_stays(visit, ids, data_engine):
    visitor = visit(Role.VIEWER)
    open_chart(visitor, ids, "live")
    visitor.page.wait_for_selector("html[data-listening]")
    zoomed = visitor.page.evaluate(f"{ROOT}.x_range.end -= 36e5")
    before = visitor.page.evaluate(f"{ROOT}.id")
    change(data_engine, ids["live"], Severity.CRITICAL, leak("live", limit_bytes=600.0 * MIB))
    wait_until(lambda: visitor.page.evaluate(f"{ROOT}.id") != before, "it is drawn anew")
    visitor.page.wait_for_selector(DRAWN)
    assert visitor.page.evaluate(f"{ROOT}.x_range.end") == zoomed


def test_the_scheme_is_followed(visit, ids):
    visitor = visit(Role.VIEWER)
    open_chart(visitor, ids)
    ground = f"{ROOT}.background_fill_color"
    assert visitor.page.evaluate(ground) == "#ffffff"
    visitor.page.emulate_media(color_scheme="dark")
    wait_until(lambda: visitor.page.evaluate(ground) == "#181e28", "it is dark")


def test_the_page_does_not_jump_when_the_chart_comes(visit, ids):
    visitor = visit(Role.VIEWER)
    open_chart(visitor, ids)
    assert visitor.page.evaluate(SHIFT) < 0.05


def test_the_verdicts_on_a_workload(visit, data_engine):
    shown = finding("verdicts")
    with transaction(data_engine) as session:
        for scan in range(1, 5):
            workloads.keep(session, [shown], scan, 1_800_000_000.0 + 7200 * scan)
    visitor = visit(Role.VIEWER, Look(360, "dark"))
    visitor.open(f"/workloads/{shown.fingerprint}/history")
    visitor.page.wait_for_selector(DRAWN)
    assert visitor.page.locator(DRAWN).count() == 3
    assert visitor.overflow <= 0
    assert visitor.violations() == []

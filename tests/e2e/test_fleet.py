"""The fleet and a workload's page: for all to read, with and without script, and with 20,000 workloads."""

import pytest

from app.domain.access import Role
from detectors.judgement import Quantiles
from tests.e2e.test_large import MEASURE
from tests.support.browser import SCHEMES, WIDTHS, Look
from tests.support.findings import MIB, finding
from tests.support.incident_rows import keep, leak
from tests.support.workload_rows import judged, keep_many, keep_past, untold, well

HOSTILE = "<img src=x onerror=alert(1)>"
NO_SCRIPT = Look(script=False)
CART = leak("cart")
# One that the service's own recording has, too.
GATEWAY = well("gateway", namespace="payments", probability=0.3, growth=0.6 * MIB)
_LIGHT_BYTES = 600_000
_STILL = 0.01


@pytest.fixture(scope="module")
def kept(data_engine):
    """Some of each share, with a past and an incident."""
    keep(data_engine, CART)
    keep_past(data_engine, CART, 60)
    soon = Quantiles(1000.0, 3700.0, 20_000.0)
    judged(
        data_engine,
        *(CART, GATEWAY, untold("job")),
        finding("search", namespace="data", time_to_limit=soon),
        well("web", reason=("growth_decays", "it comes to an end")),
        well(HOSTILE, namespace="<i>x</i>", probability=0.4),
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_and_can_be_read_by_all(visit, kept, width, scheme):
    visitor = visit(Role.RESPONDER, Look(width, scheme))
    workload = f"/workloads/{CART.fingerprint}"
    for path in ("/fleet", "/fleet?view=list", workload, f"{workload}/revisions"):
        visitor.open(path)
        assert visitor.overflow <= 0, path
        assert visitor.violations() == [], path


@pytest.mark.parametrize("look", [Look(), NO_SCRIPT], ids=["script", "no script"])
def test_from_the_map_to_a_workload_and_its_incident(visit, kept, look):
    visitor = visit(Role.VIEWER, look)
    visitor.follow("nav >> text=Fleet")
    visitor.follow("a.tile >> text=cart")
    assert visitor.page.inner_text("h1").startswith("cart")
    assert visitor.page.locator("svg.course").count() == 4
    assert "cart leaks 5.0 MiB/h" in visitor.page.inner_text(".sentence")
    assert visitor.page.locator(".banner a").get_attribute("href").startswith("/incidents/")


@pytest.mark.parametrize("look", [Look(), NO_SCRIPT], ids=["script", "no script"])
def test_revisions_are_compared_where_one_reads_of_the_workload(visit, kept, look):
    visitor = visit(Role.VIEWER, look)
    visitor.open(f"/workloads/{CART.fingerprint}")
    visitor.page.fill("[data-compare] [name=stable]", "v1")
    visitor.page.fill("[data-compare] [name=canary]", "v2")
    visitor.page.click("[data-compare] button")
    rows = visitor.page.locator("[data-comparison] tbody tr")
    rows.first.wait_for()
    assert [row.split()[:2] for row in rows.all_inner_texts()] == [["canary", "v2"], ["stable", "v1"]]
    assert visitor.page.locator("[data-comparison] .mark").inner_text() in {"fail", "pass", "cannot tell"}
    assert visitor.page.url.endswith("/revisions?canary=v2&stable=v1") == (not look.script)


def test_filters_and_orders_stand_in_the_address(visit, kept):
    visitor = visit(Role.VIEWER, NO_SCRIPT)
    visitor.open("/fleet?view=list")
    visitor.follow("text=Nearest limit")
    assert visitor.page.locator("tr.row .name").all_inner_texts()[:2] == ["search", "cart"]
    visitor.page.fill("[name=q]", "ca")
    visitor.page.select_option("[name=verdict]", "leak")
    visitor.follow("text=Show")
    assert visitor.page.locator("tr.row .name").all_inner_texts() == ["cart"]
    assert "sort=limit_at" in visitor.page.url
    visitor.follow("text=Clear all filters")
    assert visitor.page.url == f"{visitor.url}/fleet?view=list&sort=limit_at"


@pytest.mark.parametrize("script", [True, False])
def test_a_hostile_name_is_a_name(visit, kept, script):
    visitor = visit(Role.VIEWER, Look(script=script))
    visitor.page.on("dialog", lambda dialog: pytest.fail("it ran"))
    visitor.open("/fleet")
    visitor.page.locator("a.tile", has_text=HOSTILE).click()
    visitor.page.wait_for_selector(".sentence")
    assert HOSTILE in visitor.page.inner_text("h1")
    assert visitor.page.locator("main img").count() == 0


@pytest.mark.parametrize("look", [Look(), NO_SCRIPT], ids=["script", "no script"])
def test_its_memory_is_read_on_demand(visit, kept, look):
    visitor = visit(Role.RESPONDER, look)
    visitor.open(f"/workloads/{GATEWAY.fingerprint}")
    visitor.follow("text=Read its memory now")
    assert "Read just now: suspected" in visitor.page.inner_text(".card .banner")
    assert "still runs" in visitor.page.inner_text("table >> nth=0")


def test_an_open_page_follows_what_is_judged_anew(visit, kept, data_engine):
    visitor = visit(Role.VIEWER)
    visitor.open("/fleet?view=list&q=web")
    visitor.page.wait_for_selector("html[data-listening]")
    judged(data_engine, well("web-2"))
    keep(data_engine, leak("web-3"))  # a change that pages are told of
    visitor.page.wait_for_selector("tr.row .name >> text=web-2")


def test_the_map_of_20_000_is_there_soon_is_light_and_holds_still(visit, kept, data_engine):
    keep_many(data_engine, 20_000)
    visitor = visit(Role.VIEWER)
    for path in ("/fleet", "/fleet?view=list", "/fleet?view=rejected"):
        visitor.open(path)
        measured = visitor.page.evaluate(MEASURE)
        assert measured["bytes"] < _LIGHT_BYTES, path
        assert measured["shift"] < _STILL, path

"""`/fleet`: what the map, the list and the rejected show, and what its address may ask for."""

import re
from html import unescape

import pytest

from detectors.judgement import Quantiles, Verdict
from tests.support.findings import MIB, finding
from tests.support.workload_rows import judged, keep_many, untold, well

HOSTILE = "<img src=x onerror=alert(1)>"
SOON = Quantiles(1000.0, 7400.0, 20_000.0)


@pytest.fixture
def kept(sqlite_engine):
    judged(
        sqlite_engine,
        finding("cart", probability=0.9, growth_bytes_per_hour=3 * MIB),
        finding("search", probability=0.6, growth_bytes_per_hour=2 * MIB, namespace="data", time_to_limit=SOON),
        well("gateway", growth=1.0 * MIB, probability=0.3),
        well("mail", growth=0.5 * MIB, reason=("growth_decays", "it comes to an end")),
        well("idle", growth=0.0, reason=("flat_floor", "flat"), limit_bytes=None, time_to_limit=None),
        well("web", cluster="eu-1", fully_read=False),
        untold("job", namespace="batch"),
        well(HOSTILE, namespace="batch", reason=("flat_floor", "<b>flat</b>")),
    )


def names(page):
    return [unescape(one) for one in re.findall(r'<a class="name"[^>]*>([^<]*)</a>', page.text)]


def tiles(page):
    """The name of each tile of each block, in their order."""
    blocks = page.text.split('<section class="block"')[1:]
    told = {}
    for block in blocks:
        found = re.findall(r'title="(.*?) / app: ', block)
        told[unescape(re.search(r'data-id="([^"]*)"', block)[1])] = [unescape(one) for one in found]
    return told


def counts(page):
    """What the coverage counts, in its order."""
    cards = page.text.partition('<ul class="coverage"')[2].partition("</ul>")[0]
    return [int(one.replace(",", "")) for one in re.findall(r"<b>([\d,]+)</b>", cards)]


def test_coverage_counts_every_share(viewer, kept):
    assert counts(viewer.get("/fleet")) == [2, 1, 4, 1, 1, 1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("namespace=data", [1, 0, 0, 0, 0, 0]),
        ("cluster=eu-1", [0, 0, 1, 0, 0, 1]),
        ("q=JOB", [0, 0, 0, 1, 0, 0]),
        ("verdict=leak", [2, 1, 4, 1, 1, 1]),
    ],
)
def test_coverage_heeds_all_filters_but_the_verdict(viewer, kept, query, expected):
    assert counts(viewer.get(f"/fleet?{query}")) == expected


def test_the_map_has_a_block_for_each_namespace_the_worst_first(viewer, kept):
    assert tiles(viewer.get("/fleet")) == {
        "/shop": ["cart", "gateway", "mail", "idle"],
        "/data": ["search"],
        "/batch": [HOSTILE, "job"],
        "eu-1/shop": ["web"],
    }


@pytest.mark.parametrize(("sort", "first"), [("-growth", "/shop"), ("limit_at", "/data"), ("-probability", "/shop")])
def test_the_order_is_of_the_blocks_too(viewer, kept, sort, first):
    assert next(iter(tiles(viewer.get(f"/fleet?sort={sort}")))) == first


def test_a_tile_says_its_share_and_growth_in_words_and_classes(viewer, kept):
    page = viewer.get("/fleet").text
    assert 'class="tile leak g3"' in page
    assert 'title="cart / app: leaking, 3.0 MiB/h, 90 % sure, limit in 22 h"' in page
    assert 'title="job / app: cannot tell"' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["cart", "search", "gateway", "mail", HOSTILE, "web", "job", "idle"]),
        ("&sort=limit_at", ["search", "cart", "gateway", "mail", "idle", "web", "job", HOSTILE]),
        ("&sort=-probability", ["cart", "search", "gateway", "job", HOSTILE, "web", "idle", "mail"]),
        ("&verdict=leak", ["cart", "search"]),
        ("&verdict=suspected", ["gateway"]),
        ("&verdict=healthy", ["mail", HOSTILE, "web", "idle"]),
        ("&verdict=insufficient_data", ["job"]),
        ("&verdict=no_limit", ["idle"]),
        ("&verdict=partly_read", ["web"]),
        ("&q=car", ["cart"]),
        ("&cluster=eu-1", ["web"]),
        ("&namespace=data", ["search"]),
    ],
)
def test_the_list_shows_what_is_asked_for_in_its_order(viewer, kept, query, expected):
    assert names(viewer.get(f"/fleet?view=list{query}")) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", ["gateway", "mail", "web"]), ("&reason=growth_decays", ["mail"]), ("&namespace=data", [])],
)
def test_what_grew_and_was_rejected_says_why(viewer, kept, query, expected):
    page = viewer.get(f"/fleet?view=rejected{query}")
    assert names(page) == expected
    assert not expected or "it comes to an end" in page.text


def test_the_rejected_are_counted_by_reason(viewer, kept):
    page = viewer.get("/fleet?view=rejected").text
    reasons = page.partition('aria-label="Reasons"')[2].partition("</ul>")[0]
    assert re.findall(r">([a-z ]+) <b>(\d+)</b>", reasons) == [("came to rest", "2"), ("growth comes to an end", "1")]


@pytest.mark.parametrize("view", ["map", "list", "rejected"])
def test_names_are_escaped(viewer, kept, view):
    page = viewer.get(f"/fleet?view={view}&namespace=batch").text
    assert "<img src=x" not in page
    assert "<b>flat" not in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("q=nosuch", "Nothing fits these filters"),
        ("view=list&verdict=suspected&namespace=data", "Nothing fits these filters"),
        ("view=rejected&q=cart", "Nothing fits these filters"),
    ],
)
def test_a_filter_that_hides_all_says_so(viewer, kept, query, says):
    assert says in viewer.get(f"/fleet?{query}").text


@pytest.mark.parametrize("view", ["map", "list", "rejected"])
def test_before_the_first_scan_nothing_is_known(viewer, view):
    assert "Nothing is known yet" in viewer.get(f"/fleet?view={view}").text


def test_nothing_rejected_is_not_nothing_known(viewer, sqlite_engine):
    judged(sqlite_engine, finding("cart"))
    assert "Nothing that is judged not to leak has grown" in viewer.get("/fleet?view=rejected").text


@pytest.mark.parametrize(
    "query",
    [
        "view=nosuch",
        "verdict=rejected&sort=id&reason=x",
        "q=%00%ff&namespace=%E2%80%AE&cluster=%27%3B--",
        "view=rejected&reason=%3Cscript%3E",
        "sort=&view=&verdict=&cursor=",
        "q=" + "x" * 3000,
        "cursor=abc",
    ],
)
def test_what_cannot_be_asked_for_is_taken_for_the_usual(viewer, kept, query):
    page = viewer.get(f"/fleet?{query}")
    assert page.status_code == 200
    assert "<script>" not in page.text


def test_a_cursor_of_no_list_is_told(viewer, kept):
    assert viewer.get("/fleet?view=list&cursor=abc").status_code == 400


def test_pages_of_the_list_join(viewer, sqlite_engine):
    keep_many(sqlite_engine, 120, namespaces=3)
    seen, address = [], "/fleet?view=list&sort=limit_at"
    while address:
        page = viewer.get(address)
        seen += names(page)
        following = re.search(r'href="([^"]*)" rel="next"', page.text)
        address = following and unescape(following[1])
    assert len(seen) == len(set(seen)) == 120


def test_a_large_namespace_is_cut_and_says_what_is_left_out(viewer, sqlite_engine):
    keep_many(sqlite_engine, 1500, namespaces=1)
    page = viewer.get("/fleet")
    assert len(tiles(page)["/shop-000"]) == 1200
    left = page.text.partition(">+ ")[2].partition("</a>")[0]
    assert sum(int(number) for number in re.findall(r"\d+", left)) == 300
    assert left.endswith(" more cannot tell")


def test_many_namespaces_are_cut_and_the_others_named(viewer, sqlite_engine):
    keep_many(sqlite_engine, 400, namespaces=400)
    page = viewer.get("/fleet")
    assert len(tiles(page)) == 60
    assert "340 more namespaces" in page.text
    assert "and 40 more: search for them by name" in page.text


def test_a_link_to_a_leaks_workload_leads_there(viewer, kept):
    link = re.search(r'href="(/workloads/\w{16})"', viewer.get("/fleet").text)[1]
    assert viewer.get(link).status_code == 200


def test_whoever_is_not_signed_in_sees_nothing(person):
    assert person.get("/fleet").status_code == 303


def test_verdicts_have_a_share_each(viewer, sqlite_engine):
    judged(
        sqlite_engine,
        finding("odd", Verdict.HEALTHY, probability=0.2),
        finding("even", Verdict.HEALTHY, probability=0.19),
    )
    assert names(viewer.get("/fleet?view=list&verdict=suspected")) == ["odd"]

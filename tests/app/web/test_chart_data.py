"""The documents that charts are drawn from, and the pages that hold one."""

import json
import re

import pytest
from sqlalchemy import select

from app.storage import workloads
from app.storage.engine import transaction
from app.storage.tables import EvidenceRow
from app.web.page import POLICY
from tests.support.findings import finding
from tests.support.incident_rows import keep, leak

HOSTILE = "<img src=x onerror=alert(1)>"
ZIPPED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def number(sqlite_engine):
    return keep(sqlite_engine, leak("cart"))


@pytest.fixture
def fingerprint(sqlite_engine):
    one = finding("cart")
    with transaction(sqlite_engine) as session:
        for scan in range(1, 4):
            workloads.keep(session, [one], scan, 1_800_000_000.0 + 7200 * scan)
    return one.fingerprint


def json_of(viewer, path, **headers):
    return viewer.client.get(path, headers={"Accept": "application/json", **headers})


def latest_of(session, number):
    """The row of an incident's latest evidence."""
    return session.scalars(select(EvidenceRow).filter_by(incident_id=number, moment="latest")).one()


@pytest.mark.parametrize("query", ["", "?over=age", "?moment=opened", "?over=time&scheme=dark&offset=-840"])
def test_an_incidents_memory_is_a_document_of_bokehs(viewer, number, query):
    answer = json_of(viewer, f"/incidents/{number}/chart.json{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert {"doc", "root_id", "target_id"} <= answer.json().keys()


def test_the_verdicts_on_a_workload_are_one_too(viewer, fingerprint):
    answer = json_of(viewer, f"/workloads/{fingerprint}/history.json?offset=60")
    assert answer.json()["doc"]["roots"][0]["name"] == "Column"


def test_zipped_for_who_takes_it(viewer, number):
    zipped = json_of(viewer, f"/incidents/{number}/chart.json", **ZIPPED)
    plain = json_of(viewer, f"/incidents/{number}/chart.json", **{"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(zipped.headers["content-length"]) < len(plain.content) / 2


@pytest.mark.parametrize("page", ["incidents/{number}/chart", "workloads/{fingerprint}/history"])
def test_what_is_known_is_not_sent_again(viewer, number, fingerprint, page):
    path = "/" + page.format(number=number, fingerprint=fingerprint) + ".json"
    tag = json_of(viewer, path).headers["etag"]
    again = json_of(viewer, path, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert json_of(viewer, f"{path}?scheme=dark", **{"If-None-Match": tag}).status_code == 200


def test_a_new_scan_is_sent(viewer, sqlite_engine, number):
    path = f"/incidents/{number}/chart.json"
    tag = json_of(viewer, path).headers["etag"]
    with transaction(sqlite_engine) as session:
        latest_of(session, number).at += 60
    assert json_of(viewer, path, **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "query", ["over=x", "moment=never", "scheme=pink", "offset=9999", "offset=x", "over=%00", "moment=latest%27--"]
)
def test_a_query_that_cannot_be_is_refused(viewer, number, query):
    assert json_of(viewer, f"/incidents/{number}/chart.json?{query}").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        *("/incidents/999/chart.json", "/incidents/999/chart", "/workloads/0123456789abcdef/history.json"),
        "/workloads/0123456789abcdef/history",
    ],
)
def test_what_there_is_not(viewer, path):
    assert json_of(viewer, path).status_code == 404


@pytest.mark.parametrize("path", ["/incidents/x/chart.json", "/workloads/ABC/history.json", "/workloads/%00/history"])
def test_what_cannot_be(viewer, path):
    assert json_of(viewer, path).status_code == 422


@pytest.mark.parametrize("path", ["/incidents/1/chart.json", "/workloads/0123456789abcdef/history.json"])
def test_nobody_sees_it_who_has_not_signed_in(person, path):
    assert json_of(person, path).status_code == 401


def test_a_page_with_a_chart_lets_style_sheets_in_by_a_nonce_of_its_own(viewer, number):
    first, second = (viewer.get(f"/incidents/{number}/chart") for _ in range(2))
    nonces = [
        re.search(r'<script src="[^"]+/chart.js" [^>]*nonce="([\w-]{22})"', one.text)[1] for one in (first, second)
    ]
    assert nonces[0] != nonces[1]
    policy = first.headers["content-security-policy"]
    assert policy == POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonces[0]}'")
    assert "unsafe" not in policy


def test_a_page_without_a_chart_lets_none_in(viewer, number):
    page = viewer.get("/")
    assert page.headers["content-security-policy"] == POLICY
    assert "chart.js" not in page.text
    assert "bokeh" not in page.text


@pytest.mark.parametrize(("query", "chosen"), [("", "Over time"), ("?over=age", "By age"), ("?over=%27x", "Over time")])
def test_both_ways_to_draw_it_are_links(viewer, number, query, chosen):
    page = viewer.get(f"/incidents/{number}/chart{query}").text
    links = re.findall(r'<a href="([^"]+)" data-chart-choice="([^"]+)"( aria-current="true")?>([^<]+)</a>', page)
    assert [words for _, _, current, words in links if current] == [chosen]
    assert links[1][:2] == (
        f"/incidents/{number}/chart?over=age",
        f"/incidents/{number}/chart.json?over=age&amp;moment=latest",
    )


def test_without_script_there_is_a_picture_with_words_and_figures(viewer, number):
    page = viewer.get(f"/incidents/{number}/chart").text
    assert re.search(r'<svg [^>]*role="img" aria-label="Memory of cart: 3 pods over 2 d\.', page)
    assert len(re.findall(r'<th scope="row">cart-\d</th>', page)) == 3
    assert "limit" in re.search(r'<ul class="chart-keys">.*?</ul>', page, re.DOTALL)[0]


def test_a_hostile_name_is_a_name(viewer, sqlite_engine):
    number = keep(sqlite_engine, leak(HOSTILE), suspect="<b>")
    for query in ("", "?over=age"):
        assert "<img src=x" not in viewer.get(f"/incidents/{number}/chart{query}").text
    document = json_of(viewer, f"/incidents/{number}/chart.json").json()
    assert "&lt;img src=x" in json.dumps(document)
    assert all("<img" not in tip for tip in json.dumps(document).split('"tooltips"')[1:])


def test_an_incident_without_a_series_says_so(viewer, sqlite_engine, number):
    with transaction(sqlite_engine) as session:
        latest_of(session, number).content = {"times": [], "pods": []}
    assert "No series is kept yet" in viewer.get(f"/incidents/{number}/chart").text
    assert json_of(viewer, f"/incidents/{number}/chart.json").status_code == 404

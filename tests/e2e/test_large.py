"""10,000 incidents: how heavy the first page is, and whether it holds still."""

import re
import time

import pytest

from app.domain.access import Role
from app.domain.silence import matcher_of
from app.services.acts import By
from app.services.silences import SilenceService, Wanted
from tests.support.incident_rows import keep_many

MANY = 10_000
_LIGHT_BYTES = 600_000
# Of Core Web Vitals' cumulative layout shift: "good" is 0.1; nothing here may move visibly at all.
_STILL = 0.01
MEASURE = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) shift += one.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => {
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    done({
      bytes: entries.reduce((sum, one) => sum + one.decodedBodySize, 0),
      shift,
    });
  }, 500);
})"""


@pytest.fixture(scope="module")
def many(data_engine):
    keep_many(data_engine, MANY)


def test_the_first_page_is_light_and_holds_still(visit, many):
    visitor = visit(Role.RESPONDER)
    assert "5,000" in visitor.page.inner_text(".tabs")
    assert visitor.page.locator("tr.row").count() == 50
    visitor.open("/")
    measured = visitor.page.evaluate(MEASURE)
    assert measured["bytes"] < _LIGHT_BYTES
    assert measured["shift"] < _STILL


def test_pages_join(visit, many):
    visitor = visit(Role.VIEWER)
    first = visitor.page.locator("tr.row .name").all_inner_texts()
    visitor.follow("text=Next page")
    second = visitor.page.locator("tr.row .name").all_inner_texts()
    assert len(set(first) | set(second)) == 100
    visitor.follow("text=First page")
    assert visitor.page.locator("tr.row .name").all_inner_texts() == first


def test_what_silences_cover_is_counted(visit, many, data_engine):
    for number in range(50):
        matchers = (matcher_of(f"workload=~.*{number % 10}.*(checkout|cart).*"), matcher_of("namespace!=data"))
        SilenceService(data_engine).create(Wanted(matchers, None, time.time() + 3600, "why"), By("ann"))
    visitor = visit(Role.VIEWER)
    visitor.open("/silences")
    measured = visitor.page.evaluate(MEASURE)
    assert measured["shift"] < _STILL
    covered = re.findall(r"([\d,]+) incidents", visitor.page.inner_text("table"))
    assert len(covered) == 25
    assert max(int(one.replace(",", "")) for one in covered) > 1000

"""The list of incidents as it is answered; what people do from it is in tests/e2e."""

import re
import time
from dataclasses import replace

import pytest

from app.domain.incident import Change, Event, EventKind
from app.domain.scan import ScanState
from app.output.document import scan_summary
from app.storage import incidents, scans
from app.storage.engine import transaction
from app.storage.scans import Outcome
from tests.support.findings import report
from tests.support.incident_rows import keep, leak


def keep_scan(engine, now, finished_at=None, *, complete=True):
    """A good scan of data up to a time."""
    outcome = Outcome(ScanState.SUCCEEDED, finished_at or now, scan_summary(report(end=now)), complete=complete)
    with transaction(engine) as session:
        scans.finish(session, scans.add(session, "schedule", now), outcome)


def state_cell(page):
    text = page.text.partition('data-label="State">')[2].partition("</td>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize(
    ("leaked_hours", "seen_hours", "streak", "told"),
    [
        (0, 0, 0, "open"),
        (5, 5, 0, "open last seen 5 h ago"),
        (5, 0, 0, "open last judged 5 h ago"),
        (5, 0, 2, "open looks healthy now"),
    ],
)
def test_a_row_says_whether_the_last_good_scan_still_saw_it(
    viewer, sqlite_engine, leaked_hours, seen_hours, streak, told
):
    now, number = time.time(), keep(sqlite_engine, leak("cart"))
    keep_scan(sqlite_engine, now)
    with transaction(sqlite_engine) as session:
        row = incidents.held(session, number)
        times = {"last_leak_at": now - 3600 * leaked_hours, "last_seen_at": now - 3600 * seen_hours}
        standing = replace(incidents.standing_of(row), healthy_streak=streak, **times)
        event = Event(EventKind.COMMENTED, None, None, "seen")
        incidents.save(session, row, Change(standing, (event,), None), "scan", now)
    assert state_cell(viewer.get("/")) == told


@pytest.mark.parametrize(
    ("hours", "complete", "title"),
    [(0, True, "Nothing leaks"), (0, False, "No leak is known"), (48, True, "No leak is known")],
)
def test_an_empty_list_claims_no_more_than_is_known(viewer, sqlite_engine, hours, complete, title):
    at = time.time() - 3600 * hours
    keep_scan(sqlite_engine, at, complete=complete)
    assert f"<h2>{title}</h2>" in viewer.get("/").text


def test_where_no_scan_succeeds_the_page_says_why_and_promises_nothing(viewer, sqlite_engine):
    with transaction(sqlite_engine) as session:
        number = scans.add(session, "schedule", time.time())
        failed = Outcome(ScanState.FAILED, time.time(), error="cannot connect; is Prometheus running there?")
        scans.finish(session, number, failed)
    page = viewer.get("/").text
    assert f'<a href="/scans/{number}">Scan {number}</a> failed' in page
    assert "is Prometheus running there?</p>" in page
    assert "once a scan succeeds" in page
    assert "seconds to minutes" not in page

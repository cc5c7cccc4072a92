"""The pages on scans."""

import re
import threading

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.domain.scan import Problem, ScanState, ShardResult
from app.main import create_app
from app.scanning.lease import take_lease
from app.settings import load_settings
from app.storage.engine import transaction
from tests.app.web.conftest import PAGE, Person, form_token
from tests.support.findings import report
from tests.support.scan_rows import keep_scan, keep_scans, of_clusters, seen
from tests.support.servers import wait_until

HOSTILE = "<img src=x onerror=alert(1)>"
UNREAD = Problem("batch_unread", "48 containers could not be read")


def words(answer):
    """What a page says, without its tags."""
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def rows(answer):
    return re.findall(r'data-id="(\d+)"', answer.text)


@pytest.fixture
def kept(sqlite_engine):
    """Keep a scan in the database of the application."""
    return lambda *told, **more: keep_scan(sqlite_engine, *told, **more)


def test_a_row_tells_what_a_scan_took_found_and_cost(viewer, kept):
    kept(seen(4200))
    told = words(viewer.get("/scans"))
    for figure in (
        *("1 succeeded", "by the clock", "17 s", "read 13 s, judge 3 s", "4,200 containers", "323 workloads"),
        *("9.07 M samples", "84 queries, 7.5 MiB", "9.24 M samples, 11 s", "none"),
    ):
        assert figure in told


def test_exact_figures_are_on_hover(viewer, kept):
    kept(seen(4200))
    page = viewer.get("/scans").text
    assert '<data value="9072000" title="9,072,000">9.07 M</data>' in page
    assert "plan 0.4 s, read 13 s, judge 3 s, record 0.6 s" in page


@pytest.mark.parametrize(
    ("told", "more", "says"),
    [
        (seen(problems=[UNREAD, UNREAD]), {}, "incomplete"),
        (seen(problems=[UNREAD, UNREAD]), {}, "2 48 containers could not be read"),
        ("cannot connect", {"state": ScanState.FAILED}, "cannot connect"),
        ("the service was stopped", {"state": ScanState.ABANDONED}, "1 abandoned"),
        (None, {"trigger": "cli"}, "by command"),
        (None, {"trigger": "api"}, "on request"),
    ],
)
def test_how_it_went_and_who_began_it_is_said(viewer, kept, told, more, says):
    kept(told, **more)
    assert says in words(viewer.get("/scans"))


def test_of_several_clusters_it_says_how_many_were_not_read(viewer, kept):
    number = kept(of_clusters(ShardResult("eu-1", seen()), ShardResult("us-1", None, "cannot connect to it")))
    assert "2 clusters, 1 not read as a whole" in words(viewer.get("/scans"))
    told = words(viewer.get(f"/scans/{number}"))
    assert "eu-1 all of it" in told
    assert "us-1 not read" in told


def test_the_newest_come_first_and_pages_join(viewer, sqlite_engine):
    keep_scans(sqlite_engine, 60)
    first = viewer.get("/scans")
    older = re.search(r'href="([^"]+)" rel="next"', first.text)[1].replace("&amp;", "&")
    shown = [*rows(first), *rows(viewer.get(older))]
    assert shown == [str(number) for number in range(60, 0, -1)]


def test_a_page_of_one_state(viewer, sqlite_engine):
    keep_scans(sqlite_engine, 30)
    page = viewer.get("/scans?state=failed")
    assert rows(page) == ["29", "12"]
    assert "Failed 2" in words(page)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/scans", "No scan yet"),
        ("/scans?state=failed", "No scan is in this state"),
        ("/scans?state=%3Cimg%3E%00", "No scan yet"),
    ],
)
def test_an_empty_list_says_why(viewer, path, says):
    answer = viewer.get(path)
    assert (answer.status_code, says in words(answer)) == (200, True)


@pytest.mark.parametrize("cursor", ["x", "%00", "W10", "a" * 5000])
def test_a_cursor_that_is_none_of_ours_is_told(viewer, cursor):
    assert viewer.get(f"/scans?cursor={cursor}").status_code == 400


@pytest.mark.parametrize("number", ["7", "0", "-1", "x", "9" * 30, "٣", "%3Cimg%20src=x%3E"])
def test_a_scan_that_there_is_not(viewer, number):
    answer = viewer.get(f"/scans/{number}")
    assert answer.status_code == 404
    assert "There is nothing here" in words(answer)


def test_one_scan_tells_all_its_problems(viewer, kept):
    problems = [Problem("batch_unread", f"{number} could not be read") for number in range(30)]
    told = words(viewer.get(f"/scans/{kept(seen(problems=problems))}"))
    assert "Problems 30" in told
    assert "29 could not be read batch_unread" in told


def test_one_leads_to_those_beside_it(viewer, sqlite_engine):
    keep_scans(sqlite_engine, 3)
    beside = [re.findall(r'href="/scans/(\d+)" rel', viewer.get(f"/scans/{number}").text) for number in (1, 2, 3)]
    assert beside == [["2"], ["1", "3"], ["2"]]


@pytest.mark.parametrize("state", [ScanState.FAILED, ScanState.ABANDONED])
def test_one_that_did_not_succeed_says_why(viewer, kept, state):
    assert "cannot connect: is it up?" in words(viewer.get(f"/scans/{kept('cannot connect: is it up?', state=state)}"))


def test_what_others_wrote_is_escaped(viewer, kept):
    number = kept(seen(problems=[Problem(HOSTILE, HOSTILE)], cluster=HOSTILE))
    kept(HOSTILE, state=ScanState.FAILED, trigger="<b>")
    for path in ("/scans", f"/scans/{number}", f"/scans/{number + 1}"):
        page = viewer.get(path).text
        assert "&lt;img src=x" in page
        assert "<img src=x" not in page


def test_a_viewer_is_offered_no_scan_and_may_begin_none(viewer):
    page = viewer.get("/scans")
    assert "Scan now" not in words(page)
    assert viewer.post("/scans").status_code == 403


def test_a_form_of_somebody_elses_begins_nothing(responder):
    assert responder.client.post("/scans", data={"form_token": "0" * 64}, headers=PAGE).status_code == 403
    assert rows(responder.get("/scans")) == []


def test_a_responder_begins_one(responder):
    assert "Scan now" in words(responder.get("/scans"))
    answer = responder.post("/scans", back="/scans?state=running")
    assert (answer.status_code, answer.headers["location"]) == (303, "/scans?state=running")
    assert "Scan 1 has begun." in words(responder.get("/scans"))
    wait_until(lambda: "1 succeeded" in words(responder.get("/scans")), "it has ended")


def test_where_it_leads_back_to_is_never_elsewhere(responder):
    assert responder.post("/scans", back="//evil.test").headers["location"] == "/"


@pytest.fixture
def slow(sqlite_engine, tokens):
    """A responder at a service whose scans say that they are half way, and wait until they are let go."""
    go = threading.Event()

    def perform(control):
        control.progress(210, 4200)
        assert go.wait(30)
        return report()

    app = create_app(load_settings(scan_on_start=False), sqlite_engine, perform)
    with TestClient(app, follow_redirects=False) as client:
        person = Person(client)
        person.sign_in(tokens[Role.RESPONDER])
        yield person
        go.set()


def test_a_running_one_tells_how_far_it_has_come_and_is_asked_for_again_without_script(slow):
    slow.post("/scans")
    wait_until(lambda: 'max="4200" value="210"' in slow.get("/scans").text, "it is half way")
    for path in ("/scans", "/scans/1"):
        page = slow.get(path)
        assert "210 of 4,200 containers read and judged" in words(page)
        assert '<noscript><meta http-equiv="refresh"' in page.text
        assert "Scan now" not in words(page)


def test_a_second_one_is_refused_in_words(slow):
    token = form_token(slow.get("/scans"))
    for _ in range(2):
        slow.client.post("/scans", data={"form_token": token}, headers=PAGE)
    told = words(slow.get("/scans"))
    assert "No scan was begun: another one is running, here or in another process." in told


def test_one_of_another_process_is_told_as_such(responder, sqlite_engine):
    with transaction(sqlite_engine) as session:
        lease = take_lease(sqlite_engine, session, lambda: None)
    number = keep_scan(sqlite_engine, state=ScanState.RUNNING)
    for path in ("/scans", f"/scans/{number}"):
        assert "It runs in another process" in words(responder.get(path))
    assert responder.post("/scans").status_code == 303
    assert "another one is running" in words(responder.get("/scans"))
    with transaction(sqlite_engine) as session:
        lease.let_go(session)

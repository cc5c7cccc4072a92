"""The page of one incident."""

import json
import re
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.alertmanager.intake import writer
from app.alertmanager.payload import parse_notification
from app.domain.access import Role
from app.domain.incident import Change, Event, EventKind
from app.domain.scan import ScanState
from app.domain.silence import matcher_of
from app.output.document import rfc3339, scan_summary
from app.services.acts import ActService, By
from app.services.feedback import FeedbackService
from app.services.incidents import IncidentService
from app.services.silences import SilenceService, Wanted
from app.storage import incidents, scans
from app.storage.engine import transaction
from app.storage.scans import Outcome
from detectors.judgement import MemoryKind, Reason
from tests.app.web.conftest import Person
from tests.support.findings import report
from tests.support.incident_rows import keep, leak
from tests.support.notifications import alert, payload

HOSTILE = "<img src=x onerror=alert(1)>"
DAY = 86_400.0


@pytest.fixture
def cart(sqlite_engine):
    return keep(sqlite_engine, leak("cart", suspect="v2"))


@pytest.fixture
def detail(sqlite_engine):
    return IncidentService(sqlite_engine).detail


@pytest.fixture
def acts(sqlite_engine):
    return ActService(sqlite_engine)


def keep_scan(engine, end):
    """A good scan that ended just now, of data up to a time."""
    now = time.time()
    outcome = Outcome(ScanState.SUCCEEDED, now, scan_summary(report(end=end)), complete=True)
    with transaction(engine) as session:
        scans.finish(session, scans.add(session, "schedule", now), outcome)


def at(number, rest=""):
    return f"/incidents/{number}{rest}"


def words(page):
    """What a page says, a blank for each run of white space."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def part(page, heading):
    """What a section says."""
    return words_of(page.text.partition(f">{heading}</h2>")[2].partition("</section>")[0])


def words_of(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_it_says_it_all(viewer, cart):
    told = words(viewer.get(at(cart)))
    for figure in (
        *("cart leaks 5.0 MiB/h in 7 of 9 pods since v2 (", "; OOM kill expected ", "78 % of 512 MiB"),
        *("97 % sure", "in 9 h", "10 h ago", "before that v1", "3 OOM kills, 4 restarts", "4.0 MiB/h to 6.0 MiB/h"),
    ):
        assert figure in told


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({"limit_bytes": None, "time_to_limit": None}, "no limit is set"),
        ({"fully_read": False}, "Not all of its data could be read"),
        ({"memory_kind": MemoryKind.KERNEL}, "No heap profile shows it"),
        ({"memory_kind": MemoryKind.PAGE_CACHE}, "Pages of files"),
        ({"probability": 0.82}, "very likely (82 %)"),
        ({"oom_kills": 1, "restarts": 0}, "1 OOM kill, 0 restarts"),
    ],
)
def test_what_is_so_is_said(viewer, sqlite_engine, shown, told):
    assert told in words(viewer.get(at(keep(sqlite_engine, leak("cart", **shown)))))


def test_what_is_overdue_is_said_to_be(viewer, sqlite_engine):
    number = keep(sqlite_engine, leak("cart"), now=time.time() - 10 * 3600)
    told = words(viewer.get(at(number)))
    assert "OOM kill was expected" in told
    assert "overdue" in told
    assert "Restart it to gain time, at once" in told


def test_times_in_advice_are_times_for_the_reader_too(viewer, cart):
    page = viewer.get(at(cart)).text
    assert re.search(r"<h3>Restart it to gain time, before <time datetime=", page)


def test_reasons_stand_on_their_side(viewer, sqlite_engine):
    reasons = (Reason("rising_floor", "the floor rose"), Reason("load_explains", "CPU grew with it"))
    told = part(viewer.get(at(keep(sqlite_engine, leak("cart", reasons=reasons)))), "Why we believe it")
    assert "For a leak The floor rose" in told
    assert "Against CPU grew with it" in told


def test_commands_are_quoted_and_escaped(viewer, sqlite_engine):
    page = viewer.get(at(keep(sqlite_engine, leak("a'; rm -rf /"), suspect="v2")))
    commands = re.findall(r"<pre tabindex=\"0\"><code>(.*?)</code>", page.text)
    named = [one for one in commands if "rm -rf" in one]
    assert named
    assert all("a&#39;&#34;&#39;&#34;&#39;; rm -rf /&#39;" in one for one in named)


def test_old_data_are_said_to_be_old(viewer, sqlite_engine):
    number = keep(sqlite_engine, leak("cart"), now=time.time() - 10 * 3600)
    keep_scan(sqlite_engine, time.time() - 10 * 3600)
    assert "The data that it was judged by end 10 h ago" in words(viewer.get(at(number)))


@pytest.mark.parametrize(("later", "told"), [(0, "Last good scan"), (7200, "The last good scan did not see it")])
def test_what_the_last_good_scan_did_not_see_is_said(viewer, cart, sqlite_engine, later, told):
    keep_scan(sqlite_engine, time.time() + later)
    assert told in words(viewer.get(at(cart)))


def test_a_hostile_name_is_a_name(viewer, sqlite_engine):
    number = keep(sqlite_engine, leak(HOSTILE, namespace=HOSTILE), suspect=HOSTILE)
    assert "<img src=x" not in viewer.get(at(number)).text


@pytest.mark.parametrize("query", ["over=age", "over=%3Cb%3E", "moment=opened", "moment=x", "cursor=x", "cursor=%00"])
def test_an_address_that_asks_for_what_cannot_be_is_a_page(viewer, cart, query):
    assert viewer.get(at(cart, f"?{query}")).status_code == 200


@pytest.mark.parametrize("number", [999, "x", 0, 2**70])
def test_an_incident_that_there_is_not(viewer, cart, number):
    page = viewer.get(at(number))
    assert page.status_code == 404
    assert "To the incidents" in page.text


def test_nobody_sees_it_who_has_not_signed_in(person, cart):
    assert person.get(at(cart)).headers["location"] == "/sign-in?next=%2Fincidents%2F1"


@pytest.mark.parametrize(
    ("done", "offered"),
    [
        ([], ["acknowledge", "silence", "resolve", "not-a-leak"]),
        (["acknowledge"], ["unacknowledge", "silence", "resolve", "not-a-leak"]),
        (["silence"], ["acknowledge", "unsilence", "resolve", "not-a-leak"]),
        (["resolve"], ["reopen", "silence", "not-a-leak"]),
        (["not-a-leak"], ["is-a-leak", "silence"]),
    ],
)
def test_the_acts_that_can_be_done_are_offered(responder, cart, done, offered):
    for one in done:
        responder.post("/acts", do=f"{one}:{cart}", comment="why", seconds="3600")
    assert re.findall(r'name="do" value="([a-z-]+):1"', responder.get(at(cart)).text) == offered


def test_a_silence_with_matchers_is_led_to_and_not_offered_to_be_ended_here(responder, cart, sqlite_engine):
    wanted = Wanted((matcher_of("workload=cart"),), None, time.time() + 3600, "deploy")
    SilenceService(sqlite_engine).create(wanted, By("ann"))
    page = responder.get(at(cart)).text
    assert f'href="/silences?incident={cart}"' in page
    assert "silence:" not in "".join(re.findall(r'name="do" value="([a-z-]+:1)"', page))


def test_an_act_leads_back_to_the_page_with_undo(responder, cart):
    done = responder.post("/acts", at(cart), do=f"acknowledge:{cart}", back=at(cart))
    assert done.headers["location"] == at(cart)
    page = responder.get(at(cart))
    assert "Acknowledged cart." in page.text
    assert 'action="/acts/undo"' in page.text


def test_a_viewer_is_shown_no_act(viewer, cart):
    assert 'method="post" action="/acts' not in viewer.get(at(cart)).text
    assert "/comment" not in viewer.get(at(cart)).text
    assert viewer.post(at(cart, "/comment"), comment="x").status_code == 403
    assert viewer.post(at(cart, "/assign"), to="me").status_code == 403


def test_a_comment_is_in_the_timeline(responder, cart):
    answer = responder.post(at(cart, "/comment"), comment=f"look at {HOSTILE}")
    assert answer.headers["location"] == at(cart)
    page = responder.get(at(cart))
    assert "Commented." in page.text
    assert "Comment by responder" in part(page, "Timeline")
    assert "look at &lt;img" in page.text


def test_it_leads_back_to_where_it_stood_and_to_no_other_site(responder, cart):
    for back, led_to in ((at(cart, "?over=age"), at(cart, "?over=age")), ("//evil.test", "/")):
        assert responder.post(at(cart, "/comment"), comment=back, back=back).headers["location"] == led_to


@pytest.mark.parametrize("text", ["", "   ", "x" * 3000])
def test_a_comment_that_cannot_be_kept_is_refused_plainly(responder, cart, detail, text):
    responder.post(at(cart, "/comment"), comment=text)
    assert "Not kept: comment:" in responder.get(at(cart)).text
    assert len(detail(cart).timeline) == 1


@pytest.mark.parametrize(
    ("fields", "assignee"),
    [({"to": "me"}, "responder"), ({"to": "given", "assignee": "team-shop"}, "team-shop"), ({"to": "nobody"}, None)],
)
def test_somebody_looks_after_it(responder, cart, acts, detail, fields, assignee):
    acts.assign(cart, By("ben"), "ben")
    responder.post(at(cart, "/assign"), **fields)
    assert detail(cart).incident.assignee == assignee


def test_nobody_is_given_it_by_an_empty_name(responder, cart, acts, detail):
    acts.assign(cart, By("ben"), "ben")
    responder.post(at(cart, "/assign"), assignee=" ", to="given")
    assert "Not assigned: assignee:" in responder.get(at(cart)).text
    assert detail(cart).incident.assignee == "ben"


@pytest.mark.parametrize("path", ["/comment", "/assign"])
def test_no_form_of_another_site_is_taken(responder, cart, detail, path):
    assert responder.post(at(cart, path), form_token="x" * 40, comment="x", to="me").status_code == 403
    assert len(detail(cart).timeline) == 1


def test_one_that_is_over_says_how_it_ended(viewer, cart, acts):
    acts.resolve(cart, By("ann"), "rolled back to v1")
    page = viewer.get(at(cart))
    assert "cart leaked 5.0 MiB/h" in words(page)
    assert "It ended just now: rolled back to v1 (ann)." in words(page)
    assert "What to do now" not in page.text
    assert "7 of 9 leaked" in words(page)
    assert "% sure that it leaked" in words(page)


def test_what_was_accepted_is_said(viewer, cart, sqlite_engine):
    FeedbackService(sqlite_engine).not_a_leak(cart, "ann", "a cache")
    told = words(viewer.get(at(cart)))
    assert "ann accepted it as no leak just now, up to 5.0 MiB/h and 390 MiB: a cache" in told


def grow(engine, number, kind, at_, text="", before=None, after=None, **changes):
    """Add an event to its timeline, and change how it stands."""
    with transaction(engine) as session:
        row = incidents.held(session, number)
        standing = replace(incidents.standing_of(row), **changes)
        incidents.save(session, row, Change(standing, (Event(kind, before, after, text),), None), "scan", at_)


def test_the_timeline_is_by_day_and_a_page_at_a_time(viewer, cart, sqlite_engine):
    for number in range(40):
        grow(sqlite_engine, cart, EventKind.COMMENTED, number * DAY / 2 + 100, f"words {number:02d}")
    page = viewer.get(at(cart))
    assert "words 39" in page.text
    assert "words 09" not in page.text
    assert "Tue 20 Jan 1970 UTC" in part(page, "Timeline")
    older = re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&").partition("#")[0]
    rest = viewer.get(older)
    assert "words 09" in rest.text
    assert "words 39" not in rest.text


def test_what_it_leaked_before_is_told(viewer, cart, sqlite_engine):
    now = time.time()
    grow(sqlite_engine, cart, EventKind.RESOLVED, now + 1, "healthy in 3 scans in a row", after="resolved")
    grow(sqlite_engine, cart, EventKind.RECURRED, now + 2, "again", before="resolved", after="open")
    assert (
        "healthy in 3 scans in a row" in part(viewer.get(at(cart)), "Related alerts").partition("It leaked before")[2]
    )


def test_other_containers_of_the_workload_are_named(viewer, cart, sqlite_engine):
    other = keep(sqlite_engine, leak("cart", container="proxy"))
    page = viewer.get(at(cart))
    assert f'<a href="/incidents/{other}">proxy</a>' in page.text
    assert f'<a href="/incidents/{cart}">' not in page.text


@pytest.fixture
def outside(make_app, tokens):
    """Somebody's browser of a service that knows Grafana and the runbooks."""
    app = make_app(grafana_url="https://g.test/x/", grafana_token="t", runbook_url="https://r.test/{alert}.md")
    with TestClient(app, follow_redirects=False) as client:
        known = Person(client)
        known.sign_in(tokens[Role.VIEWER])
        yield known


def test_it_leads_to_grafana_and_the_runbook(outside, sqlite_engine):
    page = outside.get(at(keep(sqlite_engine, leak("a&b"))))
    link = urlsplit(re.search(r'href="(https://g.test[^"]+)"', page.text)[1].replace("&amp;", "&"))
    assert (link.path, parse_qs(link.query)["var-workload"]) == ("/x/d/leakwatch-workload", ["a&b"])
    assert 'href="https://r.test/LeakwatchLeak.md"' in page.text


def test_it_leads_nowhere_that_is_not_known(viewer, cart):
    page = viewer.get(at(cart)).text
    assert "Grafana" not in page
    assert "Runbook" not in page


def told_of(viewer, engine, **more):
    """Alertmanager tells of an alert; what the page of the first incident says of it."""
    sent = alert("KubePodCrashLooping", starts_at=rfc3339(time.time() - 60), workload="cart", **more)
    writer(engine)([parse_notification(json.dumps(payload(sent)).encode(), time.time())])
    return viewer.get(at(1))


def test_related_alerts_are_told(viewer, cart, sqlite_engine):
    told = part(told_of(viewer, sqlite_engine), "Related alerts")
    assert "KubePodCrashLooping fires Restarts, since" in told
    assert "Pod is crash looping." in told


@pytest.mark.parametrize(("url", "is_link"), [("https://p.test/graph", True), ("javascript:alert(1)", False)])
def test_an_alert_leads_to_no_script(viewer, cart, sqlite_engine, url, is_link):
    page = told_of(viewer, sqlite_engine, more={"generatorURL": url})
    assert (f'href="{url}"' in page.text) is is_link


def test_no_alert_is_said_plainly(viewer, cart):
    assert "No alert of another system" in part(viewer.get(at(cart)), "Related alerts")

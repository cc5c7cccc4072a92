"""`/workloads/{fingerprint}`: the verdict, its past, its lives, and reading its memory now."""

import re
from dataclasses import replace

import pytest

from app.domain.explanation import Explanation
from app.errors import SourceUnreachable
from app.services.acts import ActService, By
from app.services.looks import LookService
from detectors.judgement import Figure, Verdict
from tests.support.explanations import hourly, pod_of
from tests.support.findings import MIB, finding
from tests.support.incident_rows import keep, leak
from tests.support.workload_rows import judged, keep_past, untold, well

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def show(viewer, sqlite_engine):
    """The page of a finding that was judged just now."""

    def shown(found):
        judged(sqlite_engine, found)
        return viewer.get(f"/workloads/{found.fingerprint}")

    return shown


def text(page):
    """What is read of a page, on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.text.partition("<main")[2]).split())


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (leak("cart"), "cart leaks 5.0 MiB/h in 7 of 9 pods since"),
        (leak("cart", pods=1, leaking=1), "cart leaks 5.0 MiB/h in its only pod since"),
        (leak("cart", pods=3, leaking=3), "in all 3 pods since"),
        (leak("cart", suspect="v2"), "since v2 ("),
        (leak("cart"), "; OOM kill expected"),
        (leak("cart", limit_bytes=None, time_to_limit=None), "; it has no memory limit"),
        (well("cart", probability=0.3), "cart may leak: it grows 102 KiB/h , with a probability of 30 %"),
        (well("cart"), "cart does not leak: no new high for 12 h."),
        (well("cart", reasons=()), "cart does not leak."),
        (untold("cart"), "Of cart it cannot be told yet whether it leaks: the longest lifetime seen is 3 h"),
    ],
)
def test_a_sentence_says_the_verdict(show, found, says):
    assert says in text(show(found))


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (leak("cart"), "Why it is judged to leak"),
        (well("cart"), "What speaks against a leak"),
        (untold("cart"), "Why it cannot be told"),
    ],
)
def test_reasons_are_for_or_against(show, found, title):
    page = text(show(found))
    assert title in page
    assert found.reasons[0].code in page


def test_all_figures_are_there(show):
    page = text(show(leak("cart", suspect="v2")))
    for figure in (
        "5.0 MiB/h 80 % between 4.0 MiB/h and 6.0 MiB/h",
        "97 %",
        "in 9 h",
        "400 MiB of 512 MiB , 78 %",
        "390 MiB",
        "anonymous memory",
        "9 7 leaking",
        "4 3 OOM kills",
        "v2 suspected: v2 , before it: v1",
        "all read",
    ):
        assert figure in page


@pytest.mark.parametrize(
    "found",
    [
        well("cart", limit_bytes=None, floor_bytes=None),
        well("cart", limit_bytes=0.0),
        untold("cart", pods_observed=0, current_bytes=0.0, limit_bytes=None),
        finding("cart", Verdict.LEAK, fully_read=False, reasons=()),
    ],
    ids=["no limit", "a limit of nothing", "no pods", "partly read"],
)
def test_what_is_not_known_breaks_nothing(show, found):
    assert show(found).status_code == 200


def test_names_are_escaped(show):
    page = show(
        well(HOSTILE, namespace="<b>n</b>", container="<i>c</i>", reasons=well("x", reason=("<u>", "<s>")).reasons)
    )
    assert page.status_code == 200
    assert not re.search(r"<(img src=x|b>n|i>c|u>|s>)", page.text)


def test_it_names_its_incident(show, sqlite_engine):
    found = leak("cart")
    number = keep(sqlite_engine, found)
    assert f"Incident {number} is open since" in text(show(found))
    ActService(sqlite_engine).acknowledge(number, By("ann"), "")
    assert "is acknowledged by ann since" in text(show(found))
    ActService(sqlite_engine).resolve(number, By("ann"), "it is over")
    assert f"Incident {number} was resolved" in text(show(found))


def test_one_without_an_incident_says_so(show):
    assert "It never had an incident" in text(show(well("cart")))


def test_lives_and_revisions_come_from_the_incidents_evidence(show, sqlite_engine):
    found = leak("cart")
    keep(sqlite_engine, found)
    page = show(found)
    assert "Of the 3 pods that its incident's evidence of" in text(page)
    assert page.text.count("still runs") == 3
    assert "Revisions at the same age" in page.text
    assert '<path class="r0"' in page.text


def test_past_verdicts_come_in_pages_with_plots(show, viewer, sqlite_engine):
    found = leak("cart")
    keep_past(sqlite_engine, found, 40)
    first = show(found)
    assert first.text.count('<svg class="course"') == 3
    assert first.text.count("<tr><td>") == 25
    second = viewer.get(re.search(r'href="([^"]*)" rel="next"', first.text)[1])
    assert second.text.count("<tr><td>") == 16
    assert 'rel="next"' not in second.text


def test_one_verdict_has_no_plot(show):
    page = show(well("cart"))
    assert '<svg class="course"' not in page.text
    assert page.text.count("<tr><td>") == 1


@pytest.mark.parametrize("path", ["0123456789abcdef", "x", "0123456789ABCDEF", "%00", "..%2f..", "a" * 500])
def test_what_is_not_there_is_not_found(viewer, path):
    page = viewer.get(f"/workloads/{path}")
    assert page.status_code == 404
    assert "There is nothing here" in page.text


@pytest.mark.parametrize("query", ["cursor=abc", "cursor=" + "x" * 400, "cursor=%00"])
def test_a_wrong_cursor_is_told(viewer, sqlite_engine, query):
    judged(sqlite_engine, well("cart"))
    assert viewer.get(f"/workloads/{well('cart').fingerprint}?{query}").status_code in {400, 422}


@pytest.fixture
def reads(person):
    """Have a look do this."""

    def use(look):
        state = person.client.app.state
        state.services = replace(state.services, looks=LookService(look))

    return use


def seen(found):
    """What a look finds: a life that ended by a kill, and the one after it."""
    memory = [*(100 + 10 * hour for hour in range(12)), *(100 + 10 * hour for hour in range(12))]
    figures = (Figure("rise", 1.0, "it rose"),)
    return Explanation(found, figures, hourly(24), (), (pod_of(memory, oom_kills=(11,)),), 4)


def test_its_memory_is_read_now(responder, reads, sqlite_engine):
    found = well("cart")
    judged(sqlite_engine, found)
    reads(lambda identity: seen(replace(found, growth_bytes_per_hour=7 * MIB)))
    path = f"/workloads/{found.fingerprint}"
    page = responder.post(path, path)
    said = text(page)
    assert "Read just now: healthy, 7.0 MiB/h , probability 5 %; no new high for 12 h. Nothing of this is kept." in said
    assert "1 of the 4 pods" in said
    assert said.count("OOM kill ") == 1
    assert said.count("10.0 MiB/h") == 2
    assert "it rose" in said


def test_what_goes_wrong_is_told_on_the_page(responder, reads, sqlite_engine):
    found = well("cart")
    judged(sqlite_engine, found)

    def fails(identity):
        raise SourceUnreachable("Prometheus does not answer", "is it up?")

    reads(fails)
    path = f"/workloads/{found.fingerprint}"
    page = responder.post(path, path)
    assert page.status_code == 503
    assert "could not be read: Prometheus does not answer; is it up?." in text(page)


def test_a_viewer_is_offered_no_reading_and_may_not(show, viewer):
    found = well("cart")
    assert "Read its memory now" not in show(found).text
    path = f"/workloads/{found.fingerprint}"
    assert viewer.post(path, path).status_code == 403


def test_reading_needs_a_form_of_ours(responder, sqlite_engine):
    judged(sqlite_engine, well("cart"))
    answer = responder.client.post(f"/workloads/{well('cart').fingerprint}", data={"form_token": "x"})
    assert answer.status_code == 403

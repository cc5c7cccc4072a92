"""What people do to incidents from pages, and how they take it back."""

import re
import time

import pytest

from app.domain.incident import IncidentState
from app.domain.silence import matcher_of
from app.services.acts import ActService, By
from app.services.incidents import IncidentService
from app.services.silences import SilenceService, Wanted
from tests.support.incident_rows import keep, leak

OPEN, ACKNOWLEDGED, RESOLVED = IncidentState


@pytest.fixture
def ids(sqlite_engine):
    return [keep(sqlite_engine, leak(name)) for name in ("cart", "search", "mail")]


@pytest.fixture
def states(sqlite_engine, ids):
    service = IncidentService(sqlite_engine)
    return lambda: [service.detail(number).incident.standing.state for number in ids]


@pytest.fixture
def incident(sqlite_engine):
    return lambda number: IncidentService(sqlite_engine).detail(number)


def told(person, answer):
    """What the page tells that an act leads to."""
    assert answer.status_code == 303
    page = person.get(answer.headers["location"]).text
    return page.partition('<div class="told')[2].partition("<p>")[2].partition("</p>")[0]


def undo(person, act, *targets):
    return person.post("/acts/undo", act=act, target=list(targets))


def test_one_from_its_row_whatever_is_selected(responder, ids, states):
    answer = responder.post("/acts", do=f"acknowledge:{ids[0]}", target=[str(ids[1])])
    assert told(responder, answer) == "Acknowledged cart."
    assert states() == [ACKNOWLEDGED, OPEN, OPEN]


def test_all_that_are_selected(responder, ids, states):
    answer = responder.post("/acts", do="acknowledge", target=[str(ids[0]), str(ids[2]), str(ids[0])])
    assert told(responder, answer) == "Acknowledged 2 incidents."
    assert states() == [ACKNOWLEDGED, OPEN, ACKNOWLEDGED]


def test_it_leads_back_to_where_it_stood_and_to_no_other_site(responder, ids):
    for back, led_to in (("/?state=all", "/?state=all"), ("//evil.test", "/")):
        answer = responder.post("/acts", do=f"acknowledge:{ids[0]}", back=back)
        assert answer.headers["location"] == led_to


def test_it_is_told_once(responder, ids):
    answer = responder.post("/acts", do=f"acknowledge:{ids[0]}")
    assert told(responder, answer)
    assert 'class="told' not in responder.get("/").text


def test_the_timeline_names_who_did_it(responder, ids, incident):
    responder.post("/acts", do=f"acknowledge:{ids[0]}")
    assert incident(ids[0]).timeline[-1].actor == "responder"


def test_what_is_so_already_is_told_and_cannot_be_undone(responder, ids):
    responder.post("/acts", do=f"acknowledge:{ids[0]}")
    answer = responder.post("/acts", do=f"acknowledge:{ids[0]}")
    page = responder.get(answer.headers["location"]).text
    assert "It was so already." in page
    assert "/acts/undo" not in page


def test_what_cannot_be_done_to_one_is_done_to_the_others(responder, ids, states, sqlite_engine):
    ActService(sqlite_engine).resolve(ids[0], By("ann"), "gone")
    answer = responder.post("/acts", do="acknowledge", target=[*map(str, ids), "999"])
    said = told(responder, answer)
    assert said.startswith("Acknowledged 2 incidents. Could not be done: incident 1 is resolved;")
    assert said.endswith("(and 1 more).")
    assert states() == [RESOLVED, ACKNOWLEDGED, ACKNOWLEDGED]


def test_nothing_selected(responder, ids, states):
    assert "Nothing was selected" in told(responder, responder.post("/acts", do="acknowledge"))
    assert states() == [OPEN, OPEN, OPEN]


@pytest.mark.parametrize("act", ["silence", "resolve", "not-a-leak"])
def test_what_must_be_explained_is_asked_for_first(responder, ids, states, act):
    asked = responder.post("/acts", do=f"{act}:{ids[0]}")
    assert (asked.status_code, "cart" in asked.text, "textarea" in asked.text) == (200, True, True)
    again = responder.post("/acts", do=act, target=str(ids[0]), seconds="3600", comment="\x1b ", asked="true")
    assert (again.status_code, "Say why" in again.text or "must not be empty" in again.text) == (422, True)
    assert states() == [OPEN, OPEN, OPEN]


def test_a_silence_ends_when_it_should(responder, ids, incident):
    responder.post("/acts", do=f"silence:{ids[0]}", seconds="3600", comment="deploy")
    assert incident(ids[0]).incident.silenced_until == pytest.approx(time.time() + 3600, abs=30)


@pytest.mark.parametrize("do", ["", "nosuch", "nosuch:1", "acknowledge:x", "acknowledge:0", "acknowledge:-1", "a" * 99])
def test_an_act_that_there_is_not(responder, ids, states, do):
    assert responder.post("/acts", do=do).status_code in {400, 422}
    assert states() == [OPEN, OPEN, OPEN]


@pytest.mark.parametrize("act", ["acknowledge", "resolve", "not-a-leak", "silence"])
@pytest.mark.parametrize("before", [OPEN, ACKNOWLEDGED])
def test_undo_leaves_it_as_it_was(responder, ids, incident, act, before):
    if before is ACKNOWLEDGED:
        responder.post("/acts", do=f"acknowledge:{ids[0]}")
    done = responder.post("/acts", do=f"{act}:{ids[0]}", comment="why", seconds="3600")
    page = responder.get(done.headers["location"]).text
    target = page.partition('name="target" value="')[2].partition('"')[0]
    if (act, before) == ("acknowledge", ACKNOWLEDGED):
        assert "/acts/undo" not in page
        return
    assert "Took back what was done to cart." in told(responder, undo(responder, act, target))
    after = incident(ids[0])
    assert (after.incident.standing.state, after.incident.silenced_until, after.feedback) == (before, None, None)


def test_undo_of_a_silence_that_was_made_longer_is_not_offered(responder, ids):
    for hours in (1, 2):
        done = responder.post("/acts", do=f"silence:{ids[0]}", seconds=str(3600 * hours), comment="why")
        page = responder.get(done.headers["location"]).text
        assert ("/acts/undo" in page) is (hours == 1)


@pytest.mark.parametrize(("act", "target"), [("nosuch", "1o"), ("unsilence", "1o"), ("resolve", "1x"), ("resolve", "")])
def test_an_undo_that_there_is_not(responder, ids, act, target):
    assert undo(responder, act, target).status_code == 400


def test_a_told_cookie_that_was_tampered_with_tells_nothing(responder, ids):
    responder.client.cookies.set("leakwatch_told", "eyJ0ZXh0IjoiYSJ9." + "0" * 64)
    assert 'class="told' not in responder.get("/").text


def test_very_many_cannot_all_be_kept_for_undo(responder, sqlite_engine):
    many = [str(keep(sqlite_engine, leak(f"w{number}"))) for number in range(3)]
    numbers = [str(10**16 + number) for number in range(197)]
    answer = responder.post("/acts", do="acknowledge", target=[*many, *numbers])
    assert told(responder, answer).startswith("Acknowledged 3 incidents.")
    assert responder.post("/acts", do="acknowledge", target=["1"] * 201).status_code == 422


def test_a_silence_with_matchers_is_not_ended_for_one_and_that_is_said(responder, ids, sqlite_engine, incident):
    wanted = Wanted((matcher_of("workload=cart"),), None, time.time() + 3600, "deploy")
    SilenceService(sqlite_engine).create(wanted, By("ann"))
    said = told(responder, responder.post("/acts", do=f"unsilence:{ids[0]}"))
    assert said == "Could not be done: a silence with matchers keeps cart quiet; end or change that one: see Silences."
    assert incident(ids[0]).incident.silenced_until is not None


def test_what_is_told_at_length_is_told_nevertheless(responder, ids):
    name = "\N{PILE OF POO}" * 250
    for _ in range(2):
        answer = responder.post(f"/incidents/{ids[0]}/assign", assignee=name, to="given")
    assert told(responder, answer).startswith("It is \N{PILE OF POO}")


def test_what_is_accepted_is_offered_as_a_leak_and_not_to_be_reopened(responder, ids):
    responder.post("/acts", do=f"not-a-leak:{ids[0]}", comment="a cache")
    responder.post("/acts", do=f"resolve:{ids[1]}", comment="gone")
    page = responder.get("/?state=resolved").text
    offered = re.findall(r'name="do" value="([a-z-]+:[12])"', page.partition("<tbody")[2])
    assert set(offered) == {"reopen:2", "silence:2", "not-a-leak:2", "is-a-leak:1", "silence:1"}


def test_whoever_comes_back_to_where_they_were_asked_why_is_led_home(responder):
    assert responder.get("/acts").headers["location"] == "/"


def test_a_viewer_is_shown_no_act(viewer, ids):
    page = viewer.get("/").text
    assert "/acts" not in page
    assert 'type="checkbox"' not in page

"""`/silences`: what is kept quiet, how people make, change and end it; and what was accepted as no leak."""

import re
import time

import pytest

from app.domain.incident import EventKind
from app.domain.silence import SilenceState, matcher_of
from app.services.acts import ActService, By
from app.services.feedback import FeedbackService
from app.services.incidents import IncidentService
from app.services.silences import SilenceService, Wanted
from tests.support.incident_rows import keep, leak

HOSTILE = "<img src=x onerror=alert(1)>"
ANN = By("ann")
ACTIVE, PENDING, EXPIRED = SilenceState.ACTIVE, SilenceState.PENDING, SilenceState.EXPIRED
GOOD = {"matchers": "namespace=shop", "comment": "deploy", "span": "3600"}


@pytest.fixture
def ids(sqlite_engine):
    return [
        keep(sqlite_engine, leak("cart")),
        keep(sqlite_engine, leak("cart-worker")),
        keep(sqlite_engine, leak(HOSTILE, namespace="data")),
    ]


@pytest.fixture
def service(sqlite_engine):
    return SilenceService(sqlite_engine)


@pytest.fixture
def make(service):
    """Make a silence; begins and ends in so many seconds."""

    def made(*matchers, begins=None, ends=3600.0, comment="deploy"):
        now = time.time()
        starts_at = None if begins is None else now + begins
        wanted = Wanted(tuple(map(matcher_of, matchers)), starts_at, now + ends, comment)
        return service.create(wanted, ANN).silence

    return made


@pytest.fixture
def silences(service):
    """The numbers of those in a state."""
    return lambda state: [one.id for one in service.page([state], None, None, 100).silences]


def rows(page):
    return re.findall(r'<tr role="row" class="row" data-id="(\d+)">', page.text)


def told(person, answer):
    """What the page tells that an act leads to."""
    assert answer.status_code == 303
    page = person.get(answer.headers["location"]).text
    return page.partition('<div class="told')[2].partition("<p>")[2].partition("</p>")[0]


def undo(person, answer):
    """Press Undo on the page that an act leads to."""
    page = person.get(answer.headers["location"]).text
    form = re.search(
        r'action="(/\w+/undo)".*?name="act" value="(\w+)".*?name="target" value="([^"]*)"', page, re.DOTALL
    )
    return person.post(form[1], "/silences", act=form[2], target=form[3], back="/silences")


def test_each_state_has_its_tab_with_a_count(viewer, make, service):
    active, pending, over = make("namespace=a"), make("namespace=b", begins=600.0), make("namespace=c")
    service.expire(over.id, ANN)
    for query, listed in (("", active), ("?state=pending", pending), ("?state=expired", over), ("?state=x", active)):
        page = viewer.get(f"/silences{query}")
        assert rows(page) == [str(listed.id)]
        assert re.findall(r'class="count">(\d+)', page.text) == ["1", "1", "1", "0"]


def test_a_row_tells_what_until_when_why_and_how_many(viewer, ids, make):
    make("namespace=shop", "workload=~cart.*", comment="<b>v2</b>")
    text = viewer.get("/silences").text
    for part in ("namespace=&#34;shop&#34;", "workload=~&#34;cart.*&#34;", "in 60 min", "2 incidents", "&lt;b&gt;v2"):
        assert part in text
    assert "<b>v2" not in text


def test_those_that_are_over_cover_nothing(viewer, ids, make, service):
    service.expire(make("namespace=shop").id, ANN)
    text = viewer.get("/silences?state=expired").text
    assert "incidents</a>" not in text
    assert "ended by ann" in text


def test_one_of_a_single_incident_is_known_by_its_name(viewer, ids, sqlite_engine):
    ActService(sqlite_engine).silence(ids[2], ANN, time.time() + 600, "why")
    text = viewer.get("/silences").text
    assert "&lt;img src=x onerror=alert(1)&gt;</a>" in text
    assert "this incident alone" in text
    assert "<img src=x" not in text


def test_an_incident_leads_to_what_keeps_it_quiet(viewer, ids, make):
    make("workload=cart"), make("namespace=data"), make("namespace=shop", begins=600.0), make("namespace=shop")
    assert f'href="/silences?incident={ids[0]}"' in viewer.get("/").text
    assert rows(viewer.get(f"/silences?incident={ids[0]}")) == ["4", "1"]
    assert "Nothing keeps it quiet" in viewer.get("/silences?incident=999").text


def test_pages_follow_each_other(viewer, make):
    for number in range(26):
        make(f"workload=w{number}")
    first = viewer.get("/silences")
    after = re.search(r'href="(/silences\?[^"]*cursor=[^"]*)" rel="next"', first.text)[1].replace("&amp;", "&")
    assert rows(first) + rows(viewer.get(after)) == [str(number) for number in range(26, 0, -1)]


@pytest.mark.parametrize(
    "query",
    [
        "state=%00",
        "state=active&state=x",
        "incident=x",
        "incident=99999999999999999999",
        f"incident={10**18}",
        "cursor=",
    ],
)
def test_what_an_address_cannot_ask_for_is_the_usual(viewer, query):
    assert viewer.get(f"/silences?{query}").status_code == 200


@pytest.mark.parametrize("state", ["active", "accepted"])
def test_a_cursor_that_is_none_is_said_to_be(viewer, state):
    assert viewer.get(f"/silences?state={state}&cursor=xyz").status_code == 400


@pytest.mark.parametrize("path", ["/silences/9", "/silences/9/edit", "/silences/new?like=9"])
def test_one_that_there_is_not(responder, path):
    assert responder.get(path).status_code == 404


def test_one_alone_names_the_incidents_it_is_about(viewer, ids, make):
    text = viewer.get(f"/silences/{make('workload=~.+mg.*').id}").text
    assert "&lt;img src=x onerror=alert(1)&gt;</a>" in text
    assert 'href="/incidents/3"' in text


def test_a_viewer_is_shown_no_act(viewer, ids, make):
    made = make("namespace=shop").id
    for path in ("/silences", f"/silences/{made}"):
        main = viewer.get(path).text.partition("<main")[2]
        assert "<button" not in main
        assert "/edit" not in main
        assert "/new" not in main
    for path in ("/silences/new", f"/silences/{made}/edit"):
        assert viewer.get(path).status_code == 403


def test_a_viewer_cannot_act(viewer, make, silences):
    make("namespace=shop")
    for path, fields in (("/silences/end", {"silence": "1"}), ("/silences/new", {**GOOD, "do": "save"})):
        assert viewer.post(path, **fields).status_code == 403
    assert silences(ACTIVE) == [1]


def test_nobody_acts_from_another_page(responder, make, silences):
    make("namespace=shop")
    for path in ("/silences/end", "/silences/undo", "/silences/new", "/silences/1/edit"):
        answer = responder.client.post(path, data={"silence": "1", "act": "end", "target": "1", "form_token": "x"})
        assert answer.status_code == 403
    assert silences(ACTIVE) == [1]


def test_a_preview_names_what_it_would_cover_and_keeps_nothing(responder, ids, silences):
    page = responder.post("/silences/new", matchers="namespace=shop\nworkload=~cart.*", do="preview")
    assert page.status_code == 200
    assert "cart-worker</a>" in page.text
    assert 'class="count">2' in page.text
    assert silences(ACTIVE) == []


def test_a_preview_says_which_matcher_nothing_meets(responder, ids):
    text = responder.post("/silences/new", matchers="namespace=shop\nworkload=crat", do="preview").text
    assert "workload=&#34;crat&#34;</code> <b>is met by none" in text
    assert "No incident that is not over meets all of them now" in text


def test_what_is_wrong_keeps_what_was_typed(responder, silences):
    typed = {"matchers": "workload~<b>", "begins": "2001-01-01T00:00", "comment": "", "span": "86400"}
    page = responder.post("/silences/new", **typed, do="save")
    assert page.status_code == 422
    assert page.text.count('aria-invalid="true"') == 3
    for part in ("workload~&lt;b&gt;</textarea>", 'value="2001-01-01T00:00"', '<option value="86400" selected>'):
        assert part in page.text
    assert silences(ACTIVE) == []


def test_one_is_made_and_can_be_taken_back(responder, ids, silences):
    answer = responder.post("/silences/new", **GOOD, do="save")
    assert told(responder, answer) == "The silence is kept: it covers 2 incidents."
    answer = responder.post("/silences/new", **GOOD, do="save")
    assert silences(ACTIVE) == [2, 1]
    assert told(responder, undo(responder, answer)) == "Took the silence back: it is over."
    assert (silences(ACTIVE), silences(EXPIRED)) == ([1], [2])


def test_one_to_come_leads_to_those(responder, silences):
    answer = responder.post("/silences/new", **GOOD, begins="2200-01-01T00:00", do="save")
    assert answer.status_code == 422  # Not so far.
    soon = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 7200))
    answer = responder.post("/silences/new", **GOOD, begins=soon, do="save")
    assert answer.headers["location"] == "/silences?state=pending"
    assert silences(PENDING) == [1]


def test_a_form_that_is_sent_twice_makes_one(responder, silences):
    for _ in range(2):
        assert responder.post("/silences/new", **GOOD, do="save", once="abc").status_code == 303
    assert silences(ACTIVE) == [1]


def test_an_address_begins_the_form_and_shows_what_it_covers(responder, ids):
    text = responder.get("/silences/new?namespace=shop&workload=cart").text
    assert "namespace=&#34;shop&#34;\nworkload=&#34;cart&#34;</textarea>" in text
    assert 'class="count">1' in text
    assert 'role="alert"' not in text


def test_one_that_is_over_can_be_made_again(responder, make, service):
    service.expire(make("namespace=shop", comment="each Monday").id, ANN)
    assert 'href="/silences/new?like=1"' in responder.get("/silences?state=expired").text
    text = responder.get("/silences/new?like=1").text
    assert "namespace=&#34;shop&#34;</textarea>" in text
    assert "each Monday</textarea>" in text


def edited(person, number, **fields):
    version = re.search(r'name="version" value="(\d+)"', person.get(f"/silences/{number}/edit").text)[1]
    return person.post(f"/silences/{number}/edit", **{"version": version, **GOOD, **fields})


def test_one_is_changed(responder, make, service):
    made = make("namespace=shop")
    answer = edited(responder, made.id, matchers="namespace=data", span="86400", comment="longer", do="save")
    assert told(responder, answer) == "The silence is changed."
    now = service.one(made.id)
    assert (now.matchers, now.comment, now.author) == ((matcher_of("namespace=data"),), "longer", "responder")
    assert now.ends_at == pytest.approx(time.time() + 86_400, abs=30)
    assert now.starts_at == made.starts_at


def test_a_preview_changes_nothing(responder, ids, make, service):
    made = make("namespace=shop")
    page = edited(responder, made.id, matchers="namespace=data")
    assert (page.status_code, 'class="count">1' in page.text) == (200, True)
    assert (service.one(made.id).matchers, service.one(made.id).version) == (made.matchers, 1)


def test_what_another_changed_meanwhile_is_not_lost_unseen(responder, make, service):
    made = make("namespace=shop")
    service.edit(made.id, Wanted((matcher_of("namespace=data"),), None, made.ends_at, "mine"), By("bob"))
    answer = edited(responder, made.id, version="1", do="save")
    assert (answer.status_code, "bob changed it while you did" in answer.text) == (412, True)
    assert service.one(made.id).author == "bob"
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert edited(responder, made.id, version=version, do="save").status_code == 303


@pytest.mark.parametrize("how", ["over", "of one incident"])
def test_what_cannot_be_changed_says_why(responder, ids, make, service, sqlite_engine, how):
    if how == "over":
        service.expire(make("namespace=shop").id, ANN)
    else:
        ActService(sqlite_engine).silence(ids[0], ANN, time.time() + 600, "why")
    for answer in (responder.get("/silences/1/edit"), responder.post("/silences/1/edit", **GOOD, do="save")):
        assert answer.status_code == 409
        assert how in answer.text


def test_one_is_ended_and_can_be_had_back(responder, make, silences, service):
    made = make("namespace=shop")
    answer = responder.post("/silences/end", silence=str(made.id), back="/silences?state=expired")
    assert answer.headers["location"] == "/silences?state=expired"
    assert silences(ACTIVE) == []
    assert told(responder, undo(responder, answer)) == "The silence is in force again."
    back = service.one(made.id)
    assert (back.ended_by, back.starts_at) == (None, made.starts_at)
    assert back.ends_at == pytest.approx(made.ends_at, abs=1)


def test_one_to_come_that_was_ended_is_to_come_again(responder, make, silences):
    make("namespace=shop", begins=600.0)
    undo(responder, responder.post("/silences/end", silence="1"))
    assert silences(PENDING) == [1]


def test_one_of_a_single_incident_is_ended_in_its_timeline(responder, ids, silences, sqlite_engine):
    ActService(sqlite_engine).silence(ids[0], ANN, time.time() + 600, "why")
    assert told(responder, responder.post("/silences/end", silence="1")) == "Ended the silence."
    assert silences(ACTIVE) == []
    assert IncidentService(sqlite_engine).detail(ids[0]).timeline[-1].event.kind is EventKind.UNSILENCED


def test_one_that_is_over_already_is_told_as_such(responder, make):
    make("namespace=shop")
    responder.post("/silences/end", silence="1")
    assert told(responder, responder.post("/silences/end", silence="1")) == "It was over already."


@pytest.mark.parametrize(
    ("act", "target", "status"),
    [("x", "1", 400), ("resume", "1", 400), ("end", "1:2:3", 400), ("end", "9", 404), ("resume", "1:1:2", 303)],
)
def test_an_undo_that_there_is_not(responder, make, silences, act, target, status):
    make("namespace=shop")
    assert responder.post("/silences/undo", act=act, target=target).status_code == status
    assert silences(ACTIVE) == [1]


@pytest.fixture
def accepted(sqlite_engine, ids):
    FeedbackService(sqlite_engine).not_a_leak(ids[2], "ann", "a cache with a <cap>")


def test_what_was_accepted_is_listed_with_its_figures(viewer, accepted):
    page = viewer.get("/silences?state=accepted")
    for part in ("&lt;img src=x", "5.0 MiB/h", "a cache with a &lt;cap&gt;", "ann, "):
        assert part in page.text
    assert "<button" not in page.text.partition("<main")[2]
    assert re.findall(r'class="count">(\d+)', page.text) == ["0", "0", "0", "1"]


def test_what_was_accepted_is_withdrawn(responder, ids, accepted, sqlite_engine):
    text = responder.get("/silences?state=accepted").text
    assert f'name="do" value="is-a-leak:{ids[2]}"' in text
    answer = responder.post("/acts", do=f"is-a-leak:{ids[2]}", back="/silences?state=accepted")
    assert answer.headers["location"] == "/silences?state=accepted"
    assert "Nothing is accepted" in responder.get("/silences?state=accepted").text


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "Nothing is silenced"),
        ("?state=pending", "No silence is to come"),
        ("?state=expired", "No silence is over"),
        ("?state=accepted", "Nothing is accepted"),
    ],
)
def test_an_empty_list_says_so(viewer, query, title):
    assert title in viewer.get(f"/silences{query}").text


def test_who_is_not_known_signs_in_first(person):
    assert person.get("/silences").headers["location"] == "/sign-in?next=%2Fsilences"


def test_very_long_words_are_refused(responder):
    assert responder.post("/silences/new", **{**GOOD, "matchers": "x" * 20_001}).status_code == 422

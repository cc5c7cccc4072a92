"""Silences with matchers, in a real database of each kind."""

from dataclasses import replace

import pytest

from app.domain.incident import IncidentFilter
from app.domain.lifecycle import IncidentPolicy
from app.domain.silence import SilenceState, matcher_of
from app.errors import Conflict, NotFound, Outdated, UsageError
from app.scanning.record import Recorder
from app.services.acts import ActService, By
from app.services.incidents import IncidentService
from app.services.silences import SilenceService, Wanted
from app.storage import silences
from app.storage.engine import reading
from tests.support.findings import NOW, finding, report

ANN, BOB = By("ann"), By("bob")
WANTED = Wanted((matcher_of("namespace=shop"), matcher_of("workload=~ca.*")), None, NOW + 3600, "deploying")
LATER = replace(WANTED, starts_at=NOW + 600)


@pytest.fixture
def service(engine):
    return SilenceService(engine, lambda: NOW)


def _ids(service, *states, at=NOW):
    page = replace(service, now=lambda: at).page(states, None, None, 10)
    return [one.id for one in page.silences]


def test_one_is_kept_as_it_was_wanted(service):
    made = service.create(WANTED, ANN).silence
    assert service.one(1) == made
    assert (made.matchers, made.author, made.comment) == (WANTED.matchers, "ann", "deploying")
    assert (made.created_at, made.starts_at, made.ends_at, made.version) == (NOW, NOW, NOW + 3600, 1)


def test_incidents_that_match_are_listed_as_silenced(engine, service):
    Recorder(engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None).record(
        report(finding("cart"), finding("mail")), NOW
    )
    service.create(WANTED, ANN)
    page = IncidentService(engine, lambda: NOW).page(IncidentFilter(), None, 10)
    assert {one.identity.workload: one.silenced_until for one in page.incidents} == {"cart": NOW + 3600, "mail": None}


@pytest.mark.parametrize(
    ("at", "states"),
    [
        (NOW, {SilenceState.ACTIVE: [1], SilenceState.PENDING: [2], SilenceState.EXPIRED: []}),
        (NOW + 600, {SilenceState.ACTIVE: [2, 1], SilenceState.PENDING: [], SilenceState.EXPIRED: []}),
        (NOW + 3600, {SilenceState.ACTIVE: [], SilenceState.PENDING: [], SilenceState.EXPIRED: [2, 1]}),
    ],
    ids=["at once", "once the second has begun", "in the end"],
)
def test_lists_by_state(engine, service, at, states):
    service.create(WANTED, ANN)
    service.create(LATER, ANN)
    assert {state: _ids(service, state, at=at) for state in SilenceState} == states
    with reading(engine) as session:
        assert [one.id for one in silences.in_force(session, at)] == states[SilenceState.ACTIVE][::-1]


def test_pages_join_to_the_whole(service):
    for _ in range(5):
        service.create(WANTED, ANN)
    seen, cursor = [], None
    while True:
        page = service.page((), None, cursor, 2)
        seen += [one.id for one in page.silences]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [5, 4, 3, 2, 1]


def test_a_start_in_the_past_is_now(service):
    assert service.create(replace(WANTED, starts_at=NOW - 600), ANN).silence.starts_at == NOW


def test_ended_it_is_over_and_stays_known(service):
    service.create(WANTED, ANN)
    assert service.expire(1, BOB).changed
    assert (service.one(1).ended_by, service.one(1).ends_at) == ("bob", NOW)
    again = service.expire(1, ANN)
    assert (again.changed, again.silence.ended_by, again.silence.version) == (False, "bob", 2)


def test_edited_it_is_as_wanted_and_of_who_did_so(service):
    service.create(WANTED, ANN)
    other = Wanted((matcher_of("namespace=data"),), None, NOW + 7200, "longer")
    edited = service.edit(1, other, BOB)
    assert (edited.changed, edited.silence) == (True, service.one(1))
    assert (edited.silence.matchers, edited.silence.author, edited.silence.version) == (other.matchers, "bob", 2)
    assert edited.silence.starts_at == NOW


def test_an_edit_that_changes_nothing_is_none(service):
    service.create(WANTED, ANN)
    assert not service.edit(1, WANTED, BOB).changed
    assert service.one(1).author == "ann"


@pytest.mark.parametrize("act", ["edit", "expire"])
def test_one_that_was_changed_since_is_not_touched(service, act):
    service.create(WANTED, ANN)
    old = By("bob", frozenset({7}))
    with pytest.raises(Outdated, match="its version is 1"):
        service.edit(1, LATER, old) if act == "edit" else service.expire(1, old)
    assert service.one(1).version == 1


def test_what_is_over_is_not_edited(service):
    service.create(WANTED, ANN)
    service.expire(1, ANN)
    with pytest.raises(Conflict, match="is over"):
        service.edit(1, WANTED, ANN)


def test_one_of_an_incident_is_not_given_matchers(engine, service):
    Recorder(engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None).record(report(finding()), NOW)
    ActService(engine, lambda: NOW).silence(1, ANN, NOW + 60, "deploying")
    with pytest.raises(Conflict, match="of incident 1 alone"):
        service.edit(1, WANTED, ANN)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (replace(WANTED, matchers=()), "matchers: must be 1 to 20"),
        (replace(WANTED, matchers=(matcher_of("workload=~.*"),)), "matchers: one of them"),
        (replace(WANTED, ends_at=NOW), "ends_at: the end must be later than now"),
        (replace(WANTED, starts_at=NOW + 3600), "ends_at: the end must be later than the start"),
        (replace(WANTED, comment=" "), "comment: must not be empty"),
    ],
)
def test_what_cannot_be_is_named(service, wanted, says):
    with pytest.raises(UsageError, match=says):
        service.create(wanted, ANN)
    assert _ids(service) == []


@pytest.mark.parametrize("act", ["one", "expire", "edit"])
def test_one_that_is_not_there_is_named(service, act):
    with pytest.raises(NotFound, match="no silence 9"):
        {
            "one": lambda: service.one(9),
            "expire": lambda: service.expire(9, ANN),
            "edit": lambda: service.edit(9, WANTED, ANN),
        }[act]()


def test_counts_by_state(service):
    service.create(WANTED, ANN)
    service.create(WANTED, ANN)
    service.create(LATER, ANN)
    counts = [replace(service, now=lambda at=at: at).counts() for at in (NOW, NOW + 600, NOW + 3600)]
    active, pending, expired = SilenceState.ACTIVE, SilenceState.PENDING, SilenceState.EXPIRED
    assert counts == [
        {active: 2, pending: 1, expired: 0},
        {active: 3, pending: 0, expired: 0},
        {active: 0, pending: 0, expired: 3},
    ]


@pytest.fixture
def _three_incidents(engine):
    """cart, mail and search are 1, 2 and 3; mail is over."""
    found = report(finding("cart"), finding("mail"), finding("search"))
    Recorder(engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None).record(found, NOW)
    ActService(engine, lambda: NOW).resolve(2, ANN, "gone")


@pytest.mark.usefixtures("_three_incidents")
def test_what_is_over_is_not_covered(service):
    made = service.create(replace(WANTED, matchers=(matcher_of("namespace=shop"),)), ANN).silence
    assert service.coverage().covered(made) == {1, 3}


@pytest.mark.usefixtures("_three_incidents")
def test_what_keeps_an_incident_quiet(engine, service):
    service.create(WANTED, ANN)
    service.create(LATER, ANN)
    service.create(replace(WANTED, matchers=(matcher_of("workload=mail"),)), ANN)
    ActService(engine, lambda: NOW).silence(1, ANN, NOW + 60, "deploying")
    assert [[one.id for one in service.quieting(number)] for number in (1, 2, 3, 9)] == [[4, 1], [3], [], []]


def test_one_that_was_ended_is_had_back_as_it_was(service):
    before = service.create(WANTED, ANN).silence
    service.expire(1, BOB)
    assert service.resume(1, before.starts_at, before.ends_at, BOB).changed
    assert service.one(1) == replace(before, version=3)


def test_one_to_come_that_was_ended_is_had_back(service):
    before = service.create(LATER, ANN).silence
    service.expire(1, BOB)
    service.resume(1, before.starts_at, before.ends_at, BOB)
    assert service.one(1) == replace(before, version=3)


@pytest.mark.parametrize(
    ("ended", "times", "error", "says"),
    [
        (False, (NOW, NOW + 3600), Conflict, "cannot be had back"),
        (True, (NOW, NOW), Conflict, "cannot be had back"),
        (True, (NOW - 60, NOW + 3600), Conflict, "cannot be had back"),
        (True, (NOW, NOW + 366 * 86_400), UsageError, "ends_at: the end must be within 365 days"),
    ],
    ids=["in force", "its time is over", "before it was made", "for too long"],
)
def test_what_cannot_be_had_back_is_said(service, ended, times, error, says):
    service.create(WANTED, ANN)
    if ended:
        service.expire(1, BOB)
    with pytest.raises(error, match=says):
        service.resume(1, *times, ANN)


def test_one_that_ran_out_is_not_had_back(service):
    service.create(WANTED, ANN)
    with pytest.raises(Conflict, match="cannot be had back"):
        replace(service, now=lambda: NOW + 3600).resume(1, NOW, NOW + 7200, ANN)

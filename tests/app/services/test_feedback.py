"""What people say of leaks, in a real database of each kind, while scans write."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.domain.incident import EventKind, IncidentState
from app.domain.lifecycle import IncidentPolicy
from app.errors import NotFound, UsageError
from app.scanning.record import Recorder
from app.services.feedback import FeedbackService
from app.services.incidents import IncidentService
from app.storage import feedback, incidents
from app.storage.engine import reading, transaction
from app.storage.tables import FeedbackRow
from detectors.judgement import Reason, Verdict
from tests.support.findings import MIB, NOW, finding, report

POLICY = IncidentPolicy(reopen_within=3600.0, resolve_after_scans=2, gone_after=7200.0)
LEAK, HEALTHY = finding(), finding(verdict=Verdict.HEALTHY)
EXCEEDS = finding(
    growth_bytes_per_hour=20.0 * MIB,
    floor_bytes=300.0 * MIB,
    reasons=(Reason("exceeds_accepted", "it exceeds what a person said is no leak"),),
)


def _record(engine, found, at=NOW, heeded=()):
    Recorder(engine, POLICY, "scan 1", lambda session: None).record(report(found, end=at, heeded=frozenset(heeded)), at)


@pytest.fixture
def service(engine):
    """With one open incident, number 1."""
    _record(engine, LEAK)
    return FeedbackService(engine, lambda: NOW + 60)


def _detail(engine):
    return IncidentService(engine).detail(1)


def _kinds(engine):
    return [entry.event.kind for entry in _detail(engine).timeline]


def _rows(engine):
    with reading(engine) as session:
        return list(session.scalars(sa.select(FeedbackRow).order_by(FeedbackRow.id)))


def _at_once(*acts):
    barrier, failures = threading.Barrier(len(acts), timeout=30), []

    def run(act):
        try:
            barrier.wait()
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_what_is_no_leak_is_over_and_remembered(engine, service):
    acted = service.not_a_leak(1, "ann", "a cache")
    detail = acted.detail
    assert acted.changed
    assert (detail.incident.standing.state, detail.incident.standing.resolved_at) == (IncidentState.RESOLVED, NOW + 60)
    assert (detail.feedback.actor, detail.feedback.comment, detail.feedback.at) == ("ann", "a cache", NOW + 60)
    assert detail.feedback.figures.growth_bytes_per_hour == 5.0 * MIB
    assert detail.feedback.figures.level_bytes == 390.0 * MIB
    assert [(entry.event.kind, entry.actor) for entry in detail.timeline[1:]] == [
        (EventKind.NOT_A_LEAK, "ann"),
        (EventKind.RESOLVED, "ann"),
    ]
    assert detail.incident.updated_at == NOW + 60


def test_to_say_it_twice_is_to_say_it_once(engine, service):
    service.not_a_leak(1, "ann", "a cache")
    before = _detail(engine)
    acted = service.not_a_leak(1, "bob", "it is the cache")
    assert (acted.changed, acted.detail) == (False, before)
    assert len(_rows(engine)) == 1


def test_of_two_who_say_it_at_once_one_has_said_it(engine, service):
    _at_once(lambda: service.not_a_leak(1, "ann", "a cache"), lambda: service.not_a_leak(1, "bob", "a cache"))
    assert len(_rows(engine)) == 1
    assert _kinds(engine) == [EventKind.OPENED, EventKind.NOT_A_LEAK, EventKind.RESOLVED]


def test_of_two_who_take_it_back_at_once_one_has_done_so(engine, service):
    service.not_a_leak(1, "ann", "a cache")
    _at_once(lambda: service.is_a_leak(1, "ann"), lambda: service.is_a_leak(1, "bob"))
    assert _kinds(engine).count(EventKind.IS_A_LEAK) == 1


def test_taken_back_it_is_in_force_no_more_and_stays_known(engine, service):
    service.not_a_leak(1, "ann", "a cache")
    acted = service.is_a_leak(1, "bob", "it was not")
    assert (acted.changed, acted.detail.feedback) == (True, None)
    assert acted.detail.incident.standing.state is IncidentState.RESOLVED
    assert [(row.actor, row.withdrawn_by) for row in _rows(engine)] == [("ann", "bob")]
    assert not service.is_a_leak(1, "bob").changed


def test_taken_back_the_next_scan_opens_it_again(engine, service):
    service.not_a_leak(1, "ann", "a cache")
    service.is_a_leak(1, "ann")
    _record(engine, LEAK, NOW + 600)
    assert _kinds(engine)[-1] is EventKind.REOPENED


def test_what_exceeds_it_opens_it_again_and_says_so(engine, service):
    said = service.not_a_leak(1, "ann", "a cache").detail.feedback
    _record(engine, EXCEEDS, NOW + 600, [said.id])
    detail = _detail(engine)
    assert detail.incident.standing.state is IncidentState.OPEN
    assert detail.timeline[-1].event.kind is EventKind.REOPENED
    assert "exceeds what a person said is no leak" in detail.timeline[-1].event.text
    assert detail.feedback == said


def test_what_exceeds_it_can_be_accepted_too_and_takes_nothing_back(engine, service):
    said = service.not_a_leak(1, "ann", "a cache").detail.feedback
    _record(engine, EXCEEDS, NOW + 600, [said.id])
    now = service.not_a_leak(1, "bob", "a larger cache").detail.feedback
    assert (now.figures.growth_bytes_per_hour, now.figures.level_bytes) == (20.0 * MIB, 390.0 * MIB)
    assert [(row.actor, row.withdrawn_by) for row in _rows(engine)] == [("ann", "bob"), ("bob", None)]


def test_healthy_scans_leave_it_over(engine, service):
    said = service.not_a_leak(1, "ann", "a cache").detail.feedback
    for scan in range(1, 4):
        _record(engine, HEALTHY, NOW + 600 * scan, [said.id])
    assert _kinds(engine) == [EventKind.OPENED, EventKind.NOT_A_LEAK, EventKind.RESOLVED]


def test_a_scan_that_began_before_it_was_said_does_not_open_it_again(engine, service):
    service.not_a_leak(1, "ann", "a cache")
    _record(engine, LEAK, NOW + 600)
    assert _kinds(engine) == [EventKind.OPENED, EventKind.NOT_A_LEAK, EventKind.RESOLVED]


def test_a_scan_that_heeded_less_than_is_accepted_by_now_does_not_open_it_again(engine, service):
    old = service.not_a_leak(1, "ann", "a cache").detail.feedback
    _record(engine, EXCEEDS, NOW + 600, [old.id])
    service.not_a_leak(1, "ann", "a larger cache")
    _record(engine, EXCEEDS, NOW + 1200, [old.id])
    assert _detail(engine).incident.standing.state is IncidentState.RESOLVED


def test_said_while_a_scan_writes_it_holds_whichever_was_first(engine, service):
    more = replace(LEAK, growth_bytes_per_hour=7.0 * MIB)
    _at_once(lambda: service.not_a_leak(1, "ann", "a cache"), lambda: _record(engine, more, NOW + 600))
    assert _detail(engine).incident.standing.state is IncidentState.RESOLVED
    assert [row.growth_bytes_per_hour in {5.0 * MIB, 7.0 * MIB} for row in _rows(engine)] == [True]


def test_an_act_waits_for_a_scan_that_holds_the_incident(engine, service):
    """What the scan writes is what is accepted."""
    done = threading.Event()

    def say():
        service.not_a_leak(1, "ann", "a cache")
        done.set()

    with transaction(engine) as session:
        row = incidents.held(session, 1)
        thread = threading.Thread(target=say)
        thread.start()
        assert not done.wait(0.3)
        row.finding = {**row.finding, "growth_bytes_per_hour": 9.0}
    thread.join(30)
    assert done.is_set()
    with reading(engine) as session:
        assert feedback.in_force(session)[LEAK.fingerprint].figures.growth_bytes_per_hour == 9.0


@pytest.mark.parametrize("act", ["not_a_leak", "is_a_leak"])
def test_an_incident_that_is_not_there_is_named(service, act):
    with pytest.raises(NotFound, match="no incident 9"):
        getattr(service, act)(9, "ann", "a cache")


@pytest.mark.parametrize(
    ("actor", "comment", "says"),
    [
        ("ann", "", "comment: must not be empty"),
        ("ann", " \n\x00", "comment: must not be empty"),
        ("ann", "x" * 2001, "comment: longer than 2000 characters"),
        ("", "a cache", "by: must not be empty"),
        ("x" * 256, "a cache", "by: longer than 255 characters"),
    ],
    ids=["no comment", "nothing that prints", "a long comment", "nobody", "a long name"],
)
def test_words_that_cannot_be_kept_are_named(engine, service, actor, comment, says):
    with pytest.raises(UsageError, match=says):
        service.not_a_leak(1, actor, comment)
    assert _rows(engine) == []


def test_words_are_kept_in_one_line_that_a_terminal_can_show(service):
    said = service.not_a_leak(1, "an\x1b[31mn", "a\ncache\x00 \ud800of mine").detail.feedback
    assert (said.actor, said.comment) == ("an [31mn", "a cache   of mine")


def test_pages_of_what_is_in_force_join(engine):
    found = report(*(finding(name) for name in ("cart", "mail", "search", "web")))
    Recorder(engine, POLICY, "scan 1", lambda session: None).record(found, NOW)
    service = FeedbackService(engine, lambda: NOW + 60)
    for number in (1, 2, 3, 4):
        service.not_a_leak(number, "ann", f"cache {number}")
    service.is_a_leak(2, "bob")
    first = service.page(None, 2)
    second = service.page(first.next_cursor, 2)
    told = [(one.incident.id, one.said.comment, one.said.actor) for one in (*first.accepted, *second.accepted)]
    assert told == [(number, f"cache {number}", "ann") for number in (4, 3, 1)]
    assert (second.next_cursor, service.count()) == (None, 3)

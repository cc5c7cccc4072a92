"""What people do to incidents, in a real database of each kind, while others and scans do something too."""

import threading

import pytest

from app.domain.finding import Severity
from app.domain.incident import EventKind, IncidentState
from app.domain.lifecycle import TRUSTED_SECONDS, IncidentPolicy
from app.domain.silence import matcher_of
from app.errors import Conflict, NotFound, Outdated, UsageError
from app.scanning.record import Recorder
from app.services.acts import ActService, By
from app.services.feedback import FeedbackService
from app.services.incidents import IncidentService
from app.services.silences import SilenceService, Wanted
from app.storage import incidents
from app.storage.engine import transaction
from detectors.judgement import Verdict
from tests.support.at_once import at_once
from tests.support.findings import NOW, finding, report

POLICY = IncidentPolicy(reopen_within=86_400.0, resolve_after_scans=1, gone_after=7200.0)
LEAK, HEALTHY = finding(), finding(verdict=Verdict.HEALTHY)
ANN, BOB = By("ann"), By("bob")


def _record(engine, found, at=NOW):
    Recorder(engine, POLICY, "scan 1", lambda session: None).record(report(found, end=at), at)


@pytest.fixture
def service(engine):
    """With one open incident, number 1."""
    _record(engine, LEAK)
    return ActService(engine, lambda: NOW + 60)


def _detail(engine, now=NOW + 60):
    return IncidentService(engine, lambda: now).detail(1)


def _kinds(engine):
    return [entry.event.kind for entry in _detail(engine).timeline[1:]]


def _reached(engine):
    incident = _detail(engine).incident
    return incident.standing.state, incident.acknowledged_by, incident.assignee


def test_who_acknowledged_it_and_when_is_kept(engine, service):
    acted = service.acknowledge(1, ANN, "looking")
    incident = acted.detail.incident
    assert acted.changed
    assert (incident.standing.state, incident.acknowledged_by) == (IncidentState.ACKNOWLEDGED, "ann")
    assert (incident.acknowledged_at, incident.updated_at, incident.version) == (NOW + 60, NOW + 60, 2)
    entry = acted.detail.timeline[-1]
    assert (entry.actor, entry.at, entry.event.text) == ("ann", NOW + 60, "looking")


@pytest.mark.parametrize(
    "act",
    [
        lambda service: service.acknowledge(1, ANN),
        lambda service: service.resolve(1, ANN, "fixed"),
        lambda service: service.assign(1, ANN, "bob"),
        lambda service: service.comment(1, ANN, "looking"),
        lambda service: service.silence(1, ANN, NOW + 3600, "deploying"),
    ],
    ids=["acknowledge", "resolve", "assign", "comment", "silence"],
)
def test_to_do_it_twice_is_to_do_it_once(engine, service, act):
    first, second = act(service), act(service)
    assert (first.changed, second.changed) == (True, False)
    assert first.detail == second.detail == _detail(engine)


@pytest.mark.parametrize("act", ["unacknowledge", "reopen", "unsilence"])
def test_what_is_not_so_cannot_be_taken_back(engine, service, act):
    assert not getattr(service, act)(1, ANN).changed
    assert (_detail(engine).incident.version, _kinds(engine)) == (1, [])


def test_of_two_who_acknowledge_at_once_one_has_done_so(engine, service):
    done = at_once(lambda: service.acknowledge(1, ANN), lambda: service.acknowledge(1, BOB))
    assert sorted(one.changed for one in done) == [False, True]
    assert _kinds(engine) == [EventKind.ACKNOWLEDGED]
    assert len({one.detail.incident.acknowledged_by for one in done}) == 1


def test_of_two_who_saw_the_same_only_one_acts(engine, service):
    """Never a lost update: the second learns that things have changed."""
    seen, outdated = frozenset({1}), []

    def act(actor):
        try:
            service.assign(1, By(actor, seen), actor)
        except Outdated as error:
            outdated.append(error)

    at_once(lambda: act("ann"), lambda: act("bob"))
    assert len(outdated) == 1
    assert _kinds(engine) == [EventKind.ASSIGNED]


def test_many_who_comment_at_once_are_all_heard(engine, service):
    at_once(*(lambda name=name: service.comment(1, By(name), f"I am {name}") for name in "abcde"))
    assert {entry.event.text for entry in _detail(engine).timeline[1:]} == {f"I am {name}" for name in "abcde"}
    assert _detail(engine).incident.version == 6


def test_a_scan_that_closes_it_while_a_person_comments_loses_neither(engine, service):
    at_once(lambda: service.comment(1, ANN, "looking"), lambda: _record(engine, HEALTHY, NOW + 600))
    assert set(_kinds(engine)) == {EventKind.COMMENTED, EventKind.RESOLVED}
    assert _detail(engine).incident.standing.state is IncidentState.RESOLVED


def test_an_act_waits_for_who_holds_the_incident(engine, service):
    done = threading.Event()

    def say():
        service.acknowledge(1, ANN)
        done.set()

    with transaction(engine) as session:
        row = incidents.held(session, 1)
        thread = threading.Thread(target=say)
        thread.start()
        assert not done.wait(0.3)
        row.assignee = "bob"
    thread.join(30)
    assert _reached(engine) == (IncidentState.ACKNOWLEDGED, "ann", "bob")


def test_a_scan_that_closes_it_leaves_what_people_did(engine, service):
    service.assign(1, ANN, "bob")
    service.acknowledge(1, BOB)
    _record(engine, HEALTHY, NOW + 600)
    assert _reached(engine) == (IncidentState.RESOLVED, "bob", "bob")


def test_a_leak_that_comes_back_is_open_and_still_assigned(engine, service):
    service.assign(1, ANN, "bob")
    service.acknowledge(1, BOB)
    _record(engine, HEALTHY, NOW + 600)
    _record(engine, LEAK, NOW + 1200)
    assert _reached(engine) == (IncidentState.OPEN, None, "bob")


def test_what_grows_more_severe_stays_acknowledged(engine, service):
    service.acknowledge(1, ANN)
    _record(engine, finding(severity=Severity.CRITICAL), NOW + 600)
    assert _reached(engine) == (IncidentState.ACKNOWLEDGED, "ann", None)
    assert _kinds(engine) == [EventKind.ACKNOWLEDGED, EventKind.SEVERITY_CHANGED]


@pytest.mark.parametrize(
    ("later", "kinds"),
    [(600.0, [EventKind.RESOLVED]), (TRUSTED_SECONDS, [EventKind.RESOLVED, EventKind.REOPENED])],
    ids=["the next scan", "a scan of two hours later"],
)
def test_what_a_person_resolved_and_leaks_on(engine, service, later, kinds):
    service.resolve(1, ANN, "rolled back")
    _record(engine, LEAK, NOW + 60 + later)
    assert _kinds(engine) == kinds


def test_what_a_person_reopened_is_closed_by_scans_as_ever(engine, service):
    service.resolve(1, ANN, "rolled back")
    service.reopen(1, BOB, "it is not")
    _record(engine, HEALTHY, NOW + 600)
    assert _kinds(engine) == [EventKind.RESOLVED, EventKind.REOPENED, EventKind.RESOLVED]


def test_what_is_resolved_cannot_be_acknowledged(engine, service):
    service.resolve(1, ANN, "rolled back")
    with pytest.raises(Conflict, match="is resolved"):
        service.acknowledge(1, BOB)


def test_what_is_accepted_as_no_leak_is_not_reopened(engine, service):
    FeedbackService(engine, lambda: NOW + 60).not_a_leak(1, "ann", "a cache")
    with pytest.raises(Conflict, match="said of incident 1 that it is no leak"):
        service.reopen(1, BOB)


def test_silenced_it_is_quiet_until_then_and_stays_open(engine, service):
    service.silence(1, ANN, NOW + 3600, "deploying")
    incident = _detail(engine).incident
    assert (incident.silenced_until, incident.standing.state) == (NOW + 3600, IncidentState.OPEN)
    assert _detail(engine, NOW + 3600).incident.silenced_until is None


@pytest.mark.parametrize("fraction", [0.0646193, 0.0751133, 0.9999999])
def test_silenced_at_whatever_moment_it_is_quiet_at_once(engine, service, fraction):
    """Databases round times to millionths of a second."""
    odd = ActService(engine, lambda: NOW + 60 + fraction)
    assert odd.silence(1, ANN, NOW + 3600, "deploying").detail.incident.silenced_until == NOW + 3600
    assert odd.unsilence(1, ANN).detail.incident.silenced_until is None


def test_silenced_for_longer_it_is_one_silence_with_a_later_end(engine, service):
    service.silence(1, ANN, NOW + 3600, "deploying")
    service.silence(1, BOB, NOW + 7200, "still deploying")
    (silence,) = SilenceService(engine, lambda: NOW + 60).page((), None, None, 10).silences
    assert (silence.ends_at, silence.author, silence.version) == (NOW + 7200, "bob", 2)
    assert _kinds(engine) == [EventKind.SILENCED, EventKind.SILENCED]


def test_of_two_who_silence_it_at_once_one_silence_comes(engine, service):
    at_once(*(lambda: service.silence(1, ANN, NOW + 3600, "deploying") for _ in range(2)))
    assert len(SilenceService(engine).page((), None, None, 10).silences) == 1


def test_unsilenced_it_is_told_again_unless_matchers_still_silence_it(engine, service):
    silences = SilenceService(engine, lambda: NOW + 60)
    silences.create(Wanted((matcher_of("namespace=shop"),), None, NOW + 900, "batch"), BOB)
    service.silence(1, ANN, NOW + 3600, "deploying")
    assert service.unsilence(1, ANN).detail.incident.silenced_until == NOW + 900
    silences.expire(1, BOB)
    assert _detail(engine).incident.silenced_until is None


@pytest.mark.parametrize("until", [NOW, NOW + 60, NOW + 366 * 86_400, float("inf")])
def test_a_silence_that_cannot_be_is_named(engine, service, until):
    with pytest.raises(UsageError, match="until: the end must be"):
        service.silence(1, ANN, until, "deploying")
    assert _kinds(engine) == []


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda service: service.comment(1, ANN, " \x00"), "comment: must not be empty"),
        (lambda service: service.resolve(1, ANN, ""), "comment: must not be empty"),
        (lambda service: service.comment(1, ANN, "x" * 2001), "comment: longer than 2000"),
        (lambda service: service.assign(1, ANN, ""), "assignee: must not be empty"),
        (lambda service: service.acknowledge(1, By("")), "by: must not be empty"),
    ],
)
def test_words_that_cannot_be_kept_are_named(engine, service, act, says):
    with pytest.raises(UsageError, match=says):
        act(service)
    assert _kinds(engine) == []


def test_an_incident_that_is_not_there_is_named(service):
    with pytest.raises(NotFound, match="no incident 9"):
        service.acknowledge(9, ANN)


@pytest.mark.parametrize("versions", [frozenset(), frozenset({2})])
def test_one_that_was_changed_since_is_not_acted_on(engine, service, versions):
    with pytest.raises(Outdated, match="its version is 1"):
        service.acknowledge(1, By("ann", versions))
    assert _kinds(engine) == []

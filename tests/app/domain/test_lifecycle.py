"""What scans make of an incident."""

from dataclasses import replace

import pytest

from app.domain.finding import Severity
from app.domain.incident import EventKind, IncidentState, Standing
from app.domain.lifecycle import TRUSTED_SECONDS, IncidentPolicy, Sight, on_absence, on_finding
from app.domain.scan import Window
from detectors.judgement import Verdict
from tests.support.findings import NOW, finding

POLICY = IncidentPolicy(reopen_within=3600.0, resolve_after_scans=3, gone_after=7200.0)
LEAK, HEALTHY, UNTOLD = finding(), finding(verdict=Verdict.HEALTHY), finding(verdict=Verdict.INSUFFICIENT_DATA)
OPEN = Standing(
    state=IncidentState.OPEN,
    severity=Severity.WARNING,
    suspect=None,
    opened_at=NOW - 9000,
    last_seen_at=NOW - 600,
    last_leak_at=NOW - 600,
    judged_until=NOW - 600,
    window_seconds=172_800.0,
    resolved_at=None,
    healthy_streak=0,
    occurrences=1,
)
RESOLVED = replace(OPEN, state=IncidentState.RESOLVED, resolved_at=NOW - 600)


def _kinds(change):
    return [event.kind for event in change.events]


def _sight(*, whole=True, end=NOW, seconds=172_800.0):
    return Sight(Window(end - seconds, end, 300.0), NOW, whole)


def _seen(standing, found, **sight):
    return on_finding(standing, found, _sight(**sight), POLICY)


def test_a_leak_opens_an_incident():
    change = _seen(None, LEAK)
    assert change.standing.state is IncidentState.OPEN
    assert _kinds(change) == [EventKind.OPENED]
    assert change.finding is LEAK


@pytest.mark.parametrize("found", [HEALTHY, UNTOLD], ids=["healthy", "cannot tell"])
def test_without_a_leak_there_is_nothing_to_open(found):
    assert _seen(None, found) is None


def test_an_incomplete_scan_may_open_an_incident():
    assert _seen(None, replace(LEAK, fully_read=False), whole=False).standing.state is IncidentState.OPEN


def test_a_leak_that_goes_on_changes_nothing_but_the_times():
    change = _seen(replace(OPEN, healthy_streak=2), LEAK)
    assert change.events == ()
    assert change.standing == replace(OPEN, last_seen_at=NOW, last_leak_at=NOW, judged_until=NOW)


def test_one_healthy_scan_does_not_close_it():
    change = _seen(OPEN, HEALTHY)
    assert (change.standing.state, change.standing.healthy_streak) == (IncidentState.OPEN, 1)


def test_enough_healthy_scans_in_a_row_close_it():
    change = _seen(replace(OPEN, healthy_streak=2), HEALTHY)
    assert (change.standing.state, change.standing.resolved_at) == (IncidentState.RESOLVED, NOW)
    assert _kinds(change) == [EventKind.RESOLVED]


@pytest.mark.parametrize(
    ("found", "sight"),
    [
        (HEALTHY, {"whole": False}),
        (replace(HEALTHY, fully_read=False), {}),
        (HEALTHY, {"seconds": 90_000.0}),
    ],
    ids=["the scan was incomplete", "the workload was read in part", "the window was shorter"],
)
def test_what_saw_less_does_not_count_as_healthy(found, sight):
    change = _seen(replace(OPEN, healthy_streak=2), found, **sight)
    assert (change.standing.state, change.standing.healthy_streak) == (IncidentState.OPEN, 2)


def test_a_shorter_window_wholly_after_the_leak_counts():
    old = replace(OPEN, last_leak_at=NOW - 90_000, healthy_streak=2)
    assert _seen(old, HEALTHY, seconds=86_400.0).standing.state is IncidentState.RESOLVED


@pytest.mark.parametrize("end", [NOW - 600, NOW - 900], ids=["the same window again", "an older window"])
def test_what_tells_nothing_new_does_not_count_as_healthy(end):
    assert _seen(replace(OPEN, healthy_streak=2), HEALTHY, end=end) is None


def test_a_leak_in_an_older_window_changes_nothing():
    assert _seen(RESOLVED, LEAK, end=NOW - 900) is None


def test_a_scan_that_cannot_tell_breaks_the_row():
    assert _seen(replace(OPEN, healthy_streak=2), UNTOLD).standing.healthy_streak == 0


@pytest.mark.parametrize(
    ("unseen", "whole", "state"),
    [
        (7199.0, True, IncidentState.OPEN),
        (7200.0, True, IncidentState.RESOLVED),
        (7200.0, False, IncidentState.OPEN),
    ],
    ids=["gone for a moment", "gone for long", "gone for long, but the scan was incomplete"],
)
def test_pods_that_are_gone_close_it_although_the_window_still_shows_them(unseen, whole, state):
    gone = replace(UNTOLD, unseen_seconds=unseen)
    change = _seen(replace(OPEN, last_seen_at=NOW - 90_000), gone, whole=whole)
    assert change.standing.state is state


def test_acknowledged_stays_acknowledged_while_it_leaks():
    assert _seen(replace(OPEN, state=IncidentState.ACKNOWLEDGED), LEAK).standing.state is IncidentState.ACKNOWLEDGED


def test_a_leak_that_comes_back_soon_reopens_the_incident():
    change = _seen(RESOLVED, LEAK)
    assert _kinds(change) == [EventKind.REOPENED]
    assert (change.standing.opened_at, change.standing.occurrences) == (OPEN.opened_at, 1)


def test_a_leak_that_comes_back_late_is_a_new_occurrence():
    change = _seen(replace(RESOLVED, resolved_at=NOW - 3601), LEAK)
    assert _kinds(change) == [EventKind.RECURRED]
    assert (change.standing.opened_at, change.standing.occurrences) == (NOW, 2)


def test_a_healthy_scan_leaves_a_resolved_incident_alone():
    change = _seen(RESOLVED, HEALTHY)
    assert (change.standing.state, change.events) == (IncidentState.RESOLVED, ())


def test_a_change_of_severity_is_told():
    change = _seen(OPEN, replace(LEAK, severity=Severity.CRITICAL))
    assert _kinds(change) == [EventKind.SEVERITY_CHANGED]
    assert (change.events[0].before, change.events[0].after) == ("warning", "critical")


def test_a_new_suspect_is_told_and_kept():
    change = _seen(OPEN, finding(suspect="v2"))
    assert _kinds(change) == [EventKind.SUSPECT_CHANGED]
    assert _seen(change.standing, LEAK).standing.suspect == "v2"


@pytest.mark.parametrize(("gone_seconds", "closes"), [(7199.0, False), (7200.0, True)])
def test_a_workload_that_is_gone_long_enough_closes_it(gone_seconds, closes):
    change = on_absence(replace(OPEN, last_seen_at=NOW - gone_seconds), _sight(), POLICY)
    assert (change is not None) is closes


@pytest.mark.parametrize(
    "sight", [{"whole": False}, {"end": NOW - 600}], ids=["a part of it was not read", "an older window"]
)
def test_a_scan_that_cannot_know_closes_nothing_as_gone(sight):
    assert on_absence(replace(OPEN, last_seen_at=0.0), _sight(**sight), POLICY) is None


def test_absence_leaves_a_resolved_incident_alone():
    assert on_absence(replace(RESOLVED, last_seen_at=0.0), _sight(), POLICY) is None


FORGIVING = replace(POLICY, reopen_within=86_400.0)
BY_HAND = replace(RESOLVED, judged_until=RESOLVED.resolved_at + TRUSTED_SECONDS)


@pytest.mark.parametrize(
    ("later", "found", "kinds"),
    [
        (0.0, LEAK, None),
        (TRUSTED_SECONDS - 1, LEAK, None),
        (TRUSTED_SECONDS, LEAK, [EventKind.REOPENED]),
        (0.0, replace(LEAK, severity=Severity.CRITICAL), None),
        (1.0, replace(LEAK, severity=Severity.CRITICAL), [EventKind.REOPENED, EventKind.SEVERITY_CHANGED]),
        (1.0, replace(LEAK, severity=Severity.INFO), None),
    ],
    ids=[
        *("data of when it was resolved", "data of soon after", "data of long after"),
        *("more severe, data of before", "more severe, data of after", "less severe"),
    ],
)
def test_what_a_person_resolved_is_reopened_by_what_they_cannot_have_known(later, found, kinds):
    end = BY_HAND.resolved_at + later
    change = on_finding(BY_HAND, found, Sight(Window(end - 172_800, end, 300.0), end, True), FORGIVING)
    assert (None if change is None else _kinds(change)) == kinds


def test_what_becomes_more_severe_stays_acknowledged_and_tells_it():
    change = _seen(replace(OPEN, state=IncidentState.ACKNOWLEDGED), replace(LEAK, severity=Severity.CRITICAL))
    assert change.standing.state is IncidentState.ACKNOWLEDGED
    assert _kinds(change) == [EventKind.SEVERITY_CHANGED]

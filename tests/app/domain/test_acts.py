"""What people make of an incident."""

from dataclasses import replace

import pytest

from app.domain.acts import (
    ActRefused,
    acknowledge,
    assign,
    comment,
    is_a_leak,
    not_a_leak,
    reopen,
    resolve,
    unacknowledge,
)
from app.domain.feedback import Feedback, Figures, figures_of
from app.domain.finding import Identity, Severity
from app.domain.incident import Event, EventKind, Incident, IncidentState, Standing, TimelineEntry
from app.domain.silence import Silence
from app.domain.silencing import silence_incident, unsilence_incident
from app.output.document import finding_document
from tests.support.findings import MIB, NOW, finding

STANDING = Standing(
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
OPEN = Incident(1, "abc", Identity("", "shop", "cart", "app"), STANDING, NOW, finding_document(finding()))
RESOLVED = replace(OPEN, standing=replace(STANDING, state=IncidentState.RESOLVED, resolved_at=NOW - 300))
SHOWN = Figures(5.0 * MIB, 390.0 * MIB)


def _said(figures=SHOWN):
    return Feedback(1, "abc", figures, "a cache", "ann", NOW - 600)


def _kinds(change):
    return [event.kind for event in change.events]


@pytest.mark.parametrize("state", [IncidentState.OPEN, IncidentState.ACKNOWLEDGED])
def test_what_is_no_leak_is_over(state):
    incident = replace(OPEN, standing=replace(STANDING, state=state))
    change = not_a_leak(incident, None, "a cache", NOW).change
    assert change.standing == replace(STANDING, state=IncidentState.RESOLVED, resolved_at=NOW)
    assert _kinds(change) == [EventKind.NOT_A_LEAK, EventKind.RESOLVED]
    assert (change.events[1].before, change.events[1].after) == (state.value, "resolved")


def test_the_timeline_tells_the_figures_and_the_comment():
    event = not_a_leak(OPEN, None, "a cache", NOW).change.events[0]
    assert (event.before, event.after) == (None, "5.0 MiB/h, 390 MiB")
    assert event.text == "accepted up to 5.0 MiB/h, 390 MiB: a cache"


def test_what_was_accepted_before_is_told_with_it():
    event = not_a_leak(OPEN, _said(Figures(3.0 * MIB, 200.0 * MIB)), "a cache", NOW).change.events[0]
    assert (event.before, event.after) == ("3.0 MiB/h, 200 MiB", "5.0 MiB/h, 390 MiB")


def test_one_that_is_over_already_stays_as_it_is_and_is_accepted():
    said = not_a_leak(RESOLVED, None, "a cache", NOW)
    assert (said.figures, said.change.standing) == (SHOWN, RESOLVED.standing)
    assert _kinds(said.change) == [EventKind.NOT_A_LEAK]


def test_to_say_it_twice_is_to_say_it_once():
    assert not_a_leak(RESOLVED, _said(), "another word for it", NOW) is None


def test_what_came_back_can_be_accepted_anew():
    said = not_a_leak(OPEN, _said(Figures(3.0 * MIB, 200.0 * MIB)), "a larger cache", NOW)
    assert said.figures == SHOWN
    assert said.change.standing.state is IncidentState.RESOLVED


@pytest.mark.parametrize(
    ("document", "before", "figures"),
    [
        ({}, None, SHOWN),
        ({}, Figures(4.0 * MIB, 500.0 * MIB), Figures(5.0 * MIB, 500.0 * MIB)),
        ({}, Figures(9.0 * MIB, 100.0 * MIB), Figures(9.0 * MIB, 390.0 * MIB)),
        ({"floor_bytes": None}, None, Figures(5.0 * MIB, 400.0 * MIB)),
    ],
    ids=["the first time", "a level that was accepted stays", "growth that was accepted stays", "no floor is known"],
)
def test_what_is_accepted(document, before, figures):
    assert figures_of({**OPEN.finding, **document}, before) == figures


def test_a_finding_of_a_version_that_told_no_floor_is_accepted_at_its_memory():
    old = {name: value for name, value in OPEN.finding.items() if name != "floor_bytes"}
    assert figures_of(old, None).level_bytes == 400.0 * MIB


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        ("", "what was accepted is withdrawn, the next scan judges anew"),
        ("I was wrong", "what was accepted is withdrawn, the next scan judges anew: I was wrong"),
    ],
)
def test_taking_it_back_changes_nothing_but_what_is_accepted(comment, text):
    change = is_a_leak(RESOLVED, _said(), comment)
    assert (change.standing, _kinds(change)) == (RESOLVED.standing, [EventKind.IS_A_LEAK])
    (event,) = change.events
    assert (event.before, event.after, event.text) == ("5.0 MiB/h, 390 MiB", None, text)


def test_where_nobody_has_said_it_there_is_nothing_to_take_back():
    assert is_a_leak(OPEN, None, "") is None


ACKNOWLEDGED = replace(OPEN, standing=replace(STANDING, state=IncidentState.ACKNOWLEDGED))
SILENCED = Silence(3, (), 1, "ann", "deploying", NOW, NOW, NOW + 3600, None, 1)


@pytest.mark.parametrize(
    ("act", "before", "state", "kind"),
    [
        (lambda one: acknowledge(one, ""), OPEN, IncidentState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED),
        (lambda one: unacknowledge(one, ""), ACKNOWLEDGED, IncidentState.OPEN, EventKind.UNACKNOWLEDGED),
        (lambda one: resolve(one, "fixed", NOW), OPEN, IncidentState.RESOLVED, EventKind.RESOLVED),
        (lambda one: resolve(one, "fixed", NOW), ACKNOWLEDGED, IncidentState.RESOLVED, EventKind.RESOLVED),
        (lambda one: reopen(one, None, ""), RESOLVED, IncidentState.OPEN, EventKind.REOPENED),
    ],
    ids=["acknowledge", "unacknowledge", "resolve", "resolve an acknowledged one", "reopen"],
)
def test_acts_change_the_state_once_and_tell_it(act, before, state, kind):
    change = act(before)
    (event,) = change.events
    assert change.standing.state is state
    assert (event.kind, event.before, event.after) == (kind, before.standing.state.value, state.value)
    assert act(replace(before, standing=change.standing)) is None


@pytest.mark.parametrize(
    "act",
    [
        lambda: unacknowledge(OPEN, ""),
        lambda: unacknowledge(RESOLVED, ""),
        lambda: reopen(ACKNOWLEDGED, None, ""),
        lambda: reopen(OPEN, _said(), ""),
        lambda: assign(OPEN, None, ""),
        lambda: assign(replace(OPEN, assignee="ann"), "ann", "again"),
        lambda: silence_incident(OPEN, SILENCED, NOW + 3601, "again"),
        lambda: unsilence_incident(OPEN, None, ""),
        lambda: comment(OPEN, "ann", "hi", TimelineEntry(1, NOW, "ann", Event(EventKind.COMMENTED, None, None, "hi"))),
    ],
    ids=[
        *("not acknowledged", "resolved", "acknowledged, not over", "open and accepted", "nobody's", "ann's"),
        *("silenced so long", "not silenced", "said just now"),
    ],
)
def test_what_is_so_already_is_not_done(act):
    assert act() is None


def test_what_is_over_cannot_be_acknowledged():
    with pytest.raises(ActRefused, match="incident 1 is resolved"):
        acknowledge(RESOLVED, "")


def test_what_is_accepted_as_no_leak_cannot_be_reopened():
    with pytest.raises(ActRefused, match="ann said of incident 1 that it is no leak"):
        reopen(RESOLVED, _said(), "")


def test_reopened_it_must_be_healthy_from_the_beginning_again():
    over = replace(RESOLVED, standing=replace(RESOLVED.standing, healthy_streak=3, judged_until=NOW + 7200))
    standing = reopen(over, None, "").standing
    assert (standing.healthy_streak, standing.resolved_at, standing.judged_until) == (0, None, NOW - 600)
    assert (standing.opened_at, standing.occurrences) == (STANDING.opened_at, 1)


@pytest.mark.parametrize(("before", "after"), [(None, "ann"), ("ann", "bob"), ("bob", None)])
def test_assigning_tells_from_whom_to_whom(before, after):
    given = assign(replace(OPEN, assignee=before), after, "")
    (event,) = given.change.events
    assert (given.assignee, event.before, event.after) == (after, before, after)


@pytest.mark.parametrize(("actor", "text"), [("bob", "hi"), ("ann", "ho")])
def test_other_words_or_those_of_another_are_kept(actor, text):
    latest = TimelineEntry(1, NOW, "ann", Event(EventKind.COMMENTED, None, None, "hi"))
    assert comment(OPEN, actor, text, latest).events == (Event(EventKind.COMMENTED, None, None, text),)


def test_a_silence_tells_its_ends_and_changes_no_state():
    change = silence_incident(ACKNOWLEDGED, SILENCED, NOW + 7200, "it takes longer")
    assert change.standing == ACKNOWLEDGED.standing
    (event,) = change.events
    assert (event.before, event.after) == ("2027-01-15T09:00:00Z", "2027-01-15T10:00:00Z")

"""The course of a workload, and what courses come to in all. A letter is an evaluation, an hour apart."""

import pytest

from app.domain.backtest import Evaluation, Span, course_of, flagged_spans, incidents_of
from app.domain.backtest_report import summary_of
from app.domain.finding import Identity, Severity, Workload
from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import Window
from detectors.judgement import Verdict

HOUR = 3600.0
POLICY = IncidentPolicy(reopen_within=24 * HOUR, resolve_after_scans=3, gone_after=6 * HOUR)
WINDOW = Window(0.0, 48 * HOUR, 300.0)
MEANING = {"L": Verdict.LEAK, "h": Verdict.HEALTHY, "?": Verdict.INSUFFICIENT_DATA, " ": None}
CART = Identity("", "shop", "cart", "app")
DEPLOYMENT = Workload("Deployment", "cart")


def evaluations(letters, **more):
    return [
        Evaluation(hour * HOUR, MEANING[letter], 0.9 if letter == "L" else 0.1, **more)
        for hour, letter in enumerate(letters)
    ]


def course(letters, kills=(), name="cart", container="app", **more):
    identity = Identity("", "shop", name, container)
    told = [(hour * HOUR, f"{name}-1") for hour in kills]
    return course_of(identity, Workload("Deployment", name), evaluations(letters, **more), told, POLICY, WINDOW)


@pytest.mark.parametrize(
    ("letters", "spans"),
    [
        ("hhhh", []),
        ("????", []),
        ("", []),
        ("LLLL", [(0, 3, None)]),
        ("hLLh", [(1, 2, 3)]),
        ("hLhL", [(1, 1, 2), (3, 3, None)]),
        ("L??L", [(0, 3, None)]),
        ("L  L", [(0, 3, None)]),
        ("LL??", [(0, 1, None)]),
        ("L??h", [(0, 0, 3)]),
    ],
)
def test_only_healthy_takes_a_flag_back(letters, spans):
    expected = tuple(Span(b * HOUR, e * HOUR, None if u is None else u * HOUR) for b, e, u in spans)
    assert flagged_spans(evaluations(letters)) == expected


@pytest.mark.parametrize(
    ("letters", "flaps"), [("hhh", 0), ("hLL", 0), ("LhL", 1), ("LhLhL", 2), ("L?L", 0), ("L L", 0), ("?L?h", 0)]
)
def test_a_flap_is_a_leak_that_is_taken_back_and_told_again(letters, flaps):
    assert course(letters).flaps == flaps


@pytest.mark.parametrize(
    ("letters", "kill", "lead_hours"),
    [
        ("hhhh", 2, None),
        ("hLLL", 3, 2),
        ("hLLL", 1, 0),
        ("hLLL", 0.5, None),
        ("hLh ", 1.5, 0.5),
        ("hLhh", 2.5, None),
        ("hL??", 3, 2),
        ("LhLL", 3, 1),
    ],
)
def test_the_lead_before_a_kill_is_of_the_flag_in_force(letters, kill, lead_hours):
    (told,) = course(letters, [kill]).oom_kills
    assert told.lead_seconds == (None if lead_hours is None else lead_hours * HOUR)


@pytest.mark.parametrize(
    ("letters", "incidents"),
    [
        ("hhhh", []),
        ("hLLL", [(1, None)]),
        ("hLhhhh", [(1, 4)]),
        ("hLhhLh", [(1, None)]),
        ("hLh?hh", [(1, None)]),
        ("L" + "h" * 3 + "L", [(0, None)]),
        ("L" + "h" * 40 + "L", [(0, 3), (41, None)]),
        ("L" + " " * 5, [(0, None)]),
        ("L" + " " * 6, [(0, 6)]),
    ],
)
def test_incidents_have_the_life_that_the_service_gives_them(letters, incidents):
    told = incidents_of(CART, DEPLOYMENT, evaluations(letters), POLICY, WINDOW)
    hours = [(one.opened_at / HOUR, None if one.resolved_at is None else one.resolved_at / HOUR) for one in told]
    assert hours == incidents


def test_a_workload_whose_pods_are_gone_closes_its_incident_while_the_window_still_shows_them():
    gone = [Evaluation(h * HOUR, Verdict.INSUFFICIENT_DATA, 0.0, Severity.INFO, h * HOUR) for h in range(1, 8)]
    (incident,) = incidents_of(CART, DEPLOYMENT, [*evaluations("L"), *gone], POLICY, WINDOW)
    assert incident.resolved_at == 6 * HOUR


def test_the_severity_is_the_most_urgent_that_it_was_flagged_with():
    rising = [
        Evaluation(0.0, Verdict.LEAK, 0.9, Severity.INFO),
        Evaluation(1.0, Verdict.LEAK, 0.9, Severity.CRITICAL),
        Evaluation(2.0, Verdict.LEAK, 0.9, Severity.WARNING),
    ]
    assert course_of(CART, DEPLOYMENT, rising, [], POLICY, WINDOW).severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("letters", "kills", "faded"),
    [("hLh", (), True), ("hLL", (), False), ("hLh", (1,), False), ("hhh", (), False), ("hL?", (), False)],
)
def test_what_fades_is_neither_killed_nor_flagged_at_the_end(letters, kills, faded):
    assert course(letters, kills).faded is faded


WEEK = 168


def test_the_figures_of_all():
    courses = [
        course("h" * WEEK, name="calm"),
        course("L" * WEEK, [100], name="leaky"),
        course("h" * 84 + "L" + "h" * 83, name="hasty"),
        course(" " * 84 + "h" * 84, [120], name="late"),
    ]
    summary = summary_of(courses, HOUR, None)
    assert (summary.workloads, summary.workload_weeks) == (4, pytest.approx(3.5))
    assert (summary.flagged, summary.faded, summary.spans, summary.flaps) == (2, 1, 2, 0)
    assert (summary.incidents, summary.incidents_per_workload_week) == (2, pytest.approx(2 / 3.5))
    assert (summary.oom_kills, summary.oom_kills_warned, summary.median_lead_seconds) == (2, 1, 100 * HOUR)
    assert summary.truth is None


def test_containers_of_a_workload_count_once():
    both = [course("h" * WEEK), course("L" + "h" * (WEEK - 1), container="proxy")]
    summary = summary_of(both, HOUR, {("shop", "cart"): False})
    assert (summary.workloads, summary.workload_weeks, summary.flagged, summary.faded) == (1, pytest.approx(1), 1, 1)
    assert summary.truth.wrongly_flagged == (("shop", "cart"),)


def test_time_in_which_nothing_can_be_told_is_not_time_under_watch():
    assert summary_of([course("?" * 10 + " " * 10)], HOUR, None).incidents_per_workload_week is None


def test_against_the_truth():
    courses = [
        course("hhLL", name="found"),
        course("hhhh", name="missed"),
        course("hLhh", name="wrong"),
        course("h" * WEEK, name="right"),
        course("LLLL", name="unlabelled"),
    ]
    labels = {("shop", name): name in {"found", "missed"} for name in ("found", "missed", "wrong", "right", "absent")}
    truth = summary_of(courses, HOUR, labels).truth
    assert (truth.labelled, truth.true_positives) == (4, 1)
    assert (truth.wrongly_flagged, truth.missed) == ((("shop", "wrong"),), (("shop", "missed"),))
    assert (truth.precision, truth.recall, truth.false_incidents) == (0.5, 0.5, 1)
    assert truth.false_incidents_per_workload_week == pytest.approx(1 / ((WEEK + 4) / WEEK))


def test_no_flags_have_no_precision_and_no_leaks_no_recall():
    truth = summary_of([course("hhhh")], HOUR, {("shop", "cart"): False}).truth
    assert (truth.precision, truth.recall) == (None, None)

"""What a chart of an incident shows."""

import numpy as np
import pytest

from app.web.charts.drawing import MarkKind, Over, UprightKind
from app.web.charts.incident_drawing import incident_drawing
from tests.support.chart_rows import HOUR, incident, kept, pod
from tests.support.findings import MIB, NOW

RISING = [10, 20, 30, 40, 50, 60, 70, 80]


def over_time(evidence, shown=None):
    return incident_drawing(shown or incident(), "latest", evidence, Over.TIME)


def by_age(evidence, shown=None):
    return incident_drawing(shown or incident(), "latest", evidence, Over.AGE)


def in_mib(values):
    return [None if np.isnan(value) else round(value / MIB) for value in values.tolist()]


def test_pods_that_leak_come_first_then_those_with_most_memory():
    evidence = kept(pod("low", [1, 2]), pod("sound", [900, 900], leaking=False), pod("high", [1, 9]))
    assert [line.pod for line in over_time(evidence).lines] == ["high", "low", "sound"]


def test_of_many_pods_the_worst_have_lines_and_the_others_bands():
    pods = [pod(f"p{number:03}", [1, number], leaking=number >= 40) for number in range(100)]
    drawing = over_time(kept(*pods))
    assert [line.pod for line in drawing.lines][:2] == ["p099", "p098"]
    assert len(drawing.lines) == 9
    assert [(rest.pods, rest.is_leaking) for rest in drawing.rests] == [(37, False), (54, True)]


def test_a_band_leaves_out_the_extremes_and_has_gaps_where_nothing_is_known():
    pods = [pod(f"p{number:03}", [None, number], leaking=False) for number in range(104)]
    rest = over_time(kept(*pods)).rests[0]
    assert in_mib(rest.low) == [None, 10]
    assert in_mib(rest.high) == [None, 90]


def test_a_dozen_pods_all_have_lines():
    drawing = over_time(kept(*(pod(f"p{number}", [1, 2]) for number in range(12))))
    assert (len(drawing.lines), drawing.rests) == (12, ())


def test_pods_without_a_sample_are_left_out():
    assert over_time(kept(pod("none", [None, None]))).lines == ()
    assert by_age(kept()).lines == ()


def test_the_forecast_leads_to_the_limit_and_is_seen_to_its_end():
    drawing = over_time(kept(pod("p", RISING)), incident(limit=200, until=(4, 5, 6)))
    assert in_mib(drawing.forecast.fast) == [100, 200, 200, 200]
    assert in_mib(drawing.forecast.slow)[-1] == 200
    assert drawing.forecast.limit_at == NOW + 5 * HOUR
    assert drawing.x_span[1] > NOW + 6 * HOUR


def test_a_long_forecast_is_seen_for_as_long_as_the_past():
    drawing = over_time(kept(pod("p", RISING)), incident(limit=200, until=(40, 500, 6000)))
    assert drawing.x_span[1] < NOW + 9 * HOUR


@pytest.mark.parametrize(("limit", "is_seen"), [(200, True), (320, True), (1000, False), (None, False)])
def test_a_limit_far_above_is_not_seen_at_first(limit, is_seen):
    drawing = over_time(kept(pod("p", RISING)), incident(limit=limit))
    assert (limit is not None and drawing.y_span[1] > limit * MIB) is is_seen


def test_it_begins_with_the_first_sample():
    drawing = over_time(kept(pod("p", [None, None, 1, 2])))
    assert drawing.x_span[0] == NOW - HOUR


def test_a_kill_is_a_kill_and_not_a_restart_as_well():
    evidence = kept(pod("p", RISING, restarts=(6, 2), kills=(2.5,)))
    assert [(mark.kind, mark.at) for mark in over_time(evidence).marks] == [
        (MarkKind.OOM_KILL, NOW - 2.5 * HOUR),
        (MarkKind.RESTART, NOW - 6 * HOUR),
    ]


@pytest.mark.parametrize(
    ("peak", "level"), [([50, 90, None, 20], 90), ([None, None, None, 20], 10), ([None, None, None, None], 10)]
)
def test_a_mark_lies_where_memory_was_before(peak, level):
    evidence = kept(pod("p", [None, 10, None, 20], peak=peak, restarts=(1,)))
    assert round(over_time(evidence).marks[0].size_bytes / MIB) == level


def test_onset_and_revisions_are_told():
    evidence = kept(pod("a", RISING, revision="v1"), pod("b", [None] * 4 + [1, 2, 3, 4], revision="v2"))
    drawing = over_time(evidence, incident(onset_hours=2, suspect="v2"))
    assert [(one.kind, one.words) for one in drawing.uprights] == [
        (UprightKind.ONSET, "growth begins"),
        (UprightKind.DEPLOY, "v2 begins"),
    ]
    assert drawing.revisions == ("v2", "v1")


def test_an_onset_before_all_that_is_kept_is_left_out():
    assert over_time(kept(pod("a", RISING)), incident(onset_hours=100)).uprights == ()


def test_only_the_worst_show_the_fit():
    pods = [pod(f"p{number}", [1, number], fit=[1, number]) for number in range(5)]
    shown = [bool(np.isfinite(line.fit).any()) for line in over_time(kept(*pods)).lines]
    assert shown == [True, True, True, False, False]


def test_lives_are_laid_over_each_other_from_the_same_age():
    evidence = kept(pod("p", [10, 20, 30, 10, 20, 30, 40, 50], kills=(4,)))
    drawing = by_age(evidence)
    assert [(in_mib(life.floor), life.began_at) for life in drawing.lines] == [
        ([10, 20, 30, 40, 50], NOW - 4 * HOUR),
        ([10, 20, 30], NOW - 7 * HOUR),
    ]
    assert [life.x[0] for life in drawing.lines] == [0.0, 0.0]


def test_an_end_that_is_told_a_sample_late_is_where_memory_falls():
    evidence = kept(pod("p", [10, 20, 30, 10, 20, 30, 40, 50], restarts=(3,)))
    assert [in_mib(life.floor) for life in by_age(evidence).lines] == [[10, 20, 30, 40, 50], [10, 20, 30]]


def test_a_floor_that_tells_of_the_next_life_already_is_left_out():
    floor, peak = [10, 20, 5, 5, 5, 20, 30, 40], [15, 25, 35, 45, 15, 25, 35, 45]
    lives = by_age(kept(pod("p", floor, peak=peak, kills=(3,)))).lines
    assert sorted(in_mib(life.floor) for life in lives if life.floor[0] > 6 * MIB) == [[10, 20, None, None]]
    assert max(len(life.peak) for life in lives) == 4


def test_a_life_of_one_sample_is_none():
    assert [in_mib(life.floor) for life in by_age(kept(pod("p", [9, 1, 2, 3], restarts=(2,)))).lines] == [[1, 2, 3]]


def test_so_many_lives_that_nobody_could_tell_them_apart_are_not_all_drawn():
    evidence = kept(pod("p", [10, 20, 30, 40] * 60, restarts=range(3, 240, 4)))
    assert len(by_age(evidence).lines) == 24

"""Scores against the truth, with methods that do as they are told."""

import math

import numpy as np
import pytest

from bench.cases.cases import Cases
from bench.methods.method import Method
from bench.scores import score
from tests.support.panels import START, hours, panel_of

HOUR, STEP = 3600.0, 60.0
T = hours(24, STEP)


def _cases(leak, kills=None, onset=None):
    """Flat workloads, one a truth, each OOM-killed at the hours given; the first sample after a kill is an hour on."""
    kills = kills or [[] for _ in leak]
    starts, killed = [], []
    for times in kills:
        later = [np.where(hour < T, START + hour * HOUR, START - HOUR) for hour in times]
        starts.append(np.max([np.full(T.size, START - HOUR), *later], axis=0))
        killed.append(np.where(min(times, default=np.inf) < T, 1.0, np.nan))
    panel = panel_of([np.full(T.size, 1e8)] * len(leak), step=STEP, start_time=starts, oom_killed=killed)
    onsets = START + HOUR * np.array(onset or [0.0] * len(leak))
    return Cases("cases", panel, np.array(leak), onsets)


def _always(*flags):
    return Method("always", STEP, lambda panel: np.array(flags, dtype=bool)[: panel.subject.max(initial=-1) + 1])


def _from_hour(hour):
    """Flags every workload once so many hours are over."""
    return Method(
        "late", STEP, lambda panel: np.full(panel.subject.max(initial=-1) + 1, panel.grid.end >= START + hour * HOUR)
    )


@pytest.mark.parametrize(
    ("flags", "precision", "recall", "f1"),
    [
        ((True, True, False, False), 1.0, 1.0, 1.0),
        ((True, False, True, False), 0.5, 0.5, 0.5),
        ((True, True, True, True), 0.5, 1.0, 2 / 3),
        ((False, False, False, False), 0.0, 0.0, 0.0),
    ],
)
def test_precision_recall_and_f1(flags, precision, recall, f1):
    found = score(_always(*flags), _cases([True, True, False, False]))
    assert (found.precision, found.recall) == (precision, recall)
    assert found.f1 == pytest.approx(f1)


def test_the_lead_is_from_the_first_flag_to_the_first_kill():
    found = score(_from_hour(8), _cases([True], [[15, 20]]))
    assert (found.flagged_before, found.killed, found.lead_hours) == (1, 1, 7.0)


def test_a_method_is_asked_from_the_sixth_hour_on():
    assert score(_from_hour(0), _cases([True], [[15]])).lead_hours == 9.0


def test_a_method_is_not_asked_before_the_onset():
    assert score(_from_hour(0), _cases([True], [[15]], onset=[10.5])).lead_hours == 4.0


def test_a_flag_after_the_kill_is_none_before_it():
    found = score(_from_hour(16), _cases([True], [[15]]))
    assert (found.recall, found.flagged_before, found.killed) == (1.0, 0, 1)
    assert math.isnan(found.lead_hours)


@pytest.mark.parametrize(
    ("leak", "kills", "onset"),
    [(False, [15], 0.0), (True, [4], 0.0), (True, [15], 18.0), (True, [], 0.0)],
    ids=["no leak", "killed before hour six", "killed before the onset", "not killed"],
)
def test_there_is_no_lead_where_nothing_could_be_flagged_in_time(leak, kills, onset):
    found = score(_from_hour(0), _cases([leak], [kills], [onset]))
    assert (found.flagged_before, found.killed) == (0, 0)


def test_the_lead_of_several_is_their_median():
    found = score(_from_hour(6), _cases([True] * 3, [[8], [9], [20]]))
    assert (found.flagged_before, found.killed, found.lead_hours) == (3, 3, 3.0)


def test_a_method_sees_nothing_that_came_later():
    seen = []

    def look(panel):
        seen.append(panel.grid.end)
        return np.zeros(panel.subject.max(initial=-1) + 1, dtype=bool)

    score(Method("curious", STEP, look), _cases([True], [[8.5]]))
    assert [(end - START) / HOUR for end in seen[1:]] == [6.0, 7.0, 8.0]

"""Scans in words."""

import pytest

from app.domain.scan import ScanProgress, ScanState
from app.web.scan_words import number, outcome_word, progress_words, short, view_of
from tests.support.scan_rows import record


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *((0, "0"), (840, "840"), (9999, "9,999"), (10_000, "10 k"), (91_400, "91.4 k"), (999_400, "999 k")),
        *((9_072_000, "9.07 M"), (250_000_000, "250 M"), (3.2e9, "3.2 G"), (5e12, "5 T"), (5e16, "50000 T")),
    ],
)
def test_a_count_is_short(value, said):
    assert short(value) == said


def test_what_is_not_known_is_a_dash():
    assert "–" in number(None)


@pytest.mark.parametrize(
    ("state", "complete", "word"),
    [
        (ScanState.SUCCEEDED, True, "succeeded"),
        (ScanState.SUCCEEDED, False, "incomplete"),
        (ScanState.SUCCEEDED, None, "succeeded"),
        (ScanState.FAILED, None, "failed"),
        (ScanState.RUNNING, None, "running"),
    ],
)
def test_how_it_stands_is_one_word(state, complete, word):
    assert outcome_word(state, complete) == word


@pytest.mark.parametrize(
    ("done", "total", "said"),
    [
        (0, 0, "Finding out what there is to read"),
        (0, 4200, "0 of 4,200 containers read and judged"),
        (4200, 4200, "All 4,200 containers read and judged; keeping what came of it"),
    ],
)
def test_a_running_one_says_what_it_is_at(done, total, said):
    assert progress_words(ScanProgress(7, done, total)) == said


def test_where_the_time_went_fills_the_bar():
    view = view_of(record({"seconds": {"plan": 2, "read": 12, "judge": 6, "record": 0}}))
    assert [(part.name, part.start, part.width) for part in view.parts] == [
        ("plan", 0, 10),
        ("read", 10, 60),
        ("judge", 70, 30),
        ("record", 100, 0),
    ]


@pytest.mark.parametrize(("read", "told"), [(10, "read 10 s, rest 10 s"), (19.5, "read 20 s"), (60, "read 1 min")])
def test_time_that_no_step_took_is_told_where_it_is_much(read, told):
    # It ran for 20 s; steps of clusters that are read side by side may add up to more.
    seconds = {"plan": 0, "read": read, "judge": 0, "record": 0}
    assert view_of(record({"seconds": seconds})).longest_words == told


def test_steps_that_took_next_to_nothing_are_left_out_where_there_is_little_room():
    view = view_of(record({"seconds": {"plan": 0.2, "read": 16, "judge": 3.5, "record": 0.1}}))
    assert view.longest_words == "read 16 s, judge 4 s"


@pytest.mark.parametrize("summary", [None, {}, {"seconds": {"plan": 0, "read": 0, "judge": 0, "record": 0}}])
def test_there_is_no_bar_where_nothing_is_known(summary):
    assert view_of(record(summary)).parts == ()


@pytest.mark.parametrize(("named", "shown"), [(["eu-1"], 0), (["eu-1", "us-1"], 2)])
def test_clusters_are_shown_where_there_are_several(named, shown):
    clusters = [{"name": name, "complete": True} for name in named]
    assert len(view_of(record({"clusters": clusters})).clusters) == shown


def test_a_clock_that_was_set_back_makes_no_negative_span():
    assert view_of(record(None, started_at=100.0, finished_at=90.0)).took_seconds == 0

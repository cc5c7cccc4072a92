"""Scans that read only what is new say what a scan that reads all anew says."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import SourceError
from app.prometheus.source import Control
from detectors import still
from tests.support.samples import SampleSource, pod_series
from tests.support.windows import (
    ALWAYS,
    FIRST,
    NEXT,
    START,
    STEP,
    STEPS,
    WHOLE,
    asked_next,
    assert_same,
    remembering,
    request,
    scanned,
    some_pods,
    times,
)


def _compare(stored, ends, folder, **how):
    """Scan at each end, warm and anew, as the server stood then."""
    for end in ends:
        plan, warm = scanned(remembering(SampleSource(stored, now=end, **how), folder), end)
        _, cold = scanned(SampleSource(stored, now=end, **how), end)
        assert not plan.problems
        for one, other in zip(warm, cold, strict=True):
            assert_same(one, other)


@st.composite
def pods(draw, most_lingering=4, quiet=(0,)):
    """Some pods with lives of their own: born and gone whenever, restarted, unseen for a while, told of late.

    most_lingering: minutes for which a life is told of beside the next; quiet: minutes until memory begins to move.
    """
    stored = []
    for number in range(draw(st.integers(1, 5))):
        born = draw(st.integers(0, 100))
        gone = draw(st.integers(born + 1, 130))
        late = draw(st.sampled_from([0.0, 20.0, 240.0, 600.0]))
        gap = draw(st.tuples(st.integers(0, 120), st.integers(0, 30)))
        limit = draw(st.sampled_from([None, 1e9]))
        quiet_until = draw(st.sampled_from(quiet))
        restarts = sorted(draw(st.lists(st.integers(born, gone), max_size=2, unique=True)))
        for life, (begin, end) in enumerate(zip([born, *restarts], [*restarts, gone], strict=True)):
            lingers = draw(st.integers(0, most_lingering)) if end != gone else 0
            at = times(begin, end + lingers)
            at = at[(at < START + gap[0] * STEP) | (at > START + sum(gap) * STEP)]
            moves = (at > START + quiet_until * STEP) * np.abs(np.sin(at * (number + 1)))
            memory = 1e8 + 4096.0 * np.round(moves * 1000) + life * 1e6
            stored += pod_series(
                f"web-{number}", at, memory, late_seconds=late, container_id="/" + "x" * life, limit=limit
            )
    return stored


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stored=pods(),
    waits=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    most=st.sampled_from([STEPS, 3 * STEPS, 10**9]),
)
def test_reads_what_a_cold_scan_reads(stored, waits, most, tmp_path_factory):
    ends = START + STEP * np.cumsum([60, *waits])
    plannable = [end for end in ends.tolist() if SampleSource(stored, now=end).plan(request(end), Control()).batches]
    _compare(stored, plannable, tmp_path_factory.mktemp("window"), max_samples=most)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stored=pods(most_lingering=0, quiet=(0, 70, 90, 130)),
    waits=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    most=st.sampled_from([STEPS, 3 * STEPS, 10**9]),
)
def test_reads_what_a_cold_scan_reads_that_leaves_out_needless_load(stored, waits, most, tmp_path_factory):
    ends = START + STEP * np.cumsum([60, *waits])
    plannable = [end for end in ends.tolist() if SampleSource(stored, now=end).plan(request(end), Control()).batches]
    # Of two lives that are both told of in all columns that are read again it is chance which is taken for the newer;
    # so none lingers here.
    with patch.object(still, "_LEAST_HOURS", 0.2):
        _compare(stored, plannable, tmp_path_factory.mktemp("window"), max_samples=most, two_passes=True)


def test_a_pod_whose_memory_begins_to_move_is_read_whole_once(tmp_path):
    quiet, moving = 1e8 + 0 * ALWAYS, 1e8 + 1e5 * np.maximum(ALWAYS - FIRST, 0)
    stored = [*pod_series("api-0", ALWAYS, quiet), *pod_series("web-0", ALWAYS, moving)]
    asked = []
    with patch.object(still, "_LEAST_HOURS", 0.2):
        for end in (FIRST, NEXT, NEXT + STEP):
            inner = SampleSource(stored, now=end, two_passes=True)
            scanned(remembering(inner, tmp_path), end)
            asked.append(inner.asked)
    both = ("api-0", "web-0")
    assert asked == [[(STEPS, both)], [(17, both), (STEPS, ("web-0",))], [(13, both)]]


def test_asks_for_what_is_new_what_may_be_late_and_one_column_for_differences(tmp_path):
    assert asked_next(some_pods("api-0", "web-0"), tmp_path) == ([(5 + 10 + 2, ("api-0", "web-0"))], [])


def test_a_pod_that_is_new_is_read_whole_and_the_others_are_not(tmp_path):
    stored = [*some_pods("api-0"), *some_pods("web-0", at=times(63, 400))]
    asked, said = asked_next(stored, tmp_path)
    assert (asked, said) == ([(17, ("api-0", "web-0")), (STEPS, ("web-0",))], [])


def test_what_was_read_in_part_is_not_kept(tmp_path):
    asked, _ = asked_next(some_pods("api-0", "web-0"), tmp_path, partial=frozenset({"web-0"}))
    assert asked == [(17, ("api-0", "web-0")), (STEPS, ("web-0",))]


def test_what_was_read_in_part_later_leaves_what_was_kept_before(tmp_path):
    stored = some_pods("api-0", "web-0")
    scanned(remembering(SampleSource(stored, now=FIRST - 3 * STEP), tmp_path), FIRST - 3 * STEP)
    asked, _ = asked_next(stored, tmp_path, partial=frozenset({"web-0"}))
    assert asked == [(3 + 5 + 10 + 2, ("api-0", "web-0"))]


def test_of_a_pod_that_is_read_in_part_is_said_so(tmp_path):
    stored = some_pods("api-0", "web-0")
    scanned(remembering(SampleSource(stored, now=FIRST), tmp_path), FIRST)
    _, (reading,) = scanned(remembering(SampleSource(stored, now=NEXT, partial=frozenset({"web-0"})), tmp_path), NEXT)
    assert (reading.unread, [one.code for one in reading.problems]) == ({1}, ["server_warning"])


def test_a_batch_that_fails_is_caught_up_with(tmp_path):
    stored = some_pods("api-0", "web-0")
    scanned(remembering(SampleSource(stored, now=FIRST - 3 * STEP), tmp_path), FIRST - 3 * STEP)
    with pytest.raises(SourceError):
        scanned(remembering(SampleSource(stored, now=FIRST, failing=frozenset({"web-0"})), tmp_path), FIRST)
    inner = SampleSource(stored, now=NEXT)
    scanned(remembering(inner, tmp_path), NEXT)
    assert inner.asked == [(3 + 5 + 10 + 2, ("api-0", "web-0"))]


def test_after_too_long_a_pause_all_is_read_whole(tmp_path):
    asked, said = asked_next(some_pods("api-0", "web-0"), tmp_path, then=FIRST + STEPS / 2 * STEP)
    assert (asked, said) == ([WHOLE], [])


def test_what_comes_later_than_the_overlap_comes_in_when_all_is_read_whole_again(tmp_path):
    stored = [*some_pods("api-0"), *pod_series("web-0", ALWAYS, np.full(ALWAYS.size, 1e8), late_seconds=2000.0)]
    held = []
    for minute in range(0, 60, 3):
        end = FIRST + minute * STEP
        _, (reading,) = scanned(remembering(SampleSource(stored, now=end), tmp_path), end)
        held.append(int(np.isfinite(reading.panel.rss[1]).sum()))
    _, (cold,) = scanned(SampleSource(stored, now=end), end)
    assert min(held) < held[0]
    assert max(held[10:]) >= np.isfinite(cold.panel.rss[1]).sum() - 3


def test_a_source_that_lags_is_asked_again_for_what_it_did_not_have(tmp_path):
    stored = [replace(one, arrived=one.times + 500.0) for one in some_pods("api-0", "web-0")]
    asked, _ = asked_next(stored, tmp_path)
    # Samples stand for five minutes: the newest column with any was four minutes old.
    assert asked == [(5 + 4 + 10 + 2, ("api-0", "web-0"))]


def test_a_clock_that_went_back_leaves_no_hole(tmp_path):
    stored = some_pods("api-0", "web-0")
    for end in (FIRST, FIRST - 10 * STEP, FIRST - 9 * STEP, NEXT):
        _, (warm,) = scanned(remembering(SampleSource(stored, now=end), tmp_path), end)
        _, (cold,) = scanned(SampleSource(stored, now=end), end)
        assert_same(warm, cold)


def test_a_container_that_is_read_twice_in_a_scan_is_kept_as_it_was_read_last(tmp_path):
    stored = some_pods("api-0", "web-0")

    def read_twice():
        source = remembering(SampleSource(stored, now=FIRST + STEP), tmp_path)
        plan = source.plan(request(FIRST + STEP), Control())
        for batch in (*plan.batches, *plan.batches):
            assert source.read(plan, batch, Control()).problems == ()
        source.close()

    asked, said = asked_next(stored, tmp_path, before=read_twice)
    assert (asked[0][0], said) == (4 + 10 + 2, [])

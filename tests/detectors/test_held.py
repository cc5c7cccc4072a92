"""Situations of a life that climbs below where lives before it, or beside it, had come to rest before the window."""

import numpy as np
import pytest

from detectors.judge import judge, judge_again
from detectors.judgement import Verdict
from detectors.panel import History
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
PAST = np.arange(-7 * 48, 0) / 2.0  # hours before the window, a half each
LIMIT = 600 * MIB
# Begun with the window, it climbs from 100 to 244 MiB.
CLIMB = 100 * MIB + 3 * MIB * T + noise(T.size, MIB)
BEGUN = np.full(T.size, START)
REST = np.full(PAST.size, 300.0)

ITS_OWN_PAST = {
    "nothing is known": (np.full(PAST.size, np.nan), Verdict.LEAK),
    "it rested above": (REST, Verdict.HEALTHY),
    "it rested above for a day, long ago": (np.where(PAST < -140, 300.0, np.nan), Verdict.HEALTHY),
    "it rested above for half a day": (np.where(PAST < -154, 300.0, np.nan), Verdict.LEAK),
    "it rested below": (0.6 * REST, Verdict.LEAK),
    "it was ended each day as it climbed": (228 + 3.0 * (PAST % 24), Verdict.LEAK),
    "it climbed as it does now": (300 + 3.0 * (PAST + 168), Verdict.LEAK),
    "it climbed on five days and rests at the weekend": (200 + 3 * np.minimum(PAST + 168, 110), Verdict.LEAK),
    "it filled in two days and rested for five": (150 + 3.125 * np.minimum(PAST + 168, 48), Verdict.HEALTHY),
    "it rested above in short teeth": (REST + 40 * (PAST % 3), Verdict.HEALTHY),
}


@pytest.mark.parametrize(("low", "verdict"), ITS_OWN_PAST.values(), ids=ITS_OWN_PAST)
def test_what_the_pod_did_before_it_was_started_anew(low, verdict):
    history = History(1800.0, low[None, :] * MIB, low[None, :] * MIB)
    judged = judge(panel_of([CLIMB], history=history, start_time=[BEGUN], limit=LIMIT))[0]
    assert judged.verdict is verdict
    assert (judged.reasons[0].text == "pods of its revision rested at 300 MiB before") is (verdict is Verdict.HEALTHY)


BESIDE = {
    "a pod of its revision": ([0, 0], [0, 0], Verdict.HEALTHY),
    "a pod of another revision": ([0, 0], [1, 0], Verdict.LEAK),
    "a pod of another workload": ([0, 1], [0, 0], Verdict.LEAK),
}


@pytest.mark.parametrize(("subject", "revision", "verdict"), BESIDE.values(), ids=BESIDE)
def test_what_pods_beside_it_did_before_the_window(subject, revision, verdict):
    # The other one was ended, and no more is seen of it in the window than an hour.
    gone = np.where(T < 1, 300 * MIB, np.nan)
    low = np.array([np.full(PAST.size, np.nan), REST * MIB])
    panel = panel_of(
        [CLIMB, gone],
        history=History(1800.0, low, low),
        start_time=[BEGUN, BEGUN - 8 * 86_400.0],
        limit=LIMIT,
        subject=subject,
        revision=revision,
    )
    assert judge(panel)[0].verdict is verdict


def test_judged_again_with_its_past_it_is_as_if_all_had_been():
    low = np.array([np.full(PAST.size, np.nan)] * 2 + [REST * MIB])
    rows = [100 * MIB + noise(T.size, MIB), CLIMB, CLIMB]
    panel = panel_of(rows, start_time=[BEGUN] * 3, limit=LIMIT, subject=[2, 0, 1])
    known = panel_of(rows, start_time=[BEGUN] * 3, limit=LIMIT, subject=[2, 0, 1], history=History(1800.0, low, low))
    again = judge_again(known, judge(panel), [1, 0])
    whole = judge(known)
    assert [one.verdict for one in again] == [Verdict.LEAK, Verdict.HEALTHY, Verdict.HEALTHY]
    assert [(one.subject, one.probability, one.reasons) for one in again] == [
        (one.subject, one.probability, one.reasons) for one in whole
    ]
    assert [row.row for row in again[0].evidence] == [row.row for row in whole[0].evidence] == [1]


@pytest.mark.parametrize("subjects", [[], [1], [0, 1], [1, 2]])
def test_a_subject_without_rows_is_judged_again_as_it_was(subjects):
    panel = panel_of([CLIMB, CLIMB], start_time=[BEGUN] * 2, limit=LIMIT, subject=[0, 2])
    assert [one.verdict for one in judge_again(panel, judge(panel), subjects)] == [
        Verdict.LEAK,
        Verdict.INSUFFICIENT_DATA,
        Verdict.LEAK,
    ]


def _beside_rest(*, limit=LIMIT, own=np.nan, memory=CLIMB, began=BEGUN):
    """One that climbs beside a pod that rested at 300 MiB, and does still."""
    low = np.array([np.full(PAST.size, own) if np.isscalar(own) else own, REST]) * MIB
    rows = [memory, 300 * MIB + noise(T.size, MIB, 2)]
    history = History(1800.0, low, low)
    return judge(panel_of(rows, history=history, start_time=[began, BEGUN - 8 * 86_400.0], limit=limit, subject=[0, 0]))


def test_a_climb_of_a_week_is_no_refill_whatever_rests_beside_it():
    memory = 100 * MIB + (T + 168) * MIB + noise(T.size, MIB)
    (judged,) = _beside_rest(memory=memory, own=100 + PAST + 168, began=BEGUN - 8 * 86_400.0)
    assert judged.verdict is Verdict.LEAK


def test_a_rest_above_the_limit_of_today_excuses_nothing():
    (judged,) = _beside_rest(limit=290 * MIB)
    assert judged.verdict is Verdict.LEAK

"""Pods without samples: gone, or only not scraped."""

from dataclasses import replace

import numpy as np
import pytest

from app.scanning.presence import Presence
from tests.support.panels import hours, panel_of

T = hours(24)
ALL, NONE = np.ones(T.size), np.full(T.size, np.nan)
UNTIL_20 = np.where(T < 20, 1.0, np.nan)
FROM_20 = np.where(T >= 20, 1.0, np.nan)
SURGE = np.where((T > 10) & (T < 11), 1.0, np.nan)


def _panel(memory, state):
    return replace(panel_of(memory, subject=[0] * len(memory)), restarts=np.array(state))


def _hides_a_pod(panel, rows, peers):
    presence = Presence.of(panel)
    return presence.hides_a_pod(rows, answers=presence.answers(peers))


def _unseen_seconds(panel, rows, peers):
    presence = Presence.of(panel)
    return presence.unseen_seconds(rows, answers=presence.answers(peers))


@pytest.mark.parametrize(
    ("memory", "state", "hides"),
    [
        ([ALL, ALL], [ALL, ALL], False),
        ([ALL, UNTIL_20], [ALL, ALL], True),
        ([ALL, UNTIL_20], [ALL, UNTIL_20], False),
        ([UNTIL_20], [ALL], True),
        ([ALL, ALL], [NONE, NONE], False),
        ([ALL, UNTIL_20], [NONE, NONE], True),
        ([UNTIL_20, FROM_20], [NONE, NONE], False),
        ([ALL, SURGE], [NONE, NONE], False),
        ([ALL, UNTIL_20], [UNTIL_20, UNTIL_20], True),
    ],
    ids=[
        "all are seen",
        "one is silent, and known to run",
        "one is deleted",
        "the only one is silent",
        "without kube-state-metrics, all are seen",
        "without it, one of two is silent",
        "without it, one took the place of another",
        "without it, one was there for a moment",
        "kube-state-metrics is silent itself",
    ],
)
def test_whether_a_pod_may_run_unseen(memory, state, hides):
    rows = np.arange(len(memory))
    assert _hides_a_pod(_panel(memory, state), rows, rows) is hides


@pytest.mark.parametrize(
    ("memory", "state", "hours_ago"),
    [
        ([ALL, ALL], [ALL, ALL], 0.0),
        ([UNTIL_20, ALL], [UNTIL_20, ALL], 4.0),
        ([UNTIL_20, ALL], [ALL, ALL], 0.0),
        ([UNTIL_20, ALL], [NONE, NONE], 0.0),
        ([UNTIL_20, ALL], [UNTIL_20, UNTIL_20], 0.0),
    ],
    ids=["it is there", "it is deleted", "its kubelet is silent", "nobody can tell", "who could tell is silent"],
)
def test_how_long_a_workload_is_gone(memory, state, hours_ago):
    """The first row is the workload's; the second is another one's of the same namespace."""
    found = _unseen_seconds(_panel(memory, state), np.array([0]), np.array([0, 1]))
    assert found == pytest.approx(hours_ago * 3600, abs=301)


def test_kube_state_metrics_that_never_knew_the_workload_cannot_tell_that_it_is_gone():
    """It may be limited to some namespaces, or one of its shards may be down."""
    panel, both = _panel([UNTIL_20, ALL], [NONE, ALL]), np.array([0, 1])
    assert _unseen_seconds(panel, np.array([0]), both) == 0.0
    assert _hides_a_pod(panel, np.array([0]), both)


def test_kube_state_metrics_that_answers_for_another_namespace_only_cannot_either():
    panel = _panel([UNTIL_20, ALL], [UNTIL_20, ALL])
    assert _unseen_seconds(panel, np.array([0]), np.array([0])) == 0.0


def test_a_pod_that_was_evicted_hours_ago_runs_no_more_although_its_object_stays():
    until_12 = np.where(T < 12, 1.0, np.nan)
    assert not _hides_a_pod(_panel([ALL, until_12], [ALL, ALL]), np.array([0, 1]), np.array([0, 1]))


def test_a_deployment_that_was_scaled_down_hours_ago_is_whole():
    until_12 = np.where(T < 12, 1.0, np.nan)
    rows = np.arange(3)
    assert not _hides_a_pod(_panel([ALL, until_12, until_12], [NONE] * 3), rows, rows)

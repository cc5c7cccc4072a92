"""Pods without samples: gone, or only not scraped."""

from dataclasses import replace

import numpy as np
import pytest

from app.scanning.presence import hides_a_pod, unseen_seconds
from tests.support.panels import hours, panel_of

T = hours(24)
ALL, NONE = np.ones(T.size), np.full(T.size, np.nan)
UNTIL_20 = np.where(T < 20, 1.0, np.nan)
FROM_20 = np.where(T >= 20, 1.0, np.nan)
SURGE = np.where((T > 10) & (T < 11), 1.0, np.nan)


def _panel(memory, state):
    return replace(panel_of(memory, subject=[0] * len(memory)), restarts=np.array(state))


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
    assert hides_a_pod(_panel(memory, state), np.arange(len(memory))) is hides


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
    """The first row is the workload's; the second is another one's of the same batch."""
    assert unseen_seconds(_panel(memory, state), np.array([0])) == pytest.approx(hours_ago * 3600, abs=301)

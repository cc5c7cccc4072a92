"""Which revision brought the leak: what the one before did at the same age."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
LEAKS, FLAT, SLOWLY = 6.0, 0.0, 0.5


def _suspect(*pods):
    """pods: (from hour, to hour, MiB/h, revision); from a negative hour: it began before the window."""
    rows, starts = [], []
    for seed, (first, last, per_hour, _) in enumerate(pods):
        memory = 100 * MIB + per_hour * MIB * (T - first) + noise(N, 0.5 * MIB, seed)
        rows.append(np.where((first <= T) & (last >= T), memory, np.nan))
        starts.append(np.full(N, START + first * 3600.0))
    panel = panel_of(
        rows, start_time=starts, subject=[0] * len(pods), revision=[one[3] for one in pods], limit=4000 * MIB
    )
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.LEAK
    return judged.suspect_revision


@pytest.mark.parametrize(
    ("pods", "suspect"),
    [
        ([(-24, 24, FLAT, 0), (24, 48, LEAKS, 1)], 1),
        ([(-24, 24, LEAKS, 0), (24, 48, LEAKS, 1)], None),
        ([(0, 5, LEAKS, 0), (5, 48, LEAKS, 1)], None),
        ([(0, 5, FLAT, 0), (5, 48, LEAKS, 1)], 1),
        ([(0, 5, SLOWLY, 0), (5, 48, LEAKS, 1)], 1),
        ([(-24, 0.5, FLAT, 0), (0.5, 48, LEAKS, 1)], None),
        ([(-24, 12, FLAT, 0), (12, 17, LEAKS, 1), (17, 48, LEAKS, 2)], 1),
        ([(-24, 12, LEAKS, 0), (12, 17, FLAT, 1), (17, 48, LEAKS, 2)], 2),
        ([(-24, 48, LEAKS, 3)], None),
        ([(-24, 48, FLAT, 0), (-24, 48, LEAKS, 1)], 1),
    ],
    ids=[
        "the one before was flat",
        "the one before leaked",
        "the one before grew alike, in five hours",
        "the one before was flat, in five hours",
        "the one before grew by a twelfth of it",
        "the one before was hardly seen",
        "a run of two that leak",
        "it leaked before, was mended, and came back",
        "only one was seen",
        "side by side, as in a canary",
    ],
)
def test_the_first_of_an_unbroken_run_of_leaking_revisions(pods, suspect):
    assert _suspect(*pods) == suspect

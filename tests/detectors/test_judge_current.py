"""Since when the pod runs that holds the most."""

import numpy as np
import pytest

from detectors.judge import judge
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(24)
HOUR = 3600.0
LEVEL = 200 * MIB + noise(T.size, 0.5 * MIB)


@pytest.mark.parametrize(
    ("pods", "starts", "began"),
    [
        pytest.param([LEVEL], [np.full(T.size, START - HOUR)], -1, id="before the window"),
        pytest.param([LEVEL], [np.where(T < 9, START - HOUR, START + 9 * HOUR)], 9, id="restarted"),
        pytest.param([np.where(T < 9, np.nan, LEVEL)], [np.full(T.size, np.nan)], 9, id="first seen, no start is told"),
        pytest.param([LEVEL], [np.full(T.size, np.nan)], None, id="seen all the time, no start is told"),
        pytest.param(
            [LEVEL, np.where(T < 9, np.nan, 0.5 * LEVEL)],
            [np.full(T.size, START), np.full(T.size, START + 9 * HOUR)],
            0,
            id="the larger counts",
        ),
        pytest.param([np.where(T > 9, np.nan, LEVEL)], [np.full(T.size, START)], None, id="it runs no more"),
    ],
)
def test_since_when_the_largest_pod_runs(pods, starts, began):
    (found,) = judge(panel_of(pods, start_time=starts, subject=[0] * len(pods)))
    assert found.current_began_at == (None if began is None else pytest.approx(START + began * HOUR, abs=600))

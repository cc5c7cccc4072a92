"""Growth that slows all along, as of a cache that fills for days, and what bends for another reason."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)


def _judged(memory, limit=1000.0):
    """A container that began with the window."""
    panel = panel_of(
        [memory * MIB + noise(T.size, 0.5 * MIB)], limit=limit * MIB, start_time=[np.full(T.size, START - 60.0)]
    )
    return judge(panel)[0]


def _fills(hours_of, size=200.0):
    return 100 + size * (1 - np.exp(-T / hours_of))


@pytest.mark.parametrize("hours_of", [8, 12, 20])
def test_a_cache_that_fills_over_a_day_or_two(hours_of):
    judged = _judged(_fills(hours_of))
    assert judged.verdict is Verdict.HEALTHY
    assert "growth_decays" in [one.code for one in judged.reasons]


@pytest.mark.parametrize(
    ("memory", "limit"),
    [
        (_fills(3) + 4 * T, 1000.0),
        (_fills(8, 60) + 4 * T, 1000.0),
        (100 + 4 * T, 1000.0),
        (100 + 0.1 * T**2, 1000.0),
        (_fills(16), 300.0),
    ],
    ids=["behind a warm-up", "behind a long warm-up", "straight", "faster and faster", "it comes near its limit"],
)
def test_a_leak_that_does_not_end_so(memory, limit):
    assert _judged(memory, limit).verdict is Verdict.LEAK

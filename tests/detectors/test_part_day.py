"""Half a day of life under load that falls: growth that slows, growth that goes on, and a day that has come round."""

import numpy as np
import pytest

from tests.support.panels import MIB, hours, noise, panel_of
from tests.support.scenes import scene_of

LIMIT = 1000 * MIB


def _probability(memory, cpu, lasts=12.0):
    t = hours(lasts)
    row = memory(t) * MIB + noise(t.size, MIB)
    panel = panel_of([row], cpu=[cpu(t) + noise(t.size, 0.005, 9)], limit=LIMIT, start_time=[0 * t + 1_700_000_000.0])
    return float(scene_of(panel).evidence.probability[0])


def _evening(t):
    return 0.3 - 0.02 * t


def _level(t):
    return 0.2 + 0 * t


@pytest.mark.parametrize("tau", [2.5, 3.0, 4.0])
def test_a_warm_up_that_ends_as_load_falls_says_no_more_than_it_does_under_even_load(tau):
    def fills(t):
        return 200 + 150 * (1 - np.exp(-t / tau))

    assert _probability(fills, _evening) <= _probability(fills, _level) + 0.05


def test_growth_that_goes_on_while_load_falls_is_told():
    assert _probability(lambda t: 200 + 12 * t, _evening) > 0.5

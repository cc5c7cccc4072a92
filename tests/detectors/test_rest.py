"""Growth that has come to rest, and growth that rests and goes on: a life is its own measure."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, hours, noise, panel_of

T = hours(48)
LIMIT = 2000 * MIB


def _judged(memory, cpu=None, limit=LIMIT):
    panel = panel_of([memory + noise(T.size, MIB)], limit=limit, cpu=None if cpu is None else [cpu])
    return judge(panel)[0]


def _until(end, rate=5 * MIB):
    return 300 * MIB + rate * np.minimum(T, end)


def _in_steps(each, high=30 * MIB):
    return 300 * MIB + high * np.floor(T / each)


def _by_the_request(asleep_from=14.0):
    awake = ((T - asleep_from) % 24 >= 10).astype(float)
    return 300 * MIB + 6 * MIB * np.cumsum(awake) / 12, 0.02 + 0.2 * awake


@pytest.mark.parametrize("rested", [6.5, 8, 12, 16])
def test_growth_that_reached_a_bound_hours_ago(rested):
    judged = _judged(_until(48 - rested))
    assert judged.verdict is Verdict.HEALTHY
    assert judged.reasons[0].code == "plateau"


@pytest.mark.parametrize(
    ("memory", "cpu"),
    [
        (_until(48), None),
        (_until(45.5), None),
        (_in_steps(7.5), None),
        _by_the_request(),
        (_until(48) + 40 * MIB * ((T > 37.5) & (T < 41.5)), None),
        (_until(40), np.where(T < 40, 0.2, 0.8)),
    ],
    ids=[
        "goes on",
        "has rested for two hours",
        "in steps with such rests between them",
        "by the request, asleep now",
        "behind a hump that is as high",
        "a heap that only collects",
    ],
)
def test_growth_that_may_go_on(memory, cpu):
    assert _judged(memory, cpu).verdict is Verdict.LEAK


def test_what_stands_at_its_limit_rests_because_it_must():
    assert _judged(_until(40), limit=510 * MIB).verdict is Verdict.LEAK
    assert _judged(_until(40), limit=700 * MIB).verdict is Verdict.HEALTHY

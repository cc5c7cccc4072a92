"""A leak by the request under what each day's load takes and gives back, and days that are busier than others."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, hours, noise, panel_of

T = hours(48)
HOUR = T % 24


def _load(begins, lasts):
    return ((HOUR - begins) % 24 < lasts).astype(float)


OFFICE, LATE = _load(9, 9), _load(18, 12)


def _judged(memory, load):
    cpu = 0.02 + 0.6 * load + noise(T.size, 0.01, seed=2) ** 2
    return judge(panel_of([memory * MIB + noise(T.size, MIB)], limit=1000 * MIB, cpu=[cpu]))[0]


def _grown(load, rate):
    """MiB that a leak of `rate` MiB an hour of that load has grown."""
    return np.cumsum(load) * rate / 12


@pytest.mark.parametrize("load", [OFFICE, LATE], ids=["office hours", "nights"])
@pytest.mark.parametrize("taken", [40, 120, 240])
def test_a_leak_by_the_request_under_what_load_takes(load, taken):
    judged = _judged(300 + taken * load + _grown(load, 8), load)
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(8 * MIB * load.mean(), rel=0.35)


@pytest.mark.parametrize(
    "memory",
    [
        120 * OFFICE,
        120 * OFFICE * np.where(T < 24, 1.0, 1.3),
        120 * OFFICE * (1 - np.exp(-np.maximum(HOUR - 9, 0) / 2)) * np.where(T < 24, 1.0, 1.3),
        120 * OFFICE + 60 * (T >= 9),
        120 * OFFICE + _grown(OFFICE, 8) * (T < 24) + 72 * (T >= 24),
        120 * OFFICE + 80 * (1 - np.exp(-_grown(OFFICE, 1) / 1.5)),
    ],
    ids=[
        "each day as the last",
        "a busier day",
        "sessions that add up in a day, a busier day",
        "kept from the first day",
        "grown in one day only",
        "a cache that the first hours fill",
    ],
)
def test_what_no_leak_does_under_it(memory):
    assert _judged(300 + memory, OFFICE).verdict is not Verdict.LEAK

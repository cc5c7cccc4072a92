"""How fast it grows, since when, and whether that matters."""

import numpy as np
import pytest

from detectors.growth import growths_of, pooled_growth
from detectors.options import Options
from detectors.pool import oom_loop
from tests.support.panels import MIB, START, hours, noise, panel_of
from tests.support.scenes import members_of, scene_of

T = hours(48)
N = T.size
NONE = float("nan")
HOUR = 3600.0


def _growth(memory, *, limit=NONE, options=None):
    scene = scene_of(panel_of([memory + noise(N, 0.5 * MIB)], limit=limit), options)
    return growths_of(scene, np.array([0]))[0]


@pytest.mark.parametrize(
    ("memory", "rate", "onset_hour", "slack"),
    [
        (100 * MIB + 3 * MIB * T, 3.0, 0, 0.5),
        (100 * MIB + 3 * MIB * T + 40 * MIB * ((T / 1.5) % 1.0), 3.0, 0, 0.5),
        (100 * MIB + 8 * MIB * np.maximum(T - 24, 0), 8.0, 24, 2.0),
        (100 * MIB + 8 * MIB * np.maximum(T - 36, 0), 8.0, 36, 2.0),
        (100 * MIB + 0 * T, 0.0, 0, 0.5),
    ],
    ids=["straight", "under a saw", "since half way", "since the last quarter", "none"],
)
def test_rate_and_onset(memory, rate, onset_hour, slack):
    found = _growth(memory)
    assert found.rate == pytest.approx(rate * MIB, rel=0.06, abs=0.03 * MIB)
    assert found.low <= found.rate <= found.high
    assert rate == 0 or found.onset == pytest.approx(START + onset_hour * HOUR, abs=slack * HOUR)


def test_the_fitted_line_goes_through_the_floor():
    found = _growth(100 * MIB + 3 * MIB * T)
    assert found.fit == (pytest.approx(100 * MIB, rel=0.03), pytest.approx(244 * MIB, rel=0.03))


def test_growth_before_the_window_began_with_it():
    memory = 100 * MIB + 3 * MIB * T
    scene = scene_of(panel_of([memory], start_time=[np.full(N, START - 9 * 86_400.0)]))
    assert growths_of(scene, np.array([0]))[0].onset == START


@pytest.mark.parametrize(
    ("per_hour", "limit", "matters"),
    [
        (3.0, 600.0, True),
        (0.75, 600.0, True),
        (0.5, 600.0, False),
        (3.0, 100_000.0, False),
        (3.0, NONE, True),
        (1.0, NONE, True),
        (0.6, NONE, False),
        (-3.0, NONE, False),
        (0.0, 600.0, False),
    ],
    ids=[
        "the limit in days",
        "the limit in four weeks",
        "the limit in six weeks",
        "the limit in years",
        "no limit, doubles in days",
        "no limit, doubles in eight days",
        "no limit, doubles in two weeks",
        "it falls",
        "it stays",
    ],
)
def test_whether_it_gets_somewhere_in_time(per_hour, limit, matters):
    assert _growth(200 * MIB - 48 * MIB * per_hour + per_hour * MIB * T, limit=limit * MIB).matters is matters


def test_the_horizons_are_options():
    memory = 100 * MIB + 3 * MIB * T
    short = Options(limit_horizon_hours=10.0, doubling_horizon_hours=10.0)
    assert not _growth(memory, limit=600 * MIB, options=short).matters
    assert not _growth(memory, options=short).matters


def test_the_limit_is_reached_by_peaks():
    spikes = 200 * MIB * (np.arange(N) % 12 == 0)
    calm, spiky = (_growth(100 * MIB + 3 * MIB * T + more, limit=600 * MIB).time_to_limit for more in (0.0, spikes))
    assert calm.p50 == pytest.approx((600 - 244) / 3 * HOUR, rel=0.05)
    assert spiky.p50 == pytest.approx((600 - 444) / 3 * HOUR, rel=0.1)


def test_without_a_limit_there_is_no_time_to_it():
    assert _growth(100 * MIB + 3 * MIB * T).time_to_limit is None


def test_where_lives_end_in_kills_the_next_one_ends_as_they_did():
    life = np.floor((T + 0.5) / 2)
    age = T + 0.5 - life * 2
    memory = 100 * MIB + 50 * MIB * age + noise(N, 0.5 * MIB)
    killed = np.where(life > 0, 1.0, np.nan)
    starts = START + (life * 2 - 0.5) * HOUR
    scene, members = members_of(panel_of([memory], start_time=[starts], oom_killed=[killed], limit=210 * MIB))
    (running,) = members[scene.running[members]]
    found = pooled_growth(scene, int(running), oom_loop(scene, members))
    assert found.time_to_limit.p50 == pytest.approx((2 - age[-1]) * HOUR, rel=0.25)
    assert found.matters

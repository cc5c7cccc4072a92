"""Shapes: each is told from the others."""

import numpy as np
import pytest

from detectors.shapes import NAMES, shapes

POINTS = 48
TIME = np.arange(POINTS, dtype=float)
SHARE = TIME / TIME[-1]
NIGHTS = np.where(TIME % 24 < 10, 0.05, 1.0)
NONE = np.full(POINTS, np.nan)
ROUGH = np.random.default_rng(4).normal(0.0, 1.0, POINTS)

SERIES = {
    "straight": 100 * SHARE,
    "accelerating": 100 * SHARE**3,
    "late": 100 * np.maximum(SHARE - 0.65, 0.0) / 0.35,
    "step": 100.0 * (SHARE > 0.42),
    "two steps": 50.0 * ((SHARE > 0.3).astype(float) + (SHARE > 0.6)),
    "three equal steps": 40.0 * ((SHARE > 0.25).astype(float) + (SHARE > 0.5) + (SHARE > 0.75)),
    "eight steps": 12.0 * np.floor(8 * SHARE),
    "saturating": 100 * (1 - np.exp(-SHARE / 0.1)),
    "logarithmic": 30 * np.log1p(SHARE / 0.05),
    "a ramp that stops": 100 * np.minimum(SHARE, 0.6) / 0.6,
    "straight in work": 100 * np.cumsum(NIGHTS) / NIGHTS.sum(),
    "saturating in work": 100 * (1 - np.exp(-np.cumsum(NIGHTS) / NIGHTS.sum() / 0.2)),
}


def _shapes(value, cpu=NONE):
    return shapes(TIME[None], (1000 + value)[None], cpu[None])


def _named(name):
    return _shapes(SERIES[name] + ROUGH, NIGHTS if name.endswith("in work") else NONE)


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("straight", "straight"),
        ("accelerating", "accelerating"),
        ("late", "late"),
        ("step", "step"),
        ("saturating", "saturating"),
        ("logarithmic", "saturating"),
        ("a ramp that stops", "saturating"),
        ("straight in work", "work"),
        ("saturating in work", "saturating"),
    ],
)
def test_each_is_recognised(name, best):
    assert NAMES[int(_named(name).best[0])] == best


@pytest.mark.parametrize(
    ("name", "beyond_steps", "beyond_saturating"),
    [
        ("straight", True, True),
        ("accelerating", True, True),
        ("late", True, True),
        ("step", False, False),
        ("two steps", False, False),
        ("three equal steps", False, None),
        ("eight steps", True, True),
        ("saturating", None, False),
        ("logarithmic", None, False),
        ("a ramp that stops", None, False),
        ("straight in work", True, True),
        ("saturating in work", None, False),
    ],
)
def test_what_goes_on_is_told_from_what_does_not(name, beyond_steps, beyond_saturating):
    found = _named(name)
    assert found.over_flat[0] > 6
    assert beyond_steps is None or bool(found.over_steps[0] > 0) is beyond_steps
    assert beyond_saturating is None or bool(found.over_saturating[0] > 0) is beyond_saturating


@pytest.mark.parametrize(
    "value",
    [np.zeros(POINTS), 1e-4 * ROUGH, ROUGH, -100 * SHARE],
    ids=["constant", "rounding", "noise", "falling"],
)
def test_where_nothing_grows_growth_is_no_better_than_no_change(value):
    assert _shapes(value).over_flat[0] <= 2


def test_slow_wander_is_no_strong_structure():
    walks = 1000 + np.cumsum(np.random.default_rng(2).normal(size=(200, POINTS)), axis=1)
    times, cpu = np.broadcast_to(TIME, walks.shape), np.full(walks.shape, np.nan)
    assert (shapes(times, walks, cpu).over_steps > 6).mean() < 0.1


def test_the_unit_does_not_matter():
    small = shapes(TIME[None], (100 + SERIES["late"] + ROUGH)[None], NONE[None])
    large = shapes(TIME[None], 2.0**20 * (100 + SERIES["late"] + ROUGH)[None], NONE[None])
    assert large.over_flat == pytest.approx(small.over_flat)
    assert large.over_steps == pytest.approx(small.over_steps)


def test_a_short_row_is_not_touched_by_a_long_one():
    short = np.where(TIME < 20, 1000 + 3 * TIME + ROUGH, np.nan)
    time = np.where(TIME < 20, TIME, np.nan)
    alone = shapes(time[None, :20], short[None, :20], NONE[None, :20])
    beside = shapes(np.array([TIME, time]), np.array([1000 + ROUGH, short]), np.array([NONE, NONE]))
    assert beside.over_flat[1] == pytest.approx(alone.over_flat[0])
    assert beside.over_saturating[1] == pytest.approx(alone.over_saturating[0])


def test_no_points_have_no_shape():
    nothing = np.full((1, POINTS), np.nan)
    assert shapes(nothing, nothing, nothing).over_flat[0] <= 0

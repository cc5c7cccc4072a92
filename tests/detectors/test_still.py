"""Memory that hardly moves needs no load: no growth in it could matter, and it is told alike with it and without."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import scene
from detectors.judge import judge
from detectors.options import Options
from detectors.panel import Grid
from detectors.still import hardly_moves
from tests.support.panels import MIB, START, STEP, hours, noise, panel_of

T = hours(48)
N = T.size
GRID = Grid(START, STEP, N)
NONE = np.nan

SITUATIONS = {
    "flat, a limit far away": (100 + 0 * T, 200, True),
    "flat, no limit": (100 + 0 * T, NONE, True),
    "at its limit, and not a byte of movement": (100 + 0 * T, 100, False),
    "one per cent in two days, no limit": (100 + T / 48, NONE, True),
    "an eighth in two days, no limit": (100 + 12 * T / 48, NONE, False),
    "a thousandth in two days, half of the limit": (100 + 0.1 * T / 48, 200, True),
    "a thousandth in two days, near the limit": (100 + 0.1 * T / 48, 120, False),
    "five per cent in the last hours, no limit": (100 + 5 * np.maximum(T - 42, 0) / 6, NONE, False),
    "five per cent in each of four lives, no limit": (100 + 5 * (T % 12) / 12, NONE, False),
    "a swing that comes back": (100 + 10 * np.sin(T / 4), NONE, False),
    "it fell by half": (np.where(T < 24, 200, 100), NONE, False),
    "known for half a day": (np.where(T >= 36 - STEP / 3600, 100, np.nan), 200, True),
    "known for less": (np.where(T > 37, 100, np.nan), 200, False),
    "with a gap": (np.where((T < 10) | (T > 20), 100, np.nan), 200, True),
    "never seen": (np.full(N, np.nan), 200, False),
    "nothing at all": (0 * T, NONE, False),
}


@pytest.mark.parametrize(("memory", "limit", "still"), SITUATIONS.values(), ids=SITUATIONS)
def test_it_is_still_where_twice_its_movement_would_not_matter(memory, limit, still):
    row = memory[None, :] * MIB
    assert hardly_moves(row, row, np.array([limit * MIB]), GRID, Options()).tolist() == [still]


def test_peaks_within_a_step_count():
    row = np.full((1, N), 100 * MIB)
    assert not hardly_moves(row, 2 * row, np.array([200 * MIB]), GRID, Options())[0]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_panel_of_next_to_nothing_is_not_still(steps):
    row = np.full((1, steps), 100 * MIB)
    assert not hardly_moves(row, row, np.array([NONE]), Grid(START, STEP, steps), Options())[0]


@given(
    per_day=st.floats(0.001, 0.5), limit=st.one_of(st.just(NONE), st.floats(1.05, 10.0)), onset_hours=st.floats(0, 40)
)
def test_growth_that_matters_is_never_still(per_day, limit, onset_hours):
    """Whichever: straight growth from some time on that would reach the limit, or double, within the horizon."""
    options = Options()
    memory = 1 + per_day * np.maximum(T - onset_hours, 0) / 24
    rate = per_day / 24
    horizon = (limit - memory[-1]) / rate / options.limit_horizon_hours
    matters = memory[-1] / rate <= options.doubling_horizon_hours if np.isnan(limit) else horizon <= 1
    still = hardly_moves(memory[None], memory[None], np.array([limit]), GRID, options)[0]
    assert not (matters and still)


LATE = np.maximum(T - 36, 0) / 12
LIVES = (T % 12) / 12
ALIKE = {
    "hardly a byte, a load of days": (0.3 * T / 48, 2 + np.sin(T / 4), NONE),
    "hardly a byte, while load falls": (0.3 * T / 48, 3 - T / 24, NONE),
    "hardly a byte, far from the limit": (0.05 * T / 48, 2 + np.sin(T / 4), 400),
    "a climb with load in the last hours": (7 * LATE, 1 + LATE, NONE),
    "the same, less, and nearer to the limit": (2 * LATE, 1 + LATE, 220),
    "lives that each climb with load": (6 * LIVES, 1 + LIVES, NONE),
    "a leak that falling load hides in part": (5 * T / 48 - 2 * np.sin(T / 4), 3 - T / 24 - 0.5 * np.sin(T / 4), 200),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("rise", "load", "limit"), ALIKE.values(), ids=ALIKE)
def test_the_verdict_is_the_one_that_load_heeded_everywhere_would_give(monkeypatch, rise, load, limit, seed):
    started = np.where(rise is ALIKE["lives that each climb with load"][0], START + 43_200 * (T // 12), START - 9e5)
    row = (100 + rise) * MIB + noise(N, 0.05 * MIB, seed)
    panel = panel_of([row], cpu=[load], limit=limit * MIB, start_time=[started])
    told = judge(panel)[0].verdict
    monkeypatch.setattr(scene, "hardly_moves", lambda memory, *_: np.zeros(memory.shape[0], dtype=bool))
    assert told is judge(panel)[0].verdict


def test_the_load_of_what_moves_is_heeded():
    load = 2 + T / 24
    row = (100 + 20 * load) * MIB + noise(N, 0.05 * MIB)
    figures = judge(panel_of([row], cpu=[load], limit=400 * MIB), Options(explain=True))[0].figures
    assert next(one.value for one in figures if one.name == "explained") > 0

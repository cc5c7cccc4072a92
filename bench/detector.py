"""How long the detector takes by itself, beside the same number of calls of the nearest thing in scipy."""

import time

import numpy as np
from scipy import stats

from detectors.judge import judge
from detectors.panel import Grid, Panel

_STEPS = 576
_STEP_SECONDS = 300.0
_START = 1.7e9


def detector(rows: int) -> list[tuple[str, float, str]]:
    """(what, seconds, remark) for so many containers over 48 hours, a tenth of them leaking."""
    panel = _panel(rows)
    began = time.perf_counter()
    judge(panel)
    ours = time.perf_counter() - began
    sample = min(rows, 50)
    began = time.perf_counter()
    for row in range(sample):
        stats.theilslopes(panel.rss[row], panel.grid.times)
    theirs = (time.perf_counter() - began) * rows / sample
    return [
        ("leakwatch: judge, every test", ours, f"{rows / ours:.0f} containers/s"),
        ("scipy.stats.theilslopes alone, one series after the other", theirs, f"{rows / theirs:.0f} containers/s"),
    ]


def _panel(rows: int) -> Panel:
    rng = np.random.default_rng(0)
    shape = (rows, _STEPS)
    memory = 1e8 + np.cumsum(rng.normal(0, 2e4, shape), axis=1) + rng.normal(0, 1e6, shape)
    memory[::10] += 2e5 * np.arange(_STEPS)
    unknown = np.full(shape, np.nan)
    return Panel(
        grid=Grid(_START, _STEP_SECONDS, _STEPS),
        working_set=memory,
        rss=memory,
        cache=np.zeros(shape),
        cpu=rng.uniform(0.1, 1.0, shape),
        start_time=np.full(shape, _START - 86_400),
        restarts=unknown,
        oom_killed=unknown,
        limit=np.full(rows, 1e9),
        subject=np.arange(rows),
        revision=np.zeros(rows, dtype=np.int64),
    )

"""Many scenarios as one panel on a coarser grid, as a scan of a whole fleet reads them."""

import warnings
from collections.abc import Sequence

import numpy as np

from bench.scenarios.truth import Scenario
from detectors.panel import Floats, Grid, Panel

_SAMPLED = ("working_set", "rss", "cache", "start_time", "restarts", "oom_killed")


def combine(scenarios: Sequence[Scenario], step_seconds: float = 300.0) -> Panel:
    """One panel, the scenarios' subjects numbered in their order; sampled as Prometheus' query_range does.

    Each step has the last sample at or before it and after the step before (`cpu`: their mean); the last step is the
    last of the scenarios' grid, and an incomplete first one is left out. Raises ValueError where there is no scenario,
    where grids differ, or where `step_seconds` is no multiple of theirs.
    """
    if not scenarios:
        raise ValueError("scenarios: none given")
    grid = scenarios[0].panel.grid
    other = next((one.name for one in scenarios if one.panel.grid != grid), None)
    if other:
        raise ValueError(
            f"{other}: its grid is not that of {scenarios[0].name}; generate both with the same hours and step"
        )
    ratio = round(step_seconds / grid.step)
    if ratio < 1 or abs(ratio * grid.step - step_seconds) > 1e-6 or ratio > grid.steps:
        raise ValueError(f"step_seconds {step_seconds:g} is no multiple of the scenarios' step of {grid.step:g} s")
    steps = grid.steps // ratio
    skipped = grid.steps - steps * ratio
    coarse = Grid(grid.start + (skipped + ratio - 1) * grid.step, step_seconds, steps)
    panels = [one.panel for one in scenarios]
    sampled = {name: np.concatenate([_last(getattr(p, name), skipped, ratio) for p in panels]) for name in _SAMPLED}
    return Panel(
        grid=coarse,
        cpu=np.concatenate([_mean(p.cpu, skipped, ratio) for p in panels]),
        working_set=sampled["working_set"],
        rss=sampled["rss"],
        cache=sampled["cache"],
        start_time=sampled["start_time"],
        restarts=sampled["restarts"],
        oom_killed=sampled["oom_killed"],
        limit=np.concatenate([p.limit for p in panels]),
        subject=np.concatenate([np.full(p.rows, number, dtype=np.int64) for number, p in enumerate(panels)]),
        revision=np.concatenate([p.revision for p in panels]),
    )


def _last(values: Floats, skipped: int, ratio: int) -> Floats:
    """The last known value of each block of `ratio` columns, NaN where none is known."""
    blocks = values[:, skipped:].reshape(values.shape[0], -1, ratio)
    last = blocks[:, :, -1].copy()
    for back in range(ratio - 2, -1, -1):
        unknown = np.isnan(last)
        if not unknown.any():
            break
        last[unknown] = blocks[:, :, back][unknown]
    return last


def _mean(values: Floats, skipped: int, ratio: int) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing is NaN, as it should be
        mean: Floats = np.nanmean(values[:, skipped:].reshape(values.shape[0], -1, ratio), axis=2)
    return mean

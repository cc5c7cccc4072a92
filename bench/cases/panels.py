"""Panels cut, thinned and laid together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detectors.panel import Floats, Grid, Panel

# Members of which the last value of a step stands for the step; of CPU it is the mean.
_SAMPLED = ("working_set", "rss", "cache", "start_time", "restarts", "oom_killed")
_PER_ROW = ("limit", "revision")


def stacked(panels: Sequence[Panel]) -> Panel:
    """One panel of the rows of many, whose subjects are counted on. Raises ValueError where the grids differ."""
    if any(panel.grid != panels[0].grid for panel in panels):
        raise ValueError("the panels are on different grids")
    counts = [int(panel.subject.max(initial=-1)) + 1 for panel in panels]
    firsts = np.cumsum([0, *counts[:-1]])
    together: dict[str, Any] = {
        name: np.concatenate([getattr(panel, name) for panel in panels]) for name in (*_SAMPLED, "cpu", *_PER_ROW)
    }
    subject = np.concatenate([panel.subject + first for panel, first in zip(panels, firsts, strict=True)])
    return Panel(grid=panels[0].grid, subject=subject, **together)


def thinned(panel: Panel, step_seconds: float) -> Panel:
    """The panel on a coarser grid with the same last column, as a query of it would see it.

    Each value is the last sample of its step, for CPU the mean. Raises ValueError where the step is no multiple.
    """
    times = round(step_seconds / panel.grid.step)
    if times < 1 or not np.isclose(times * panel.grid.step, step_seconds):
        raise ValueError(f"a step of {step_seconds:g} s is no multiple of {panel.grid.step:g} s")
    if times == 1:
        return panel
    steps = -(-panel.grid.steps // times)
    start = panel.grid.end - (steps - 1) * step_seconds
    thin: dict[str, Any] = {name: _last(_folded(getattr(panel, name), times)) for name in _SAMPLED}
    return replace(panel, grid=Grid(start, step_seconds, steps), cpu=_mean(_folded(panel.cpu, times)), **thin)


def until(panel: Panel, end: float) -> Panel:
    """The panel as it was at a time, unix seconds: without the columns after it."""
    steps = int(np.count_nonzero(panel.grid.times <= end))
    cut: dict[str, Any] = {name: getattr(panel, name)[:, :steps] for name in (*_SAMPLED, "cpu")}
    return replace(panel, grid=Grid(panel.grid.start, panel.grid.step, steps), **cut)


def only(panel: Panel, subjects: Sequence[int]) -> Panel:
    """The rows of some subjects, which are numbered anew in the order given."""
    number = {subject: index for index, subject in enumerate(subjects)}
    rows = np.nonzero(np.isin(panel.subject, subjects))[0]
    picked = panel.take(rows)
    return replace(picked, subject=np.array([number[int(one)] for one in picked.subject], dtype=np.int64))


def _folded(values: Floats, times: int) -> Floats:
    """Shape (rows, steps, times), the first step filled up with NaN in front."""
    missing = -values.shape[1] % times
    padded = np.pad(values, ((0, 0), (missing, 0)), constant_values=np.nan)
    return padded.reshape(values.shape[0], padded.shape[1] // times, times)


def _last(folded: Floats) -> Floats:
    known = np.isfinite(folded)
    at = folded.shape[2] - 1 - known[:, :, ::-1].argmax(axis=2)
    return np.take_along_axis(folded, at[:, :, None], axis=2)[:, :, 0]


def _mean(folded: Floats) -> Floats:
    known = np.isfinite(folded)
    count = known.sum(axis=2)
    total = np.where(known, folded, 0.0).sum(axis=2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

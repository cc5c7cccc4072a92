"""Simulated time: the window at its own step, and before it the days the containers had already run, coarsely."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Floats, Grid

START = 1_795_132_800.0  # every window starts here, so that scenarios share a grid; load shifts its calendar instead
DAY = 86_400.0
HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Times of simulation in unix seconds, shape (n,): `first` is the index of the window's first step.

    before: seconds simulated ahead of the window, at a step of a quarter or half an hour
    """

    grid: Grid
    times: Floats
    dt: Floats
    first: int

    @property
    def start(self) -> float:
        """Unix seconds at which the window starts."""
        return self.grid.start

    @property
    def end(self) -> float:
        """Unix seconds at which the window ends."""
        return self.grid.end

    @property
    def hours(self) -> float:
        """Length of the window in hours."""
        return (self.end - self.start) / HOUR


def make_clock(hours: float, step_seconds: float, before_hours: float) -> Clock:
    """The clock of a window of so many hours, and of so many before it."""
    steps = round(hours * HOUR / step_seconds)
    grid = Grid(START, step_seconds, steps)
    coarse = max(step_seconds, 900.0 if before_hours <= 7 * 24 else 1800.0)
    ahead = int(before_hours * HOUR // coarse)
    past = START - coarse * np.arange(ahead, 0, -1)
    times = np.concatenate([past, grid.times])
    dt = np.diff(times, append=grid.end + step_seconds)
    return Clock(grid, times, dt, ahead)

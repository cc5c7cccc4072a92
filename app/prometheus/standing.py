"""What hardly ever changes: when a container started, and how often. The end of a window tells all of it, unless a
container started anew in it; and as a rule it tells whether one did.
"""

import math
from dataclasses import dataclass

import numpy as np

from app.prometheus.members import LOOKBACK_SECONDS
from detectors.lifetimes import SAME_START_SECONDS
from detectors.panel import Bools, Floats, Grid, Ints

# A container that is gone is told of for up to four minutes beside the one in its place, and carried on for five more.
_END_SECONDS = 2 * LOOKBACK_SECONDS


@dataclass(frozen=True, slots=True)
class Standing:
    """What a window's last column tells: unix seconds and counts, shape (rows,), NaN where it tells nothing.

    memory: whether memory is known, shape (rows, steps)
    """

    grid: Grid
    memory: Bools
    start_time: Floats
    restarts: Floats

    @property
    def gone(self) -> Bools:
        """Whether the last column shows no memory of a row, shape (rows,)."""
        return ~self.memory[:, -1]

    @property
    def same_start(self) -> Bools:
        """Whether what runs at the end ran from the row's first sample on, shape (rows,).

        Some runtimes say that a container started in the year 1, which tells nothing.
        """
        first_time = self.grid.start + self.grid.step * self._first
        told = (self.start_time > 0) & (self.start_time <= first_time + SAME_START_SECONDS)
        same: Bools = ~self.gone & told
        return same

    @property
    def same_restarts(self) -> Bools:
        """Whether the count at the end was the count all along, shape (rows,): it only grows, and by new starts."""
        same: Bools = ~self.gone & np.isfinite(self.restarts) & (self.same_start | (self.restarts == 0))
        return same

    def start_times(self) -> Floats:
        """The start time where memory is known, shape (rows, steps); NaN in rows where it was not the same."""
        return np.where(self.same_start[:, None] & self.memory, self.start_time[:, None], np.nan)

    def all_restarts(self) -> Floats:
        """The count from a row's first sample on, shape (rows, steps); NaN in rows where it was not the same."""
        return self.all_along(np.where(self.same_restarts, self.restarts, np.nan))

    def all_along(self, values: Floats) -> Floats:
        """Each row's value from its first sample on, shape (rows, steps). values: shape (rows,)."""
        since = np.arange(self.grid.steps) >= self._first[:, None]
        return np.where(since, values[:, None], np.nan)

    @property
    def _first(self) -> Ints:
        """The column of each row's first sample; the number of columns where it has none."""
        first: Ints = np.where(self.memory.any(axis=1), self.memory.argmax(axis=1), self.grid.steps)
        return first


def end_of(grid: Grid) -> Grid:
    """The last columns of a grid: as many as tell which of a container's runs is the newest."""
    steps = min(math.ceil(_END_SECONDS / grid.step) + 1, grid.steps)
    return Grid(grid.end - (steps - 1) * grid.step, grid.step, steps)

"""What hardly ever changes: when a container started, and how often. The end of a window tells all of it, unless a
container started anew in it; and whether one did shows there too.
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Grid, Ints

# Start times are rounded differently by different exporters.
_SAME_START_SECONDS = 2.0


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
        """Whether what runs at the end ran from the row's first sample on, shape (rows,)."""
        first_time = self.grid.start + self.grid.step * self._first
        same: Bools = ~self.gone & (self.start_time <= first_time + _SAME_START_SECONDS)
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
    """The last column of a grid."""
    return Grid(grid.end, grid.step, 1)

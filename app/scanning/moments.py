"""When the scans of a backtest would have run, and how far each would have looked."""

import math
from dataclasses import dataclass

import numpy as np

from app.domain.scan import Window
from detectors.panel import Grid, Ints


@dataclass(frozen=True, slots=True)
class Moments:
    """`count` scans, `every_seconds` apart, the last at `last` (unix seconds, on the grid)."""

    last: float
    every_seconds: float
    count: int
    lookback_seconds: float
    step_seconds: float

    @property
    def times(self) -> list[float]:
        """Each scan's end on the grid, as `scan --end` would set it, the earliest first. Unix seconds."""
        step = self.step_seconds
        return [
            math.floor((self.last - back * self.every_seconds) / step) * step for back in reversed(range(self.count))
        ]

    @property
    def period(self) -> Window:
        """From the first scan to the last."""
        return Window(self.times[0], self.last, self.every_seconds)

    @property
    def window_steps(self) -> int:
        """Columns of one window."""
        return math.floor(self.lookback_seconds / self.step_seconds) + 1

    @property
    def window(self) -> Window:
        """The last scan's window."""
        return Window(self.last - (self.window_steps - 1) * self.step_seconds, self.last, self.step_seconds)

    @property
    def begin(self) -> float:
        """Where the first scan's window begins, unix seconds."""
        return self.times[0] - self.window.seconds

    def columns(self, grid: Grid) -> Ints:
        """Where on the grid each window ends, shape (scans,)."""
        return np.rint((np.array(self.times) - grid.start) / grid.step).astype(np.int64)

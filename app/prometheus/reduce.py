"""Samples reduced to a grid: what is kept of each step, however many samples it had."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from app.prometheus.compiled import kernel, part
from app.prometheus.members import LOOKBACK_SECONDS
from detectors.panel import Floats, Grid, Ints

# Members of a tally, which has a row for all before the first step, then one a step.
TALLIES = 6
_LOW, _HIGH, _TOTAL, _COUNT, _LAST, _LAST_TIME = range(TALLIES)


@dataclass(frozen=True, slots=True)
class Reduced:
    """Series on a grid, each member of shape (series, steps), NaN where nothing is known.

    low, mean, high: of the finite samples in the step that ends at a time of the grid, its end included
    last: the newest sample at each time of the grid, as a range query gives it: NaN after a stale marker
    A step without a sample has what came last before it, as long as that is no older than the lookback.
    """

    low: Floats
    mean: Floats
    high: Floats
    last: Floats

    @classmethod
    def empty(cls, series: int, steps: int) -> Self:
        """Room for so many series, of which nothing is known."""
        low, mean, high, last = (np.full((series, steps), np.nan) for _ in range(4))
        return cls(low, mean, high, last)

    def take(self, rows: Ints | slice) -> "Reduced":
        """Some of the series, in the given order."""
        return Reduced(self.low[rows], self.mean[rows], self.high[rows], self.last[rows])


@dataclass(frozen=True, slots=True)
class Steps:
    """A grid in milliseconds, as samples are timed."""

    first: int
    step: int
    count: int
    lookback: int

    @classmethod
    def of(cls, grid: Grid, lookback_seconds: float = LOOKBACK_SECONDS) -> Self:
        """The steps of a grid."""
        step = max(round(grid.step * 1000), 1)
        return cls(round(grid.start * 1000), step, grid.steps, round(lookback_seconds * 1000))

    @property
    def begin(self) -> int:
        """From here on samples count, milliseconds."""
        return self.first - max(self.step, self.lookback)

    @property
    def end(self) -> int:
        """Samples after this one do not count, milliseconds."""
        return self.first + self.step * (self.count - 1)


def reduce_samples(
    times: Ints, values: Floats, ends: Ints, grid: Grid, lookback_seconds: float = LOOKBACK_SECONDS
) -> Reduced:
    """Many series at once: times (unix milliseconds, in any order) and values, shape (samples,), one after the other.

    ends: shape (series,), where in `times` each series ends, the next begins.
    """
    steps = Steps.of(grid, lookback_seconds)
    out = Reduced.empty(ends.size, grid.steps)
    tally = np.empty((grid.steps + 1, TALLIES))
    _reduce_all(
        times, values, ends, tally, steps.first, steps.step, steps.lookback, out.low, out.mean, out.high, out.last
    )
    return out


@kernel
def _reduce_all(
    times: Ints,
    values: Floats,
    ends: Ints,
    tally: Floats,
    first: int,
    step: int,
    lookback: int,
    low: Floats,
    mean: Floats,
    high: Floats,
    last: Floats,
) -> None:
    begin = 0
    for series in range(ends.size):
        clear(tally)
        tell(tally, times, values, begin, ends[series], first, step)
        finish(tally, first, step, lookback, low[series], mean[series], high[series], last[series])
        begin = ends[series]


@part
def clear(tally: Floats) -> None:
    """Forget the series before."""
    for row in range(tally.shape[0]):
        tally[row, _LOW], tally[row, _HIGH] = np.inf, -np.inf
        tally[row, _TOTAL], tally[row, _COUNT] = 0.0, 0.0
        tally[row, _LAST], tally[row, _LAST_TIME] = np.nan, -np.inf


@part
def tell(tally: Floats, times: Ints, values: Floats, begin: int, end: int, first: int, step: int) -> int:
    """Add the samples from `begin` to before `end`; how many of them are in a step.

    Of two at the same time, as overlapping chunks have them, the larger is the last.
    """
    until = first + step * (tally.shape[0] - 2)
    row, above, upto = 0, first - step, first - step  # the row's step: times above the one, up to the other
    inside = 0
    for index in range(begin, end):
        time, value = times[index], values[index]
        if time > until:
            continue
        if time <= first - step:
            row, above, upto = 0, first - step, first - step
        elif time <= above or time > upto:
            row = (time - first + step - 1) // step + 1
            upto = first + step * (row - 1)
            above = upto - step
        inside += row > 0
        at = np.float64(time)
        if at > tally[row, _LAST_TIME]:
            tally[row, _LAST], tally[row, _LAST_TIME] = value, at
        elif at == tally[row, _LAST_TIME] and not value <= tally[row, _LAST] and value == value:  # noqa: PLR0124
            tally[row, _LAST] = value
        if value - value == 0.0:  # finite
            tally[row, _LOW] = min(tally[row, _LOW], value)
            tally[row, _HIGH] = max(tally[row, _HIGH], value)
            tally[row, _TOTAL] += value
            tally[row, _COUNT] += 1.0
    return inside


@part
def finish(
    tally: Floats, first: int, step: int, lookback: int, low: Floats, mean: Floats, high: Floats, last: Floats
) -> None:
    """Write what a tally came to into one series' rows of a Reduced."""
    carried, carried_time = tally[0, _LAST], tally[0, _LAST_TIME]
    for row in range(1, tally.shape[0]):
        if tally[row, _LAST_TIME] > -np.inf:
            carried, carried_time = tally[row, _LAST], tally[row, _LAST_TIME]
        fresh = np.float64(first + step * (row - 1)) - carried_time <= lookback
        known = carried if fresh and carried - carried == 0.0 else np.nan
        last[row - 1] = known
        if tally[row, _COUNT] > 0.0:
            low[row - 1], high[row - 1] = tally[row, _LOW], tally[row, _HIGH]
            mean[row - 1] = tally[row, _TOTAL] / tally[row, _COUNT]
        else:
            low[row - 1], mean[row - 1], high[row - 1] = known, known, known

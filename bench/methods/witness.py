"""What rules of one series look at: the pods that still run, or the lives they are in."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from detectors.lifetimes import split
from detectors.panel import Bools, Floats, Panel

HOUR = 3600.0
DAY = 24 * HOUR
# A pod runs when its last sample is no older; leakwatch asks the same.
FRESH_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Witness:
    """One series without its gaps. times: unix seconds; value: bytes; limit: bytes or NaN; subject: whose it is."""

    times: Floats
    value: Floats
    limit: float
    subject: int = 0

    def last(self, seconds: float) -> "Witness":
        """Only its samples of so many seconds before its last one."""
        inside = self.times >= self.times[-1] - seconds
        return Witness(self.times[inside], self.value[inside], self.limit, self.subject)


Rule = Callable[[Witness], bool]


def pods(panel: Panel, value: Floats) -> Iterator[Witness]:
    """The running pods, whole, through their restarts. value: bytes, shape (rows, steps)."""
    for row in range(panel.rows):
        known = np.isfinite(value[row])
        if known.any():
            yield from _running(panel, value, row, known)


def lives(panel: Panel, value: Floats) -> Iterator[Witness]:
    """The running pods, each since its container's last start. value: bytes, shape (rows, steps)."""
    lifetimes = split(panel, value)
    columns = np.arange(panel.grid.steps)
    for one in np.nonzero(~lifetimes.ended)[0]:
        row = int(lifetimes.row[one])
        yield from _running(panel, value, row, np.isfinite(value[row]) & (columns >= lifetimes.first[one]))


def flagged(panel: Panel, witnesses: Iterable[Witness], fires: Rule) -> Bools:
    """Whether each subject has a witness of which the rule fires, as an alert over all pods would; (subjects,)."""
    found = np.zeros(int(panel.subject.max(initial=-1)) + 1, dtype=bool)
    for witness in witnesses:
        found[witness.subject] = found[witness.subject] or fires(witness)
    return found


def line(times: Floats, value: Floats) -> tuple[float, float, float]:
    """Least squares: slope in bytes/second, the line's bytes at the last time, and R²; zeros for under two samples."""
    if times.size < 2 or times[0] == times[-1]:
        return 0.0, float(value[-1]) if value.size else 0.0, 0.0
    x = times - times.mean()
    y = value - value.mean()
    slope = float(x @ y / (x @ x))
    spread = float(y @ y)
    explained = slope * float(x @ y) / spread if spread > 0 else 0.0
    return slope, float(value.mean() + slope * x[-1]), explained


def _running(panel: Panel, value: Floats, row: int, known: Bools) -> Iterator[Witness]:
    times = panel.grid.times[known]
    if times[-1] >= panel.grid.end - FRESH_SECONDS:
        yield Witness(times, value[row][known], float(panel.limit[row]), int(panel.subject[row]))

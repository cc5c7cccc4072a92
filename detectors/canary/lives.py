"""Lives of a revision's pods, told by age: hours since the container started."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detectors.lifetimes import split
from detectors.memory import nonreclaimable, peaks
from detectors.panel import Floats, Ints, Panel

_ABSURD_BYTES = 2.0**60


@dataclass(frozen=True, slots=True)
class AgedLife:
    """One life of one pod's container; arrays have shape (samples,), known samples only, in order.

    hours: age; memory: bytes the kernel cannot reclaim, the least of each step; peak: the most; cpu: cores, NaN where
    unknown; limit: bytes, NaN for none; pod: the row of its panel; began: unix seconds of age 0
    from_start: its first samples are there; told_age: its start is known, and not just that it was there before
    ended: another life of the pod followed; killed: by an OOM kill
    """

    pod: int
    began: float
    hours: Floats
    memory: Floats
    peak: Floats
    cpu: Floats
    limit: float
    from_start: bool
    told_age: bool
    ended: bool
    killed: bool

    @property
    def age(self) -> float:
        """Hours at its last sample."""
        return float(self.hours[-1])


def lives_of(panel: Panel, rows: Ints) -> tuple[AgedLife, ...]:
    """The lives of these rows, the pods in the order given, those of a pod in order of time."""
    part = panel.take(rows)
    with np.errstate(invalid="ignore"):
        return tuple(_lives(part))


def _lives(panel: Panel) -> Iterator[AgedLife]:
    memory = nonreclaimable(panel)
    memory = np.where((memory >= 0) & (memory < _ABSURD_BYTES), memory, np.nan)
    most = peaks(panel, memory)
    lifetimes, times = split(panel, memory), panel.grid.times
    for i in range(lifetimes.count):
        row, first, last = int(lifetimes.row[i]), int(lifetimes.first[i]), int(lifetimes.last[i])
        columns = first + np.flatnonzero(np.isfinite(memory[row, first : last + 1]))
        began, limit = float(lifetimes.began[i]), float(panel.limit[row])
        from_start = bool(lifetimes.seen_from_start[i])
        yield AgedLife(
            pod=row,
            began=began,
            hours=(times[columns] - began) / 3600.0,
            memory=memory[row, columns],
            peak=most[row, columns],
            cpu=panel.cpu[row, columns],
            limit=limit if 0 < limit < _ABSURD_BYTES else np.nan,
            from_start=from_start,
            told_age=from_start or bool(np.isfinite(panel.start_time[row, first])),
            ended=bool(lifetimes.ended[i]),
            killed=bool(lifetimes.killed[i]),
        )

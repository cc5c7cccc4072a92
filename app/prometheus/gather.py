"""One metric of a batch's containers, come together from reduced series, however many there are of each container."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.errors import SourceTooLarge
from app.prometheus.members import (
    MEMORY,
    Versions,
    container_key,
    instance_of,
    is_wanted,
    oom_indicator,
    rates,
)
from app.prometheus.reduce import Reduced
from app.prometheus.source import ContainerRef, LabelSet
from detectors.panel import Bools, Floats, Grid, Ints

# Restarted containers have a series each, which together span little more than one; replicas have one each.
_MOST_SERIES_A_ROW = 16
_SPARE_CELLS = 10_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a series belongs: the row of its container, and which instance of it the series is of."""

    row: int
    instance: str
    labels: LabelSet


def places_of(containers: Sequence[ContainerRef]) -> Mapping[tuple[str, str, str], int]:
    """The row of each container by namespace, pod and container."""
    return {(c.namespace, c.pod, c.container): row for row, c in enumerate(containers)}


def place_of(labels: LabelSet, rows: Mapping[tuple[str, str, str], int]) -> Place | None:
    """Where a series belongs; None where its container is not of the batch."""
    row = rows.get(container_key(labels))
    return None if row is None else Place(row, instance_of(labels), labels)


@dataclass(slots=True)
class Gathering:
    """What one member of the panel comes to.

    member: its name; low: its values, shape (rows, steps): of memory the lowest of each step, else the last
    high: of memory the highest of each step, else empty. Both are whole once `settle` has been called.
    """

    member: str
    grid: Grid
    low: Floats
    high: Floats
    _owner: list[str | None]
    _more: dict[int, list[tuple[str, int, Floats, Floats]]] = field(default_factory=lambda: defaultdict(list))
    _cells: int = 0

    @classmethod
    def of(cls, member: str, rows: int, grid: Grid) -> "Gathering":
        """Nothing as yet."""
        low = np.full((rows, grid.steps), np.nan)
        return cls(member, grid, low, np.full_like(low, np.nan) if member in MEMORY else low[:, :0], [None] * rows)

    def add(self, places: Sequence[Place | None], reduced: Reduced) -> None:
        """Add series, each to its place. Raises SourceTooLarge where there are absurdly many."""
        wanted = [
            index for index, place in enumerate(places) if place is not None and is_wanted(self.member, place.labels)
        ]
        if not wanted:
            return
        chosen = np.array(wanted, dtype=np.int64)
        mine = [place for index in wanted if (place := places[index]) is not None]
        low, high = self._values(mine, reduced, chosen)
        first, rows = [], []
        for index, place in enumerate(mine):
            if self._owner[place.row] is None:
                self._owner[place.row] = place.instance
                first.append(index)
                rows.append(place.row)
            else:
                self._keep(place, low[index], high[index])
        self.low[rows] = low[first]
        self.high[rows] = high[first]

    def settle(self) -> None:
        """Make one series a row of all there are."""
        for row, more in self._more.items():
            lows, highs = Versions(), Versions()
            lows.add(self._owner[row] or "", self.low[row])
            highs.add(self._owner[row] or "", self.high[row])
            for instance, begin, low, high in more:
                lows.add(instance, _spread(low, begin, self.grid.steps))
                highs.add(instance, _spread(high, begin, self.high.shape[1]))
            self.low[row], self.high[row] = lows.merged(), highs.merged()
        self._more.clear()

    def _values(self, places: Sequence[Place], reduced: Reduced, chosen: Ints) -> tuple[Floats, Floats]:
        if self.member in MEMORY:
            return reduced.low[chosen], reduced.high[chosen]
        last = reduced.last[chosen]
        if self.member == "cpu":
            last = rates(last, self.grid.step)
        elif self.member == "oom_killed":
            last = np.stack([oom_indicator(one, place.labels) for one, place in zip(last, places, strict=True)])
        return last, last[:, :0]

    def _keep(self, place: Place, low: Floats, high: Floats) -> None:
        """Another series of a row: as much of it as is known, for a container's life may be short."""
        known: Bools = np.isfinite(low)
        if not known.any():
            return
        begin, end = int(known.argmax()), int(known.size - known[::-1].argmax())
        self._more[place.row].append((place.instance, begin, low[begin:end].copy(), high[begin:end].copy()))
        self._cells += end - begin
        if self._cells > _MOST_SERIES_A_ROW * self.low.size + _SPARE_CELLS:
            raise SourceTooLarge(
                f"{self.member}: far more series than containers", "check LEAKWATCH_METRICS__CONTAINER_MATCHERS"
            )


def _spread(values: Floats, begin: int, steps: int) -> Floats:
    whole = np.full(steps, np.nan)
    whole[begin : begin + values.size] = values[: max(steps - begin, 0)]
    return whole

"""The reads that make up one batch: what moves from sample to sample as a whole, what hardly changes by its end.

First memory and OOM kills of the whole window, and of start times, restarts and limits its end. Then, of containers
whose end does not tell all of it, the rest, and the load of those whose memory moves.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

import numpy as np

from app.prometheus.gather import Gathering
from app.prometheus.limits import ToldLimits
from app.prometheus.needless_load import needs_no_load
from app.prometheus.source import ContainerRef
from app.prometheus.standing import Standing, end_of
from detectors.memory import nonreclaimable_of
from detectors.panel import Bools, Floats, Grid

# Begins to read a member of the panel of some containers into a Gathering; how many samples there were comes of it.
BeginRead = Callable[[Gathering, Sequence[ContainerRef]], Future[int]]

_MOVING = ("working_set", "rss", "cache", "oom_killed")
_LOAD = ("cpu",)
_BY_STARTS = ("start_time", "restarts")
_LIMITS = ("limit", "spec_limit")
# Where more of a batch than this is to be read, all of it is: where that is whole namespaces no pod need be named.
_MOST_NAMED = 0.5


class BatchReads:
    """The members of one batch's panel, by the names that members_by_metric gives, each of shape (rows, steps).

    low: values, of memory the lowest of each step; peak: bytes, the highest of what cannot be reclaimed
    samples: how many there were; unasked: rows whose load was not asked for
    """

    def __init__(self, containers: Sequence[ContainerRef], begin: BeginRead) -> None:
        self._containers, self._begin = containers, begin
        self.low: dict[str, Floats] = {}
        self.peak: Floats = np.empty((len(containers), 0))
        self.unasked: frozenset[int] = frozenset()
        self.samples = 0

    def whole(self, grid: Grid) -> None:
        """Every member over the whole grid. Raises SourceError, ScanAbandoned, as the other does."""
        self._take(self._begun((*_MOVING, *_LOAD, *_BY_STARTS, *_LIMITS), grid))

    def in_two(self, grid: Grid, *, limits_over_time: bool, load_of_all: bool) -> None:
        """The same, for less. limits_over_time: limits are to be as they were at each time, not as they are at last;
        load_of_all: not only of containers of which it matters."""
        asked = (*_MOVING, *(_LOAD if load_of_all else ()), *(_LIMITS if limits_over_time else ()))
        moving = self._begun(asked, grid)
        ends = self._ended(self._begun((*_BY_STARTS, *(() if limits_over_time else _LIMITS[:1])), end_of(grid)))
        self._take(moving)
        memory = np.isfinite(self.low["working_set"]) | np.isfinite(self.low["rss"])
        told = Standing(grid, memory, *(ends[name].low[:, -1] for name in _BY_STARTS))
        self.low["start_time"], self.low["restarts"] = told.start_times(), told.all_restarts()
        wanted = [("start_time", grid, ~told.same_start), ("restarts", grid, ~told.same_restarts)]
        if limits_over_time:
            self._fill(wanted)
        else:
            self._fill_limits(told, ends["limit"].low[:, -1], wanted)
        if not load_of_all:
            self._fill_load(grid)

    def _fill_limits(self, told: Standing, limit: Floats, wanted: Sequence[tuple[str, Grid, Bools]]) -> None:
        """Fill in limits, and what else is wanted. limit: as kube-state-metrics tells it at the end, shape (rows,)."""
        grid = told.grid
        self.low["limit"] = told.all_along(limit)
        # Where kube-state-metrics knows a container at the end and tells no limit there is none; else it may be silent.
        silent = ~np.isfinite(limit)
        self._fill([*wanted, ("limit", grid, told.gone | (silent & ~np.isfinite(told.restarts)))])
        unlimited = ~np.isfinite(self.low["limit"]).any(axis=1)
        over = told.gone | ~np.isfinite(told.start_time)
        self.low["spec_limit"] = np.full_like(self.low["limit"], np.nan)
        self._fill([("spec_limit", end_of(grid), unlimited & ~over), ("spec_limit", grid, unlimited & over)])

    def _fill_load(self, grid: Grid) -> None:
        """Read the load of the containers whose memory moves: the others are told alike with it and without it."""
        limit = ToldLimits(self.low["limit"], self.low["spec_limit"]).latest()
        still = needs_no_load(self.low, self.peak, limit, grid)
        self.low["cpu"] = np.full_like(self.peak, np.nan)
        self._fill([("cpu", grid, ~still)])
        self.unasked = frozenset(np.flatnonzero(still).tolist())

    def _fill(self, wanted: Iterable[tuple[str, Grid, Bools]]) -> None:
        """Read members of some rows, each on a grid that ends where the batch's does, in the place of what is there."""
        begun = [(grid, rows, self._begun((member,), grid, rows)) for member, grid, rows in wanted if rows.any()]
        for grid, rows, reads in begun:
            for member, read in self._ended(reads).items():
                self.low[member][rows, -grid.steps :] = read.low[rows]

    def _begun(
        self, members: Iterable[str], grid: Grid, rows: Bools | None = None
    ) -> list[tuple[Gathering, Future[int]]]:
        """Reads under way. rows: of which containers; None: of all."""
        containers = self._containers
        if rows is not None and rows.mean() <= _MOST_NAMED:
            containers = [containers[row] for row in np.flatnonzero(rows).tolist()]
        gatherings = [Gathering.of(member, len(self._containers), grid) for member in members]
        return [(one, self._begin(one, containers)) for one in gatherings]

    def _ended(self, begun: Iterable[tuple[Gathering, Future[int]]]) -> dict[str, Gathering]:
        found = {}
        for gathering, answer in begun:
            self.samples += answer.result()
            gathering.settle()
            found[gathering.member] = gathering
        return found

    def _take(self, begun: Iterable[tuple[Gathering, Future[int]]]) -> None:
        ended = self._ended(begun)
        self.low |= {member: gathering.low for member, gathering in ended.items()}
        self.peak = nonreclaimable_of(*(ended[member].high for member in ("working_set", "rss", "cache")))

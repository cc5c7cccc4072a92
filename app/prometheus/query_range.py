"""Series by Prometheus' range queries: what every server of its kind answers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.domain.scan import Problem
from app.errors import SourceTooLarge, SourceUnusable
from app.prometheus.assemble import assemble
from app.prometheus.client import reading_threads
from app.prometheus.members import container_key
from app.prometheus.needless_load import needs_no_load
from app.prometheus.selection import distinct
from app.prometheus.series import RawSeries
from app.prometheus.server_source import ServerSource, history_grid
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading
from detectors.panel import Bools, Grid, History

_MAX_POINTS = 10_000


class QueryRangeSource(ServerSource):
    """Memory series from a server of the Prometheus HTTP API."""

    name = "query_range"

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """Each metric of the batch's containers, by one query each where the server allows it.

        CPU, which is read last, only of those whose memory moves by more than cannot matter.
        """
        self._watch.wait(control)
        cpu = self._metrics.cpu
        first = [one for one in self._selection.wanted() if one[0] != cpu]
        series, problems = self._read_metrics(first, batch.containers, plan, control)
        told = assemble(series, batch.containers, plan.grid, self._metrics, lookback_seconds=0.0)
        still = np.zeros(len(batch.containers), dtype=np.bool_) if self._selection.load_of_all else _still(told)
        moving = [one for one, rests in zip(batch.containers, still.tolist(), strict=True) if not rests]
        wanted = [one for one in self._selection.wanted() if one[0] == cpu and moving]
        load, more = self._read_metrics(wanted, moving, plan, control)
        loaded = assemble(load, batch.containers, plan.grid, self._metrics, lookback_seconds=0.0)
        said = distinct([*problems, *more])
        return replace(
            told,
            # Of a pod that is named all containers come.
            panel=replace(told.panel, cpu=np.where(still[:, None], np.nan, loaded.panel.cpu)),
            samples=told.samples + loaded.samples,
            problems=said,
            unread=frozenset(range(len(batch.containers)) if said else ()),
            unasked=frozenset(np.flatnonzero(still).tolist()),
        )

    def _read_metrics(
        self, wanted: Sequence[tuple[str, str]], containers: Sequence[ContainerRef], plan: Plan, control: Control
    ) -> tuple[list[RawSeries], list[Problem]]:
        """The series of these metrics, each with its matchers, and what the server warns of."""
        with reading_threads(self._concurrency, control) as pool:
            answers = [
                pool.submit(self._read_metric, name, matchers, containers, plan.grid, control)
                for name, matchers in wanted
            ]
            found = [answer.result() for answer in answers]
        problems = [Problem("server_warning", text) for _, warnings in found for text in warnings]
        return [one for series, _ in found for one in series], problems

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]]:
        """What these containers held before the window, a lowest and a highest value each half hour."""
        grid = history_grid(plan.grid, seconds)
        low, high = np.full((2, len(containers), grid.steps), np.nan)
        row_of = {(c.namespace, c.pod, c.container): row for row, c in enumerate(containers)}
        names, warnings = self._metrics, list[str]()
        for function, into, pick in (("min_over_time", low, np.fmin), ("max_over_time", high, np.fmax)):
            over = f"{function}({{}}[{grid.step:g}s])"
            series, said = self._read_metric(names.rss, names.container_matchers, containers, grid, control, over)
            warnings += said
            for one in series:
                row = row_of.get(container_key(one.labels))
                if row is not None:
                    columns = np.rint((one.times - grid.start) / grid.step).astype(np.int64)
                    # A proxy may round times to steps of its own, and so answer with some that were not asked for.
                    asked = (columns >= 0) & (columns < grid.steps)
                    into[row, columns[asked]] = pick(into[row, columns[asked]], one.values[asked])
        return History(grid.step, low, high), distinct([Problem("server_warning", text) for text in warnings])

    def _query(self, metric: str, matchers: str, containers: Sequence[ContainerRef]) -> str:
        return f"{metric}{{{self._selection.matchers(matchers, containers)}}}"

    def _most(self, grid: Grid) -> int:
        """How many containers to ask for at once, for no answer to have more samples than it may just now."""
        return max(self._client.pace.samples // min(grid.steps, _MAX_POINTS), 1)

    def _read_metric(
        self,
        metric: str,
        matchers: str,
        containers: Sequence[ContainerRef],
        grid: Grid,
        control: Control,
        over: str = "{}",
    ) -> tuple[list[RawSeries], list[str]]:
        """The metric's series of the containers, and the server's warnings. over: what to make of its selector."""
        series: list[RawSeries] = []
        warnings: list[str] = []
        most = self._most(grid)
        if len(containers) > most:
            return self._read_apart(metric, matchers, containers, most, grid, control, over)
        query = over.format(self._query(metric, matchers, containers))
        try:
            for part in _parts(grid):
                with self._client.room_for(len(containers) * part.steps, control):
                    matrix, said = self._client.query_range(query, part.start, part.end, part.step, control)
                series += _raw_series(matrix, metric)
                warnings += said
        except SourceTooLarge:
            if len(containers) < 2:
                raise
            return self._read_apart(metric, matchers, containers, -(-len(containers) // 2), grid, control, over)
        return series, warnings

    def _read_apart(
        self,
        metric: str,
        matchers: str,
        containers: Sequence[ContainerRef],
        most: int,
        grid: Grid,
        control: Control,
        over: str,
    ) -> tuple[list[RawSeries], list[str]]:
        """The same by several queries, each for at most so many of the containers."""
        series: list[RawSeries] = []
        warnings: list[str] = []
        for first in range(0, len(containers), most):
            found, said = self._read_metric(metric, matchers, containers[first : first + most], grid, control, over)
            series += found
            warnings += said
        return series, warnings


def _still(told: Reading) -> Bools:
    """Which rows need no CPU."""
    panel = told.panel
    members = {"working_set": panel.working_set, "rss": panel.rss, "cache": panel.cache}
    return needs_no_load(members, None, panel.limit, panel.grid)


def _parts(grid: Grid) -> Iterator[Grid]:
    """The grid in pieces that no server finds too long."""
    for first in range(0, grid.steps, _MAX_POINTS):
        yield Grid(grid.start + first * grid.step, grid.step, min(_MAX_POINTS, grid.steps - first))


def _raw_series(matrix: Iterable[dict[str, Any]], metric: str) -> list[RawSeries]:
    try:
        return [
            RawSeries(
                metric,
                one["metric"],
                np.array([time for time, _ in one["values"]], dtype=np.float64),
                np.array([value for _, value in one["values"]], dtype=np.float64),
            )
            for one in matrix
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceUnusable(
            "the answer to a range query is not a matrix of samples", "is this a Prometheus?"
        ) from error

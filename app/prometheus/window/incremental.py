"""A source that remembers the last scan's window, and asks another one only for what has come since."""

import hashlib
import json
import math
import threading
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from app.domain.scan import Problem
from app.prometheus.assemble import reading_of
from app.prometheus.limits import ToldLimits
from app.prometheus.needless_load import needs_no_load
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading, ScanRequest, Source
from app.prometheus.window.kept import Kept, kept_of
from app.prometheus.window.page import VERSION, Columns, Content, Key
from app.prometheus.window.store import RECENT, WHOLE, WindowStore, open_store
from detectors.panel import Bools, Floats, Grid, History, Ints, Panel

# However short the steps: as many are read again, since what a step shows may change after it was read.
_OVERLAP_STEPS = 2
# What a window's first column cannot know, since it compares with the column before.
_DIFFERENCES = ("cpu",)
# A page that is so much of a window old is read again from its beginning: samples that came very late come in so.
# Which part between these a batch takes is its own, so that not all batches are due in one scan.
_SOONEST_WHOLE, _LATEST_WHOLE = 0.25, 0.5
# What only some sources have.
_OPTIONAL = ("peak",)
# Stands in pages for the CPU of a container that was not asked for, since its memory hardly moved. No rate is negative.
_NOT_ASKED = -1.0


class IncrementalSource:
    """Another source whose readings are kept in a folder: the next scan's are put together from those and from the
    newest columns, and are what the other source would have read anew; but a limit stands where it was first read so.

    That holds for samples that come up to `overlap_seconds` late; what comes later is seen when a container is read
    whole again, after a quarter to half a window. Containers that were not kept are read whole, as are those whose
    memory begins to move and whose CPU was not asked for; what could not be read whole is not kept. Where another
    process has the folder, all is read anew.
    """

    def __init__(self, inner: Source, folder: Path, identity: Mapping[str, Any], overlap_seconds: float) -> None:
        """identity: what decides what the other source reads, beside what is in a scan's request; JSON's types."""
        self._inner = inner
        self._folder = folder
        self._identity = identity
        self._overlap = overlap_seconds
        self._store: WindowStore | None = None
        self._keys: frozenset[Key] = frozenset()
        self._load_of_all = True
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The other source's."""
        return self._inner.name

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """As the other source does; and a word where nothing of the last scan can be used, or be kept for the next."""
        plan = self._inner.plan(request, control)
        self._load_of_all = request.load_of_all
        self._close_store()
        said: list[str] = []
        try:
            self._store = open_store(self._folder, self._identity_of(request))
            if self._store is None:
                said.append("another process scans the same, and keeps its window: all was read anew")
            else:
                said += self._store.trouble
        except OSError as error:
            said.append(f"no window can be kept in {self._folder}: {error.strerror}")
        self._keys = frozenset(_key(one) for batch in plan.batches for one in batch.containers)
        return replace(plan, problems=(*plan.problems, *_problems(said)))

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """The batch's window: what is kept, and what the other source says of the rest."""
        store = self._store
        if store is None:
            return self._inner.read(plan, batch, control)
        with self._lock:
            known = len(store.trouble)
            kept = kept_of(store, [_key(one) for one in batch.containers], _columns(plan.grid), _oldest(plan, batch))
        try:
            reading = (
                self._read_whole(plan, batch, control) if kept is None else self._read_on(plan, batch, kept, control)
            )
        finally:
            for page, _, _ in kept.pages if kept else ():
                page.unload()
        with self._lock:
            return replace(reading, problems=(*reading.problems, *_problems(store.trouble[known:])))

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]] | None:
        """As the other source does."""
        return self._inner.history(plan, containers, seconds, control)

    def close(self) -> None:
        """Make what was kept last, and close the other source."""
        try:
            self._close_store()
        finally:
            self._inner.close()

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is None:
            return
        try:
            known = len(store.trouble)
            store.commit(self._keys)
            for text in store.trouble[known:]:
                structlog.get_logger().warning("the window is not kept", reason=text)
        finally:
            store.close()

    def _read_whole(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        reading = self._inner.read(plan, batch, control)
        members = _members(reading)
        if members is not None:
            rows = _read_rows(reading, np.arange(reading.panel.rows))
            self._keep(WHOLE, batch, rows, members, plan.grid, _columns(plan.grid).first)
        return reading

    def _read_on(self, plan: Plan, batch: Batch, kept: Kept, control: Control) -> Reading:
        grid, first = plan.grid, _columns(plan.grid).first
        # And the column before what is new: differences need it.
        skipped = kept.until - 1 - first
        fresh = self._inner.read(replace(plan, grid=_later(grid, skipped)), batch, control)
        newest = _members(fresh)
        if newest is None or any(page.names != newest.keys() for page, _, _ in kept.pages):
            return self._read_whole(plan, batch, control)
        members = {name: np.full((kept.rows.size, grid.steps), np.nan) for name in newest}
        kept.fill(members, first)
        for name, values in members.items():
            values[:, skipped + 1 :] = newest[name][:, 1:]
            if name in _DIFFERENCES:
                values[:, 0] = np.nan
        limit = ToldLimits(members["limit"], members["spec_limit"]).latest()
        still = needs_no_load(members, members.get("peak"), limit, grid) & (not self._load_of_all)
        go_on = kept.rows & (still | ~_lack_load(members))
        others = np.flatnonzero(~go_on)
        whole = self._whole_of(plan, batch, others, members, control)
        on = _read_rows(fresh, np.flatnonzero(go_on))
        self._keep(RECENT, batch, on, members, grid, kept.base)
        unasked = np.where(go_on, still, _lack_load(members))
        members["cpu"] = np.where(unasked[:, None], np.nan, members["cpu"])
        optional: dict[str, Any] = {name: members[name] for name in _OPTIONAL if name in members}
        unread = [*(fresh.unread - set(others.tolist())), *(others[list(whole.unread)].tolist() if whole else ())]
        return reading_of(
            {name: values for name, values in members.items() if name not in _OPTIONAL},
            batch.containers,
            grid,
            fresh.samples + (whole.samples if whole else 0),
            tuple(dict.fromkeys((*fresh.problems, *(whole.problems if whole else ())))),
            unread,
            np.flatnonzero(unasked).tolist(),
            **optional,
        )

    def _whole_of(
        self, plan: Plan, batch: Batch, rows: Ints, members: Mapping[str, Floats], control: Control
    ) -> Reading | None:
        """Read some of the batch's rows whole, into the members, and keep them; None where there are no such rows."""
        if not rows.size:
            return None
        part = Batch(tuple(batch.containers[row] for row in rows))
        reading = self._inner.read(plan, part, control)
        told = _members(reading) or {}
        for name, values in members.items():
            values[rows] = told.get(name, np.nan)
        if told.keys() == members.keys():
            read = _read_rows(reading, np.arange(rows.size))
            self._keep(WHOLE, part, read, told, plan.grid, _columns(plan.grid).first)
        return reading

    def _keep(self, kind: str, batch: Batch, rows: Ints, members: Mapping[str, Floats], grid: Grid, first: int) -> None:
        """Keep some rows of members that are on the grid, from a column on."""
        columns = _columns(grid)
        known = np.isfinite(members["working_set"][rows]) | np.isfinite(members["rss"][rows])
        newest = np.flatnonzero(known.any(axis=0)).max(initial=-1)
        # What a source that lags behind does not show yet is no gap.
        overlap = max(math.ceil(self._overlap / grid.step), _OVERLAP_STEPS)
        frozen = columns.first + max(int(newest) - overlap, 0)
        content = Content(
            [_key(batch.containers[row]) for row in rows],
            Columns(first, columns.end, frozen),
            {name: values[rows, first - columns.first :] for name, values in members.items()},
        )
        with self._lock:
            if self._store is not None:
                self._store.keep(kind, content)

    def _identity_of(self, request: ScanRequest) -> str:
        told = {
            "version": VERSION,
            "reader": self.name,
            "step": request.step_seconds,
            "cluster": request.cluster,
            "namespaces": sorted(request.namespaces),
            "selector": request.selector,
            "limits_over_time": request.limits_over_time,
            "load_of_all": request.load_of_all,
            **self._identity,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def _members(reading: Reading) -> dict[str, Floats] | None:
    """All that a reading has of each column; None where it has what cannot be kept so."""
    panel, limits = reading.panel, reading.limits
    if limits is None or panel.history is not None:
        return None
    found = {field.name: getattr(panel, field.name) for field in fields(Panel)}
    members = {name: value for name, value in found.items() if isinstance(value, np.ndarray) and value.ndim == 2}
    if reading.unasked:
        members["cpu"] = members["cpu"].copy()
        members["cpu"][list(reading.unasked)] = _NOT_ASKED
    return members | {"limit": limits.by_state, "spec_limit": limits.by_cadvisor}


def _lack_load(members: Mapping[str, Floats]) -> Bools:
    """Rows whose CPU was not asked for at some time, shape (rows,)."""
    lack: Bools = (members["cpu"] == _NOT_ASKED).any(axis=1)
    return lack


def _read_rows(reading: Reading, rows: Ints) -> Ints:
    """Those of the rows that were read without fault."""
    return np.array([row for row in rows.tolist() if row not in reading.unread], dtype=np.int64)


def _columns(grid: Grid) -> Columns:
    first = round(grid.start / grid.step)
    return Columns(first, first + grid.steps, first)


def _later(grid: Grid, columns: int) -> Grid:
    """The grid without its first columns."""
    return Grid(grid.start + columns * grid.step, grid.step, grid.steps - columns)


def _oldest(plan: Plan, batch: Batch) -> int:
    """The column before which a page must not end that is built upon."""
    spread = zlib.crc32("/".join(_key(batch.containers[0])).encode()) / 2**32
    share = _SOONEST_WHOLE + (_LATEST_WHOLE - _SOONEST_WHOLE) * spread
    return _columns(plan.grid).end - int(share * plan.grid.steps)


def _key(container: ContainerRef) -> Key:
    return container.namespace, container.pod, container.container


def _problems(texts: Iterable[str]) -> tuple[Problem, ...]:
    return tuple(Problem("window_not_kept", text) for text in texts)

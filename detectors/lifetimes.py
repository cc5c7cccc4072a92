"""Lifetimes: a row of the panel cut where its container was started anew."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints, Panel

# Start times are rounded differently by different exporters.
_SAME_START_SECONDS = 2.0
# Memory that falls by more than this from one sample to the next, where neither starts nor restarts are known, tells
# a restart: no allocator gives so much back at once and keeps running as a rule.
_RESTART_DROP_RATIO = 0.5


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """All lifetimes of a panel, those of a row in order of time. Each member has shape (lifetimes,).

    row: the panel's row; first, last: columns of its first and last sample
    began: unix seconds of its start, or of its first sample where that is unknown
    seen_from_start: whether its first samples are in the window
    ended: it was followed by another lifetime of its row; killed: by an OOM kill, as far as is known
    """

    row: Ints
    first: Ints
    last: Ints
    began: Floats
    seen_from_start: Bools
    ended: Bools
    killed: Bools

    @property
    def count(self) -> int:
        """How many lifetimes there are."""
        return int(self.row.shape[0])


def split(panel: Panel, memory: Floats) -> Lifetimes:
    """Cut each row at a new start time, a rise of the restart count, or, without both, a fall by half.

    memory: bytes, shape (rows, steps), NaN where unknown. Rows without a sample have no lifetime.
    """
    known = np.isfinite(memory)
    starts = _starts(panel, memory, known)
    row, first = np.nonzero(starts)
    # The last sample before the next start of the row, or its last one.
    columns = np.arange(panel.grid.steps)
    last_known = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    next_first = np.append(first[1:], panel.grid.steps)
    same_row = np.append(row[1:] == row[:-1], False) if row.size else np.zeros(0, dtype=bool)
    upto = np.where(same_row, next_first - 1, panel.grid.steps - 1)
    last = last_known[row, upto] if row.size else np.zeros(0, dtype=np.int64)

    first_time = panel.grid.start + first * panel.grid.step
    start_time = panel.start_time[row, first]
    began = np.where(np.isfinite(start_time), np.minimum(start_time, first_time), first_time)
    seen_from_start = (first_time - began <= 2 * panel.grid.step) & ~(~np.isfinite(start_time) & (first == 0))
    return Lifetimes(
        row=row,
        first=first,
        last=last,
        began=began,
        seen_from_start=seen_from_start,
        ended=same_row,
        killed=_killed(panel, memory, row, last, next_first, same_row),
    )


def _starts(panel: Panel, memory: Floats, known: Bools) -> Bools:
    """Whether a lifetime begins at each sample, shape (rows, steps)."""
    rows, steps = memory.shape
    if steps == 0:
        return np.zeros((rows, 0), dtype=bool)
    previous = _previous_known(known)
    has_previous = known & (previous >= 0)
    at = np.maximum(previous, 0)
    rowwise = np.arange(rows)[:, None]

    start_now, start_before = panel.start_time, panel.start_time[rowwise, at]
    start_known = np.isfinite(start_now) & np.isfinite(start_before)
    restarts_now, restarts_before = panel.restarts, panel.restarts[rowwise, at]
    restarts_known = np.isfinite(restarts_now) & np.isfinite(restarts_before)

    started = start_known & (start_now - start_before > _SAME_START_SECONDS)
    # The count is scraped from elsewhere and may lag; it only speaks where the start time does not.
    started |= ~start_known & restarts_known & (restarts_now > restarts_before)
    fell = memory < _RESTART_DROP_RATIO * memory[rowwise, at]
    started |= ~start_known & ~restarts_known & fell
    begins: Bools = known & (~has_previous | (has_previous & started))
    return begins


def _previous_known(known: Bools) -> Ints:
    """The column of the sample before each column, -1 where there is none, shape (rows, steps)."""
    columns = np.where(known, np.arange(known.shape[1]), -1)
    running = np.maximum.accumulate(columns, axis=1)
    return np.concatenate((np.full((known.shape[0], 1), -1), running[:, :-1]), axis=1)


def _killed(panel: Panel, memory: Floats, row: Ints, last: Ints, next_first: Ints, ended: Bools) -> Bools:
    """Whether each lifetime ended by an OOM kill.

    The kubelet's word where there is one; else a last sample within a tenth of the limit. cAdvisor's own counter
    stays at zero when the container dies with it (google/cadvisor#3015).
    """
    if row.size == 0:
        return np.zeros(0, dtype=bool)
    # The reason may be reported a few scrapes after the container runs again.
    slack = np.minimum(np.where(ended, next_first, 0)[:, None] + np.arange(3), panel.grid.steps - 1)
    said = panel.oom_killed[row[:, None], slack]
    told = np.isfinite(said).any(axis=1)
    oom = np.where(np.isfinite(said), said, 0.0).max(axis=1) > 0
    tail = np.maximum(last[:, None] - np.arange(2), 0)
    near_limit = np.fmax.reduce(memory[row[:, None], tail], axis=1) >= 0.9 * panel.limit[row]
    killed: Bools = ended & np.where(told, oom, near_limit)
    return killed

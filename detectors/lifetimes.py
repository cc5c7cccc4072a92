"""Lifetimes: a row of the panel cut where its container was started anew."""

from dataclasses import dataclass

import numpy as np

from detectors.memory import peaks
from detectors.panel import Bools, Floats, Ints, Panel

# Start times are rounded differently by different exporters, and jitter by seconds where they are worked out from the
# uptime at each scrape. The kubelet waits for ten seconds before it starts a container for the third time in a row:
# what lived for less than that tells nothing.
SAME_START_SECONDS = 10.0
# A sample stands for what follows it for so long, and the count of restarts comes from elsewhere with its own delay:
# Prometheus' own lookback, beside which scrapes are short.
_CARRIED_SECONDS = 300.0
# The kernel counts in batches for each CPU, so that what it tells may be a little off.
_LIMIT_SLACK = 1.02
# Start times that are not to be trusted leap again and again: in nested cgroups, at each that is made anew.
_OFTEN = 3
# By so many samples before a start time leaps it is told how much memory varies in as little time.
_SAMPLES_BEFORE = 10
# Memory that falls by more than this from one sample to the next, where neither starts nor restarts are known, tells
# a restart: no allocator gives so much back at once and keeps running as a rule.
_RESTART_DROP_RATIO = 0.5


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """All lifetimes of a panel, those of a row in order of time. Each member has shape (lifetimes,).

    row: the panel's row; first, last: columns of its first and last sample
    began: unix seconds of its start, or of its first sample where that is unknown
    seen_from_start: whether its first samples are in the window
    ended: it was followed by another lifetime of its row; killed: by an OOM kill, as far as is known;
    said: the kubelet says so
    """

    row: Ints
    first: Ints
    last: Ints
    began: Floats
    seen_from_start: Bools
    ended: Bools
    killed: Bools
    said: Bools

    @property
    def count(self) -> int:
        """How many lifetimes there are."""
        return int(self.row.shape[0])


def split(panel: Panel, memory: Floats) -> Lifetimes:
    """Cut each row at a new start time, a rise of the restart count, or, without both, a fall by half.

    A start time may leap with no new start, where clocks are set or it is worked out from the uptime: `_started_anew`
    tells that from one. memory: bytes, shape (rows, steps), NaN where unknown. Rows without a sample have no lifetime.
    """
    steps = panel.grid.steps
    samples = np.flatnonzero(np.isfinite(memory))
    begins = np.flatnonzero(_begin(panel, memory, samples))
    row, first = np.divmod(samples[begins], max(steps, 1))
    last = samples[np.append(begins[1:], samples.size)[: begins.size] - 1] - row * steps
    next_first = np.append(first[1:], steps)[: first.size]
    same_row = np.append(row[1:] == row[:-1], False)[: row.size]

    first_time = panel.grid.start + first * panel.grid.step
    start_time = panel.start_time[row, first]
    began = np.where(np.isfinite(start_time), np.minimum(start_time, first_time), first_time)
    seen_from_start = (first_time - began <= 2 * panel.grid.step) & ~(~np.isfinite(start_time) & (first == 0))
    killed, said = _killed(panel, peaks(panel, memory), row, last, next_first, same_row)
    return Lifetimes(
        row=row,
        first=first,
        last=last,
        began=began,
        seen_from_start=seen_from_start,
        ended=same_row,
        killed=killed,
        said=said,
    )


def _begin(panel: Panel, memory: Floats, samples: Ints) -> Bools:
    """Whether a lifetime begins at each sample. samples: where they are in the flat panel, in order; of that shape."""
    first_of_row = np.searchsorted(samples, np.arange(panel.rows) * panel.grid.steps)
    begins = np.zeros(samples.size, dtype=bool)
    begins[first_of_row[first_of_row < samples.size]] = True

    start_later = _change(panel.start_time, samples)
    start_unknown = ~np.isfinite(start_later)
    leapt = np.flatnonzero(~start_unknown & ~begins & (start_later > SAME_START_SECONDS))
    begins[leapt] = _started_anew(panel, memory, samples, leapt)
    if (start_unknown & ~begins).any():
        # The count is scraped from elsewhere and may lag; it only speaks where the start time does not.
        more_restarts = _change(panel.restarts, samples)
        restarts_unknown = ~np.isfinite(more_restarts)
        begins |= start_unknown & ~restarts_unknown & (more_restarts > 0)
        value = memory.reshape(-1)[samples]
        fell = np.append(False, value[1:] < _RESTART_DROP_RATIO * value[:-1])[: samples.size]
        begins |= start_unknown & restarts_unknown & fell
    return begins


def _started_anew(panel: Panel, memory: Floats, samples: Ints, leapt: Ints) -> Bools:
    """Which leaps of the start time are of a container that started anew, shape (leaps,).

    leapt: which of the samples have a later start time than the one before, in the same row. One that started anew did
    so after the last sample of the life before, and its restarts were counted, or it is of a pod that took the name of
    another: that was away for a while, or holds less than before, or was never restarted and leaps seldom. Where
    nothing is known of restarts the start time's word, or a fall by half, has to do.
    """
    steps = panel.grid.steps
    at, before = samples[leapt], samples[leapt - 1]
    last_time = panel.grid.start + panel.grid.step * (before % steps)
    since = panel.start_time.reshape(-1)[at] > last_time - _CARRIED_SECONDS
    counted, uncounted = _counted(panel, at, before)
    value = memory.reshape(-1)
    fell = value[at] < _RESTART_DROP_RATIO * value[before]
    away_or_less = (at - before > 1) | fell | _fell_beyond_what_varies(value, samples, leapt, steps)
    never = panel.restarts.reshape(-1)[at] == 0
    plain = away_or_less | (never & _seldom(at // steps, uncounted & ~away_or_less))
    anew: Bools = counted | np.where(uncounted, since & plain, since | fell)
    return anew


def _seldom(row: Ints, unexplained: Bools) -> Bools:
    """Whether a row has so few leaps that nothing else explains that each may be of a pod that took the name of another
    and holds as much from the start, shape (leaps,)."""
    if row.size == 0:
        return np.zeros(0, dtype=bool)
    seldom: Bools = np.bincount(row, unexplained)[row] < _OFTEN
    return seldom


def _counted(panel: Panel, at: Ints, before: Ints) -> tuple[Bools, Bools]:
    """Whether the count of restarts moved about a leap, and whether it is known that it did not; shape (leaps,).

    at, before: of each leap the first sample and the last one before it, in the flat panel. A pod that took the name of
    another counts anew, so that a fall is as good as a rise.
    """
    steps = panel.grid.steps
    row, column = np.divmod(at, steps)
    about = int(np.ceil(_CARRIED_SECONDS / max(panel.grid.step, 1.0)))
    offsets = np.arange(about + 1)
    until = panel.restarts[row[:, None], np.minimum(column[:, None] + offsets, steps - 1)]
    up_to = panel.restarts[row[:, None], np.maximum((before % steps)[:, None] - offsets, 0)]
    both = np.concatenate((until, up_to), axis=1)
    counted: Bools = np.fmax.reduce(both, axis=1) > np.fmin.reduce(both, axis=1)
    known = np.isfinite(until).any(axis=1) & np.isfinite(up_to).any(axis=1)
    return counted, known & ~counted


def _fell_beyond_what_varies(value: Floats, samples: Ints, leapt: Ints, steps: int) -> Bools:
    """Whether memory fell below all of the samples just before a leap by more than these span, shape (leaps,)."""
    index = np.maximum(leapt[:, None] - 1 - np.arange(_SAMPLES_BEFORE), 0)
    near = np.where(samples[index] // steps == samples[leapt, None] // steps, value[samples[index]], np.nan)
    lowest, highest = np.fmin.reduce(near, axis=1), np.fmax.reduce(near, axis=1)
    fell: Bools = value[samples[leapt]] < lowest - (highest - lowest)
    return fell


def _change(values: Floats, samples: Ints) -> Floats:
    """By how much the value at each sample is above that at the one before, not finite where one is unknown."""
    with np.errstate(invalid="ignore"):
        return np.diff(values.reshape(-1)[samples], prepend=np.nan)


def _killed(panel: Panel, peak: Floats, row: Ints, last: Ints, next_first: Ints, ended: Bools) -> tuple[Bools, Bools]:
    """Whether each lifetime ended by an OOM kill, and whether the kubelet says so.

    The kubelet's word where there is one; else a last sample less than a tenth below the limit. cAdvisor's own counter
    stays at zero when the container dies with it (google/cadvisor#3015).
    """
    if row.size == 0:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    # The reason may be reported a few scrapes after the container runs again.
    slack = np.minimum(np.where(ended, next_first, 0)[:, None] + np.arange(3), panel.grid.steps - 1)
    said = panel.oom_killed[row[:, None], slack]
    told = np.isfinite(said).any(axis=1)
    oom = np.where(np.isfinite(said), said, 0.0).max(axis=1) > 0
    tail = np.maximum(last[:, None] - np.arange(2), 0)
    ends = np.fmax.reduce(peak[row[:, None], tail], axis=1)
    # No container gets beyond its limit: what is above had another one, which nobody remembers.
    near_limit = (ends >= 0.9 * panel.limit[row]) & (ends <= _LIMIT_SLACK * panel.limit[row])
    return ended & np.where(told, oom, near_limit), ended & oom

"""Where something happened to a subject between two ends of a moving window."""

import itertools

import numpy as np

from detectors.lifetimes import Lifetimes
from detectors.panel import Bools, Floats, Ints
from detectors.through_window import MovingWindow

# As for records of a lifetime: less than a thousandth of the level is noise of the accounting.
_TOLERANCE = 0.001


def unrest(window: MovingWindow, memory: Floats, lifetimes: Lifetimes) -> Bools:
    """Whether, since the end before, a container of the subject started or its floor went where it had not been.

    memory: bytes, shape (rows, steps). The floor is the lowest value since the end before; it is compared with all
    such spans of the same lifetime in the window. Shape (ends, subjects).
    """
    edges = _edges(window)
    floors = np.array([_lowest(memory[:, low + 1 : high + 1]) for low, high in itertools.pairwise(edges)])
    began = _began(window, lifetimes, memory.shape)
    offset = edges.size - 1 - window.ends.size
    happened = np.zeros((window.ends.size, window.subjects), dtype=bool)
    for index, end in enumerate(window.ends):
        span = index + offset
        since = edges[span]
        first = np.maximum(began[index], window.firsts[index])
        # A span belongs to the present life when it begins in it.
        inside = edges[:span, None] + 1 >= first
        highest = np.where(inside & np.isfinite(floors[:span]), floors[:span], -np.inf).max(axis=0, initial=-np.inf)
        rises = floors[span] > highest * (1 + _TOLERANCE)
        starts = (began[index] > since) & (began[index] <= end)
        happened[index, window.panel.subject[rises | starts]] = True
    return happened


def _edges(window: MovingWindow) -> Ints:
    """The ends, and as many before the first, as far apart, as the first window is long; at least one."""
    spacing = max(window.spacing, 1)
    count = max(window.steps // spacing, 1)
    before = window.ends[0] - spacing * np.arange(count, 0, -1)
    return np.concatenate((np.maximum(before, -1), window.ends))


def _lowest(values: Floats) -> Floats:
    return np.fmin.reduce(values, axis=1) if values.shape[1] else np.full(values.shape[0], np.nan)


def _began(window: MovingWindow, lifetimes: Lifetimes, shape: tuple[int, ...]) -> Ints:
    """The column at which each row's lifetime began that is the newest at each end, -1 for none; (ends, rows)."""
    starts = np.full(shape, -1, dtype=np.int64)
    starts[lifetimes.row, lifetimes.first] = lifetimes.first
    newest: Ints = np.maximum.accumulate(starts, axis=1)[:, window.ends].T
    return newest

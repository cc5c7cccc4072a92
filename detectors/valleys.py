"""Valleys: the level below which a series never falls again, and whether it rises window by window."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Floats, Ints
from detectors.rows import TINY, last_of

WINDOWS = 6
# A window takes part in the rise when it has at least this share of what it would have of an even one.
_FAIR_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Valleys:
    """Members have shape (series,).

    agreement: share of the WINDOWS equal parts in which the valleys rose, 0 to 1
    last: what the last part has of the rise, beside an even share: 1 for a straight leak, 0 for what has ended, up to 2
    growth: by how much the valleys rose in all, in the value's unit
    """

    agreement: Floats
    last: Floats
    growth: Floats


def valleys(value: Floats, count: Ints, tolerance: Floats, work: Floats | None = None) -> Valleys:
    """The rise of each series' valleys.

    value: shape (series, points), the first `count` of each row finite, NaN after; tolerance: shape (series,), a rise
    of less than twice that is none, in the value's unit; work: what was done up to each point, of the value's shape, to
    have windows of equal work instead of equal time.

    The valley line at a point is the lowest value from there on. Collection, spikes, batch work and daily load return
    to it, however long their period; memory that is lost for good lifts it in every part of the window. A last climb
    that has not gone beyond what was reached before may still be taken back, and counts as if it had been. It is the
    mirror of the records of Glick (American Mathematical Monthly 85, 1978): a record is a value never reached before,
    a valley one never seen again.
    """
    if value.shape[1] == 0:
        nothing = np.zeros(value.shape[0])
        return Valleys(nothing, nothing, nothing)
    known = np.isfinite(value)
    reached = np.where(known, value, np.inf)
    line = np.minimum.accumulate(np.minimum(reached, _taken_back(reached, value, count))[:, ::-1], axis=1)[:, ::-1]
    last = np.maximum(count - 1, 0)
    edges = _edges(last) if work is None else _edges_by_work(np.where(known, work, np.inf), last)
    at_edges = np.take_along_axis(np.where(known, line, np.nan), edges, axis=1)
    rise = np.nan_to_num(np.diff(at_edges, axis=1))
    growth = rise.sum(axis=1)
    rose = (rise > 2 * tolerance[:, None]) & (rise > _FAIR_SHARE * growth[:, None] / WINDOWS)
    even = np.maximum(growth, TINY) / WINDOWS
    of_last = np.where(growth > 2 * tolerance, np.clip(rise[:, -1] / even, 0.0, 2.0), 0.0)
    return Valleys(rose.mean(axis=1), of_last, growth)


def _edges(last: Ints) -> Ints:
    """The points between which the windows are, shape (series, WINDOWS + 1)."""
    edges: Ints = np.rint(np.linspace(0.0, 1.0, WINDOWS + 1)[None, :] * last[:, None]).astype(np.int64)
    return edges


def _edges_by_work(work: Floats, last: Ints) -> Ints:
    """The same of windows of equal work: each begins where so much of it is done. work: ascending, of all points."""
    done = np.linspace(0.0, 1.0, WINDOWS + 1) * np.take_along_axis(work, last[:, None], axis=1)
    edges = np.stack([(work < part[:, None]).sum(axis=1) for part in done.T], axis=1)
    edges[:, 0], edges[:, -1] = 0, last
    within: Ints = np.minimum(edges, last[:, None])
    return within


def _taken_back(reached: Floats, value: Floats, count: Ints) -> Floats:
    """The depth of the last fall, shape (series, 1), where what follows has not gone beyond what was before it."""
    points = np.arange(value.shape[1])
    now = last_of(value, count)[:, None]
    as_high = np.isfinite(reached) & (reached >= now) & (points < count[:, None] - 1)
    since = np.where(as_high.any(axis=1), value.shape[1] - 1 - as_high[:, ::-1].argmax(axis=1), value.shape[1])
    after: Floats = np.where(points >= since[:, None], reached, np.inf)
    lowest: Floats = after.min(axis=1, keepdims=True, initial=np.inf)
    return lowest

"""Excursions: hours in which memory goes up and comes back, as in a nightly batch or an incident.

What a batch takes for some hours and gives back is neither part of the floor nor of what load does at other times, but
it is so tall that no shape of growth fits beside it. What is left without it is looked at as well.
"""

from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.panel import Bools, Floats, Ints
from detectors.ranked import quantile
from detectors.rows import TINY
from detectors.view import may_grow, take_views, told_of

# Batches, backups and incidents last some hours; what lasts longer is a level of its own, as office hours are.
_LONGEST_HOURS = 6.0
# In all they take up no more than this share of a life, else they are what it usually does, and one no more than that.
_MOST, _LONGEST_SHARE = 0.25, 0.125
# They stand out by so many times what three quarters of all blocks stand above what is held for longer.
_STANDS_OUT = 3.0
_LEAST_BLOCKS = 16
# No view is needed where a leak is plain.
_PLAIN = 0.9


def look_without_excursions(blocks: Blocks, evidence: Evidence, doubtful: float) -> Blocks:
    """Look at lifetimes without their excursions, and keep of the two views the one that says more; the blocks as they
    are in the views that were kept.

    doubtful: what a view must say more than, see also `ask_without_last_window`, which holds for it. An excursion
    becomes a straight line between its ends, in floor and load. Peaks stay: it is they that an OOM kill comes from.
    """
    asked = np.flatnonzero((evidence.probability < _PLAIN) & may_grow(blocks))
    part = blocks.since(asked, asked * 0)
    out = excursions(part)
    has_some = out.any(axis=1)
    if not has_some.any():
        return blocks
    asked, out = asked[has_some], out[has_some]
    part = blocks.since(asked, asked * 0)
    floor, cpu = (_bridged(part.time, value, out) for value in (part.floor, part.cpu))
    part = replace(part, floor=floor, cpu=cpu)
    told = told_of(part, evidence.refills[asked], doubtful)
    kept = told.probability > np.maximum(evidence.probability[asked], doubtful)
    take_views(evidence, asked, part, told, kept, frozenset())
    floors, loads = blocks.floor.copy(), blocks.cpu.copy()
    floors[asked[kept]], loads[asked[kept]] = floor[kept], cpu[kept]
    return replace(blocks, floor=floors, cpu=loads)


def excursions(blocks: Blocks) -> Bools:
    """Which blocks are part of an excursion, of the blocks' shape.

    By the top-hat of the floor: how far it is above its opening, the highest level that is held for longer than an
    excursion lasts (Serra, Image Analysis and Mathematical Morphology, 1982). It is taller than all that the other
    blocks do, growth included: a lower one hides nothing. One that has not come back by the end, or that stands where
    the life begins, is none.
    """
    out = np.zeros(blocks.floor.shape, dtype=bool)
    longest = _longest(blocks)
    for length in np.unique(longest[longest > 0]).tolist():
        rows = np.flatnonzero(longest == length)
        floor = blocks.floor[rows]
        above = floor - _opening(np.where(np.isfinite(floor), floor, np.inf), length + 1)
        usual = quantile(above, blocks.count[rows], 1 - _MOST)[:, None]
        tall = above > np.maximum(_STANDS_OUT * usual, TINY)
        rest = np.where(tall, np.nan, floor)
        tall &= above >= (np.fmax.reduce(rest, axis=1) - np.fmin.reduce(rest, axis=1))[:, None]
        out[rows] = tall & (tall.sum(axis=1) <= _MOST * blocks.count[rows])[:, None]
    return out


def _longest(blocks: Blocks) -> Ints:
    """The most blocks that an excursion may have, shape (lifetimes,), 0 where the life is too short to tell one."""
    each = blocks.span_hours / np.maximum(blocks.count - 1, 1)
    most = np.minimum(_LONGEST_HOURS / np.maximum(each, TINY), _LONGEST_SHARE * blocks.count)
    return np.where(blocks.count >= _LEAST_BLOCKS, most, 0.0).astype(np.int64)


def _opening(floor: Floats, length: int) -> Floats:
    """The highest of the lowest values of all stretches of so many blocks that a block is in; inf beyond the ends."""
    padded = np.pad(floor, ((0, 0), (length - 1, length - 1)), constant_values=np.inf)
    lowest = sliding_window_view(padded, length, axis=1).min(axis=2)
    opened: Floats = sliding_window_view(lowest, length, axis=1).max(axis=2)
    return opened


def _bridged(time: Floats, value: Floats, out: Bools) -> Floats:
    """The value, with a straight line in time where `out`, all of shape (lifetimes, blocks); what is NaN stays NaN."""
    bridged = value.copy()
    known = np.isfinite(value) & ~out
    for row in np.flatnonzero(known.any(axis=1)).tolist():
        gone = out[row] & np.isfinite(value[row])
        bridged[row, gone] = np.interp(time[row, gone], time[row, known[row]], value[row, known[row]])
    return bridged

"""Growth behind a step: what was loaded at once is not growth, and hides what has grown since."""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.panel import Bools
from detectors.view import take_views, views_from

# A step has at least this share of all between the lowest floor and the highest.
_LEAST_SHARE = 0.25
# Closer to its beginning, where that is in the window, it is a warm-up of the life's own.
_LEAST_BEFORE = 4
_LEAST_BLOCKS = 16
# What was loaded settles for hours: the day has to go on growing.
_LEAST_HOURS = 12.0
# No view is needed where a leak is plain.
_PLAIN = 0.9


def look_after_step(blocks: Blocks, evidence: Evidence, from_start: Bools, doubtful: float, min_hours: float) -> None:
    """Look at lifetimes whose floor once leapt, and stayed up, from there on, and keep of the two views the one that
    says more.

    from_start: which lifetimes' beginning is in the window, shape (lifetimes,); doubtful: what a view must say more
    than, see also `ask_without_last_window`, which holds for it; min_hours: one of fewer tells nothing. A switch that
    is turned on, an index or a cache that is loaded, makes straight growth since then look like a step that wanders.
    The view has the hours since the step only, and is weighed so.
    """
    floor, count = blocks.floor, blocks.count
    rise = np.nan_to_num(np.diff(floor, axis=1), nan=-np.inf)
    step = rise.argmax(axis=1) + 1
    moved = np.fmax.reduce(floor, axis=1, initial=-np.inf) - np.fmin.reduce(floor, axis=1, initial=np.inf)
    asked = (rise.max(axis=1) >= _LEAST_SHARE * moved) & (evidence.probability < _PLAIN)
    behind = np.arange(floor.shape[1]) >= step[:, None]
    before = np.fmax.reduce(np.where(behind, np.nan, floor), axis=1, initial=-np.inf)
    after = np.fmin.reduce(np.where(behind, floor, np.nan), axis=1, initial=np.inf)
    asked &= after > before
    asked &= (step >= np.where(from_start, _LEAST_BEFORE, 1)) & (count - step >= _LEAST_BLOCKS)
    views = np.flatnonzero(asked)
    if views.size == 0:
        return
    part, later = views_from(blocks, evidence, views, step[views], doubtful)
    kept = later.probability > np.maximum(evidence.probability[views], doubtful)
    kept &= later.span_hours >= max(_LEAST_HOURS, min_hours)
    take_views(evidence, views, part, later, kept)
    evidence.since[views[kept]] = step[views[kept]]

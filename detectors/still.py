"""Memory that hardly moves: whatever load took and gave, growth behind it comes near nothing in the time that counts.

Of the idle containers of a fleet that is all there is to know; CPU, the dearest of all that is read, need not be.
"""

import numpy as np

from detectors.options import Options
from detectors.panel import Bools, Floats, Grid

# Falling load can hide growth. It would have to fall just as memory grows: what it hides is taken to be no more than
# is seen.
_MOST_BEHIND_LOAD = 2.0
# Growth is told of lives, and since an onset, of no fewer hours than that: all movement may lie in so many.
_SHORTEST_HOURS = 5.0
# Of what has been seen for less all is wanted.
_LEAST_HOURS = 12.0


def hardly_moves(memory: Floats, peak: Floats, limit: Floats, grid: Grid, options: Options) -> Bools:
    """Which rows move so little that no growth in them could matter, shape (rows,).

    memory, peak: bytes, shape (rows, steps), the least and the most of each step, NaN where unknown; limit: bytes,
    shape (rows,), NaN where there is none. If twice all that a row moved had been growth alone, within the shortest
    time of which growth is told, and went on so, it would still be longer than the options' horizon until it reached
    its limit or, without one, had doubled. False for rows known for less than half a day.
    """
    if memory.size == 0:
        return np.zeros(memory.shape[0], dtype=np.bool_)
    known = np.isfinite(memory)
    first, last = known.argmax(axis=1), grid.steps - 1 - known[:, ::-1].argmax(axis=1)
    hours = (last - first) * grid.step / 3600.0
    lowest, highest = np.fmin.reduce(memory, axis=1), np.fmax.reduce(memory, axis=1)
    most = np.fmax(np.fmax.reduce(peak, axis=1), highest)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = _MOST_BEHIND_LOAD * (highest - lowest) / min(options.min_hours, _SHORTEST_HOURS)
        to_limit = rate * options.limit_horizon_hours < limit - most
        to_double = rate * options.doubling_horizon_hours < lowest
    far = np.where(np.isfinite(limit), to_limit, to_double)
    still: Bools = far & (hours >= _LEAST_HOURS)
    return still

"""Memory with the load taken off: what the CPU explains is not a leak."""

import numpy as np

from detectors.panel import Floats

# With so few points chance correlates anything; the coefficient is shrunk as if so many points had said "none".
_PRIOR_POINTS = 4.0


def without_load(floor: Floats, cpu: Floats) -> Floats:
    """The floor of each lifetime less what its CPU explains, shape (lifetimes, blocks), bytes.

    floor: bytes; cpu: cores; both of that shape, NaN where unknown. All that can go to load goes to load: the
    coefficient is of a regression without a trend in it, never negative, and shrunk where the fit may be chance.
    Where CPU is unknown the floor is returned as it is.
    """
    known = np.isfinite(floor) & np.isfinite(cpu)
    count = known.sum(axis=1, keepdims=True)
    safe = np.maximum(count, 1)
    x = np.where(known, cpu, 0.0)
    y = np.where(known, floor, 0.0)
    x = np.where(known, x - x.sum(axis=1, keepdims=True) / safe, 0.0)
    y = np.where(known, y - y.sum(axis=1, keepdims=True) / safe, 0.0)
    xx, xy, yy = ((a * b).sum(axis=1, keepdims=True) for a, b in ((x, x), (x, y), (y, y)))
    explained = np.where((xx > 0) & (yy > 0), xy**2 / np.where((xx > 0) & (yy > 0), xx * yy, 1.0), 0.0)
    weight = explained * count / (explained * count + _PRIOR_POINTS * (1 - explained) + 1e-12)
    slope = np.where(xx > 0, np.maximum(xy, 0.0) / np.where(xx > 0, xx, 1.0), 0.0) * weight
    return np.where(known, floor - slope * x, floor)

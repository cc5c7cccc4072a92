"""Which bytes count: what the kernel cannot take back."""

import numpy as np

from detectors.panel import Floats, Panel


def nonreclaimable(panel: Panel) -> Floats:
    """Bytes the kernel cannot reclaim, shape (rows, steps): max(RSS, working set - page cache); NaN where unknown.

    The working set still holds active page cache, which is dropped under pressure and leaks nothing; taking the
    cache off leaves anonymous, kernel and socket memory. Where the cache is unknown RSS speaks alone, and where
    both are, the working set has to do.
    """
    return nonreclaimable_of(panel.working_set, panel.rss, panel.cache)


def nonreclaimable_of(working_set: Floats, rss: Floats, cache: Floats) -> Floats:
    """The same of what a panel is made of, bytes, each of one shape."""
    without_cache = np.maximum(working_set - cache, 0.0)
    known = np.fmax(rss, without_cache)
    return np.where(np.isfinite(known), known, working_set)


def peaks(panel: Panel, memory: Floats) -> Floats:
    """The most of those bytes within each step, shape (rows, steps): `memory` itself where nothing more is known."""
    if panel.peak is None:
        return memory
    return np.where(np.isfinite(memory), np.fmax(panel.peak, memory), np.nan)

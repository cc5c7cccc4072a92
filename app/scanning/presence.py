"""Whether pods of which there are no samples any more are gone, or only not scraped: a silent kubelet hides its pods.

kube-state-metrics tells, as long as it answers itself: it knows a pod whose kubelet is silent. Without it a pod that
ended is taken to be gone where another runs in its place, and else it is not known.
"""

import numpy as np

from detectors.panel import Bools, Ints, Panel

_FRESH_SECONDS = 1800.0
# How many pods run at once is a high quantile over the window, so that the surge of a rollout does not count.
_USUAL_QUANTILE = 0.8


def hides_a_pod(panel: Panel, rows: Ints) -> bool:
    """Whether some pod of a workload (rows of the panel) may still run although its memory is not seen any more."""
    seen, told = _memory(panel)[rows], np.isfinite(panel.restarts)[rows]
    fresh = _is_fresh(panel, seen)
    if _state_is_told(panel):
        return bool((~fresh & _is_fresh(panel, told)).any())
    at_once = seen.sum(axis=0)
    usual = np.quantile(at_once[at_once > 0], _USUAL_QUANTILE) if at_once.any() else 0
    return bool(fresh.sum() < np.floor(usual))


def unseen_seconds(panel: Panel, rows: Ints) -> float:
    """How long before the window's end anything last told of the workload; 0 where nobody could tell that it is gone.

    Without kube-state-metrics that is so until the workload has left the whole window.
    """
    if not _state_is_told(panel):
        return 0.0
    told = (_memory(panel)[rows] | np.isfinite(panel.restarts)[rows]).any(axis=0)
    last = panel.grid.times[told].max(initial=panel.grid.start)
    return float(panel.grid.end - last)


def _memory(panel: Panel) -> Bools:
    known: Bools = np.isfinite(panel.working_set) | np.isfinite(panel.rss)
    return known


def _state_is_told(panel: Panel) -> bool:
    """Whether kube-state-metrics told of any pod of the batch until the end."""
    return bool(_is_fresh(panel, np.isfinite(panel.restarts)).any())


def _is_fresh(panel: Panel, known: Bools) -> Bools:
    """Whether each row has something in the last half hour, at least three steps, shape (rows,)."""
    steps = max(int(np.ceil(_FRESH_SECONDS / panel.grid.step)), 3)
    return np.asarray(known[:, -steps:].any(axis=1), dtype=np.bool_)

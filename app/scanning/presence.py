"""Whether pods of which there are no samples any more are gone, or only not scraped: a silent kubelet hides its pods.

kube-state-metrics tells, as long as it answers itself: it knows a pod whose kubelet is silent. Without it a pod that
ended is taken to be gone where another runs in its place, and else it is not known.
"""

import numpy as np

from detectors.panel import Bools, Ints, Panel

_FRESH_SECONDS = 1800.0
# Kubernetes gives up on a silent node within minutes, and the objects of evicted pods stay: a pod that has been silent
# so long runs no more, whatever is still said of it.
_DOUBT_SECONDS = 6 * 3600.0
# How many pods run at once is a high quantile over that time, so that the surge of a rollout does not count.
_USUAL_QUANTILE = 0.8


def hides_a_pod(panel: Panel, rows: Ints, peers: Ints) -> bool:
    """Whether some pod of a workload may still run although its memory is not seen any more.

    rows: the panel's rows of the workload; peers: those of its namespace.
    """
    recent = slice(-_steps(panel, _DOUBT_SECONDS), None)
    seen, told = _memory(panel, rows)[:, recent], np.isfinite(panel.restarts[rows, recent])
    fresh = _is_fresh(panel, seen)
    if _state_is_told(panel, rows, peers):
        return bool((~fresh & seen.any(axis=1) & _is_fresh(panel, told)).any())
    at_once = seen.sum(axis=0)
    usual = np.quantile(at_once[at_once > 0], _USUAL_QUANTILE) if at_once.any() else 0
    return bool(fresh.sum() < np.floor(usual))


def unseen_seconds(panel: Panel, rows: Ints, peers: Ints) -> float:
    """How long before the window's end anything last told of the workload; 0 where nobody could tell that it is gone.

    Without kube-state-metrics that is so until the workload has left the whole window.
    """
    if not _state_is_told(panel, rows, peers):
        return 0.0
    told = (_memory(panel, rows) | np.isfinite(panel.restarts[rows])).any(axis=0)
    last = panel.grid.times[told].max(initial=panel.grid.start)
    return float(panel.grid.end - last)


def _memory(panel: Panel, rows: Ints) -> Bools:
    known: Bools = np.isfinite(panel.working_set[rows]) | np.isfinite(panel.rss[rows])
    return known


def _state_is_told(panel: Panel, rows: Ints, peers: Ints) -> bool:
    """Whether kube-state-metrics knew the workload, and still answers for its namespace: it may be limited to some."""
    return bool(np.isfinite(panel.restarts[rows]).any() and _is_fresh(panel, np.isfinite(panel.restarts[peers])).any())


def _is_fresh(panel: Panel, known: Bools) -> Bools:
    """Whether each row has something in the last half hour, shape (rows,)."""
    return np.asarray(known[:, -_steps(panel, _FRESH_SECONDS) :].any(axis=1), dtype=np.bool_)


def _steps(panel: Panel, seconds: float) -> int:
    """How many steps that is; three at least."""
    return max(int(np.ceil(seconds / panel.grid.step)), 3)

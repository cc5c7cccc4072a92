"""Whether pods of which there are no samples any more are gone, or only not scraped: a silent kubelet hides its pods.

kube-state-metrics tells, as long as it answers itself: it knows a pod whose kubelet is silent. Without it a pod that
ended is taken to be gone where another runs in its place, and else it is not known.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.panel import Bools, Grid, Ints, Panel

_FRESH_SECONDS = 1800.0
# Kubernetes gives up on a silent node within minutes, and the objects of evicted pods stay: a pod that has been silent
# so long runs no more, whatever is still said of it.
_DOUBT_SECONDS = 6 * 3600.0
# How many pods run at once is a high quantile over that time, so that the surge of a rollout does not count.
_USUAL_QUANTILE = 0.8


@dataclass(frozen=True, slots=True)
class Presence:
    """What a panel tells of pods that run, shape (rows, steps).

    memory: whether memory is seen; told: whether kube-state-metrics knows the container
    """

    grid: Grid
    memory: Bools
    told: Bools

    @classmethod
    def of(cls, panel: Panel) -> Self:
        """The presence of all containers of a panel."""
        memory = np.isfinite(panel.working_set) | np.isfinite(panel.rss)
        return cls(panel.grid, memory, np.isfinite(panel.restarts))

    def answers(self, peers: Ints) -> bool:
        """Whether kube-state-metrics still answers for a namespace: it may be limited to some. peers: its rows."""
        return bool(self._is_fresh(self.told[peers]).any())

    def hides_a_pod(self, rows: Ints, *, answers: bool) -> bool:
        """Whether some pod of a workload may still run although its memory is not seen any more.

        rows: the workload's; answers: whether kube-state-metrics does for its namespace
        """
        recent = slice(-self._steps(_DOUBT_SECONDS), None)
        seen, told = self.memory[rows, recent], self.told[rows, recent]
        fresh = self._is_fresh(seen)
        if answers and self.told[rows].any():
            return bool((~fresh & seen.any(axis=1) & self._is_fresh(told)).any())
        at_once = seen.sum(axis=0)
        usual = np.quantile(at_once[at_once > 0], _USUAL_QUANTILE) if at_once.any() else 0
        return bool(fresh.sum() < np.floor(usual))

    def unseen_seconds(self, rows: Ints, *, answers: bool) -> float:
        """How long before the window's end anything last told of the workload; 0 where nobody could tell it gone.

        Without kube-state-metrics that is so until the workload has left the whole window.
        """
        if not answers or not self.told[rows].any():
            return 0.0
        either = np.asarray((self.memory[rows] | self.told[rows]).any(axis=0), dtype=np.bool_)
        last = self.grid.start + self.grid.step * (either.size - 1 - int(either[::-1].argmax()))
        return float(self.grid.end - last)

    def _is_fresh(self, known: Bools) -> Bools:
        """Whether each row has something in the last half hour, shape (rows,)."""
        return np.asarray(known[:, -self._steps(_FRESH_SECONDS) :].any(axis=1), dtype=np.bool_)

    def _steps(self, seconds: float) -> int:
        """How many steps that is; three at least."""
        return max(math.ceil(seconds / self.grid.step), 3)

"""Page cache that was still there when the kernel killed: files in memory (tmpfs), which it cannot take back.

cAdvisor counts them as page cache. Before it kills, the kernel has given back all cache that it can: what is left then
is none (Documentation/admin-guide/cgroup-v2.rst of the Linux kernel, memory.stat, `shmem`).
"""

import numpy as np

from detectors.lifetimes import Lifetimes
from detectors.panel import Bools, Floats, Panel

# The last sample before a kill has the working set near the limit, and all but cache far from it.
_NEAR_LIMIT, _FAR_FROM_LIMIT = 0.8, 0.7
# One kill may be of a burst between two samples.
_LEAST_KILLS = 2


def unreclaimed(panel: Panel, memory: Floats, lifetimes: Lifetimes) -> Bools:
    """The rows whose page cache the kernel could not take back when it killed, shape (rows,).

    memory: bytes without page cache, shape (rows, steps). Where the kubelet has not said that it was an OOM kill there
    is no telling: cache that fills up to the limit is the normal case, and a crash there is no kill.
    """
    row, last = lifetimes.row, lifetimes.last
    with np.errstate(invalid="ignore"):
        at_limit = panel.working_set[row, last] >= _NEAR_LIMIT * panel.limit[row]
        elsewhere = memory[row, last] <= _FAR_FROM_LIMIT * panel.limit[row]
    kills = np.bincount(row, lifetimes.killed & at_limit & elsewhere, minlength=panel.rows)
    rows: Bools = kills >= _LEAST_KILLS
    return rows

"""Page cache that was still there when the kernel killed: files in memory (tmpfs), which it cannot take back.

cAdvisor counts them as page cache. Before it kills, the kernel has given back all cache that it can: what is left then
is none (Documentation/admin-guide/cgroup-v2.rst of the Linux kernel, memory.stat, `shmem`).
"""

import numpy as np

from detectors.lifetimes import Lifetimes
from detectors.panel import Bools, Floats, Ints, Panel

# The last sample before a kill has the working set near the limit, and all but cache far from it.
_NEAR_LIMIT, _FAR_FROM_LIMIT = 0.8, 0.7
# One kill may be of a burst between two samples.
_LEAST_KILLS = 2
# Cache that stands near the limit for more of a life than that has been taken back all the time, and no kill came.
_MOST_OF_A_LIFE = 0.4


def unreclaimed(panel: Panel, memory: Floats, lifetimes: Lifetimes) -> Bools:
    """The rows whose page cache the kernel could not take back when it killed, shape (rows,).

    memory: bytes without page cache, shape (rows, steps). Where the kubelet has not said that it was an OOM kill there
    is no telling: cache that fills up to the limit is the normal case, and a crash there is no kill. Nor is there where
    it had stood there for long: it was taken back again and again until a burst came.
    """
    row, last = lifetimes.row, lifetimes.last
    with np.errstate(invalid="ignore"):
        near = panel.working_set >= _NEAR_LIMIT * panel.limit[:, None]
        elsewhere = memory[row, last] <= _FAR_FROM_LIMIT * panel.limit[row]
    so_far = np.cumsum(np.pad(near, ((0, 0), (1, 0))), axis=1)
    length = last - lifetimes.first + 1
    stood: Ints = so_far[row, last + 1] - so_far[row, lifetimes.first]
    briefly = near[row, last] & (stood <= np.maximum(_MOST_OF_A_LIFE * length, 1.0))
    kills = np.bincount(row, lifetimes.said & briefly & elsewhere, minlength=panel.rows)
    rows: Bools = kills >= _LEAST_KILLS
    return rows

"""`python -m bench.judging ROWS REPLICAS`: what judging a fleet costs, on one core, as one JSON object.

A process of its own, so that the number of threads is settled before numpy is there, and nothing else is measured.
"""

import json
import os
import sys
import time
import tracemalloc

import numpy as np
import pymannkendall
from scipy import stats

from bench.fleet import fleet
from detectors.judge import judge
from detectors.panel import Panel

_SAMPLE = 40


def main() -> None:
    """Print {seconds, peak_bytes, input_bytes, library_seconds}; the last is scaled up from a sample of series.

    Seconds are of CPU time, which is what the clock would show on a core that nobody else uses.
    """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rows, replicas = int(sys.argv[1]), int(sys.argv[2])
    panel = fleet(rows, replicas)
    judge(panel.take(np.arange(3 * replicas)))
    began = time.process_time()
    judge(panel)
    seconds = time.process_time() - began
    tracemalloc.start()
    judge(panel)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = sum(getattr(panel, name).nbytes for name in ("working_set", "rss", "cache", "cpu", "start_time"))
    size += panel.restarts.nbytes + panel.oom_killed.nbytes
    answer = {"seconds": seconds, "peak_bytes": peak, "input_bytes": size, "library_seconds": _library(panel)}
    print(json.dumps(answer))


def _library(panel: Panel) -> float:
    """Seconds that the nearest tests of two libraries would take on every row, one after the other."""
    rows = np.linspace(0, panel.rows - 1, _SAMPLE).astype(np.int64)
    began = time.process_time()
    for row in rows:
        known = np.isfinite(panel.rss[row])
        pymannkendall.original_test(panel.rss[row])
        stats.theilslopes(panel.rss[row][known], panel.grid.times[known])
    return (time.process_time() - began) * panel.rows / _SAMPLE


if __name__ == "__main__":
    main()

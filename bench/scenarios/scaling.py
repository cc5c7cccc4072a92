"""A workload under an autoscaler: pods come and go with load, and what each has to do changes with them."""

import numpy as np

from bench.scenarios import pods
from bench.scenarios.allocator import high_water
from bench.scenarios.rng import between
from bench.scenarios.workload import Workload

_SMOOTHED_STEPS = 15


def autoscale(w: Workload) -> None:
    """Replace the workload's pods by those an autoscaler would run for its load, two to ten at the peak."""
    most = 10.0 if w.clock.hours <= 72 else 4.0
    busy = w.load / w.load[w.clock.first :].max() * between(w.rng, 2.5, most)
    smooth = np.convolve(busy, np.ones(_SMOOTHED_STEPS) / _SMOOTHED_STEPS, mode="same")
    wanted = np.clip(np.ceil(smooth), int(w.rng.integers(1, 3)), most)
    hold_seconds = between(w.rng, 600, 3600)
    w.pods = pods.scaled(w.rng, w.clock.times, wanted, hold_seconds)
    w.load = busy / high_water(wanted, max(int(hold_seconds / w.clock.grid.step), 1))
    w.load = w.load / w.load[w.clock.first :].mean()

"""What the allocator keeps of what the program freed: high water, arenas, fragments."""

import numpy as np
from scipy.ndimage import maximum_filter1d

from bench.scenarios.clock import HOUR
from bench.scenarios.life import Heap, Life, Part
from detectors.panel import Floats


def high_water(values: Floats, steps: int) -> Floats:
    """The highest of the last so many steps, shape as given: memory that goes back to the kernel late."""
    if steps >= values.size:
        return np.maximum.accumulate(values)
    if steps <= 1:
        return values
    highest: Floats = maximum_filter1d(values, steps, mode="nearest", origin=(steps - 1) // 2)
    return highest


def in_grains(values: Floats, grain: float) -> Floats:
    """Rounded up to the allocator's unit of growth, bytes."""
    return values if grain <= 0 else np.ceil(values / grain) * grain


def manual(keep_share: float, keep_hours: float, grain: float) -> Heap:
    """malloc: of what was freed a share stays for hours (trim threshold, arenas), in grains of so many bytes."""

    def heap(life: Life, live: Floats) -> Floats:
        steps = int(keep_hours * HOUR / float(life.dt[-1]))
        kept = in_grains(high_water(live, steps), grain)
        return live + keep_share * (kept - live)

    return heap


def uneven_work(life: Life, bumps_per_hour: float) -> Floats:
    """Work since the start (hours of mean load) as a gamma process: right on average, done in uneven bits."""
    return np.cumsum(life.rng.gamma(life.load * life.dt / HOUR * bumps_per_hour + 1e-12)) / bumps_per_hour


def fragments(plateau: float, hours: float, bumps_per_hour: float = 2.0) -> Part:
    """Fragmentation that settles: free lists fill with work, each life on a plateau of its own, bytes."""

    def part(life: Life) -> Floats:
        return plateau * life.rng.uniform(0.8, 1.2) * (1 - np.exp(-uneven_work(life, bumps_per_hour) / hours))

    return part

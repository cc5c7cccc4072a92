"""Heaps under a garbage collector: what a live set takes up between two collections, and what is given back."""

import numpy as np

from bench.scenarios.allocator import high_water, in_grains
from bench.scenarios.clock import HOUR
from bench.scenarios.life import Heap, Life
from detectors.panel import Floats

CYCLES_TO_COMMIT = 20.0  # by then one cycle in e^3 has been among them, and no later one is higher


def collected(garbage: float, period_hours: float, uneven: float, follows_load: float) -> Heap:
    """A heap that collects each time the program has allocated so many bytes, and returns the pages.

    garbage: bytes allocated between two collections; period_hours: how long that takes at mean load
    uneven: how much that differs from one cycle to the next; what a collection leaves behind differs by a tenth of it
    follows_load: 0 where allocation goes by the clock, 1 where requests alone allocate
    """

    def heap(life: Life, live: Floats) -> Floats:
        rng = np.random.default_rng(life.heap_seed)
        allocated = np.cumsum((1 - follows_load + follows_load * life.load) * life.dt) / HOUR / period_hours
        return live + garbage * _saw(rng, allocated, uneven)

    return heap


def proportional(ratio: float, period_hours: float, uneven: float) -> Heap:
    """Go, V8: the next collection comes when the heap has grown by a ratio of what survived the last one."""

    def heap(life: Life, live: Floats) -> Floats:
        rng = np.random.default_rng(life.heap_seed)
        allocated = np.cumsum((0.1 + 0.9 * life.load) * life.dt) / HOUR / period_hours
        return live * (1 + ratio * _saw(rng, allocated, uneven))

    return heap


def generations(young: float, young_hours: float, old: float, old_hours: float) -> Heap:
    """A minor collection every few minutes and a major one every few hours."""
    minor, major = collected(young, young_hours, 0.15, 0.9), collected(old, old_hours, 0.25, 0.7)

    def heap(life: Life, live: Floats) -> Floats:
        return major(life, minor(life, live))

    return heap


def committed(garbage: float, period_hours: float, region: float, maximum: float, keep_hours: float) -> Heap:
    """The JVM: what was touched once stays resident, in regions, up to -Xmx; rarely is a region given back.

    maximum: bytes, the heap's bound: garbage shrinks as the live set nears it
    keep_hours: after how long unused regions go back to the kernel; infinite for older collectors
    """

    def heap(life: Life, live: Floats) -> Floats:
        rng = np.random.default_rng(life.heap_seed)
        allocated = np.cumsum((0.1 + 0.9 * life.load) * life.dt) / HOUR / period_hours
        cycles = int(allocated[-1]) + 2
        # Survivors and humongous objects now and then make a cycle's peak much higher: commits come late.
        height = 0.6 + 0.15 * np.minimum(rng.standard_exponential(cycles), 3.0)
        used = live + np.minimum(garbage * height[allocated.astype(np.int64)], np.maximum(maximum - live, 0.02 * live))
        steps = life.times.size if np.isinf(keep_hours) else int(keep_hours * HOUR / float(life.dt[-1]))
        return in_grains(high_water(used, steps), region)

    return heap


def _saw(rng: np.random.Generator, phase: Floats, uneven: float) -> Floats:
    """A sawtooth from about 0 to about 1 over each unit of `phase`, uneven from tooth to tooth."""
    cycle = (phase + rng.random()) * 1.0
    number = cycle.astype(np.int64)
    count = int(number[-1]) + 2
    height = np.exp(uneven * rng.standard_normal(count))
    floor = 0.1 * uneven * np.abs(rng.standard_normal(count))
    return floor[number] + height[number] * (cycle - number)

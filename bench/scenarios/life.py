"""One run of a container, as the parts of its memory see it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.scenarios.clock import HOUR
from detectors.panel import Floats


@dataclass(slots=True)
class Life:
    """A lifetime on a slice of the clock; arrays have shape (m,).

    times: unix seconds; dt: seconds to the next; load: relative to the mean of a replica
    heap_seed: what the heap draws from, so that it can be run twice alike, with a leak and without
    """

    times: Floats
    dt: Floats
    load: Floats
    started: float
    rng: np.random.Generator
    heap_seed: int
    replica: int
    revision: int

    @property
    def hours(self) -> Floats:
        """Age in hours."""
        return (self.times - self.started) / HOUR

    @property
    def work(self) -> Floats:
        """What has been done since the start, in hours of mean load."""
        return np.cumsum(self.load * self.dt) / HOUR


Part = Callable[[Life], Floats]
"""Bytes over a lifetime, shape (m,)."""
Heap = Callable[[Life, Floats], Floats]
"""Anonymous bytes that a live set takes up in a process: the life, the live bytes, both shape (m,)."""

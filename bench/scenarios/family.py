"""A family: a kind of memory behaviour, from which any number of scenarios is drawn."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.scenarios import draw
from bench.scenarios.truth import Scenario
from bench.scenarios.workload import Workload

Design = Callable[[np.random.Generator, float, float], Workload]
"""From a generator, the hours of the window and its step in seconds to a workload, drawn at random."""


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of memory behaviour; `what` says in a sentence what it is."""

    name: str
    leak: bool
    what: str
    design: Design

    def __call__(self, seed: int, *, hours: float = 48.0, step_seconds: float = 60.0) -> Scenario:
        """One scenario of this family. Raises ValueError where the window is too short for it."""
        return draw.scenario(self.name, self.leak, self.design, seed, hours, step_seconds)

"""The few numbers that turn evidence into a probability, and where they come from."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Floats


@dataclass(frozen=True, slots=True)
class LifetimeCoefficients:
    """Log-odds that one lifetime leaks, per unit of each figure of detectors.evidence.figures_of, in its order."""

    intercept: float = -5.3
    windows_agree: float = 2.79  # share of six windows in which the valleys rose, raw
    last_window: float = 0.49  # the last window's part in the rise, beside an even one, load removed
    over_steps: float = 0.26  # root of the criterion's difference to one or two steps
    over_saturating: float = 0.32  # root of the criterion's difference to growth that saturates
    day_on_day: float = 1.08  # hours above the same hour of the day before, less those below
    whole_days: float = -1.05  # whether there is another day to compare with
    span: float = 0.77  # logarithm of the hours seen
    explained: float = -2.61  # share of the growth that load explains
    refills: float = -0.74  # how far an earlier life had come to rest above

    @property
    def weights(self) -> Floats:
        """All but the intercept, shape (figures,)."""
        return np.array([getattr(self, name) for name in self.names])

    @property
    def names(self) -> tuple[str, ...]:
        """The figures' names, in order."""
        return tuple(name for name in self.__dataclass_fields__ if name != "intercept")


@dataclass(frozen=True, slots=True)
class PoolCoefficients:
    """Log-odds that lifetimes laid over each other leak, never more than `bound` either way.

    per_t: for each unit of t beyond even_t; per_climb: for a climb of all the room beyond the least that counts
    """

    even_t: float = 1.75
    per_t: float = 2.0
    per_climb: float = 8.0
    bound: float = 4.0


@dataclass(frozen=True, slots=True)
class GrowthCoefficients:
    """Widths of intervals that hold the truth in 80 of 100 cases, in shares of the rate (of its logarithm)."""

    proportional: float = 0.12
    per_estimate: float = 1.5


LIFETIME = LifetimeCoefficients()
POOL = PoolCoefficients()
GROWTH = GrowthCoefficients()
# Of workloads that are too young to be judged so many leak in the scenarios.
UNTOLD_PROBABILITY = 0.1

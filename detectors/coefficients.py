"""The few numbers that turn evidence into a probability, and where they come from."""

from dataclasses import dataclass, fields

import numpy as np

from detectors.panel import Floats


@dataclass(frozen=True, slots=True)
class LifetimeCoefficients:
    """Log-odds that one lifetime leaks, per unit of each figure of detectors.evidence.figures_of, in its order."""

    intercept: float = -5.1
    windows_agree: float = 1.74  # square of the share of six windows in which the valleys rose, load removed
    agree_over_steps: float = 0.5  # the same share of the floor as it is, times the root of the lead over steps
    goes_on: float = 0.13  # root of the lead over growth that comes to an end, if it leads
    ends: float = 0.44  # minus the root of how far it is behind, if it is
    day_on_day: float = 0.84  # hours above the same hour of the day before, less those below
    agree_each_day: float = 1.87  # that, times the share of windows
    whole_days: float = -2.01  # whether there is another day to compare with
    span: float = 1.24  # logarithm of the hours seen
    refills: float = -2.47  # how far an earlier life had come to rest above

    @property
    def names(self) -> tuple[str, ...]:
        """The figures' names, in order."""
        return tuple(field.name for field in fields(self) if field.name != "intercept")

    @property
    def weights(self) -> Floats:
        """All but the intercept, shape (figures,)."""
        return np.array([getattr(self, name) for name in self.names])


@dataclass(frozen=True, slots=True)
class WorkloadCoefficients:
    """Log-odds that a workload's container leaks, from what its lifetimes say alone and laid over each other."""

    intercept: float = 0.0
    lifetime: float = 1.4  # log-odds of the lifetime that speaks most plainly for a leak
    untold: float = -2.0  # what stands for these where no lifetime is long enough
    lifetimes: float = -0.5  # logarithm of how many spoke: the plainest of many is plain by chance
    same_slope: float = 1.0  # log-odds that lives that end before they show much all grow alike, if above 0
    oom_loop: float = 1.6  # log-odds that lives that end in OOM kills climb there, if above 0


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
WORKLOAD = WorkloadCoefficients()
POOL = PoolCoefficients()
GROWTH = GrowthCoefficients()
# Of workloads that are too young to be judged so many leak in the scenarios.
UNTOLD_PROBABILITY = 0.1

"""The few numbers that turn evidence into a probability, and where they come from.

`make calibrate` fits them and writes them here: on the families of bench/scenarios that are not held back (windows of
48 hours and parts of these), and on recordings of real programs under real memory limits (demo/), the real ones
weighing twelve times as much, and lifetimes that do not leak twice as much as those that do: a false alarm costs more
than a late one. Signs are held to what each figure must mean. What the last fit was worth, at probability 0.5:

<!-- worth -->
| cases | workloads | leaks | precision | recall | F1 | Brier score |
|---|---|---|---|---|---|---|
| fitted on | 1969 | 600 | 0.93 | 0.86 | 0.90 | 0.044 |
| other seeds | 624 | 288 | 0.98 | 0.85 | 0.91 | 0.052 |
| held-back families | 240 | 108 | 0.93 | 0.81 | 0.86 | 0.093 |
| recorded, fitted on | 49 | 24 | 0.96 | 1.00 | 0.98 | 0.024 |
| recorded, held back | 12 | 6 | 0.83 | 0.83 | 0.83 | 0.090 |
<!-- /worth -->
"""

from dataclasses import dataclass, fields

import numpy as np

from detectors.panel import Floats


@dataclass(frozen=True, slots=True)
class LifetimeCoefficients:
    """Log-odds that one lifetime leaks, per unit of each figure of detectors.evidence.figures_of, in its order."""

    intercept: float = -6.44
    # Square of the share of six windows in which the valleys rose, load removed.
    windows_agree: float = 2.69
    # The same share of the floor as it is, times the root of the lead over steps.
    agree_over_steps: float = 0.49
    # Minus the root of how far growth that goes on is behind growth that ends, if it is.
    ends: float = 0.32
    # Hours above the same hour of the day before less those below, times that share.
    agree_each_day: float = 0.55
    # How much of another day there is to compare with.
    whole_days: float = -0.57
    # Logarithm of the hours seen.
    span: float = 1.49
    # How far an earlier life had come to rest above.
    refills: float = -1.84

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
    """Log-odds added to those of the lifetime that speaks most plainly, from lifetimes laid over each other."""

    # What stands for that lifetime where none is long enough.
    untold: float = -1.0
    # Log-odds that lives that end before they show much all grow alike, if above 0.
    same_slope: float = 0.97
    # Log-odds that lives that end in OOM kills climb there, if above 0.
    oom_loop: float = 1.49


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

    proportional: float = 0.09
    per_estimate: float = 1.3


@dataclass(frozen=True, slots=True)
class ForecastCoefficients:
    """What is open about the time to the limit, of its logarithm.

    to_come: what no figure of the past tells, half of the 80 % interval; standard deviations: between_lives: by how
    much lives of one workload differ in how long they last; between_rates: in how fast they leak; of_young: what a life
    that has just begun may be off from its later rate
    """

    to_come: float = 0.4
    between_lives: float = 0.35
    between_rates: float = 0.5
    of_young: float = 0.3


LIFETIME = LifetimeCoefficients()
WORKLOAD = WorkloadCoefficients()
POOL = PoolCoefficients()
GROWTH = GrowthCoefficients()
FORECAST = ForecastCoefficients()
# Of workloads that are too young to be judged so many leak in the scenarios.
UNTOLD_PROBABILITY = 0.1

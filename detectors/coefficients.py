"""The few numbers that turn evidence into a probability, and where they come from.

Fitted by penalised logistic regression (signs held to what each figure must mean) on the last lifetime of each pod of
a simulated corpus (28 families, 280 workloads) and of recordings of real programs and real clusters, the real ones
weighing four to eight times as much; held-back families scored F1 0.87. Rounded by hand.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LifetimeCoefficients:
    """Log-odds that one lifetime leaks, per unit of each figure of detectors.evidence.Evidence."""

    intercept: float = -2.65
    late_records: float = 2.1  # share of the later half's blocks that set a record, load removed
    late_records_raw: float = 2.35  # the same without removing the load
    late_records_both: float = 1.2  # the smaller of the two, in the later half of the lifetime alone
    rest: float = -0.7  # share of the lifetime since the last record, load removed
    rest_raw: float = -0.8  # the same without removing the load
    z: float = 0.26  # the corrected trend statistic, 0 to 7
    drift: float = 0.35  # log(1 + drift of the later half), drift 0 to 20
    persistence: float = 0.2  # the later half's slope over the whole one's, 0 to 1.5


@dataclass(frozen=True, slots=True)
class PoolCoefficients:
    """Log-odds that lifetimes laid over each other leak, never more than `bound` either way.

    per_t: for each unit of t beyond even_t; per_climb: for a climb of all the room beyond the least that counts
    """

    even_t: float = 1.75
    per_t: float = 2.0
    per_climb: float = 8.0
    bound: float = 4.0


LIFETIME = LifetimeCoefficients()
POOL = PoolCoefficients()

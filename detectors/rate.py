"""A rate of growth with its 80 % interval: bytes/hour, low, and high."""

import numpy as np

from detectors.coefficients import FORECAST, GROWTH
from detectors.forecast import NORMAL_80

Rate = tuple[float, float, float]

_MOST_ERROR = 20.0


def widened(rate: float, low: float, high: float) -> Rate:
    """A rate with the 80 % interval of its estimate, and of what the floor itself may be off from what is leaked.

    Heaps grow by more than what they hold, caches and arenas along with it: errors in proportion to the rate, which no
    number of samples averages out. Both widths were fitted to cover 80 % of known rates.
    """
    if rate <= 0:
        return rate, min(low, rate), max(high, rate)
    width = float(np.sqrt(GROWTH.proportional**2 + (GROWTH.per_estimate * estimate_error(rate, low, high)) ** 2))
    return rate, rate * float(np.exp(-width)), rate * float(np.exp(width))


def estimate_error(rate: float, low: float, high: float) -> float:
    """Half of an estimate's interval in shares of the rate; beyond some tens it says no more."""
    return min(max(high - low, 0.0) / 2 / rate, _MOST_ERROR) if rate > 0 else _MOST_ERROR


def of_both(of_others: Rate, own: Rate, young: float = 1.0) -> Rate:
    """What other lives leaked at and what this one does so far, each weighing by the inverse of its variance.

    What others did where one of the two may be nothing. No two lives see the same load: one leaks twice as fast as the
    one before, by as much as it is asked for. What a young one does is half warm-up: young, how many times too short it
    is to be judged, makes that less sure. How far the two are apart is open as well.
    """
    if not (of_others[1] > 0 and own[1] > 0):
        return of_others
    (theirs, their_error), (its, its_error) = _logarithm(of_others), _logarithm(own)
    their_variance, its_variance = (
        their_error**2 + FORECAST.between_rates**2,
        its_error**2 + (FORECAST.of_young * max(young, 1.0)) ** 2,
    )
    share = its_variance / (their_variance + its_variance)
    both = share * theirs + (1 - share) * its
    between = share * (1 - share) * (theirs - its) ** 2
    width = NORMAL_80 * float(np.sqrt(share * their_variance + between))
    return float(np.exp(both)), float(np.exp(both - width)), float(np.exp(both + width))


def _logarithm(rate: Rate) -> tuple[float, float]:
    """The logarithm of a rate, and its standard deviation."""
    return float(np.log(rate[0])), float(np.log(rate[2] / rate[0])) / NORMAL_80

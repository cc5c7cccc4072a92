"""Mann-Kendall's trend test with Sen's slope, as pymannkendall has it, plain and corrected for autocorrelation.

Mann (1945), Kendall (1975), Sen (1968); the correction of the variance is Hamed and Rao's (1998). Widely used for
software ageing, and known for false positives there (Machida et al., 2013).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymannkendall

from bench.methods.method import Method
from bench.methods.witness import DAY, HOUR, Rule, Witness, flagged, lives

_STEP_SECONDS = 600.0
_ALPHA = 0.05
_GROWTH_RATIO_A_DAY = 0.05
_LEAST_SECONDS = HOUR


def mann_kendall(test: Callable[..., Any]) -> Rule:
    """A rule out of a test of pymannkendall, on the RSS of the container's present life, every 10 minutes.

    Thresholds: an increasing trend at alpha 0.05 (two-sided); Sen's slope above 5 % of the median a day, without
    which every trend that is significant and tiny would count; a life of 1 h, without which every start would.
    """

    def fires(witness: Witness) -> bool:
        value = witness.value
        if witness.times[-1] - witness.times[0] < _LEAST_SECONDS or value.min() == value.max():
            return False
        # The corrected variance may come out negative; the library then finds no trend, by way of a NaN.
        with np.errstate(invalid="ignore"):
            found = test(_with_gaps(witness), alpha=_ALPHA)
        slope_a_day = found.slope * DAY / _STEP_SECONDS
        return bool(found.trend == "increasing" and slope_a_day > _GROWTH_RATIO_A_DAY * float(np.median(value)))

    return fires


def _with_gaps(witness: Witness) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The series on its grid with NaN for its gaps, which the library's slope needs to count time by position."""
    at = np.rint((witness.times - witness.times[0]) / _STEP_SECONDS).astype(np.int64)
    value = np.full(int(at[-1]) + 1, np.nan)
    value[at] = witness.value
    return value


def _method(name: str, test: Callable[..., Any]) -> Method:
    rule = mann_kendall(test)
    return Method(name, _STEP_SECONDS, lambda panel: flagged(panel, lives(panel, panel.rss), rule))


MANN_KENDALL = _method("Mann-Kendall with Sen's slope", pymannkendall.original_test)
HAMED_RAO = _method("the same, Hamed-Rao's correction", pymannkendall.hamed_rao_modification_test)

"""What people ask of a canary's memory today, to measure beside."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.stats import mannwhitneyu

from detectors.canary.lives import AgedLife
from detectors.panel import Floats

Rule = Callable[[Sequence[AgedLife], Sequence[AgedLife]], bool]


def mann_whitney(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> bool:
    """As Kayenta does (Spinnaker's canary judge): values differ at 98 % confidence, and by more than a quarter.

    Compared is what both held since the canary started; the shift is Hodges and Lehmann's.
    """
    mine, theirs = _values(stable, canary)
    if mine.size < 8 or theirs.size < 8:
        return False
    shift = float(np.median(mine[:, None] - theirs[None, :]))
    return mannwhitneyu(mine, theirs, alternative="greater").pvalue < 0.02 and shift > 0.25 * float(np.median(theirs))


def mann_whitney_any_shift(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> bool:
    """The same for any shift upwards: Kayenta without a tolerance, as its documentation begins."""
    mine, theirs = _values(stable, canary)
    return mine.size >= 8 and theirs.size >= 8 and mannwhitneyu(mine, theirs, alternative="greater").pvalue < 0.02


def derivative(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> bool:
    """`deriv` over the canary's age is above 10 % of its memory a day, as rules on leaks have it."""
    for life in canary:
        if life.hours.size > 2:
            slope = float(np.polyfit(life.hours, life.memory, 1)[0])
            if slope * 24 > 0.1 * float(life.memory.mean()):
                return True
    return False


def share_of_stable(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> bool:
    """The canary holds more than 1.2 times what the stable holds, as a PromQL metric of an analysis has it."""
    last, others = [life.memory[-1] for life in canary], [life.memory[-1] for life in stable if not life.ended]
    return bool(last and others) and float(np.mean(last)) > 1.2 * float(np.mean(others))


RULES: Mapping[str, Rule] = {
    "Mann-Whitney on values, 25 % tolerance (Kayenta)": mann_whitney,
    "Mann-Whitney on values, any shift": mann_whitney_any_shift,
    "deriv since the start above 10 % a day": derivative,
    "more than 1.2 times the stable": share_of_stable,
}


def _values(stable: Sequence[AgedLife], canary: Sequence[AgedLife]) -> tuple[Floats, Floats]:
    began = min((life.began for life in canary), default=np.inf)
    mine = np.concatenate([life.memory for life in canary] or [np.empty(0)])
    theirs = np.concatenate([life.memory[life.began + life.hours * 3600 >= began] for life in stable] or [np.empty(0)])
    return _thinned(mine), _thinned(theirs)


def _thinned(values: Floats, most: int = 400) -> Floats:
    return values[:: max(values.size // most, 1)]

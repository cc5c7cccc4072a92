"""What the lifetimes of a workload say together."""

import numpy as np

from detectors.coefficients import WORKLOAD
from detectors.evidence import log_odds_of, logistic
from detectors.panel import Floats, Ints
from detectors.pool import Pooled
from detectors.scene import Scene


def workload_probability(scene: Scene, telling: Ints, slopes: Pooled | None, loops: Pooled | None) -> float:
    """The probability that a workload's container leaks. telling: the lifetimes that are long enough to say so.

    One pod that leaks makes the workload leak, so that the lifetime that speaks most plainly for a leak stands for all;
    what lifetimes say laid over each other is added where it speaks for one.
    """
    plainest = float(log_odds_of(scene.evidence.probability[telling]).max()) if telling.size else WORKLOAD.untold
    if slopes is not None and slopes.log_odds > 0:
        # What each says alone, its own load taken off it, is part of what all say together, where load is told better.
        plainest = max(plainest, WORKLOAD.untold)
    alike, loop = (0.0 if one is None else max(one.log_odds, 0.0) for one in (slopes, loops))
    return float(logistic(np.array(plainest + WORKLOAD.same_slope * alike + WORKLOAD.oom_loop * loop)))


def told_alone(scene: Scene, telling: Ints, slopes: Pooled | None) -> Floats:
    """The probability of each of these lifetimes by itself, shape (telling,), less where others explain it all."""
    log_odds = log_odds_of(scene.evidence.probability[telling])
    if slopes is not None and slopes.log_odds < 0:
        explained = np.isin(telling, slopes.lifetimes)
        log_odds = np.where(explained, log_odds + WORKLOAD.same_slope * slopes.log_odds, log_odds)
    told: Floats = logistic(log_odds)
    return told

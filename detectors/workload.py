"""What the lifetimes of a workload say together."""

import numpy as np

from detectors.coefficients import WORKLOAD
from detectors.evidence import log_odds_of, logistic
from detectors.panel import Floats, Ints
from detectors.pool import Pooled
from detectors.scene import Scene


def workload_probability(scene: Scene, telling: Ints, slopes: Pooled | None, loops: Pooled | None) -> float:
    """The probability that a workload's container leaks. telling: the lifetimes that are long enough to say so."""
    c = WORKLOAD
    weights = np.array([c.lifetime, c.lifetimes, c.same_slope, c.oom_loop])
    found = figures_of_workload(scene, telling, slopes, loops)
    return float(logistic(np.array(c.intercept + found @ weights)))


def figures_of_workload(scene: Scene, telling: Ints, slopes: Pooled | None, loops: Pooled | None) -> Floats:
    """What WORKLOAD weighs beside its intercept, shape (4,)."""
    odds = log_odds_of(scene.evidence.probability[telling])
    plainest = float(odds.max()) if telling.size else WORKLOAD.untold
    pooled = [0.0 if one is None else max(one.log_odds, 0.0) for one in (slopes, loops)]
    return np.array([plainest, np.log(max(telling.size, 1)), *pooled])

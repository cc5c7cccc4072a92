"""Which revision brought the leak: the same age in the revision before is compared."""

import numpy as np

from detectors.panel import Ints
from detectors.pool import Pooled
from detectors.scene import Scene
from detectors.trend import slope

# A revision seen for less than this is no witness that it did not leak.
_MIN_WITNESS_HOURS = 3.0
# Growth at the same age of less than this share of the leak's is none.
_NO_GROWTH_RATIO = 1 / 3
_LEAST_BLOCKS = 4


def suspect_revision(scene: Scene, members: Ints, pooled: Pooled | None) -> int | None:
    """The first of an unbroken run of leaking revisions up to the present, where one before it was seen not to leak.

    A revision leaks when a lifetime of it does, or when its lifetimes grew as those that leak did at the same age:
    version differencing (Matias and others, "Software aging analysis through machine learning", ISSRE 2016, compare
    a version with its predecessor). None where no such change was seen: the leak may be older than the window.
    """
    revision = scene.panel.revision[scene.lifetimes.row[members]]
    in_pool = np.isin(members, pooled.lifetimes) if pooled is not None else np.zeros(members.size, dtype=bool)
    leaks = (scene.evidence.probability[members] >= scene.options.threshold) | in_pool
    witness = leaks | (scene.evidence.span_hours[members] >= _MIN_WITNESS_HOURS)
    first: int | None = None
    for number in sorted(set(revision.tolist()), reverse=True):
        of_revision = revision == number
        if leaks[of_revision].any() or _grew_alike(scene, members[of_revision & witness], members[leaks]):
            first = number
        elif witness[of_revision].any():
            return first
    return None


def _grew_alike(scene: Scene, these: Ints, leaking: Ints) -> bool:
    """Whether lifetimes grew as fast as leaking ones did at the same age; False where no age is shared."""
    for one in these:
        for other in leaking:
            low = max(_age(scene, int(one), 0), _age(scene, int(other), 0))
            high = min(_age(scene, int(one), -1), _age(scene, int(other), -1))
            mine, theirs = _rate(scene, int(one), low, high), _rate(scene, int(other), low, high)
            if mine is not None and theirs is not None and theirs > 0:
                return mine >= _NO_GROWTH_RATIO * theirs
    return False


def _age(scene: Scene, lifetime: int, block: int) -> float:
    """Hours since the start of a lifetime at its first (0) or last (-1) block."""
    index = block if block >= 0 else int(scene.blocks.count[lifetime]) + block
    since = scene.panel.grid.start - float(scene.lifetimes.began[lifetime])
    return since / 3600.0 + float(scene.blocks.time[lifetime, index])


def _rate(scene: Scene, lifetime: int, low: float, high: float) -> float | None:
    """Bytes/hour between two ages, hours; None with too few blocks between them."""
    count = int(scene.blocks.count[lifetime])
    time = scene.blocks.time[lifetime, :count]
    age = time + (scene.panel.grid.start - float(scene.lifetimes.began[lifetime])) / 3600.0
    inside = (age >= low) & (age <= high)
    if inside.sum() < _LEAST_BLOCKS:
        return None
    value = scene.evidence.adjusted[lifetime, :count][inside]
    return float(slope(time[inside][None, :], value[None, :], np.array([inside.sum()]))[0])

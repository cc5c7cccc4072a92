"""Which revision brought the leak."""

import numpy as np

from detectors.panel import Ints
from detectors.pool import Pooled
from detectors.scene import Scene

# A revision seen for less than this is no witness that it did not leak.
_MIN_WITNESS_HOURS = 3.0


def suspect_revision(scene: Scene, members: Ints, pooled: Pooled | None) -> int | None:
    """The first of an unbroken run of leaking revisions up to the present, where one before it was seen not to leak.

    None where no such change was seen: the leak may be older than the window.
    """
    revision = scene.panel.revision[scene.lifetimes.row[members]]
    in_pool = np.isin(members, pooled.lifetimes) if pooled is not None else np.zeros(members.size, dtype=bool)
    leaks = (scene.evidence.probability[members] >= scene.options.threshold) | in_pool
    witness = leaks | (scene.evidence.span_hours[members] >= _MIN_WITNESS_HOURS)
    first: int | None = None
    for number in sorted(set(revision.tolist()), reverse=True):
        of_revision = revision == number
        if leaks[of_revision].any():
            first = number
        elif witness[of_revision].any():
            return first
    return None

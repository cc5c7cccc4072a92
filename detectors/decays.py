"""Growth that comes to its end: it has slowed all along, and slows still."""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence, weighed
from detectors.panel import Floats
from detectors.rest import AT_LIMIT

# What levels off describes the whole better than what goes on, twice as plainly as is decisive, since real leaks that
# slow for a while come near that; and the later half strongly: the scales of Kass and Raftery, JASA 90, 1995.
_DECISIVELY, _STRONGLY = 20.0, 6.0
# A half of fewer blocks has no shape.
_LEAST_BLOCKS = 24
# What is left of the probability: it may go on more slowly than can be seen.
_DECAYS = 0.15


def lower_what_decays(blocks: Blocks, evidence: Evidence, limit: Floats, doubtful: float) -> None:
    """Set a bound to the probability of lifetimes whose growth levels off in the whole and in its later half.

    limit: bytes of each lifetime, shape (lifetimes,), NaN where there is none: what comes near it slows as it must.
    Only of those that say more than `doubtful`. A warm-up before a leak bends the whole as well, and leaves a later
    half that is straight; a cache that fills over a day or two bends in either.
    """
    over = evidence.shapes.over_saturating <= -_DECISIVELY
    over &= ~(np.fmax.reduce(blocks.peak, axis=1, initial=0.0) >= AT_LIMIT * limit)
    asked = np.flatnonzero((evidence.probability > doubtful) & over & (blocks.count >= _LEAST_BLOCKS))
    if asked.size == 0:
        return
    later = weighed(blocks.since(asked, blocks.count[asked] // 2))
    decays = asked[later.shapes.over_saturating <= -_STRONGLY]
    evidence.probability[decays] = np.minimum(evidence.probability[decays], _DECAYS)

"""A verdict that stands without the newest window: what only the last hours say may be gone in the next."""

import numpy as np

from detectors.blocks import BLOCKS, Blocks
from detectors.evidence import Weighed, weigh, weighed
from detectors.valleys import WINDOWS

# Fewer blocks have nothing to spare.
_LEAST_BLOCKS = 12


def ask_without_last_window(blocks: Blocks, evidence: Weighed, doubtful: float) -> None:
    """Lower the probability of lifetimes that say less with their last sixth left out to what they say then.

    Only those that say more than `doubtful` are asked again. A leak goes on from window to window; memory that
    happens to wander upwards, the climb of a morning and the last tooth of a long saw are flagged once and not again.
    """
    asked = np.flatnonzero((evidence.probability > doubtful) & (blocks.count >= _LEAST_BLOCKS))
    if asked.size == 0:
        return
    count = blocks.count[asked] - np.ceil(blocks.count[asked] / WINDOWS).astype(np.int64)
    known = np.arange(BLOCKS) < count[:, None]
    parts = [np.where(known, value[asked], np.nan) for value in (blocks.time, blocks.floor, blocks.peak, blocks.cpu)]
    before = weighed(Blocks(parts[0], parts[1], parts[2], parts[3], count))
    before.refills[:] = evidence.refills[asked]
    # How long it was watched is not in doubt, only what its newest hours say.
    before.span_hours[:] = evidence.span_hours[asked]
    weigh(before)
    evidence.probability[asked] = np.minimum(evidence.probability[asked], before.probability)

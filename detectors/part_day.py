"""Lives that have not seen a day: load that only falls cannot be told from growth that slows."""

from dataclasses import replace

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.view import told_of

# Most of a day, in which load has both risen and fallen.
_DAY_HOURS = 20.0
# Load makes the growth where it raises its rate by so much.
_RAISES = 1.25


def ask_without_load(blocks: Blocks, evidence: Evidence, doubtful: float) -> None:
    """Lower the probability of lifetimes shorter than a day, of which load taken off makes growth, to what they say
    with the load left in.

    Only of those that say more than `doubtful`. A warm-up that comes to its end as evening falls looks as if falling
    load hid growth that goes on; a leak that falling load hides shows when the day has come round.
    """
    raised = evidence.slope > _RAISES * evidence.raw_slope
    asked = np.flatnonzero((evidence.probability > doubtful) & (evidence.span_hours < _DAY_HOURS) & raised)
    if asked.size == 0:
        return
    part = blocks.since(asked, asked * 0)
    with_load = told_of(replace(part, cpu=np.full(part.cpu.shape, np.nan)), evidence.refills[asked], doubtful)
    evidence.probability[asked] = np.minimum(evidence.probability[asked], with_load.probability)

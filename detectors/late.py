"""Growth that set in late: after days of calm that of hours is little of the whole, and no less a leak."""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence, adopt, gather, weigh
from detectors.onset import onset_block
from detectors.panel import Ints
from detectors.rows import last_of
from detectors.shapes import NAMES

LATE = NAMES.index("late")
_LEAST_BLOCKS = 16
# What stays as it is of the whole life: where its line runs, and that it began late, or behind a step.
OF_THE_WHOLE = frozenset({"adjusted", "level", "best", "since"})


def look_since_onset(blocks: Blocks, evidence: Evidence) -> None:
    """Look at lifetimes that began to grow late from there on, and keep of the two views the one that says more.

    The growth must have gone beyond all that the calm before it reached, by as much as that itself varied; else it is
    part of what the container did before. The view that is kept has the hours since the onset only, and is weighed so.
    """
    late, part = _since_onset(blocks, evidence)
    if late.size == 0:
        return
    alone = gather(part)
    weigh(alone)
    adopt(evidence, alone, late, alone.probability > evidence.probability[late], OF_THE_WHOLE)


def _since_onset(blocks: Blocks, evidence: Evidence) -> tuple[Ints, Blocks]:
    """The lifetimes whose growth set in late, and their blocks from then on."""
    late = np.flatnonzero((evidence.shapes.best == LATE) & (blocks.count >= _LEAST_BLOCKS))
    onset = np.array(
        [
            onset_block(blocks.time[one, : blocks.count[one]], evidence.adjusted[one, : blocks.count[one]])
            for one in late
        ],
        dtype=np.int64,
    )
    calm = np.arange(blocks.floor.shape[1]) < onset[:, None]
    beyond = onset > 0
    for value in (blocks.floor[late], evidence.adjusted[late]):
        before = np.where(calm, value, np.nan)
        lowest, highest = (
            np.fmin.reduce(before, axis=1, initial=np.inf),
            np.fmax.reduce(before, axis=1, initial=-np.inf),
        )
        beyond &= last_of(value, blocks.count[late]) - highest > highest - lowest
    late, onset = late[beyond], onset[beyond]
    return late, blocks.since(late, onset)

"""Growth that set in late: after days of calm that of hours is little of the whole, and no less a leak."""

from dataclasses import replace

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence, adopt, gather, weigh
from detectors.onset import onset_block
from detectors.panel import Floats, Ints
from detectors.rows import from_point, last_of
from detectors.shapes import NAMES

LATE = NAMES.index("late")
_LEAST_BLOCKS = 16
# One day's peak of load is another's, give or take a tenth.
_AS_MUCH = 0.9
# What stays as it is of the whole life: where its line runs, and that it began late, or behind a step.
OF_THE_WHOLE = frozenset({"adjusted", "level", "best", "since"})


def look_since_onset(blocks: Blocks, evidence: Evidence) -> None:
    """Look at lifetimes that began to grow late from there on, and keep of the two views the one that says more.

    The growth must have gone beyond all that the calm before it reached, by as much as that itself varied; else it is
    part of what the container did before. The view that is kept has the hours since the onset only, and is weighed so.
    Where the calm saw as much load, what load does is taken from the whole: in the hours since the onset it may rise
    as memory does and seem to be why, though it passed over a flat floor before.
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
        lowest, highest = np.fmin.reduce(before, axis=1, initial=np.inf), _highest(before)
        beyond &= last_of(value, blocks.count[late]) - highest > highest - lowest
    late, calm = late[beyond], calm[beyond]
    part = blocks.since(late, onset[beyond])
    seen_before = _highest(np.where(calm, blocks.cpu[late], np.nan)) >= _AS_MUCH * _highest(part.cpu)
    without_load = from_point(evidence.adjusted[late], onset[beyond], blocks.count[late])
    floor = np.where(seen_before[:, None], without_load, part.floor)
    return late, replace(part, floor=floor, cpu=np.where(seen_before[:, None], np.nan, part.cpu))


def _highest(values: Floats) -> Floats:
    """Of each row, -inf where nothing is known."""
    highest: Floats = np.fmax.reduce(values, axis=1, initial=-np.inf)
    return highest

"""Replicas together: what one gains as the others lose it was moved between them, and is no leak.

Partitions, shards and sessions that change hands lift one replica as they leave the rest. Each alone shows a climb or
a fall; what they hold together stays as it is. A leak in one replica lifts the sum.
"""

import numpy as np

from detectors.blocks import BLOCKS, Blocks
from detectors.earlier import groups
from detectors.evidence import Evidence
from detectors.panel import Bools, Floats, Ints
from detectors.side_by_side import POINTS, SideBySide, without_load_of

# The sum of all varies by no more than this share of the one that grows: by half as much, as variances go.
_LEFT_OVER = 0.25
# Two lines of opposite slope prove nothing: what leaves the line must be mirrored too, by this correlation.
_MIRRORED = -0.7
# Where growth was moved, evidence of it leaves no more than this probability.
_MOVED = 0.15
_LEAST_BLOCKS = 12


def lower_what_was_moved(blocks: Blocks, evidence: Evidence, subject: Ints, running: Bools, doubtful: float) -> Bools:
    """Set a bound to the probability of lifetimes whose growth other running replicas of the subject lost in the same
    hours, load removed from all; which those are, shape (lifetimes,).

    subject, running: shape (lifetimes,). Only of those that say more than `doubtful`, and beside replicas that were
    there all the while. The sum has to be calmer than the one that grows by half, by its standard deviation; and what
    the one does beside its line the others must do the other way, since a leak beside replicas that drift down by
    themselves has a calm sum as well.
    """
    adjusted = without_load_of(blocks, evidence)
    moved = np.zeros(running.shape, dtype=bool)
    for members in groups(subject):
        present = members[running[members]]
        doubted = evidence.probability[present] > doubtful
        if present.size > 1 and doubted.any():
            moved[present[doubted]] = _moved(blocks, adjusted, present, doubted)
    evidence.probability[moved] = np.minimum(evidence.probability[moved], _MOVED)
    return moved


def _moved(blocks: Blocks, adjusted: Floats, present: Ints, doubted: Bools) -> Bools:
    """Which of the doubted lifetimes lose their growth in the sum of those that were there before them, shape
    (doubted,)."""
    beside = SideBySide.of(blocks, adjusted, present)
    time, value, begins, ends, width = beside.time, beside.value, beside.begins, beside.ends, beside.width
    order = np.argsort(begins, kind="stable")
    sums = np.cumsum(value[order], axis=0)
    there = np.searchsorted(begins[order], begins + width, side="right")
    found = []
    for one in np.flatnonzero(doubted).tolist():
        seen = (time >= begins[one]) & (time <= ends[one])
        together, mine = sums[there[one] - 1, seen], value[one, seen]
        enough = there[one] > 1 and blocks.count[present[one]] >= _LEAST_BLOCKS
        calm = enough and np.var(together) <= _LEFT_OVER * np.var(mine)
        found.append(bool(calm and _mirrored(time[seen], mine, together - mine)))
    return np.array(found)


def _mirrored(time: Floats, mine: Floats, others: Floats) -> bool:
    """Whether what two curves do beside their own straight lines is of opposite sign.

    A block's floor tells a fall as soon as it comes, and a rise when the block is over.
    """
    line = np.stack([np.ones(time.size), time], axis=1)
    up, down = (curve - line @ np.linalg.lstsq(line, curve, rcond=None)[0] for curve in (mine, others))
    size = float(np.sqrt((up @ up) * (down @ down)))
    alike = min(float(up[late:] @ down[: down.size - late]) for late in range(POINTS // BLOCKS + 1))
    return size > 0 and alike <= _MIRRORED * size

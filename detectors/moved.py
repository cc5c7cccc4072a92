"""Replicas together: what one gains as the others lose it was moved between them, and is no leak.

Partitions, shards and sessions that change hands lift one replica as they leave the rest. Each alone shows a climb or
a fall; what they hold together stays as it is. A leak in one replica lifts the sum.
"""

import numpy as np

from detectors.blocks import Blocks
from detectors.earlier import groups
from detectors.evidence import Evidence
from detectors.panel import Bools, Floats, Ints
from detectors.rows import TINY

# The sum of all varies by no more than this share of the one that grows: by half as much, as variances go.
_LEFT_OVER = 0.25
# Where growth was moved, evidence of it leaves no more than this probability.
_MOVED = 0.15
_LEAST_BLOCKS = 12


def lower_what_was_moved(blocks: Blocks, evidence: Evidence, subject: Ints, running: Bools, doubtful: float) -> Bools:
    """Set a bound to the probability of lifetimes whose growth other running replicas of the subject lost in the same
    hours, load removed from all; which those are, shape (lifetimes,).

    subject, running: shape (lifetimes,). Only of those that say more than `doubtful`, and beside replicas that were
    there all the while. That the others wander downwards by themselves seldom cancels a climb all along: the sum has to
    be calmer than the one that grows by half, by its standard deviation.
    """
    moved = np.zeros(running.shape, dtype=bool)
    for members in groups(subject):
        present = members[running[members]]
        doubted = present[evidence.probability[present] > doubtful]
        if present.size < 2 or doubted.size == 0:
            continue
        for one in doubted.tolist():
            moved[one] = _is_moved(blocks, evidence.adjusted, one, present[present != one])
    evidence.probability[moved] = np.minimum(evidence.probability[moved], _MOVED)
    return moved


def _is_moved(blocks: Blocks, adjusted: Floats, one: int, others: Ints) -> bool:
    count = int(blocks.count[one])
    time, mine = blocks.time[one, :count], adjusted[one, :count]
    width = (time[-1] - time[0]) / max(count - 1, 1)
    there = others[(blocks.time[others, 0] <= time[0] + width)]
    if count < _LEAST_BLOCKS or there.size == 0:
        return False
    together = mine + sum(_at(blocks, adjusted, other, time) for other in there.tolist())
    return bool(np.var(together) <= _LEFT_OVER * np.var(mine) + TINY)


def _at(blocks: Blocks, adjusted: Floats, lifetime: int, time: Floats) -> Floats:
    """Bytes of a lifetime at some times, in hours."""
    known = slice(0, int(blocks.count[lifetime]))
    value: Floats = np.interp(time, blocks.time[lifetime, known], adjusted[lifetime, known])
    return value

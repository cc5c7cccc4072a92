"""Replicas beside each other: what an older one does in the same hours, or most that began together, is no leak.

Replicas that are added for the day's peak are hours old when it comes, and only see memory rise; one that was there
before rises beside them, and has seen a day end. Of replicas that began together and grow alike one may look like a
leak by chance, the likelier the more there are.
"""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.panel import Bools, Floats, Ints
from detectors.ranked import middle_of

# An older one has been watched for so many hours more, so that it has seen another part of the day at least.
_LONGER_HOURS = 18.0
# It rose in those hours by at least this share of what the young one rose, and stands no lower by more than a tenth.
_ALIKE, _AS_HIGH = 0.6, 0.9
_LEAST_BLOCKS = 4
# What an older one may say and be no leak, nor nearly.
_CALM = 0.4
# So many of them are asked, those that say most first.
_MOST_ELDERS = 8
# Replicas that began within that began together, and so many make a majority that counts.
_TOGETHER_HOURS = 1.0
_LEAST_TWINS = 5


def heed_replicas(
    blocks: Blocks, evidence: Evidence, subject: Ints, revision: Ints, running: Bools, doubtful: float
) -> Bools:
    """Lower the probability of lifetimes to what running replicas of the same revision say which do the same; of which
    it was lowered, shape (lifetimes,).

    subject, revision, running: shape (lifetimes,). Only of those that say more than `doubtful`: to what an older one
    says that is no leak, nor nearly, and does so beside it (a leak that all replicas have shows more in the older one,
    not less), also of one that was removed again; and, of those that run, to what most of those say that began together
    and grow alike, where that is no more than `doubtful`.
    """
    before, hours = evidence.probability.copy(), blocks.span_hours
    for one in np.flatnonzero(before > doubtful).tolist():
        others = np.flatnonzero(running & (subject == subject[one]) & (revision == revision[one]))
        elders = others[(before[others] < _CALM) & (hours[others] >= hours[one] + _LONGER_HOURS)]
        likeliest = elders[np.argsort(-before[elders], kind="stable")][:_MOST_ELDERS].tolist()
        told = [float(before[elder]) for elder in likeliest if _does_so(blocks, elder, one)][:1]
        twins = others[_twins(blocks, evidence.slope, others, one)] if running[one] else others[:0]
        if twins.size >= _LEAST_TWINS and np.median(before[twins]) <= doubtful:
            told.append(float(np.median(before[twins])))
        if told:
            evidence.probability[one] = min(float(before[one]), max(told))
    return evidence.probability < before


def _twins(blocks: Blocks, slope: Floats, others: Ints, one: int) -> Bools:
    """Which of the others, itself among them, began with a lifetime and grow as it does."""
    together = np.abs(blocks.time[others, 0] - blocks.time[one, 0]) <= _TOGETHER_HOURS
    together &= blocks.count[others] == blocks.count[one]
    alike = (slope[others] >= _ALIKE * slope[one]) & (_ALIKE * slope[others] <= slope[one])
    twins: Bools = together & alike & (slope[one] > 0)
    return twins


def _does_so(blocks: Blocks, elder: int, young: int) -> bool:
    """Whether an older lifetime rose as a younger one did in the hours of that, and stands as high."""
    count = int(blocks.count[young])
    time, floor = blocks.time[elder, : blocks.count[elder]], blocks.floor[elder, : blocks.count[elder]]
    beside = floor[(time >= blocks.time[young, 0]) & (time <= blocks.time[young, count - 1])]
    if min(beside.size, count) < _LEAST_BLOCKS:
        return False
    begins, stands = _ends(beside)
    young_begins, young_stands = _ends(blocks.floor[young, :count])
    rose_so = stands - begins >= _ALIKE * (young_stands - young_begins)
    return rose_so and stands >= _AS_HIGH * young_stands


def _ends(floor: Floats) -> tuple[float, float]:
    """Bytes in the first and in the last sixth."""
    width = max(floor.size // 6, 2)
    return middle_of(floor[:width]), middle_of(floor[-width:])

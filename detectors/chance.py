"""Replicas that wander, each by itself: as many fall as rise, and of many one rises plainly by chance.

Caches that fill and shrink, keys that change hands, pods that come to a node and go: what moves one replica up moves
another down, by as much and as steadily. So the falls tell how far, and how steadily, a rise comes by chance: they are
the mirror of what the rises are drawn from (Barber and Candès, "Controlling the false discovery rate via knockoffs",
Annals of Statistics 43, 2015; Efron, "Large-scale simultaneous hypothesis testing", JASA 99, 2004). A leak rises
further than anything falls, or more steadily.
"""

import numpy as np

from detectors.blocks import Blocks
from detectors.earlier import groups
from detectors.evidence import Evidence, log_odds_of, logistic
from detectors.panel import Bools, Floats, Ints
from detectors.rows import TINY
from detectors.side_by_side import SideBySide, without_load_of

# So many that do not leak, half of which fall, tell what chance does to them; of fewer the furthest falls are one or
# two, whatever they are drawn from.
_LEAST_SIBLINGS = 7
# One that falls may have been drained, trimmed or flushed, and is no measure.
_LEAST_FALLS = 2
# A fall is like a rise that is no more than twice as far, and twice as steady: of a dozen to a hundred that are
# normally distributed, a fifth to a tenth go half as far, that way, as the furthest.
_LIKE = 0.5
# Of those that rise so at least half must be explained by falls, and one more, as few are told by luck: else many leak.
_MOST_RISES = 2.0
# Chance moves all: not where some were drained, and most are calm. The middle of so many that are normally distributed
# moves by a quarter of what the furthest does and more; where tails are long, by less.
_MOST_MOVE = 0.125
# And it moves them both ways: more of one way, by more than so many standard deviations of a fair coin, are of another
# making, as where all are trimmed after a warm-up, or all leak.
_FAIR = 2.0
# A line describes a random walk so well, by the share of its variance, once in two hundred (by simulation), and what
# returns to its mean more seldom. What rises or falls more steadily does so for a reason.
_STEADIER_THAN_CHANCE = 0.95
# A leader, or a shard, that is so many times as large as another is not of its kind.
_LARGER = 3.0
# Of fewer moments no line is told from chance.
_LEAST_POINTS = 8
# A line that begins lower than this share of its middle is hardly one of what wanders.
_LEAST_BEGIN = 0.1
# The furthest of many that wander looks like a leak by such odds: what says more by itself, 0.9, stands as one.
_ODDS_OF_CHANCE = 9.0


def lower_what_may_be_chance(
    blocks: Blocks, evidence: Evidence, subject: Ints, running: Bools, doubtful: float
) -> Bools:
    """Lower the probability of lifetimes that rise as other running replicas of the subject fall in the same hours, as
    far and as steadily, load removed from all; of which it was lowered, shape (lifetimes,).

    subject, running: shape (lifetimes,). Only of those that say more than `doubtful`, and beside replicas that were
    there all the while. Where many leak, more rise than fall, and it is none of chance.
    """
    adjusted = without_load_of(blocks, evidence)
    by_chance = np.zeros(running.shape, dtype=bool)
    for members in groups(subject):
        present = members[running[members] & (evidence.level[members] > 0)]
        doubted = np.flatnonzero(evidence.probability[present] > doubtful)
        if present.size > _LEAST_SIBLINGS and doubted.size > 0:
            beside = SideBySide.of(blocks, adjusted, present)
            level, hours = evidence.level[present], evidence.span_hours[present]
            by_chance[present[doubted]] = [_may_be_chance(beside, level, hours, one) for one in doubted.tolist()]
    odds = log_odds_of(evidence.probability[by_chance])
    evidence.probability[by_chance] = logistic(odds - np.log(_ODDS_OF_CHANCE))
    return by_chance


def _may_be_chance(beside: SideBySide, level: Floats, hours: Floats, one: int) -> bool:
    """Whether one of the lives rises in its last hours as others fall. level: bytes; level, hours: shape (lives,)."""
    ends, width = beside.ends[one], beside.width[one]
    begins = ends - hours[one]
    kin = (beside.begins <= begins + width) & (beside.ends >= ends - width)
    kin &= (level <= _LARGER * level[one]) & (level[one] <= _LARGER * level)
    seen = (beside.time >= begins) & (beside.time <= ends)
    if np.count_nonzero(kin) <= _LEAST_SIBLINGS or np.count_nonzero(seen) < _LEAST_POINTS:
        return False
    rise, steadiness = _line(beside.time[seen], beside.value[:, seen])
    if rise[one] <= 0 or steadiness[one] ** 2 > _STEADIER_THAN_CHANCE:
        return False
    of_rest = steadiness / np.sqrt(np.maximum(1 - steadiness**2, TINY))
    far, steady = rise[kin] / rise[one], of_rest[kin] / of_rest[one]
    rises = np.count_nonzero((far >= _LIKE) & (steady >= _LIKE))
    by_chance = steadiness[kin] ** 2 <= _STEADIER_THAN_CHANCE
    falls = np.count_nonzero((far <= -_LIKE) & (steady <= -_LIKE) & by_chance)
    if falls < _LEAST_FALLS or rises > _MOST_RISES * (falls + 1):
        return False
    kin[one] = False
    return _both_ways(rise[kin] / rise[one])


def _both_ways(far: Floats) -> bool:
    """Whether most of the others move, and as many up as down. far: beside what the one rises, shape (others,)."""
    up, down = np.count_nonzero(far >= _MOST_MOVE), np.count_nonzero(far <= -_MOST_MOVE)
    return bool(2 * (up + down) >= far.size and abs(up - down) <= _FAIR * np.sqrt(up + down))


def _line(time: Floats, value: Floats) -> tuple[Floats, Floats]:
    """By how much each value rises along its straight line, as a share of where that begins, and the correlation with
    it, both of shape (lives,).

    time: hours, shape (points,); value: bytes, shape (lives, points)
    """
    along, mean = time - time.mean(), value.mean(axis=1)
    beside = value - mean[:, None]
    common = beside @ along
    rise = common / max(float(along @ along), TINY) * (time[-1] - time[0])
    spread = np.sqrt((along @ along) * (beside**2).sum(axis=1))
    share: Floats = rise / np.maximum(mean - rise / 2, _LEAST_BEGIN * mean)
    steadiness: Floats = common / np.maximum(spread, TINY)
    return share, steadiness

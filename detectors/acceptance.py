"""What people have said is no leak, weighed against what is seen now.

A person who says "not a leak" has looked at one growth and one level. That is remembered as it stood, and holds for
whatever goes on like it; what clearly exceeds it is a thing nobody has looked at, and is told again.

Like is compared with like: the growth is the one that the judgement itself gives, and the level is `highest_floor`,
which does not depend on the moment at which a saw of restarts is looked at. What was accepted therefore never exceeds
itself, however it was found.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from detectors.judgement import Reason
from detectors.panel import Accepted, Ints
from detectors.scene import Scene
from detectors.words import amount

# Half as fast again: the time that is left is then two thirds of what the person reckoned with. A rate estimated anew
# from the next window differs by a tenth or so; and it is the low end of its interval that is compared, so that a
# window which tells little accuses nobody.
FASTER = 1.5
# Half of the room to the limit that there was when it was accepted, so that as much is left to act in; where there is
# no limit, or none above the level, half as much memory again.
HALF = 0.5
# Real memory wanders by some percent in half a day without a leak: close under the limit half of the room is less than
# that, and would be crossed by chance.
WANDERING = 0.05
# A life's floor at its end is that of its last twelfth, however few blocks it has: of a short one, several are half of
# its climb, and what the window shows of one that it cuts would stand higher than the same life seen whole.
_ENDS = 12


@dataclass(frozen=True, slots=True)
class Weighed:
    """Whether it clearly exceeds what was accepted, and that in words."""

    exceeded: bool
    reason: Reason


def weigh(
    accepted: Accepted | None, subject: int, growth: float, growth_low: float, floor: float, limit: float
) -> Weighed | None:
    """What acceptance means for one subject that grows like a leak; None where nobody has said that it is none.

    growth: bytes/hour; growth_low: low end of its 80 % interval; floor: bytes, see `highest_floor`; limit: bytes, NaN
    where none is set. It clearly exceeds when even `growth_low` is more than half as fast again as what was accepted,
    or when the floor is beyond `highest_accepted`. A figure that is not known exceeds nothing.
    """
    if accepted is None:
        return None
    growth_accepted, level_accepted = float(accepted.growth[subject]), float(accepted.level[subject])
    if np.isnan(growth_accepted) or np.isnan(level_accepted):
        return None
    too_much: list[str] = []
    if growth_low > FASTER * max(growth_accepted, 0.0):
        too_much.append(f"grows {amount(growth)}/h (at least {amount(growth_low)}/h)")
    if floor > highest_accepted(level_accepted, limit):
        too_much.append(f"stands at {amount(floor)}")
    upto = f"at up to {amount(growth_accepted)}/h and {amount(level_accepted)}"
    if too_much:
        text = f"it exceeds what a person said is no leak, {upto}: it {' and '.join(too_much)}"
        return Weighed(True, Reason("exceeds_accepted", text))
    text = f"a person said it's no leak {upto}; it grows {amount(growth)}/h and stands at {amount(floor)}"
    return Weighed(False, Reason("accepted", text))


def highest_accepted(level: float, limit: float) -> float:
    """The floor, bytes, up to which an accepted level (bytes) is not clearly exceeded; limit: bytes or NaN.

    Halfway from the level to the limit in force now, though no less than memory wanders by; half as much again without
    a limit, or where the level was at the limit already: there only a higher limit lets it exceed, or faster growth.
    """
    if limit > level:
        return level + max(HALF * (limit - level), WANDERING * level)
    return level + HALF * level


def highest_floor(scene: Scene, members: Ints, rows: Collection[int]) -> float:
    """Bytes that the floor stands at, or stood at when a lifetime ended: the highest over the lifetimes of some rows.

    members: a subject's lifetimes; rows: those of the panel that count, of the pods that grow. NaN where no lifetime of
    them has samples.
    """
    lifetimes = [int(one) for one in members if int(scene.lifetimes.row[one]) in rows and scene.blocks.count[one] > 0]
    ends = (scene.latest(one, max(int(scene.blocks.count[one]) // _ENDS, 1))[0] for one in lifetimes)
    return max(ends, default=float("nan"))

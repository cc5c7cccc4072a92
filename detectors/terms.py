"""Terms of a leader: what each replica does since it took the lead, laid over each other.

Of replicas of which one leads, only that one works, and only that one leaks. It exits or is killed when it has leaked
for some hours, and another one takes the lead from the level at which it stood by. By their ages these lives show
nothing in common, as each stood by for as long as it happened to; since they took the lead they are all alike.
"""

from dataclasses import replace

import numpy as np

from detectors.panel import Bools, Floats, Ints
from detectors.pool import LEAST_CLIMB, MIN_GENERATIONS, Lives, Pooled, alike
from detectors.ranked import median
from detectors.roles import settled
from detectors.rows import TINY
from detectors.scene import Scene
from detectors.trend import slope

# A lease runs for seconds to minutes, and samples are minutes apart.
_HANDOVER_HOURS = 0.25
# Of the terms so many begin where a life of another replica ends: what takes up work as it comes does not.
_MOSTLY = 0.75
# A term of fewer blocks shows no shape, one that lasts for so much of the others' time is compared with them.
_LEAST_BLOCKS, _LEAST_SHARE = 6, 0.5
# One that leads now and rises by less than this share of what the others did leaks no longer.
_STILL_GROWS = 0.25
# The first hour of a term is a start, and no more than its first quarter.
_START_SHARE = 0.25


def leaders_terms(scene: Scene, members: Ints) -> Pooled | None:
    """Whether replicas that take the lead one after the other climb straight, each time, from there until they are
    ended; None where they do not, or where the one that leads now does so no more.

    A term begins as CPU steps up for good, and ends with its life. Three or more of them, of the revisions in use, each
    begun as the life of another replica ended, tell it as `same_slope` does, if they climb by much.
    """
    led = _led(scene, members) if members.size >= MIN_GENERATIONS else members
    if led.size < MIN_GENERATIONS:
        return None
    terms, over = _terms(scene, led)
    if not _in_turn(scene, members, terms) or not _leads_still(scene, terms, over):
        return None
    known = terms.blocks.count >= _LEAST_BLOCKS
    told = np.flatnonzero(known & (over | (_lasted(scene, terms) >= _LEAST_SHARE * _typical(scene, terms, over))))
    if told.size < MIN_GENERATIONS:
        return None
    terms, over = terms.take(told), over[told]
    pooled = alike(terms, np.arange(told.size), whole=over, spare=False)
    if pooled is None or float(np.median(terms.slope * terms.blocks.span_hours / terms.level)) < LEAST_CLIMB:
        return None
    goes_on = bool((terms.slope[~over] >= _STILL_GROWS * pooled.growth).all())
    return replace(pooled, terms=True) if goes_on else None


def _led(scene: Scene, members: Ints) -> Ints:
    """The lifetimes of the revisions in use that took a role for good."""
    revision = scene.panel.revision[scene.lifetimes.row]
    led = members[scene.taken[members] > 0]
    return led[np.isin(revision[led], revision[members[scene.running[members]]])]


def _terms(scene: Scene, led: Ints) -> tuple[Lives, Bools]:
    """What these lifetimes did since they took their role, in order of time; which are over, shape (terms,)."""
    whole = scene.blocks.since(led, led * 0)
    taken = scene.taken[led]
    began = np.array([_moment(scene, int(one), whole.time[i], int(taken[i])) for i, one in enumerate(led)])
    lasts = scene.lifetimes.last[led] * scene.panel.grid.step / 3600.0 - began
    quarter = (whole.time < (began + _START_SHARE * lasts)[:, None]).sum(axis=1)
    blocks = whole.since(np.arange(led.size), np.maximum(np.minimum(settled(whole, taken), quarter), taken))
    level = np.maximum(np.nan_to_num(median(blocks.floor, blocks.count)), TINY)
    terms = Lives(led, blocks, began, level, slope(blocks.time, blocks.floor, blocks.count))
    in_order = terms.take(np.argsort(began, kind="stable"))
    return in_order, scene.lifetimes.ended[in_order.lifetimes]


def _lasted(scene: Scene, terms: Lives) -> Floats:
    """Hours that each lasted, or has lasted by now, shape (terms,)."""
    lasted: Floats = scene.lifetimes.last[terms.lifetimes] * scene.panel.grid.step / 3600.0 - terms.began
    return lasted


def _typical(scene: Scene, terms: Lives, over: Bools) -> float:
    """Hours that terms last which are over; 0 where none is."""
    return float(np.median(_lasted(scene, terms)[over])) if over.any() else 0.0


def _leads_still(scene: Scene, terms: Lives, over: Bools) -> bool:
    """Whether a replica leads, or led no longer ago than a term lasts."""
    ends = float((_lasted(scene, terms) + terms.began).max())
    return (scene.panel.grid.end - scene.panel.grid.start) / 3600.0 - ends <= _typical(scene, terms, over)


def _in_turn(scene: Scene, members: Ints, terms: Lives) -> bool:
    """Whether nearly all terms began as the life of another replica ended."""
    lifetimes, step = scene.lifetimes, scene.panel.grid.step
    over = members[lifetimes.ended[members]]
    ends = lifetimes.last[over] * step / 3600.0
    near = np.abs(ends[None, :] - terms.began[:, None]) <= max(_HANDOVER_HOURS, 2 * step / 3600.0)
    handed = (near & (lifetimes.row[over][None, :] != lifetimes.row[terms.lifetimes][:, None])).any(axis=1)
    return bool(handed.mean() >= _MOSTLY)


def _moment(scene: Scene, lifetime: int, time: Floats, taken: int) -> float:
    """The hour at which a lifetime took its role: of the samples about that block the best step.

    time: of its blocks, hours; taken: see `role_taken`.
    """
    step = scene.panel.grid.step / 3600.0
    row, last = int(scene.lifetimes.row[lifetime]), int(scene.lifetimes.last[lifetime])
    first = int(time[taken - 2] / step)
    cpu = scene.panel.cpu[row, first : min(int(time[taken + 1] / step) + 1, last + 1)]
    known = np.flatnonzero(np.isfinite(cpu))
    value = cpu[known]
    sums, seen = np.cumsum(value)[:-1], np.arange(1, value.size)
    apart = (sums / seen - (value.sum() - sums) / (value.size - seen)) ** 2 * seen * (value.size - seen)
    return float(first + known[1 + int(apart.argmax())]) * step if apart.size else float(time[taken])

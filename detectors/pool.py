"""Lifetimes laid over each other by age: what each shows faintly, all together show plainly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from detectors.blocks import Blocks
from detectors.coefficients import POOL
from detectors.evidence import log_odds_of
from detectors.overlay import overlay
from detectors.panel import Bools, Floats, Ints
from detectors.rows import TINY, from_point, last_of
from detectors.scene import Scene
from detectors.trend import slope

MIN_GENERATIONS = 3
MIN_LIFETIME_HOURS = 5.0
# How far growth that goes on at the same rate explains the later halves of lives, by their rate as a share of the whole
# lives': what has slowed was a warm-up that lasted as long as a life, what only came late was no leak from the start.
_LATER_RATIOS, _STRAIGHT = (0.8, 0.95, 1.5, 2.0), (0.0, 1.0, 1.0, 0.0)
# Somewhat shorter lives are nearer to their warm-up: there have to be more of them, hardly slower at all later on, and
# what levels off in them says nothing of longer ones.
_SHORTER = (3.8, 5, (0.88, 1.0, 1.5, 2.0))
# Pods that began within that are one generation: what they share may be the hour, and not their age.
_GENERATION_SECONDS = 3600.0
# Restarts for no reason are told from so many on, of lives so long: in less the climb is a start, not a life.
_LEAST_RESTARTS, _LEAST_LOOP_HOURS = 5, 0.35
# Work that ends by itself, and is begun again, looks the same: no more than that is said of it.
_MOST_OF_RESTARTS = 2.0
# A life of such a loop climbs by at least this share of its middle level.
LEAST_CLIMB = 0.2
# Slower than this, lifetimes that each end in a deploy or a restart cannot be told from chance.
_MIN_GROWTH_PER_DAY = 0.05
# What ends higher than this beside a life that rests has not warmed up to where that stands.
_BEYOND = 1.1
# A life of which so much of its growth is left when that of the others is taken off grows by itself.
_STILL_RISES = 0.25
MIN_KILLED = 2
# A climb of less is a burst of work that did not fit.
_LEAST_CLIMB_HOURS = 2.0
# A loop that began after calm is told by more kills: they were chosen by where they stand.
_LEAST_SINCE_CALM = 3
_CALM_TIMES = 4.0
# Lives of one loop differ by the load that they see; one that is older than this is out of it.
_OUTLASTS = 5.0
_MIN_CLIMB = 0.3
# The ages, as shares of a whole life, in which levels are compared: after the warm-up and before a last spike.
_AGES = (0.15, 0.35, 0.55, 0.75, 0.95)
_LEAST_AGES = 3
# Where the kubelet says nothing: a life that was heading for so much of the limit ended there.
_AT_LIMIT = 0.85
# What a last spike does in the last third is not growth: the thirds before it must have their part.
_LEAST_OF_FIRST_HALF = 0.2
# Ages that stand so near to each other, as a share of a life, tell no rate.
_LEAST_BETWEEN = 0.2


@dataclass(frozen=True, slots=True)
class Pooled:
    """What a subject's lifetimes say together.

    log_odds: that they leak, bounded; growth: bytes/hour, with an 80 % interval; end_at_limit: whether these
    lifetimes ended in OOM kills; restarted: whether they ended, as those do, in a restart of their container; terms:
    they are laid over each other since each took the lead, and whether the one that leads now goes on has been asked.
    """

    log_odds: float
    lifetimes: tuple[int, ...]
    growth: float
    low: float
    high: float
    end_at_limit: bool = False
    restarted: bool = False
    terms: bool = False


def same_slope(scene: Scene, members: Ints) -> Pooled | None:
    """Whether lifetimes that end before they show much all grow alike, or follow load and level off alike (log-odds
    below 0, of the lifetimes that this explains); None when there are too few, or they do neither.

    A warm-up is over when the later half of a lifetime begins; a leak goes on at the same rate, each time. Load and
    warm-up are taken off by what all lives say of them together. The mean slope of generations is compared with its
    standard error between them, once for the whole and once for the later half, and the weaker of the two decides, by
    as much as the two are the same; but never more than that growth which goes on explains the lives better than load
    and growth that levels off.
    """
    evidence = scene.evidence
    if members.size < MIN_GENERATIONS:
        return None
    for hours, generations, ratios in ((MIN_LIFETIME_HOURS, MIN_GENERATIONS, _LATER_RATIOS), _SHORTER):
        grown = members[(evidence.span_hours[members] >= hours) & (evidence.level[members] > 0)]
        if _in_turn(scene, grown) < generations:
            continue
        grown = grown[~_outgrown(scene, grown)]
        generation = _generations(scene.lifetimes.began[grown], _GENERATION_SECONDS)
        if generation.max(initial=-1) + 1 >= generations and _in_turn(scene, grown) >= generations:
            whole, spare = np.zeros(grown.size, dtype=bool), hours == MIN_LIFETIME_HOURS
            return alike(Lives.of(scene, grown), generation, whole=whole, spare=spare, ratios=ratios)
    return None


def _outgrown(scene: Scene, lives: Ints) -> Bools:
    """Which of the lives were older, from where they are seen on, than any that began later ever got, and stood lower
    than one of these ended; shape (lives,).

    An old life that is flat where young ones climb looks as if a warm-up were all. It tells so only of what climbs to
    where it stands: where a warm-up ends is told in bytes.
    """
    blocks, began = scene.blocks, scene.lifetimes.began[lives]
    first, last = (
        (scene.panel.grid.start + 3600.0 * of_blocks - began)
        for of_blocks in (blocks.time[lives, 0], _last_time(blocks, lives))
    )
    high = np.fmax.reduce(blocks.floor[lives], axis=1, initial=0.0)
    ends = np.array([scene.latest(int(one))[0] for one in lives])
    later = began[None, :] > began[:, None]
    older = first >= np.where(later, last[None, :], -np.inf).max(axis=1, initial=-np.inf)
    lower = _BEYOND * high < np.where(later, ends[None, :], 0.0).max(axis=1, initial=0.0)
    outgrown: Bools = older & lower & later.any(axis=1)
    return outgrown


def _last_time(blocks: Blocks, lives: Ints) -> Floats:
    return last_of(blocks.time[lives], blocks.count[lives])


def _in_turn(scene: Scene, lives: Ints) -> int:
    """How many of the lives were there one after the other: what replicas show at once they may share by the hour."""
    first, last = scene.lifetimes.first[lives], scene.lifetimes.last[lives]
    overlap = _GENERATION_SECONDS / max(scene.panel.grid.step, 1.0)
    count, ends = 0, -np.inf
    for one in np.argsort(last, kind="stable"):
        if first[one] >= ends - overlap:
            count, ends = count + 1, last[one]
    return count


def restart_loop(scene: Scene, members: Ints) -> Pooled | None:
    """Whether containers that are started anew each few hours, for no reason the kubelet gives, climb straight until
    they are; None where they do not, or where one that runs has outlasted them.

    So ends a process that runs into the bound of its own heap, or fails its probes while it collects garbage: long
    before the limit of its container. Lives that are over tell it, from a handful on, as `same_slope` does, if each
    climbs by much; what levels off before it ends is a warm-up. OOM kills are for `oom_loop` to tell. Work that ends
    by itself and is begun again looks the same, so that no more than little is said.
    """
    lifetimes, evidence = scene.lifetimes, scene.evidence
    if members.size < _LEAST_RESTARTS:
        return None
    short = members[lifetimes.ended[members] & ~lifetimes.killed[members] & (evidence.level[members] > 0)]
    hours = scene.blocks.span_hours[short]
    short = short[(hours >= _LEAST_LOOP_HOURS) & (hours < MIN_LIFETIME_HOURS)]
    running = members[scene.running[members]]
    again = running[np.isin(lifetimes.row[running], lifetimes.row[short])]
    if short.size < _LEAST_RESTARTS or all(outlasts(scene, int(one), short) for one in again):
        return None
    in_turn = np.argsort(np.argsort(lifetimes.began[short], kind="stable"), kind="stable")
    pooled = alike(Lives.of(scene, short), in_turn, whole=np.ones(short.size, dtype=bool), spare=False)
    if pooled is None:
        return None
    climbed = float(np.median(evidence.slope[short] * scene.blocks.span_hours[short] / evidence.level[short]))
    said = min(pooled.log_odds, _MOST_OF_RESTARTS)
    return replace(pooled, log_odds=said, restarted=True) if climbed >= LEAST_CLIMB else None


@dataclass(frozen=True, slots=True)
class Lives:
    """Lives that are laid over each other: each of their own level, and of their own beginning.

    lifetimes: which of the scene's they are, or are part of, shape (lives,); blocks: of these alone; began: hours since
    the panel's first column; level: bytes; slope: bytes/hour by itself, load removed; all of that shape
    """

    lifetimes: Ints
    blocks: Blocks
    began: Floats
    level: Floats
    slope: Floats

    @classmethod
    def of(cls, scene: Scene, lifetimes: Ints) -> Self:
        """Whole lifetimes."""
        return cls(
            lifetimes=lifetimes,
            blocks=scene.blocks.since(lifetimes, lifetimes * 0),
            began=(scene.lifetimes.began[lifetimes] - scene.panel.grid.start) / 3600.0,
            level=scene.evidence.level[lifetimes],
            slope=scene.evidence.slope[lifetimes],
        )

    def take(self, chosen: Ints) -> Self:
        """Some of them, in that order."""
        blocks = self.blocks.since(chosen, chosen * 0)
        return type(self)(self.lifetimes[chosen], blocks, self.began[chosen], self.level[chosen], self.slope[chosen])


def alike(
    lives: Lives, generation: Ints, *, whole: Bools, spare: bool, ratios: tuple[float, ...] = _LATER_RATIOS
) -> Pooled | None:
    """What `same_slope` says of these lives, of those generations, numbered from 0; unless `spare`, never below 0.

    whole: which of them ended where their growth took them, shape (lives,).
    """
    blocks, level = lives.blocks, lives.level
    time, count = blocks.time, blocks.count
    age = time - lives.began[:, None]
    if whole.any():
        # Each of these ends at the same height, the sooner the faster it climbs: by age alone the slow ones, which are
        # all that is left at the last, would look as if growth slowed.
        oldest = np.fmax.reduce(age, axis=1, keepdims=True)
        typical_age = np.median(oldest[whole])
        age = np.where(whole[:, None], age * typical_age / np.maximum(oldest, TINY), age)
    laid = overlay(age, blocks.floor / level[:, None], blocks.cpu)
    each = slope(time, laid.adjusted, count)
    if laid.log_odds < 0:
        if not spare:
            return None
        # A life that grows beyond what the others show, as one of a revision that leaks does, is not spoken for.
        left = slope(time, laid.left_by_others(generation), count)
        as_others = lives.lifetimes[left < _STILL_RISES * lives.slope / level]
        return Pooled(_bounded(laid.log_odds), tuple(as_others.tolist()), *_spread(each * level))
    typical = _by_generation(each, generation)
    half = count // 2
    late = slope(from_point(time, half, count), from_point(laid.adjusted, half, count), count - half)
    later = _by_generation(late, generation)
    t = min(_t(typical), _t(later))
    if t <= POOL.even_t or float(np.median(later)) * 24 < _MIN_GROWTH_PER_DAY:
        return None
    straight = float(np.interp(later.mean() / typical.mean(), ratios, _STRAIGHT))
    if straight == 0.0:
        return None
    log_odds = straight * min(_bounded(POOL.per_t * (t - POOL.even_t)), laid.log_odds)
    return Pooled(log_odds, tuple(lives.lifetimes.tolist()), *_spread(each * level))


def oom_loop(scene: Scene, members: Ints) -> Pooled | None:
    """Whether lifetimes that ended in OOM kills climbed there, or leapt; None with fewer than two such.

    Each sample of a life that is over has an age, as a share of that life: laid over each other, lives of minutes, of
    which each has a sample or two, show one curve. The climb is how much of the room to the limit was used up between
    the first and the fourth of the ages: some 0.7 for a straight leak, none for a spike after calm, and little for a
    warm-up, whose climb is over early. Lives since a long one are looked at by themselves too: a day of calm says
    nothing of a loop that has begun, and goes on.
    """
    over = members[scene.lifetimes.ended[members]]
    return climbing([_climb(scene, over), loop_since_calm(scene, members), _climbs_of_hours(scene, members)])


def _climbs_of_hours(scene: Scene, members: Ints) -> Pooled | None:
    """The same of lives that were calm for a while, each for another, and then climbed for hours to where they were
    killed; None where fewer than two or than half of those killed did.

    What sets in at another age each time lines up by no age. Each climb by itself tells a leak, though too short to be
    believed alone; two are two witnesses, whose log-odds add up.
    """
    evidence = scene.evidence
    killed = members[scene.lifetimes.killed[members]]
    if killed.size < MIN_KILLED:
        return None
    climbs = killed[evidence.probability[killed] >= scene.options.threshold]
    climbs = climbs[evidence.span_hours[climbs] >= _LEAST_CLIMB_HOURS]
    if climbs.size < max(MIN_KILLED, killed.size / 2):
        return None
    log_odds = _bounded(float(log_odds_of(evidence.probability[climbs]).sum()))
    slopes = evidence.slope[climbs]
    return Pooled(log_odds, tuple(climbs.tolist()), *_spread(slopes), end_at_limit=True, restarted=True)


def loop_since_calm(scene: Scene, members: Ints) -> Pooled | None:
    """The same of the lives since a long one alone; None where there is no such, or it is calm again."""
    return _climb(scene, _since_calm(scene, members))


def outlasts(scene: Scene, present: int, lives: Ints) -> bool:
    """Whether the life that runs is so much older than these ever got, of its pod, that it is none of that kind."""
    lifetimes = scene.lifetimes
    of_pod = lives[lifetimes.row[lives] == lifetimes.row[present]]
    lasted = lifetimes.began[of_pod + 1] - lifetimes.began[of_pod]
    age = scene.panel.grid.end - float(lifetimes.began[present])
    return age > _OUTLASTS * float(lasted.max(initial=0.0))


def _since_calm(scene: Scene, members: Ints) -> Ints:
    """The lives of each pod since the last one that was several times as long as any that followed it and is over, as
    long as the one that runs now has not outlasted them."""
    lifetimes = scene.lifetimes
    if np.count_nonzero(lifetimes.killed[members]) < _LEAST_SINCE_CALM:
        return members[:0]
    ended = members[lifetimes.ended[members]]
    found = []
    for present in members[scene.running[members]].tolist():
        lives = ended[lifetimes.row[ended] == lifetimes.row[present]]
        if lives.size <= _LEAST_SINCE_CALM:
            continue
        lasted = lifetimes.began[lives + 1] - lifetimes.began[lives]
        longest_since = np.maximum.accumulate(lasted[::-1])[::-1][1:]
        calm = np.flatnonzero(lasted[:-1] >= _CALM_TIMES * longest_since)
        calm = calm[calm < lives.size - _LEAST_SINCE_CALM]
        since = lives[calm[-1] + 1 :] if calm.size else lives[:0]
        if np.count_nonzero(lifetimes.killed[since]) >= _LEAST_SINCE_CALM and not outlasts(scene, present, since):
            found.append(since)
    return np.concatenate(found) if found else members[:0]


def _climb(scene: Scene, over: Ints) -> Pooled | None:
    if over.size < MIN_KILLED:
        return None
    curve, at_age, life_seconds, limit = _by_age(scene, over)
    told = np.isfinite(curve).sum(axis=0)
    if (told > 0).sum() < _LEAST_AGES or not np.isfinite(limit):
        return None
    level = _typical(curve, life_seconds)
    known = np.flatnonzero(np.isfinite(level))
    ages = np.array(_AGES)
    first, last = known[0], known[-1]
    killed = scene.lifetimes.killed[over]
    heading = level[last] + (level[last] - level[first]) * (1 - ages[last]) / (ages[last] - ages[first])
    # What stood above the limit from the first had another one then.
    if heading >= _AT_LIMIT * limit >= _AT_LIMIT * level[first]:
        killed = np.ones_like(killed)
    if killed.sum() < MIN_KILLED:
        return None
    late = float(np.interp(0.8, ages[known], level[known]))
    early = float(np.interp(0.3, ages[known], level[known]))
    middle = float(np.interp(0.55, ages[known], level[known]))
    room = max(limit, late) - early
    climb = (late - early) / room if room > 0 else 0.0
    if late > early and (middle - early) < _LEAST_OF_FIRST_HALF * (late - early):
        climb = 0.0
    # Certainty grows with the number of kills that look the same.
    ended = over[killed]
    log_odds = _bounded(POOL.per_climb * (climb - _MIN_CLIMB) * float(np.sqrt(ended.size / MIN_KILLED)))
    life = life_seconds[killed]
    # A level stands for the ages of its samples, of which a warm-up and the grid leave out some.
    seen_at = _typical(at_age, life_seconds)[known]
    between = float(np.interp(0.8, ages[known], seen_at) - np.interp(0.3, ages[known], seen_at))
    slopes = (late - early) / (max(between, _LEAST_BETWEEN) * life / 3600.0)
    return Pooled(log_odds, tuple(ended.tolist()), *_spread(slopes), end_at_limit=True, restarted=True)


def climbing(pooled: Sequence[Pooled | None]) -> Pooled | None:
    """The one that says "leak" most plainly."""
    return max((one for one in pooled if one is not None), key=lambda one: one.log_odds, default=None)


def _by_age(scene: Scene, over: Ints) -> tuple[Floats, Floats, Floats, float]:
    """Bytes of floor of each life at each of the ages, shape (lives, ages), NaN where it has no sample of that age;
    the middle of the ages of these samples, of that shape; how long each life lasted, seconds; the limit, bytes."""
    lifetimes, blocks, grid = scene.lifetimes, scene.blocks, scene.panel.grid
    following = over + 1  # lifetimes of a row stand in order of time, and one that ended has one after it
    life = np.maximum(lifetimes.began[following] - lifetimes.began[over], max(grid.step, 1.0))
    age = (grid.start + blocks.time[over] * 3600.0 - lifetimes.began[over][:, None]) / life[:, None]
    reach = 0.5 * (_AGES[1] - _AGES[0])
    curve, at_age = np.full((2, over.size, len(_AGES)), np.nan)
    for index, middle in enumerate(_AGES):
        near = (np.abs(age - middle) <= reach) & np.isfinite(blocks.floor[over])
        seen = near.sum(axis=1)
        for mean, values in ((curve, blocks.floor[over]), (at_age, age)):
            total = np.where(near, values, 0.0).sum(axis=1)
            mean[:, index] = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    limits = scene.panel.limit[lifetimes.row[over]]
    limits = limits[np.isfinite(limits)]
    return curve, at_age, life, float(np.median(limits)) if limits.size else float("nan")


def _typical(curve: Floats, life_seconds: Floats) -> Floats:
    """The middle level at each age, lives weighing by how long they lasted: one of a day says more than a crash."""
    levels = np.full(curve.shape[1], np.nan)
    for age, column in enumerate(curve.T):
        known = np.flatnonzero(np.isfinite(column))
        if known.size:
            order = known[np.argsort(column[known], kind="stable")]
            weight = np.cumsum(life_seconds[order])
            levels[age] = column[order[np.searchsorted(weight, weight[-1] / 2)]]
    return levels


def _generations(began: Floats, apart: float) -> Ints:
    """The generation of each lifetime, numbered in order of time; those that began within `apart` seconds are one."""
    order = np.argsort(began, kind="stable")
    generation = np.zeros(began.size, dtype=np.int64)
    generation[order[1:]] = np.cumsum(np.diff(began[order]) > apart)
    return generation


def _by_generation(values: Floats, generation: Ints) -> Floats:
    means: Floats = np.bincount(generation, np.nan_to_num(values)) / np.bincount(generation)
    return means


def _bounded(log_odds: float) -> float:
    return float(np.clip(log_odds, -POOL.bound, POOL.bound))


def _t(values: Floats) -> float:
    mean = float(values.mean())
    error = math.sqrt(float(((values - mean) ** 2).sum()) / (values.size - 1) / values.size)
    return mean / max(error, 0.02 * abs(mean), 1e-12)


def _spread(slopes: Floats) -> tuple[float, float, float]:
    """Median, and the 80 % interval of the middle: between the tenth and ninetieth percentile of the lifetimes."""
    typical, low, high = np.quantile(np.nan_to_num(slopes), [0.5, 0.1, 0.9]).tolist()
    return typical, low, high

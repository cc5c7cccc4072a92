"""A limit below what the program held at rest before: each life is killed as it starts, whether or not it leaks.

With the limit that it had, it could not have rested above that of today. So the limit was lowered, and a life that
comes to it within a start-up came to no more than the program needs. A leak is killed above where the program rested
before, or needs far longer than a start-up to come to where that limit is now: it stays one.
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints
from detectors.pool import MIN_KILLED, outlasts
from detectors.ranked import middle_of
from detectors.rows import TINY
from detectors.scene import Scene

# What says more than that of a leak, or rose for good in more than half of six windows, may not have rested.
_NO_LEAK = 0.3
_FELL_BACK = 0.5
# What leaks so plainly by itself has not rested, however little it rose by.
_PLAIN_LEAK = 0.9
# Of the long lives of a revision so many rested above: one replica of many may need more than the others.
_MOST = 0.5
# A start is over in minutes, or in the hour that is any life's warm-up where it slows as a warm-up does. Where one was
# seen it is known better. One may take twice as long as is usual, by what else starts, and by how hard memory is to
# come by just below the limit.
_USUAL_HOURS, _LONGEST_HOURS, _RATIO = 0.25, 1.0, 2.0
# It slows where it rises by less than so much between the last two of these ages, as shares of a life, of what it does
# between the first two: a straight climb rises by as much. What is loaded at once, before the first, says nothing.
_SLOWS, _AGES = 0.8, (0.2, 0.55, 0.9)
# The last step of a life is not whole, and in fewer than three that are no shape is seen.
_LEAST_STEPS = 4
# Halfway in time to the limit a start stood below so much of it: what had been there for long came by load.
_ON_ITS_WAY = 0.8
# Before the window quarters of a day are looked at: each of a day at least has another a day before, both not far below
# the highest. What came after may be kills, but no rest of a quarter of a day below.
_QUARTER_HOURS, _QUARTERS_A_DAY, _OF_HIGHEST = 6.0, 4, 0.75
# It rested if these differ by less, most of them: what doubles within a month does not. Nor does what moves by more
# within a half hour, which may have been killed again and again.
_DAY_ON_DAY, _MOVES_WITHIN = 0.03, 0.25


@dataclass(frozen=True, slots=True)
class Lowered:
    """lives: those that ended within a start-up, under a limit below the rest
    rested, limit: bytes; goes_on: one that runs has not outlasted them
    """

    lives: Ints
    rested: float
    limit: float
    goes_on: bool


@dataclass(frozen=True, slots=True)
class _Long:
    """Lives long enough to be judged, and what rows did before the window: members have shape (lives,).

    level: bytes that the floor was not below for as long as it takes to judge a life; lowest, highest: of the floor
    calm: it shows no growth; leaks: it does so plainly; began: unix seconds, lifetime: -inf and -1 before the window;
    row: of the panel; revision: that it ran
    """

    level: Floats
    lowest: Floats
    highest: Floats
    calm: Bools
    leaks: Bools
    began: Floats
    row: Ints
    revision: Ints
    lifetime: Ints

    def last_before(self, revision: int, until: float) -> Bools:
        """The last of each row that began before a time, of the newest revision that had such and is not newer than
        this one."""
        before = (self.revision <= revision) & (self.began < until)
        before &= self.revision == self.revision[before].max(initial=-1)
        found = np.flatnonzero(before)
        found = found[np.lexsort((self.began[found], self.row[found]))]
        followed = np.append(self.row[found][1:] == self.row[found][:-1], False)[: found.size]
        before[found[followed]] = False
        return before

    def rested_above(self, limit: float) -> Bools:
        """Which of them rested above a limit: in calm, or above it by more than they rose by, so that no growth of
        theirs took them there."""
        above = (self.lowest - limit >= self.highest - self.lowest) & ~self.leaks
        rested: Bools = (self.level >= limit) & (self.calm | above)
        return rested


def killed_below_rest(scene: Scene, members: Ints) -> Lowered | None:
    """The lifetimes of a workload that a limit ended below where earlier ones rested; None with fewer than two such.

    members: the lifetimes of its workload. What an older revision or life needed says nothing where a newer one rested
    lower.
    """
    lifetimes, panel = scene.lifetimes, scene.panel
    over = members[lifetimes.ended[members] & np.isfinite(panel.limit[lifetimes.row[members]])]
    if over.size < MIN_KILLED:
        return None
    long = _long(scene, members)
    over = over[~np.isin(over, long.lifetime)]
    revision, limit = panel.revision[lifetimes.row[over]], panel.limit[lifetimes.row[over]]
    found, below = [], (0.0, 0.0)
    for number, most in sorted(set(zip(revision.tolist(), limit.tolist(), strict=True))):
        lives = over[(revision == number) & (limit == most)]
        before = long.last_before(number, float(lifetimes.began[lives].max()))
        rested = before & long.rested_above(most)
        if not rested.any() or rested.sum() < _MOST * before.sum():
            continue
        lives = lives[lifetimes.began[lives] > long.began[rested].min()]
        started = lives[_within_a_start(scene, lives, long.lifetime[rested], most)]
        if started.size:
            found.append(started)
            below = (middle_of(long.level[rested]), most)
    lives = np.concatenate(found) if found else members[:0]
    return Lowered(lives, *below, _goes_on(scene, members, lives)) if lives.size >= MIN_KILLED else None


def _within_a_start(scene: Scene, lives: Ints, rested: Ints, limit: float) -> Bools:
    """Which lives ended within the time that a start may take; of the rested ones some may have been seen to start."""
    lifetimes, grid = scene.lifetimes, scene.panel.grid
    lasted = (grid.start + lifetimes.last[lives] * grid.step - lifetimes.began[lives]) / 3600.0
    typical = middle_of(lasted)
    usual = min(max(_USUAL_HOURS, _LEAST_STEPS * grid.step / 3600.0), _LONGEST_HOURS)
    in_window = rested[rested >= 0]
    seen = [_start_hours(scene, one, limit) for one in in_window[lifetimes.seen_from_start[in_window]].tolist()]
    told = [one for one in seen if one is not None]
    if told:
        usual = max(usual, _RATIO * max(told))
    elif usual < typical <= _LONGEST_HOURS and _slow_down(scene, lives[lasted > usual]):
        usual = _LONGEST_HOURS
    within: Bools = lasted <= (_RATIO * usual if typical <= usual else 0.0)
    return within


def _slow_down(scene: Scene, lives: Ints) -> bool:
    """Whether lives rise by less and less, most of them."""
    first, last = scene.lifetimes.first[lives], scene.lifetimes.last[lives] - 1
    early, middle, late = (_at(scene, lives, first + age * (last - first)) for age in _AGES)
    return bool(np.count_nonzero(late - middle < _SLOWS * (middle - early)) > lives.size / 2)


def _at(scene: Scene, lives: Ints, column: Floats) -> Floats:
    """Bytes of each life at a column between two: the most of each step, which is the last of one that climbs."""
    before = np.floor(column).astype(np.int64)
    values = scene.peak[scene.lifetimes.row[lives][:, None], before[:, None] + np.arange(2)]
    between: Floats = values[:, 0] + (column - before) * (values[:, 1] - values[:, 0])
    return between


def _start_hours(scene: Scene, lifetime: int, limit: float) -> float | None:
    """How long a life took from its start to a limit; None where it had risen most of the way long before."""
    row, first = int(scene.lifetimes.row[lifetime]), int(scene.lifetimes.first[lifetime])
    memory = scene.peak[row, first : int(scene.lifetimes.last[lifetime]) + 1]
    reached = int((memory >= limit).argmax())
    if reached and not memory[reached // 2] <= _ON_ITS_WAY * limit:
        return None
    grid = scene.panel.grid
    return (grid.start + (first + reached) * grid.step - float(scene.lifetimes.began[lifetime])) / 3600.0


def _goes_on(scene: Scene, members: Ints, lives: Ints) -> bool:
    running = members[scene.running[members]]
    again = running[np.isin(scene.lifetimes.row[running], scene.lifetimes.row[lives])]
    return any(not outlasts(scene, int(one), lives) for one in again)


def _long(scene: Scene, members: Ints) -> _Long:
    evidence, lifetimes = scene.evidence, scene.lifetimes
    long = members[scene.blocks.span_hours[members] >= scene.options.min_hours]
    floor = scene.blocks.floor[long]
    calm = (evidence.probability[long] < _NO_LEAK) & (evidence.raw_valleys.agreement[long] <= _FELL_BACK)
    rows, before = _rests_before_the_window(scene, np.unique(lifetimes.row[members]))
    row = np.concatenate((lifetimes.row[long], rows))
    return _Long(
        np.concatenate((_held(scene, long), before)),
        np.concatenate((np.fmin.reduce(floor, axis=1, initial=np.inf), before)),
        np.concatenate((np.fmax.reduce(floor, axis=1, initial=0.0), before)),
        np.concatenate((calm, np.ones(rows.size, dtype=bool))),
        np.concatenate((evidence.probability[long] >= _PLAIN_LEAK, np.zeros(rows.size, dtype=bool))),
        np.concatenate((lifetimes.began[long], np.full(rows.size, -np.inf))),
        row,
        scene.panel.revision[row],
        np.concatenate((long, np.full(rows.size, -1))),
    )


def _held(scene: Scene, lives: Ints) -> Floats:
    """Bytes that the floor of each life was not below for as long, all told, as it takes to judge one."""
    count = scene.blocks.count[lives]
    width = scene.blocks.span_hours[lives] / np.maximum(count - 1, 1)
    needed = np.ceil(scene.options.min_hours / np.maximum(width, TINY)).astype(np.int64)
    ordered = -np.sort(-scene.blocks.floor[lives], axis=1)  # NaN goes last
    held: Floats = ordered[np.arange(lives.size), np.clip(needed, 1, np.maximum(count, 1)) - 1]
    return held


def _rests_before_the_window(scene: Scene, rows: Ints) -> tuple[Ints, Floats]:
    """The rows that rested before the window, and bytes of the highest level that each held for a quarter of a day."""
    history = scene.panel.history
    width = round(_QUARTER_HOURS * 3600.0 / history.step) if history is not None else 0
    if history is None or width == 0:
        return rows[:0], np.zeros(0)
    found, levels = [], []
    for row in rows.tolist():
        low, high = (_quarters(past[row], width) for past in (history.low, history.high))
        floors, moves = low.min(axis=1), high - low  # NaN where one is unknown
        highest = float(np.nan_to_num(floors).max(initial=0.0))
        high_up = floors >= _OF_HIGHEST * highest
        day_on_day = np.abs(floors[_QUARTERS_A_DAY:] - floors[:-_QUARTERS_A_DAY])
        day_on_day = day_on_day[high_up[_QUARTERS_A_DAY:] & high_up[:-_QUARTERS_A_DAY]]
        if day_on_day.size < _QUARTERS_A_DAY or middle_of(day_on_day) > _DAY_ON_DAY * highest:
            continue
        calm_since = (high.max(axis=1) - floors)[np.flatnonzero(high_up)[-1] + 1 :] <= _MOVES_WITHIN * highest
        if middle_of(moves[high_up].ravel()) <= _MOVES_WITHIN * highest and not calm_since.any():
            found.append(row)
            levels.append(highest)
    return np.array(found, dtype=np.int64), np.array(levels)


def _quarters(past: Floats, width: int) -> Floats:
    """The newest whole quarters of a day, shape (quarters, width)."""
    quarters = past.size // width
    return past[past.size - quarters * width :].reshape(quarters, width)

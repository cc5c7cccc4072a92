"""All that is known of a panel once its lifetimes are cut and their evidence is gathered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from detectors.after_step import look_after_step
from detectors.beside import heed_replicas
from detectors.blocks import Blocks, cut
from detectors.busy_hours import look_at_busy_hours
from detectors.calm import look_in_calm_hours
from detectors.chance import lower_what_may_be_chance
from detectors.decays import lower_what_decays
from detectors.earlier import refills
from detectors.evidence import Evidence, gather, weigh
from detectors.excursions import look_without_excursions
from detectors.late import look_since_onset
from detectors.lifetimes import Lifetimes, split
from detectors.memory import nonreclaimable, peaks
from detectors.moved import lower_what_was_moved
from detectors.options import Options
from detectors.panel import Accepted, Bools, Floats, Ints, Panel
from detectors.part_day import ask_without_load
from detectors.ranked import middle_of
from detectors.rest import lower_what_came_to_rest
from detectors.roles import look_since_role, role_taken
from detectors.rows import TINY
from detectors.steady import ask_without_last_window
from detectors.still import hardly_moves
from detectors.swing import look_without_swing
from detectors.unreclaimed import unreclaimed
from detectors.wall import look_up_to_the_wall
from detectors.window_begin import look_from_later_on

# The first hour of a life is warm-up, and no more than its first quarter.
_WARM_UP_HOURS = 1.0
_WARM_UP_SHARE = 0.25
# A later life that lasted so much of an earlier one's time would have shown what that one showed.
_CONTRADICTS_SHARE = 0.5
# One that climbs by so much of that one's rate says the same.
_CLIMBS_AS_IT_DID = 0.5
# So many hours after its warm-up a life of another revision shows that it climbs on, beside one that has seen most of a
# day: neither a warm-up nor the load of some hours.
_LEAST_HOURS_TO_GO_ON, _SEEN_A_DAY = 3.0, 20.0
# Lifetimes that say no more than that of a leak need not be asked twice.
_DOUBTFUL = 0.2
# A lifetime that was judged whole ends within its last block.
_BLOCKS_LEFT_OUT = 2.0
# So many rows are looked at at once: enough to be quick, few enough that what is worked out on the way stays small.
_ROWS_AT_ONCE = 768


@dataclass(frozen=True, slots=True)
class Scene:
    """memory, peak: bytes, shape (rows, steps), the least and the most of each step as far as both are known
    running: shape (lifetimes,), not over when the window ends; rested: of that shape, hours since growth came to rest,
    0 where it has not; as_replicas: of that shape, less likely a leak for what replicas do beside it
    moved: of that shape, whose growth other replicas lost; by_chance: of that shape, who rise as other replicas fall
    taken: of that shape, see detectors.roles.role_taken
    in_files: shape (rows,), whose page cache the kernel cannot take back, so that it counts

    A scene may be a part of a larger panel: rows: the number there of each row, shape (rows,); its subjects are those
    from first_subject on, `subjects` of them, here numbered from 0.
    """

    panel: Panel
    options: Options
    memory: Floats
    peak: Floats
    lifetimes: Lifetimes
    blocks: Blocks
    evidence: Evidence
    running: Bools
    rested: Floats
    as_replicas: Bools
    moved: Bools
    taken: Ints
    by_chance: Bools
    in_files: Bools
    rows: Ints
    first_subject: int
    subjects: int

    @classmethod
    def of(cls, panel: Panel, options: Options, rows: Ints, first_subject: int, subjects: int) -> Self:
        """Cut and gather, all rows at once."""
        memory = nonreclaimable(panel)
        lifetimes = split(panel, memory)
        in_files = unreclaimed(panel, memory, lifetimes)
        memory = np.where(in_files[:, None], np.fmax(panel.working_set, memory), memory)
        peak = peaks(panel, memory)
        length = lifetimes.last - lifetimes.first + 1
        step = max(panel.grid.step, TINY)  # times that are all the same are no reason to fail
        warm_up = np.minimum(_WARM_UP_HOURS * 3600 / step, length * _WARM_UP_SHARE)
        skip = np.where(lifetimes.seen_from_start, warm_up, 0.0).astype(np.int64)
        blocks = cut(_with_load_that_matters(panel, memory, peak, options), memory, lifetimes, skip)
        evidence = gather(blocks)
        weigh(evidence)
        evidence.refills[:] = refills(evidence, blocks, lifetimes, panel.subject[lifetimes.row])
        weigh(evidence)
        ask_without_last_window(blocks, evidence, _DOUBTFUL)
        blocks = look_without_excursions(blocks, evidence, _DOUBTFUL)
        blocks = look_up_to_the_wall(blocks, evidence, _DOUBTFUL)
        ask_without_load(blocks, evidence, _DOUBTFUL)
        look_without_swing(blocks, evidence, _DOUBTFUL)
        look_at_busy_hours(blocks, evidence, _DOUBTFUL)
        look_in_calm_hours(blocks, evidence, _DOUBTFUL)
        look_since_onset(blocks, evidence)
        look_after_step(blocks, evidence, lifetimes.seen_from_start, _DOUBTFUL, options.min_hours)
        taken = role_taken(blocks)
        look_since_role(blocks, evidence, taken, _DOUBTFUL, options.min_hours)
        look_from_later_on(blocks, evidence, _older_than_the_window(panel, lifetimes), _DOUBTFUL, options.min_hours)
        rested = lower_what_came_to_rest(blocks, evidence, panel.limit[lifetimes.row], _DOUBTFUL)
        lower_what_decays(blocks, evidence, panel.limit[lifetimes.row], _DOUBTFUL)
        fresh = max(int(np.ceil(options.fresh_seconds / step)), 3)
        running = ~lifetimes.ended & (lifetimes.last >= panel.grid.steps - 1 - fresh)
        as_replicas = heed_replicas(
            blocks, evidence, panel.subject[lifetimes.row], panel.revision[lifetimes.row], running, _DOUBTFUL
        )
        moved = lower_what_was_moved(blocks, evidence, panel.subject[lifetimes.row], running, _DOUBTFUL)
        by_chance = lower_what_may_be_chance(blocks, evidence, panel.subject[lifetimes.row], running, _DOUBTFUL)
        return cls(
            panel,
            options,
            memory,
            peak,
            lifetimes,
            blocks,
            evidence,
            running,
            rested,
            as_replicas,
            moved,
            taken,
            by_chance,
            in_files,
            rows,
            first_subject,
            subjects,
        )

    def members(self) -> list[Ints]:
        """The lifetimes of each subject."""
        subject = self.panel.subject[self.lifetimes.row]
        order = np.argsort(subject, kind="stable")
        bounds = np.searchsorted(subject[order], np.arange(self.subjects + 1))
        return [order[bounds[i] : bounds[i + 1]] for i in range(self.subjects)]

    def telling(self, members: Ints) -> Ints:
        """The lifetimes of a subject that are long enough to tell whether it leaks now, running ones first.

        A restart or an eviction mends no leak: a life that is over still speaks, as long as the revision that it ran
        is in use, or it has leaked for a day and all that run for some hours climb as it did; and as long as no life
        since has lasted half as long to contradict it, which none does that climbs as one that leaked.
        """
        hours, began = self.evidence.span_hours[members], self.lifetimes.began[members]
        revision = self.panel.revision[self.lifetimes.row[members]]
        running, long_enough = self.running[members], hours >= self.options.min_hours
        if running.all():
            return members[long_enough]
        ends = self.panel.grid.start + self.lifetimes.last[members] * self.panel.grid.step
        since = began[None, :] >= ends[:, None] - self.panel.grid.step
        # What is told of a life may be of its last hours; it contradicts by all that was seen of it.
        seen, slope = self.blocks.span_hours[members], self.evidence.slope[members]
        leaked = self.evidence.probability[members] >= self.options.threshold
        alike = leaked[:, None] & (slope[None, :] >= _CLIMBS_AS_IT_DID * slope[:, None])
        contradicted = (since & (seen[None, :] >= _CONTRADICTS_SHARE * hours[:, None]) & ~alike).any(axis=1)
        of_today = np.isin(revision, revision[running])
        now = running & (seen >= _LEAST_HOURS_TO_GO_ON)
        goes_on = alike[:, now].all(axis=1) & now.any() & (hours >= _SEEN_A_DAY)
        still = ~running & (of_today | goes_on) & ~contradicted & long_enough
        return np.concatenate((members[running & long_enough], members[still]))

    def unmended(self, members: Ints) -> Ints:
        """The lifetime that stands for a subject whose running ones are too young, where the last two revisions before
        leaked as plainly as a leak is told by: what two deploys did not mend, the third has hardly mended. Of the two
        the less plain one; empty where there are no such two.
        """
        hours, probability = self.evidence.span_hours[members], self.evidence.probability[members]
        revision = self.panel.revision[self.lifetimes.row[members]]
        old = (hours >= self.options.min_hours) & ~np.isin(revision, revision[self.running[members]])
        last_two = np.unique(revision[old])[-2:]
        plainest = [members[old & (revision == one)][probability[old & (revision == one)].argmax()] for one in last_two]
        if len(plainest) < 2 or self.evidence.probability[plainest].min() < self.options.threshold:
            return members[:0]
        return np.array([plainest[int(self.evidence.probability[plainest].argmin())]])

    def told_until(self, lifetime: int) -> float:
        """Unix seconds until which a lifetime was judged: its last sample, or where it reached a bound of its own."""
        blocks, grid = self.blocks, self.panel.grid
        last, count = float(self.lifetimes.last[lifetime]) * grid.step, int(blocks.count[lifetime])
        judged = float(blocks.time[lifetime, max(count - 1, 0)]) * 3600.0
        each = float(blocks.span_hours[lifetime]) * 3600.0 / max(count - 1, 1)
        return grid.start + (judged if count > 1 and last - judged > _BLOCKS_LEFT_OUT * each else last)

    def latest(self, lifetime: int, blocks: int = 4) -> tuple[float, float]:
        """Bytes of floor and of peak at the end of a lifetime: the middle of its last blocks."""
        end = int(self.blocks.count[lifetime])
        last = slice(max(end - blocks, 0), end)
        return middle_of(self.blocks.floor[lifetime, last]), middle_of(self.blocks.peak[lifetime, last])


def scenes_of(panel: Panel, options: Options) -> Iterator[Scene]:
    """The panel in parts of whole subjects, in order; infinite, negative and absurd samples are as good as none."""
    subjects = int(panel.subject.max(initial=-1)) + 1
    order = np.argsort(panel.subject, kind="stable")
    bounds = np.searchsorted(panel.subject[order], np.arange(subjects + 1))
    first = 0
    while first < subjects:
        last = max(int(np.searchsorted(bounds, bounds[first] + _ROWS_AT_ONCE, side="right")) - 1, first + 1)
        rows = order[bounds[first] : bounds[last]]
        yield Scene.of(_cleaned(panel, rows, first, last), options, rows, first, last - first)
        first = last


def _cleaned(panel: Panel, rows: Ints, first: int, last: int) -> Panel:
    def clean(values: Floats) -> Floats:
        absurd = (values < 0) | (values >= 2.0**60)
        return np.where(absurd, np.nan, values) if absurd.any() else values

    part = panel.take(_as_slice(rows))
    accepted = panel.accepted and Accepted(panel.accepted.growth[first:last], panel.accepted.level[first:last])
    return Panel(
        grid=panel.grid,
        working_set=clean(part.working_set),
        rss=clean(part.rss),
        cache=clean(part.cache),
        cpu=clean(part.cpu),
        start_time=clean(part.start_time),
        restarts=clean(part.restarts),
        oom_killed=part.oom_killed,
        limit=clean(part.limit),
        subject=part.subject - first,
        revision=part.revision,
        history=part.history,
        accepted=accepted,
        peak=None if part.peak is None else clean(part.peak),
    )


def _older_than_the_window(panel: Panel, lifetimes: Lifetimes) -> Bools:
    """Which lifetimes had lasted for as long as the window when it began: their warm-up is over as far as it can show.

    Shape (lifetimes,); where it is not known when one began it is not.
    """
    grid = panel.grid
    return lifetimes.began <= grid.start - (grid.end - grid.start)


def _with_load_that_matters(panel: Panel, memory: Floats, peak: Floats, options: Options) -> Panel:
    """The panel without the load of rows that hardly move, which sources need not read: all are told alike so."""
    still = hardly_moves(memory, peak, panel.limit, panel.grid, options)
    return replace(panel, cpu=np.where(still[:, None], np.nan, panel.cpu)) if still.any() else panel


def _as_slice(rows: Ints) -> Ints | slice:
    """Rows that stand side by side as a slice, which copies nothing."""
    side_by_side = rows.size > 0 and np.array_equal(rows, np.arange(rows[0], rows[0] + rows.size))
    return slice(int(rows[0]), int(rows[-1]) + 1) if side_by_side else rows

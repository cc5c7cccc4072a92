"""The verdicts that a panel would have given at many moments, without judging each subject at each of them.

A long panel is looked at through a window that moves: each end of the window is one evaluation. Most containers are
plainly healthy at nearly all of them, so a subject is judged at every few ends first, and between two of these only
where it was not plainly healthy beside it, where a floor went where it had not been, or where a container started.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detectors.judge import CONTRADICTED
from detectors.judgement import Judgement, Verdict
from detectors.lifetimes import Lifetimes, split
from detectors.memory import nonreclaimable
from detectors.options import Options
from detectors.panel import Bools, Floats, History, Ints, Panel
from detectors.through_window import MovingWindow, judge_pairs
from detectors.unrest import unrest

# Healthy with less than this stays so unless something happens. It is half of what is left of the probability where
# growth is contradicted: behind that may be a leak.
_PLAIN_PROBABILITY = CONTRADICTED / 2
# A subject at rest is judged again when so much of the window is new.
_REST_SHARE = 8

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Replay:
    """What the evaluations say. A pair is (index of the end, subject).

    judgements: of the pairs that were judged, without evidence of rows
    present: shape (ends, subjects), whether the window held a sample of the subject
    silent: shape (ends, subjects), whether the newest of these is too old for a pod to count as running
    lifetimes: of the whole panel
    """

    judgements: dict[Pair, Judgement]
    present: Bools
    silent: Bools
    lifetimes: Lifetimes

    def verdict(self, end: int, subject: int) -> Verdict | None:
        """The verdict at one end, None where there was nothing to judge."""
        if not self.present[end, subject]:
            return None
        if self.silent[end, subject]:
            return Verdict.INSUFFICIENT_DATA
        judged = self.judgements.get((end, subject))
        return Verdict.HEALTHY if judged is None else judged.verdict

    @property
    def suspects(self) -> Ints:
        """The subjects that leak at some end, in order, shape (suspects,)."""
        leaks = {subject for (_, subject), one in self.judgements.items() if one.verdict is Verdict.LEAK}
        return np.array(sorted(leaks), dtype=np.int64)


def replay(
    panel: Panel,
    ends: Sequence[int],
    window_steps: int,
    options: Options | None = None,
    *,
    limits: Floats | None = None,
    thorough: bool = False,
) -> Replay:
    """Judge what the window of `window_steps` columns shows at each of the `ends`, columns in ascending order.

    limits: bytes as of each end, shape (ends, rows); the panel's where it is None. The panel's history is left aside:
    see `reconsider`. thorough: judge every pair, as many scans would.

    A pair that is passed over lies between plainly healthy ones, with no restart and no new high of a floor since;
    what can be missed is a leak that was seen in between and gone again without either. Raises ValueError where a
    window would begin before the panel does.
    """
    options = options or Options()
    window = MovingWindow(replace(panel, history=None), np.array(ends, dtype=np.int64), window_steps, limits)
    with np.errstate(invalid="ignore"):
        memory = nonreclaimable(panel)
    memory = np.where((memory >= 0) & (memory < 2.0**60), memory, np.nan)
    lifetimes = split(panel, memory)
    present, silent = _presence(window, memory, options)
    running = present & ~silent
    judgements: dict[Pair, Judgement] = {}
    stride = 1 if thorough else max(window_steps // _REST_SHARE // max(window.spacing, 1), 1)
    first = np.zeros_like(running)
    first[::stride] = first[-1:] = True
    wanted = first if stride == 1 else first | unrest(window, memory, lifetimes)
    while (wanted & running).any():
        judgements |= judge_pairs(window, _pairs(wanted & running), options)
        done = np.zeros_like(running)
        done[tuple(np.array(list(judgements), dtype=np.int64).T)] = True
        wanted = _beside_what_is_not_plain(judgements, done) & ~done
    return Replay(judgements, present, silent, lifetimes)


def reconsider(
    panel: Panel,
    ends: Sequence[int],
    window_steps: int,
    past: History,
    past_blocks: int,
    replayed: Replay,
    options: Options | None = None,
    *,
    limits: Floats | None = None,
) -> Replay:
    """The same with each leak judged again, now with its past before the window, as a scan does it.

    past: what lies before the last window; up to `past_blocks` of it before each window are looked at.
    """
    window = MovingWindow(
        replace(panel, history=None), np.array(ends, dtype=np.int64), window_steps, limits, past, past_blocks
    )
    leaks = [pair for pair, one in replayed.judgements.items() if one.verdict is Verdict.LEAK]
    again = judge_pairs(window, leaks, options or Options())
    return replace(replayed, judgements=replayed.judgements | again)


def _presence(window: MovingWindow, memory: Floats, options: Options) -> tuple[Bools, Bools]:
    """Whether each subject has a sample in each window; and whether the newest one is older than a running pod's."""
    panel = window.panel
    columns = np.where(np.isfinite(memory), np.arange(panel.grid.steps), -1)
    newest = np.maximum.accumulate(columns, axis=1)[:, window.ends] if panel.grid.steps else columns
    last = np.full((window.subjects, window.ends.size), -1, dtype=np.int64)
    np.maximum.at(last, panel.subject, newest)
    fresh = max(int(np.ceil(options.fresh_seconds / panel.grid.step)), 3)
    present: Bools = last >= window.firsts
    silent: Bools = last < window.ends - fresh
    return present.T, silent.T


def _beside_what_is_not_plain(judgements: dict[Pair, Judgement], done: Bools) -> Bools:
    """The pairs next in time to one that is not plainly healthy."""
    restless = np.zeros_like(done)
    for pair, one in judgements.items():
        flat = any(reason.code == "flat_floor" for reason in one.reasons)
        plain = one.verdict is Verdict.HEALTHY and (flat or one.probability < _PLAIN_PROBABILITY)
        restless[pair] = not plain
    beside = np.zeros_like(done)
    beside[1:] |= restless[:-1]
    beside[:-1] |= restless[1:]
    return beside


def _pairs(wanted: Bools) -> Iterable[Pair]:
    return zip(*(index.tolist() for index in np.nonzero(wanted)), strict=True)

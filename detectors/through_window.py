"""A long panel seen through a window that ends at many times, several of these views judged at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from detectors.judge import judge
from detectors.judgement import Judgement
from detectors.options import Options
from detectors.panel import Bools, Floats, Grid, History, Ints, Panel

# How much is laid out for one call of the detector: some 30 MB of a member's samples.
_MOST_SAMPLES = 250_000

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MovingWindow:
    """A window of `steps` columns that ends at each of the panel's columns `ends`, ascending.

    limits: bytes as of each end, shape (ends, rows), None where the panel's hold throughout
    past: what lies before the last window, of which a window sees up to `past_blocks`
    """

    panel: Panel
    ends: Ints
    steps: int
    limits: Floats | None = None
    past: History | None = None
    past_blocks: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError where a window does not lie within the panel."""
        if self.ends.size and not (self.firsts.min() >= 0 and self.ends.max() < self.panel.grid.steps):
            raise ValueError(f"windows of {self.steps} columns do not fit into {self.panel.grid.steps}")

    @property
    def firsts(self) -> Ints:
        """The first column of each window, shape (ends,)."""
        return self.ends - self.steps + 1

    @property
    def spacing(self) -> int:
        """Columns between two ends, as a rule; the whole window where there is one end only."""
        return int(np.median(np.diff(self.ends))) if self.ends.size > 1 else self.steps

    @property
    def subjects(self) -> int:
        """How many subjects there are."""
        return int(self.panel.subject.max(initial=-1)) + 1


def judge_pairs(window: MovingWindow, pairs: Iterable[Pair], options: Options) -> dict[Pair, Judgement]:
    """The judgement of each pair (index of the end, subject), without the rows' evidence.

    Windows that end at different times are made one panel: all that a judgement depends on is relative to the
    window's end, but for the start times of containers, which are moved along and moved back.
    """
    rows_of = _rows_of(window)
    told: dict[Pair, Judgement] = {}
    for chunk in _chunks(window, pairs, rows_of):
        panel = _stacked(window, chunk, rows_of)
        for (end, subject), judgement in zip(chunk, judge(panel, options), strict=True):
            told[end, subject] = replace(_moved_back(judgement, _ahead(window, end)), subject=subject, evidence=())
    return told


def _moved_back(judgement: Judgement, seconds: float) -> Judgement:
    """The judgement with its times that much earlier; an onset of which no beginning is known has none then, either."""
    onset, interval, began = judgement.onset_at, judgement.onset_interval, judgement.current_began_at
    return replace(
        judgement,
        onset_at=None if onset is None else onset - seconds,
        onset_interval=None if interval is None else (interval[0] - seconds, interval[1] - seconds),
        current_began_at=None if began is None else began - seconds,
    )


def _ahead(window: MovingWindow, end: int) -> float:
    """How much later than the window of `end` the panel's last one ends, seconds."""
    return float(window.ends[-1] - window.ends[end]) * window.panel.grid.step


def _rows_of(window: MovingWindow) -> list[Ints]:
    order = np.argsort(window.panel.subject, kind="stable")
    bounds = np.searchsorted(window.panel.subject[order], np.arange(window.subjects + 1))
    return [order[bounds[i] : bounds[i + 1]] for i in range(window.subjects)]


def _chunks(window: MovingWindow, pairs: Iterable[Pair], rows_of: Sequence[Ints]) -> Iterator[list[Pair]]:
    chunk: list[Pair] = []
    samples = 0
    for pair in pairs:
        size = rows_of[pair[1]].size * window.steps
        if chunk and samples + size > _MOST_SAMPLES:
            yield chunk
            chunk, samples = [], 0
        chunk.append(pair)
        samples += size
    if chunk:
        yield chunk


def _stacked(window: MovingWindow, pairs: Sequence[Pair], rows_of: Sequence[Ints]) -> Panel:
    """The pairs' windows as one panel whose subjects are the pairs, in their order, and whose grid is the last one."""
    panel = window.panel
    rows = np.concatenate([rows_of[subject] for _, subject in pairs])
    sizes = [rows_of[subject].size for _, subject in pairs]
    end = np.repeat(np.array([end for end, _ in pairs], dtype=np.int64), sizes)
    columns = window.firsts[end][:, None] + np.arange(window.steps)
    members = {
        field.name: value[rows[:, None], columns]
        for field in fields(Panel)
        if isinstance(value := getattr(panel, field.name), np.ndarray) and value.ndim == 2
    }
    # A scan does not know what ran before its window, and so no rate at its first column.
    members["cpu"][:, :1] = np.nan
    members["start_time"] += (window.ends[-1] - window.ends[end])[:, None] * panel.grid.step
    return replace(
        panel,
        **members,
        grid=Grid(panel.grid.start + float(window.firsts[-1]) * panel.grid.step, panel.grid.step, window.steps),
        limit=panel.limit[rows] if window.limits is None else window.limits[end, rows],
        subject=np.repeat(np.arange(len(pairs)), sizes),
        revision=panel.revision[rows],
        history=_history(window, rows, end),
    )


def _history(window: MovingWindow, rows: Ints, end: Ints) -> History | None:
    """The past of each window. Where windows and its blocks do not begin alike, a block that juts out is left out."""
    past = window.past
    if past is None or past.low.shape[1] == 0:
        return None
    earlier = np.ceil((window.ends[-1] - window.ends[end]) * window.panel.grid.step / past.step).astype(np.int64)
    columns = past.low.shape[1] - earlier[:, None] - np.arange(window.past_blocks, 0, -1)
    there: Bools = columns >= 0
    columns = np.maximum(columns, 0)
    return History(
        past.step,
        np.where(there, past.low[rows[:, None], columns], np.nan),
        np.where(there, past.high[rows[:, None], columns], np.nan),
    )

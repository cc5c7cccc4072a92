"""Draws one pod's memory in characters: memory as dots, what the detector made of it as lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rich.text import Text

from app.domain.explanation import Deploy, PodSeries
from app.output.axes import Range, Tick, time_ticks, value_range, value_ticks
from app.output.canvas import Canvas, Glyphs
from detectors.panel import Floats, Grid
from detectors.words import amount

_MEMORY, _FLOOR, _FIT, _WORKING_SET, _LIMIT = "cyan", "bold blue", "bold yellow", "magenta", "red"
# Later ones cover earlier ones where they fall on the same column.
_EVENTS = (("r", "restart", "yellow"), ("d", "deploy", "bold green"), ("x", "OOM kill", "bold red"))
_ROWS_A_TICK = 3
_COLUMNS_A_TICK = 12
_AXIS_LINES = 2
_POINTS_A_DOT = 4
# The working set has a line of its own where it is above the memory by this share of the most memory there was.
_CACHE_MATTERS_RATIO = 0.25


@dataclass(frozen=True, slots=True)
class Size:
    """Characters across, and lines of a plot with its axes but without its legend."""

    width: int
    height: int


def draw(pod: PodSeries, grid: Grid, deploys: Sequence[Deploy], size: Size, glyphs: Glyphs) -> list[Text]:
    """The lines of the plot and of its legend, each at most as wide as told. One line of words where nothing is known.

    Times are UTC, as in everything that leakwatch prints.
    """
    series = (pod.memory, pod.floor, pod.fit)
    known = [float(value) for one in series for value in one[np.isfinite(one)]]
    if not known:
        return [Text("no samples in the window")]
    working_set = pod.working_set if _cache_matters(pod) else np.full(grid.steps, np.nan)
    highest = float(np.fmax.reduce(working_set, initial=max(known)))
    shown = value_range(min(known), highest, pod.limit_bytes)
    height = size.height - _AXIS_LINES
    labels = _row_labels(shown, height)
    margin = max(map(len, labels.values()), default=0)
    canvas = Canvas(size.width - margin - 2, height, glyphs, _MEMORY)
    _dots(canvas, pod.memory, shown, glyphs)
    _limit(canvas, pod.limit_bytes, shown, glyphs)
    _line(canvas, working_set, shown, glyphs.working_set, _WORKING_SET, every=2, of=1)
    _line(canvas, pod.floor, shown, glyphs.floor, _FLOOR, every=2, of=0)
    _line(canvas, pod.fit, shown, glyphs.fit, _FIT, every=2, of=1)
    lines = []
    for row in range(height):
        upright = glyphs.value_tick if row in labels else glyphs.upright
        lines.append(Text(f"{labels.get(row, ''):>{margin}} {upright}").append_text(canvas.line(row)))
    ticks = time_ticks(grid.times, canvas.width // _COLUMNS_A_TICK)
    events = _events(pod, deploys)
    lines.append(Text(" " * (margin + 1)).append_text(_time_axis(canvas.width, grid, ticks, events, glyphs)))
    lines.append(Text(f"{'UTC':>{margin}}  {_time_labels(canvas.width, grid, ticks)}"))
    entries = [
        *_of_lines(pod, working_set, glyphs),
        _of_limit(pod.limit_bytes, shown, glyphs),
        *_of_events(events, deploys),
    ]
    return lines + _wrapped(entries, size.width)


def _cache_matters(pod: PodSeries) -> bool:
    above = np.fmax.reduce(pod.working_set - pod.memory, initial=0.0)
    return bool(above > _CACHE_MATTERS_RATIO * np.fmax.reduce(pod.memory, initial=0.0))


def _row_labels(shown: Range, height: int) -> dict[int, str]:
    return {_row(tick.at, shown, height): tick.label for tick in value_ticks(shown, max(height // _ROWS_A_TICK, 2))}


def _row(value: float, shown: Range, rows: int) -> int:
    """The row of a value, of so many, the highest value in row 0."""
    share = (shown.top - value) / (shown.top - shown.bottom)
    return int(np.clip(round(share * (rows - 1)), 0, rows - 1))


def _column(at: float, grid: Grid, columns: int) -> int:
    """The column of a time, of so many."""
    step = (at - grid.start) / grid.step
    return int(np.clip((step + 0.5) * columns / grid.steps, 0, columns - 1))


def _spans(values: Floats, columns: int) -> tuple[Floats, Floats]:
    """The lowest and highest value of each of so many columns, the line between neighbouring samples included.

    NaN where there is none; a gap stays a gap.
    """
    steps = values.size
    between = np.arange(0.0, steps - 1, steps / (columns * _POINTS_A_DOT))
    left = between.astype(np.int64)
    share = between - left
    line = values[left] * (1 - share) + values[left + 1 if steps > 1 else left] * share
    places, points = np.concatenate((np.arange(steps), between)), np.concatenate((values, line))
    column = ((places + 0.5) * columns / steps).astype(np.int64)
    low, high = np.full((2, columns), np.nan)
    np.fmin.at(low, column, points)
    np.fmax.at(high, column, points)
    return low, high


def _dots(canvas: Canvas, values: Floats, shown: Range, glyphs: Glyphs) -> None:
    rows = canvas.height * glyphs.dot_rows
    low, high = _spans(values, canvas.width * glyphs.dot_columns)
    for column in np.nonzero(np.isfinite(low))[0].tolist():
        for row in range(_row(high[column], shown, rows), _row(low[column], shown, rows) + 1):
            canvas.dot(row, column)


def _line(canvas: Canvas, values: Floats, shown: Range, character: str, style: str, *, every: int, of: int) -> None:
    """A line in cells; where it would hide dots or another line, only every so many columns."""
    low, _ = _spans(values, canvas.width)
    for column in np.nonzero(np.isfinite(low))[0].tolist():
        row = _row(low[column], shown, canvas.height)
        if column % every == of or not canvas.is_taken(row, column):
            canvas.put(row, column, character, style)


def _limit(canvas: Canvas, limit: float | None, shown: Range, glyphs: Glyphs) -> None:
    """A dashed line across, with its size where memory leaves room for it."""
    if limit is None or not shown.holds(limit):
        return
    row = _row(limit, shown, canvas.height)
    for column in range(canvas.width):
        if column % 2 == 0 and not canvas.is_taken(row, column):
            canvas.put(row, column, glyphs.limit, _LIMIT)
    label = f" limit {amount(limit)} "
    for first in range(2, canvas.width - len(label)):
        if canvas.is_free(row, range(first, first + len(label))):
            for offset, character in enumerate(label):
                canvas.put(row, first + offset, character, _LIMIT)
            return


def _events(pod: PodSeries, deploys: Sequence[Deploy]) -> dict[str, tuple[float, ...]]:
    """The times of what happened to a pod, by its mark."""
    return {"r": pod.restarts, "d": tuple(one.at for one in deploys), "x": pod.oom_kills}


def _time_axis(
    width: int, grid: Grid, ticks: Sequence[Tick], events: dict[str, tuple[float, ...]], glyphs: Glyphs
) -> Text:
    cells = [(glyphs.axis, "")] * width
    for tick in ticks:
        cells[_column(tick.at, grid, width)] = (glyphs.time_tick, "")
    for mark, _, style in _EVENTS:
        for at in events[mark]:
            cells[_column(at, grid, width)] = (mark, style)
    return Text.assemble(glyphs.corner, *cells)


def _time_labels(width: int, grid: Grid, ticks: Sequence[Tick]) -> str:
    """The labels under their ticks; one that would run into the one before it is left out."""
    line = ""
    for tick in ticks:
        middle = _column(tick.at, grid, width) - len(tick.label) // 2
        first = min(max(middle, 0), width - len(tick.label))
        if first > len(line) or not line:
            line = f"{line:<{first}}{tick.label}"
    return line


def _of_lines(pod: PodSeries, working_set: Floats, glyphs: Glyphs) -> Iterator[Text]:
    """The legend of each line that is drawn."""
    for values, character, name, style in (
        (pod.memory, glyphs.full, "memory", _MEMORY),
        (pod.floor, glyphs.floor, "floor", _FLOOR),
        (pod.fit, glyphs.fit, "fit", _FIT),
        (working_set, glyphs.working_set, "working set, with page cache", _WORKING_SET),
    ):
        if np.isfinite(values).any():
            yield Text.assemble((character, style), f" {name}")


def _of_limit(limit: float | None, shown: Range, glyphs: Glyphs) -> Text:
    if limit is None:
        return Text("no limit")
    if shown.holds(limit):
        return Text.assemble((glyphs.limit, _LIMIT), f" limit {amount(limit)}")
    return Text(f"limit {amount(limit)}, beyond the top")


def _of_events(events: dict[str, tuple[float, ...]], deploys: Sequence[Deploy]) -> Iterator[Text]:
    """The legend of each mark that is on the axis, with how many there are."""
    for mark, name, style in _EVENTS:
        count = len(events[mark])
        told = f"{name} of {deploys[0].revision}" if mark == "d" and count == 1 and deploys[0].revision else name
        if count:
            yield Text.assemble((mark, style), f" {told}" if count == 1 else f" {count} {name}s")


def _wrapped(entries: Sequence[Text], width: int) -> list[Text]:
    """The entries in lines of at most that width, none cut unless it is wider by itself."""
    lines: list[Text] = []
    for entry in entries:
        if lines and lines[-1].cell_len + 3 + entry.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], "   ", entry)
        else:
            lines.append(entry)
    return lines

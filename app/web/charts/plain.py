"""A drawing as paths of an SVG that is stretched to its place: what is seen without script, and until the chart is.

As it is stretched, nothing of it may be text or a shape: labels stand beside it, marks are dots that CSS gives a form.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from app.web.charts.drawing import Drawing, Floats, Line, MarkKind, Over, Rest, UprightKind

WIDTH, HEIGHT = 1000, 300
# So many are there in style.css and in look.py.
HUES, DASHES = 5, 4
_MOST_TICKS = 5
_MARK_CLASSES = {MarkKind.RESTART: "restart", MarkKind.OOM_KILL: "kill"}
_UPRIGHT_CLASSES = {UprightKind.ONSET: "onset", UprightKind.DEPLOY: "deploy"}


@dataclass(frozen=True, slots=True)
class Plain:
    """paths: the class and `d` of each, those behind first; y_ticks: from the top, bytes; x_ticks: from the left.

    x_ticks are unix seconds, or seconds of age.
    """

    paths: tuple[tuple[str, str], ...]
    y_ticks: tuple[float, ...]
    x_ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where values lie in the picture."""

    x_span: tuple[float, float]
    top: float

    def x(self, values: Floats) -> Floats:
        start, end = self.x_span
        return WIDTH * (values - start) / max(end - start, 1e-9)

    def y(self, values: Floats) -> Floats:
        return HEIGHT * (1 - values / self.top)


def plain(drawing: Drawing, more: Iterable[tuple[str, str]] = ()) -> Plain:
    """The drawing within what is seen of it at first. more: paths that come before all others."""
    step, ticks = _ticks(drawing)
    scale = _Scale(drawing.x_span, ticks * step)
    paths = (*_behind(drawing, scale), *_lines(drawing, scale), *_marks(drawing, scale), *more)
    x_ticks = np.linspace(*drawing.x_span, 3).tolist()
    return Plain(paths, tuple(step * number for number in range(ticks, -1, -1)), tuple(x_ticks))


def dots(drawing: Drawing, x: Floats, y: Floats, name: str, long: int = 0) -> Iterator[tuple[str, str]]:
    """A path of dots, or of strokes so long, at places of the drawing, of this class; none where it has no places."""
    step, ticks = _ticks(drawing)
    scale = _Scale(drawing.x_span, ticks * step)
    places = zip(scale.x(x).tolist(), scale.y(y).tolist(), strict=True)
    path = "".join(f"M{at:.0f} {value:.0f}h{long}" for at, value in places)
    if path:
        yield name, path


def _ticks(drawing: Drawing) -> tuple[float, int]:
    step = binary_step(drawing.y_span[1], _MOST_TICKS)
    return step, math.ceil(drawing.y_span[1] / step)


def binary_step(high: float, most: int) -> float:
    """The least power of two of which so many reach up to `high`."""
    return float(2.0 ** math.ceil(math.log2(max(high, 1.0) / most)))


def line_class(drawing: Drawing, line: Line) -> str:
    """The classes that tell a line's revision, by a colour and a dash, and whether it leaks."""
    if not line.is_leaking and drawing.over is Over.TIME:
        return "floor sound"
    rank = drawing.rank(line)
    kind = "leaking" if line.is_leaking else "thin"
    return f"floor {kind} hue-{min(rank, HUES - 1)} dash-{rank % DASHES}"


def rest_class(rest: Rest) -> str:
    """The classes that tell whether the pods of a band leak."""
    return "rest leaks" if rest.is_leaking else "rest"


def _behind(drawing: Drawing, scale: _Scale) -> Iterator[tuple[str, str]]:
    for rest in drawing.rests:
        yield rest_class(rest), _area(rest.x, rest.low, rest.high, scale)
    forecast = drawing.forecast
    if forecast is not None:
        yield "band", _area(forecast.x, forecast.slow, forecast.fast, scale)
        yield "median", _path(forecast.x, forecast.median, scale)
    if drawing.limit_bytes is not None and drawing.limit_bytes <= scale.top:
        yield "limit", f"M0 {_number(scale.y(np.array(drawing.limit_bytes)))}H{WIDTH}"
    for upright in drawing.uprights:
        yield _UPRIGHT_CLASSES[upright.kind], f"M{_number(scale.x(np.array(upright.at)))} 0V{HEIGHT}"


def _lines(drawing: Drawing, scale: _Scale) -> Iterator[tuple[str, str]]:
    for line in reversed(drawing.lines):
        yield line_class(drawing, line), _path(line.x, line.floor, scale)
    for line in drawing.lines:
        if np.isfinite(line.fit).any():
            yield "fit", _path(line.x, line.fit, scale)


def _marks(drawing: Drawing, scale: _Scale) -> Iterator[tuple[str, str]]:
    for mark in drawing.marks:
        x, y = scale.x(np.array(mark.at)), scale.y(np.array(mark.size_bytes))
        yield _MARK_CLASSES[mark.kind], f"M{_number(x)} {_number(y)}h0"


def _path(x: Floats, y: Floats, scale: _Scale) -> str:
    """A line with a gap where nothing is known."""
    told, is_drawn = [], False
    for at, value in zip(scale.x(x).tolist(), scale.y(y).tolist(), strict=True):
        if math.isfinite(value):
            told.append(f"{'L' if is_drawn else 'M'}{at:.0f} {value:.0f}")
        is_drawn = math.isfinite(value)
    return "".join(told)


def _area(x: Floats, low: Floats, high: Floats, scale: _Scale) -> str:
    """What lies between two lines; where either has a gap, it goes straight on."""
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return ""
    around_x = np.concatenate([x[known], x[known][::-1]])
    around_y = np.concatenate([low[known], high[known][::-1]])
    return f"{_path(around_x, around_y, scale)}Z"


def _number(value: Floats) -> str:
    return f"{float(value):.0f}"

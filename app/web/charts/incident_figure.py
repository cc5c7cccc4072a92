"""An incident's drawing as a bokeh figure. Pure: the same drawing gives the same figure but for bokeh's own numbers."""

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool
from bokeh.models.annotations import Label, Span

from app.web.charts.drawing import Drawing, Floats, Forecast, Line, MarkKind, Over, UprightKind
from app.web.charts.look import (
    COLOURS,
    DASHES,
    DATE,
    Colours,
    bare_figure,
    hover_html,
    in_age,
    in_bytes,
    in_hover,
    in_time,
    plain_text,
    zone_words,
)
from app.web.charts.scheme import Scheme
from detectors.words import amount

_HOUR, _DAY = 3600.0, 86_400.0
# The same as style.css has them, where a mark can be no more than a dot with a square or a round end.
_SHAPES = {MarkKind.OOM_KILL: "square", MarkKind.RESTART: "circle"}
_ABOVE_PX, _LABEL_PX = 4, 16


def incident_figure(drawing: Drawing, scheme: Scheme, offset_minutes: int) -> Any:
    """The figure; its times are of a zone that is so far ahead of UTC."""
    return _Figure(drawing, COLOURS[scheme], offset_minutes).plot


class _Figure:
    """Draws from behind to the front."""

    def __init__(self, drawing: Drawing, colours: Colours, offset_minutes: int) -> None:
        self.drawing, self.colours = drawing, colours
        self.is_age = drawing.over is Over.AGE
        self.offset_seconds = 0.0 if self.is_age else 60.0 * offset_minutes
        # Ages are drawn in the unit that says most; bokeh's times are milliseconds.
        self.unit = (_DAY if drawing.x_span[1] > 3 * _DAY else _HOUR) if self.is_age else 0.001
        self.unit_name = "days" if self.unit == _DAY else "hours"
        self.zone = zone_words(offset_minutes)
        start, end = (self.x(np.array(drawing.x_span))).tolist()
        self.plot = bare_figure(
            colours, (start, end), drawing.y_span, **({} if self.is_age else {"x_axis_type": "datetime"})
        )
        in_bytes(self.plot)
        if self.is_age:
            in_age(self.plot, self.unit_name)
        else:
            in_time(self.plot, offset_minutes)
        self._rests()
        if drawing.forecast is not None:
            self._forecast(drawing.forecast)
        self._limit()
        self._uprights()
        self._lines()
        self._marks()

    def x(self, seconds: Floats) -> Floats:
        """Where moments, or ages, lie."""
        shifted: Floats = (seconds + self.offset_seconds) / self.unit
        return shifted

    def _rests(self) -> None:
        for rest in self.drawing.rests:
            colour = self.colours.hues[0] if rest.is_leaking else self.colours.quiet
            self.plot.varea(self.x(rest.x), rest.low, rest.high, fill_color=colour, fill_alpha=0.22)

    def _forecast(self, forecast: Forecast) -> None:
        x, colour = self.x(forecast.x), self.colours.forecast
        self.plot.varea(x, forecast.slow, forecast.fast, fill_color=colour, fill_alpha=0.13)
        self.plot.line(x, forecast.median, line_color=colour, line_dash=[6, 4], line_width=1.5)

    def _limit(self) -> None:
        limit, colour = self.drawing.limit_bytes, self.colours.limit
        if limit is None:
            return
        self.plot.add_layout(Span(location=limit, dimension="width", line_color=colour, line_width=1.5))
        self._label(f"limit {amount(limit)}", colour, self.plot.x_range.start, limit)

    def _uprights(self) -> None:
        for number, upright in enumerate(self.drawing.uprights):
            is_onset = upright.kind is UprightKind.ONSET
            colour = self.colours.onset if is_onset else self.colours.muted
            at = float(self.x(np.array(upright.at)))
            dash = [2, 3] if is_onset else [8, 4]
            self.plot.add_layout(Span(location=at, dimension="height", line_color=colour, line_dash=dash))
            # Labels of what happened at the same time stand below each other.
            self._label(upright.words, colour, at, _ABOVE_PX + _LABEL_PX * (number % 3), y_units="screen")

    def _label(self, words: str, colour: str, x: float, y: float, y_units: Any = "data") -> None:
        self.plot.add_layout(
            Label(
                x=x,
                y=y,
                y_units=y_units,
                text=plain_text(words),
                x_offset=4,
                y_offset=2,
                text_color=colour,
                text_font_size="12px",
                text_font="system-ui, sans-serif",
                background_fill_color=self.colours.surface,
                background_fill_alpha=0.75,
            )
        )

    def _lines(self) -> None:
        """Pods over the time share their times, so that these are sent but once."""
        shared = None if self.is_age or not self.drawing.lines else self._source(self.drawing.lines[0])
        for number, line in reversed(list(enumerate(self.drawing.lines))):
            source = self._source(line) if shared is None else shared
            floor, peak, fit = f"floor{number}", f"peak{number}", f"fit{number}"
            for name, values in ((floor, line.floor), (peak, line.peak)):
                source.data[name] = values
            colour, width, dash = self._stroke(line)
            self.plot.line("x", peak, source=source, line_color=colour, line_alpha=0.45, line_width=0.75)
            drawn = self.plot.line("x", floor, source=source, line_color=colour, line_width=width, line_dash=dash)
            if np.isfinite(line.fit).any():
                source.data[fit] = line.fit
                self.plot.line("x", fit, source=source, line_color=self.colours.text, line_width=1.25, line_dash=[1, 3])
            self._hover(drawn, line, floor, peak)

    def _source(self, line: Line) -> ColumnDataSource:
        source = ColumnDataSource({"x": self.x(line.x)})
        if self.offset_seconds or self.is_age:
            source.data["utc"] = (line.x + line.began_at) * 1000
        return source

    def _stroke(self, line: Line) -> tuple[str, float, str | list[int]]:
        rank, hues = self.drawing.rank(line), self.colours.hues
        if not line.is_leaking and not self.is_age:
            return self.colours.quiet, 1.25, "solid"
        return hues[min(rank, len(hues) - 1)], 1.9 if line.is_leaking else 1.25, DASHES[rank % len(DASHES)]

    def _hover(self, drawn: Any, line: Line, floor: str, peak: str) -> None:
        when = [("age", f"@x{{0.0}} {self.unit_name}") if self.is_age else (self.zone, f"@x{{{DATE}}}")]
        if self.offset_seconds or self.is_age:
            when.append(("UTC", f"@utc{{{DATE}}}"))
        told = [
            ("pod", in_hover(line.pod)),
            ("revision", "unknown" if line.revision is None else in_hover(line.revision)),
            *when,
            ("floor", f"@{floor}{{0.0 b}} (@{floor}{{0,0}} bytes)"),
            ("peak", f"@{peak}{{0.0 b}} (@{peak}{{0,0}} bytes)"),
        ]
        dates: dict[str, Any] = {"@utc": "datetime"} | ({} if self.is_age else {"@x": "datetime"})
        self.plot.add_tools(HoverTool(renderers=[drawn], tooltips=hover_html(told), formatters=dates, visible=False))

    def _marks(self) -> None:
        colours = {MarkKind.OOM_KILL: self.colours.kill, MarkKind.RESTART: self.colours.restart}
        for kind, shape in _SHAPES.items():
            marks = [mark for mark in self.drawing.marks if mark.kind is kind]
            if not marks:
                continue
            at = np.array([mark.at for mark in marks])
            source = ColumnDataSource(
                {
                    "x": self.x(at),
                    "utc": at * 1000,
                    "y": [mark.size_bytes for mark in marks],
                    "pod": [mark.pod for mark in marks],
                }
            )
            drawn = self.plot.scatter(
                *("x", "y"),
                source=source,
                marker=shape,
                size=9,
                line_color=self.colours.surface,
                fill_color=colours[kind],
            )
            told = [("what", kind.value), ("pod", "@pod"), (self.zone, f"@x{{{DATE}}}")]
            told += [("UTC", f"@utc{{{DATE}}}")] if self.offset_seconds else []
            dates: dict[str, Any] = {"@x": "datetime", "@utc": "datetime"}
            self.plot.add_tools(
                HoverTool(renderers=[drawn], tooltips=hover_html(told), formatters=dates, visible=False)
            )

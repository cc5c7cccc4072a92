"""The verdicts on a workload's container as three bokeh figures above each other: memory, growth, probability."""

from typing import Any

import numpy as np
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, HoverTool, NumeralTickFormatter

from app.web.charts.drawing import Floats
from app.web.charts.history_drawing import History
from app.web.charts.look import COLOURS, DATE, Colours, bare_figure, hover_html, in_bytes, in_time, zone_words
from app.web.charts.scheme import Scheme
from detectors.judgement import Verdict

_SHAPES = {Verdict.LEAK: "square", Verdict.HEALTHY: "circle", Verdict.INSUFFICIENT_DATA: "dash"}
_WORDS = {Verdict.LEAK: "leak", Verdict.HEALTHY: "healthy", Verdict.INSUFFICIENT_DATA: "insufficient data"}
_HEIGHT, _LOW = 190, 130


def history_figure(history: History, scheme: Scheme, offset_minutes: int) -> Any:
    """The figures, which are dragged and zoomed as one; their times are of a zone that is so far ahead of UTC."""
    colours = COLOURS[scheme]
    x = (history.x + 60.0 * offset_minutes) * 1000
    source = ColumnDataSource(
        {
            "x": x,
            "utc": history.x * 1000,
            "current": history.current,
            "growth": history.growth,
            "probability": history.probability,
            "verdict": [_WORDS[one] for one in history.verdicts],
        }
    )
    spans = (
        ("current", "Memory of the largest pod", _HEIGHT, _span(history.current)),
        ("growth", "Growth an hour", _LOW, _span(history.growth)),
        ("probability", "Probability", _LOW + 40, (0.0, 1.05)),
    )
    plots: list[Any] = []
    seen = (float(x[0]), float(x[-1]) + 0.01 * (float(x[-1] - x[0]) + 1.0))
    for name, title, height, span in spans:
        plot = bare_figure(colours, seen, span, height=height, x_axis_type="datetime", title=title)
        if plots:
            plot.x_range = plots[0].x_range
            plot.toolbar_location = None
        _series(plot, history, source, name, colours, zone_words(offset_minutes))
        plots.append(plot)
    for plot in plots[:-1]:
        plot.xaxis.visible = False
        in_bytes(plot)
    in_time(plots[-1], offset_minutes)
    plots[-1].yaxis.formatter = NumeralTickFormatter(format="0 %")
    # Figures above each other begin at the same place only where their axes are as wide.
    for plot in plots:
        plot.min_border_left = 90
        plot.yaxis.ticker.desired_num_ticks = 3
    return column(*plots, sizing_mode="stretch_width", spacing=4)


def _span(values: Floats) -> tuple[float, float]:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    high = max(high, low + 1.0)
    return low - (0.12 * (high - low) if low else 0.0), high + 0.12 * (high - low)


def _series(plot: Any, history: History, source: ColumnDataSource, name: str, colours: Colours, zone: str) -> None:
    plot.step("x", name, source=source, mode="after", line_color=colours.quiet, line_width=1.25)
    told = [
        *(("verdict", "@verdict"), (zone, f"@x{{{DATE}}}"), ("UTC", f"@utc{{{DATE}}}")),
        *(("memory", "@current{0.0 b} (@current{0,0} bytes)"), ("growth", "@growth{0,0} bytes/h")),
        ("probability", "@probability{0 %}"),
    ]
    for verdict, shape in _SHAPES.items():
        places = list(history.of(verdict))
        if not places:
            continue
        part = ColumnDataSource({key: _at(values, places) for key, values in source.data.items()})
        colour = colours.kill if verdict is Verdict.LEAK else colours.muted
        drawn = plot.scatter(
            "x", name, source=part, marker=shape, size=7, color=colour, line_width=2 if shape == "dash" else 1
        )
        dates: dict[str, Any] = {"@x": "datetime", "@utc": "datetime"}
        plot.add_tools(HoverTool(renderers=[drawn], tooltips=hover_html(told), formatters=dates, visible=False))


def _at(values: Any, places: list[int]) -> Any:
    return values[places] if isinstance(values, np.ndarray) else [values[place] for place in places]

"""How charts look, in either scheme: the colours of style.css, where bokeh cannot read them, and a bare figure in them."""

from dataclasses import dataclass
from typing import Any

from bokeh.models import (
    AdaptiveTicker,
    BoxZoomTool,
    DatetimeTickFormatter,
    NumeralTickFormatter,
    PanTool,
    ResetTool,
    WheelZoomTool,
)
from bokeh.plotting import figure

from app.web.charts.scheme import Scheme

_FONT = "system-ui, sans-serif"
_BINARY = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
DASHES = ("solid", [8, 4], [2, 3], [10, 3, 2, 3])


@dataclass(frozen=True, slots=True)
class Colours:
    """hues: of revisions, the suspected one first; all stand out from surface by at least 3:1 (WCAG 1.4.11)."""

    surface: str
    text: str
    muted: str
    grid: str
    quiet: str
    limit: str
    kill: str
    restart: str
    forecast: str
    onset: str
    hues: tuple[str, ...]


COLOURS = {
    Scheme.LIGHT: Colours(
        *("#ffffff", "#1a202b", "#566072", "#e6e9ef", "#8a94a6", "#b0221a", "#b0221a", "#855000", "#b0221a", "#6d3fa8"),
        ("#1b5bb5", "#0b7a6b", "#8f4a9e", "#7a5c00", "#566072"),
    ),
    Scheme.DARK: Colours(
        *("#181e28", "#e5e9f0", "#a1acbd", "#2a3240", "#76829a", "#ff9f97", "#ff9f97", "#f1c169", "#ff9f97", "#c9a6ff"),
        ("#86b6ff", "#5fd0bd", "#e0a3ee", "#dcc06a", "#a1acbd"),
    ),
}


def bare_figure(colours: Colours, x_span: tuple[float, float], y_span: tuple[float, float], **more: Any) -> figure:
    """A figure as wide as its place, to be dragged and zoomed; the wheel scrolls the page until it is switched on."""
    plot = figure(
        **{"height": 380, **more},
        sizing_mode="stretch_width",
        x_range=x_span,
        y_range=y_span,
        tools=[PanTool(dimensions="width"), BoxZoomTool(), WheelZoomTool(), ResetTool()],
        active_scroll=None,
        active_drag=None,
        toolbar_location="above",
        background_fill_color=colours.surface,
        border_fill_color=colours.surface,
        outline_line_color=None,
        min_border_right=12,
    )
    plot.toolbar.logo = None
    plot.toolbar.autohide = False
    for axis in plot.axis:
        axis.axis_line_color = axis.major_tick_line_color = colours.quiet
        axis.minor_tick_line_color = None
        axis.major_label_text_color = axis.axis_label_text_color = colours.muted
        axis.major_label_text_font = axis.axis_label_text_font = _FONT
        axis.major_label_text_font_size = axis.axis_label_text_font_size = "12px"
        axis.axis_label_text_font_style = "normal"
    plot.grid.grid_line_color = colours.grid
    plot.xgrid.grid_line_color = None
    return plot


def in_bytes(plot: figure) -> None:
    """Let the upright axis count in binary units, at powers of two."""
    plot.yaxis.ticker = AdaptiveTicker(base=1024, mantissas=_BINARY, desired_num_ticks=5, num_minor_ticks=0)
    plot.yaxis.formatter = NumeralTickFormatter(format="0.[0] ib")


def in_time(plot: figure, offset_minutes: int) -> None:
    """Let the level axis tell times, of which it says how far from UTC they are."""
    plot.xaxis.formatter = DatetimeTickFormatter(
        **dict.fromkeys(("seconds", "minsec"), "%H:%M:%S"),
        **dict.fromkeys(("minutes", "hourmin", "hours"), "%H:%M"),
        days="%a %d %b",
        months="%b %Y",
        context=DatetimeTickFormatter(hours="%a %d %b", minutes="%a %d %b", hourmin="%a %d %b"),
        context_which="start",
        hide_repeats=True,
    )
    plot.xaxis.axis_label = f"Time, {zone_words(offset_minutes)}"


def zone_words(offset_minutes: int) -> str:
    """How a zone is called: UTC, UTC+05:30."""
    if offset_minutes == 0:
        return "UTC"
    hours, minutes = divmod(abs(offset_minutes), 60)
    return f"UTC{'+' if offset_minutes > 0 else '-'}{hours:02d}:{minutes:02d}"


def plain_text(text: str) -> str:
    """A name as it may stand in a figure: bokeh reads `$$...$$`, `\\[...]` and `\\(...)` as mathematics."""
    return text.replace("$$", "$ $").replace("\\", "\u29f5")


def in_hover(text: str) -> str:
    """A name as it may stand in what hovering shows, which is HTML, and where `@name` and `$name` are figures."""
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "@": "&#64;", "$": "&#36;"}
    return "".join(marks.get(one, one) for one in text)

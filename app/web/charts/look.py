"""How charts look in either scheme: the colours of style.css, which bokeh cannot read, and a bare figure in them."""

from dataclasses import dataclass
from typing import Any

from bokeh.models import (
    AdaptiveTicker,
    BoxZoomTool,
    DatetimeTickFormatter,
    NoOverlap,
    NumeralTickFormatter,
    PanTool,
    Range1d,
    ResetTool,
    WheelZoomTool,
)
from bokeh.plotting import figure

from app.web.charts.scheme import Scheme

DATE = "%a %d %b %H:%M"
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


def bare_figure(colours: Colours, x_span: tuple[float, float], y_span: tuple[float, float], **more: Any) -> Any:
    """A bokeh figure as wide as its place, to be dragged and zoomed; the wheel scrolls the page until switched on.

    Its own types know nothing of what may be set at once for all axes and grids.
    """
    plot: Any = figure(
        **{"height": 380, **more},
        sizing_mode="stretch_width",
        x_range=Range1d(start=x_span[0], end=x_span[1]),
        y_range=Range1d(start=y_span[0], end=y_span[1]),
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
    plot.title.text_color, plot.title.text_font = colours.muted, _FONT
    plot.title.text_font_size, plot.title.text_font_style = "12px", "normal"
    for axis in plot.axis:
        axis.axis_line_color = axis.major_tick_line_color = colours.quiet
        axis.minor_tick_line_color = None
        axis.major_label_text_color = axis.axis_label_text_color = colours.muted
        axis.major_label_text_font = axis.axis_label_text_font = _FONT
        axis.major_label_text_font_size = axis.axis_label_text_font_size = "12px"
        axis.axis_label_text_font_style = "normal"
    # Where it is narrow, fewer are written.
    plot.xaxis.major_label_policy = NoOverlap(min_distance=8)
    plot.grid.grid_line_color = colours.grid
    plot.xgrid.grid_line_color = None
    return plot


def in_bytes(plot: Any) -> None:
    """Let the upright axis count in binary units, at powers of two."""
    plot.yaxis.ticker = AdaptiveTicker(base=1024, mantissas=_BINARY, desired_num_ticks=5, num_minor_ticks=0)
    plot.yaxis.formatter = NumeralTickFormatter(format="0.[0] b")


def in_time(plot: Any, offset_minutes: int) -> None:
    """Let the level axis tell times, of which it says how far from UTC they are."""
    clock = "%H:%M\n%a %d"
    plot.xaxis.formatter = DatetimeTickFormatter(
        seconds="%H:%M:%S",
        minsec="%H:%M:%S",
        minutes=clock,
        hourmin=clock,
        hours=clock,
        days="%a\n%d %b",
        months="%b %Y",
    )
    plot.xaxis.axis_label = f"Time, {zone_words(offset_minutes)}"


def in_age(plot: Any, unit: str) -> None:
    """Let the level axis tell ages, in hours or in days."""
    plot.xaxis.ticker = AdaptiveTicker(base=24, mantissas=[1, 2, 3, 6, 12], num_minor_ticks=0)
    plot.xaxis.axis_label = f"Age in {unit}"


def zone_words(offset_minutes: int) -> str:
    """How a zone is called: UTC, UTC+05:30."""
    if offset_minutes == 0:
        return "UTC"
    hours, minutes = divmod(abs(offset_minutes), 60)
    return f"UTC{'+' if offset_minutes > 0 else '-'}{hours:02d}:{minutes:02d}"


def plain_text(text: str) -> str:
    """A name as it may stand in a figure: bokeh reads `$$...$$`, `\\[...]` and `\\(...)` as mathematics."""
    return text.replace("$$", "$ $").replace("\\", "\u29f5")


def hover_html(rows: list[tuple[str, str]]) -> str:
    """What hovering shows: names and values, which are what bokeh makes figures of, or come out of in_hover.

    Bokeh's own table of them has names in a blue that is too light to read.
    """
    told = "".join(f"<tr><td>{name}</td><td><b>{value}</b></td></tr>" for name, value in rows)
    return f"<table>{told}</table>"


def in_hover(text: str) -> str:
    """A name as it may stand in what hovering shows, which is HTML, and where `@name` and `$name` are figures."""
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "@": "&#64;", "$": "&#36;"}
    return "".join(marks.get(one, one) for one in text)

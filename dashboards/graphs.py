"""Short words for the panels that most rows are made of: a graph, a figure. Pure."""

from dashboards.model import Line, Panel, Query, Shape, Step, Unit

THIRD = 8
HALF = 12
_LOW = 4
# Of what there is a limit to: used share of it.
BY_FULLNESS = (Step(None, "green"), Step(0.8, "yellow"), Step(0.9, "orange"), Step(0.95, "red"))
# Of how long something has still to go.
BY_TIME = (Step(None, "red"), Step(4 * 3600, "orange"), Step(24 * 3600, "yellow"), Step(3 * 86400, "green"))
NONE_IS_GOOD = (Step(None, "green"), Step(1, "red"))


def graph(
    title: str,
    description: str,
    unit: Unit,
    *queries: Query,
    width: int = THIRD,
    limit: bool = False,
    stacked: bool = False,
    decimals: int | None = None,
) -> Panel:
    """A graph from zero. limit: whether the last query is one, and drawn as a dashed red line."""
    return Panel(
        title=title,
        description=description,
        shape=Shape.TIMESERIES,
        queries=queries,
        unit=unit,
        width=width,
        minimum=0,
        decimals=decimals,
        stacked=stacked,
        lines=(limit_line(len(queries) - 1),) if limit else (),
    )


def share(title: str, description: str, *queries: Query, thresholds: tuple[Step, ...] = BY_FULLNESS) -> Panel:
    """A graph of what part of something is used."""
    return Panel(
        title=title,
        description=description,
        shape=Shape.TIMESERIES,
        queries=queries,
        unit=Unit.RATIO,
        width=THIRD,
        minimum=0,
        thresholds=thresholds,
    )


def limit_line(query: int) -> Line:
    """How a limit is drawn. query: its place among the panel's."""
    return Line(query, "red", dashed=True, filled=False)


def figure(
    title: str,
    description: str,
    unit: Unit,
    expr: str,
    thresholds: tuple[Step, ...] = (),
    *,
    width: int = _LOW,
    legend: str | None = None,
    no_value: str = "none",
    decimals: int | None = None,
) -> Panel:
    """One number: the newest value. legend: the title, unless another is given; no_value: said where there is none."""
    return Panel(
        title=title,
        description=description,
        shape=Shape.STAT,
        queries=(Query(expr, title if legend is None else legend, instant=True),),
        unit=unit,
        width=width,
        height=_LOW,
        thresholds=thresholds,
        decimals=decimals,
        no_value=no_value,
    )

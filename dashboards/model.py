"""A dashboard as leakwatch thinks of it: rows of panels that ask Prometheus, variables, annotations, links. Pure.

`dashboards.builder` makes Grafana's document of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """Grafana's ids of the units that are used here."""

    BYTES = "bytes"
    BYTES_PER_SECOND = "binBps"
    SECONDS = "s"
    RATIO = "percentunit"
    COUNT = "short"
    PER_SECOND = "ops"
    CORES = "cores"
    MOMENT = "dateTimeFromNow"
    NONE = "none"


class Shape(StrEnum):
    """Grafana's ids of the panels that are used here."""

    TIMESERIES = "timeseries"
    STAT = "stat"
    TABLE = "table"
    HEATMAP = "heatmap"
    BARS = "bargauge"
    XY = "xychart"


@dataclass(frozen=True, slots=True)
class Options:
    """What dashboards are built from.

    public_url: where people reach leakwatch's pages; None: no links to incidents. feed_url: where Grafana's server
    reaches leakwatch, and infinity_uid: the uid of its Infinity data source; with either None the annotations are
    asked of Prometheus. cadvisor, kube_state_metrics: label matchers of their series, with no braces.
    """

    title_prefix: str = "leakwatch / "
    tags: tuple[str, ...] = ("leakwatch",)
    public_url: str | None = None
    feed_url: str | None = None
    infinity_uid: str | None = None
    cadvisor: str = 'container!="",container!="POD"'
    kube_state_metrics: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One query to Prometheus. legend: Grafana's template of a series' name; instant: the newest value alone."""

    expr: str
    legend: str = ""
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on, this colour (Grafana's name of it); the first step of a panel has no value."""

    value: float | None
    color: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link. url: may use Grafana's variables, and in a panel those of the field."""

    title: str
    url: str
    new_tab: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """How one query's series are drawn in a time series. query: its place among the panel's, from 0."""

    query: int
    color: str | None = None
    dashed: bool = False
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. source: a label, or `Value` or `Value #A` of a query; unit: None for text.

    color: whether the thresholds colour the cell.
    """

    source: str
    title: str
    unit: str | None = None
    thresholds: tuple[Step, ...] = ()
    link: Link | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. width: of 24; height: in Grafana's rows of 30 pixels.

    columns: of a table, in order, everything else is left out; sort_by: the title of one, `-` before it for the
    greatest first. values: words in place of numbers. legend_values: Grafana's calculations that the legend shows as
    a table, such as `lastNotNull`. series_link: where a click on a series leads. extra: parts of the document for
    which this model has no word, laid over it.
    """

    title: str
    description: str
    shape: Shape
    queries: tuple[Query, ...]
    unit: str
    width: int = 12
    height: int = 8
    thresholds: tuple[Step, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    stacked: bool = False
    lines: tuple[Line, ...] = ()
    legend_values: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    sort_by: str | None = None
    values: Mapping[float, tuple[str, str]] = field(default_factory=dict)
    no_value: str | None = None
    series_link: Link | None = None
    repeat: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a title, laid from left to right. collapsed: asked only when somebody opens it."""

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable. query: of Prometheus, in Grafana's words (label_values, query_result); None: the data source itself.

    whole: whether "all" can be chosen, and is at first; every: what stands for it in a matcher, None: each value.
    """

    name: str
    label: str
    query: str | None
    regex: str = ""
    multi: bool = False
    whole: bool = False
    every: str | None = None


@dataclass(frozen=True, slots=True)
class FeedAnnotation:
    """Drawn from leakwatch's feed. kinds: what of it; filters: the feed's key by variable."""

    name: str
    color: str
    kinds: tuple[str, ...]
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MetricAnnotation:
    """Drawn where a query to Prometheus answers. title, text: Grafana's templates; tags: labels."""

    name: str
    color: str
    expr: str
    title: str
    text: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard. uid: what links and Grafana know it by, never changed; since: Grafana's form of its first time."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...]
    annotations: tuple[FeedAnnotation | MetricAnnotation, ...] = ()
    links: tuple[Link, ...] = ()
    since: str = "now-24h"
    refresh: str = "1m"

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, in order."""
        return tuple(panel for row in self.rows for panel in row.panels)

    def queries(self) -> Iterator[tuple[str, str]]:
        """Every PromQL expression with where it stands: of panels, of annotations; not of variables."""
        for panel in self.panels:
            for query in panel.queries:
                yield panel.title, query.expr
        for annotation in self.annotations:
            if isinstance(annotation, MetricAnnotation):
                yield annotation.name, annotation.expr


@dataclass(frozen=True, slots=True)
class DashboardKind:
    """A dashboard that can be built. name: of its file; needs: what must be scraped for it, in words."""

    name: str
    uid: str
    needs: str
    build: Callable[[Options], Dashboard]

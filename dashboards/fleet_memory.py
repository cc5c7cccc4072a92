"""Of the dashboard Fleet: how full memory is, where it grows, what was killed for want of it."""

from dashboards import links, queries
from dashboards.graphs import BY_FULLNESS, HALF, graph
from dashboards.links import ROW_FIELD, SERIES_LABEL
from dashboards.model import Column, Line, Options, Panel, Query, Shape, Unit

_LISTED = 20
# Long enough that the saw-tooth of garbage collection evens out, short enough that today's leak is seen today.
_GROWTH_WINDOW = "6h"
_GROWTH_SECONDS = 6 * 3600
_HOUR_SECONDS = 3600

_OF_CONTAINERS = (
    Column("namespace", "Namespace"),
    Column("workload", "Workload", link=links.to_workload(ROW_FIELD)),
    Column("pod", "Pod"),
    Column("container", "Container"),
    Column("cluster", "Cluster"),
)


def memory(options: Options) -> tuple[Panel, ...]:
    """Memory used, requested and limited; by namespace; the containers nearest to their limit."""
    return _used(options), _by_namespace(options), _fullest(options)


def growth(options: Options) -> tuple[Panel, ...]:
    """Where memory grows, and which containers grow fastest."""
    return _heat(options), _fastest(options)


def kills(options: Options) -> tuple[Panel, ...]:
    """OOM kills over time, and whom they struck."""
    return _kills(options), _killed(options)


def _used(options: Options) -> Panel:
    return Panel(
        title="Memory used, requested and limited",
        description="What the chosen containers hold that the kernel cannot take back, beside the sum of their "
        "requests and of their limits. Containers without a request or a limit add nothing to those sums.",
        shape=Shape.TIMESERIES,
        queries=(
            Query(f"sum({queries.non_reclaimable(options, queries.NAMESPACE)})", "used"),
            Query(f"sum({queries.requests(options, queries.NAMESPACE)})", "requested"),
            Query(f"sum({queries.limits(options, queries.NAMESPACE)})", "limited"),
        ),
        unit=Unit.BYTES,
        minimum=0,
        lines=(
            Line(0, "blue"),
            Line(1, "green", dashed=True, filled=False),
            Line(2, "red", dashed=True, filled=False),
        ),
        legend_values=("lastNotNull", "max"),
    )


def _by_namespace(options: Options) -> Panel:
    used = queries.non_reclaimable(options, queries.NAMESPACE)
    return Panel(
        title="Memory by namespace",
        description="What containers hold that the kernel cannot take back, by namespace.",
        shape=Shape.TIMESERIES,
        queries=(Query(f"sum by (cluster, namespace) ({used})", "{{namespace}}"),),
        unit=Unit.BYTES,
        minimum=0,
        stacked=True,
        series_link=links.to_namespace(SERIES_LABEL),
    )


def _fullest(options: Options) -> Panel:
    used = queries.non_reclaimable(options, queries.NAMESPACE)
    share = f"{used} / on ({queries.CONTAINER_KEYS}) {queries.limits(options, queries.NAMESPACE)}"
    owned = queries.owners(options, queries.NAMESPACE)
    return Panel(
        title="Nearest to their limit",
        description="The containers that use the largest share of their memory limit, page cache left out.",
        shape=Shape.TABLE,
        queries=(Query(f"topk({_LISTED}, {queries.with_workload(share, owned)})", instant=True),),
        unit=Unit.RATIO,
        width=24,
        columns=(
            *_OF_CONTAINERS,
            Column("Value", "Of its limit", Unit.RATIO, BY_FULLNESS, decimals=1),
        ),
        sort_by="-Of its limit",
    )


def _growth(options: Options) -> str:
    """Bytes an hour of each container that is older than the window: a start's growth is no leak's."""
    slope = queries.selector("container_memory_rss", options.cadvisor, queries.NAMESPACE)
    started = queries.cadvisor(options, "container_start_time_seconds", queries.NAMESPACE)
    return (
        f"max by ({queries.CONTAINER_KEYS}) (deriv({slope}[{_GROWTH_WINDOW}])) * {_HOUR_SECONDS} "
        f"and on ({queries.CONTAINER_KEYS}) (time() - {started} > {_GROWTH_SECONDS})"
    )


def _heat(options: Options) -> Panel:
    return Panel(
        title="Growth per hour, by namespace",
        description=f"How fast RSS grew over the {_GROWTH_WINDOW} before, summed over the containers that are older "
        "than that. A row that stays red has a leak in it, or a fleet that warms up.",
        shape=Shape.HEATMAP,
        queries=(Query(f"sum by (namespace) ({_growth(options)})", "{{namespace}}"),),
        unit=Unit.BYTES,
        height=10,
        decimals=1,
    )


def _fastest(options: Options) -> Panel:
    owned = queries.owners(options, queries.NAMESPACE)
    return Panel(
        title="Fastest growing",
        description=f"The containers whose RSS grew fastest over {_GROWTH_WINDOW}. Growth alone is no leak: "
        "leakwatch's judgement is under Leaks.",
        shape=Shape.TABLE,
        queries=(Query(f"topk({_LISTED}, {queries.with_workload(_growth(options), owned)})", instant=True),),
        unit=Unit.BYTES,
        height=10,
        columns=(*_OF_CONTAINERS, Column("Value", "Growth per hour", Unit.BYTES, decimals=1)),
        sort_by="-Growth per hour",
    )


def _kills(options: Options) -> Panel:
    kills = queries.oom_kills(options, queries.NAMESPACE, "1h")
    return graph(
        "OOM kills per hour",
        "Restarts of containers whose last termination was an OOM kill, in the hour before.",
        Unit.COUNT,
        Query(f"sum by (cluster, namespace) ({kills}) > 0", "{{namespace}}"),
        width=HALF,
        stacked=True,
        decimals=0,
    )


def _killed(options: Options) -> Panel:
    kills = queries.oom_kills(options, queries.NAMESPACE, "$__range")
    owned = queries.owners(options, queries.NAMESPACE)
    return Panel(
        title="Killed in the time range",
        description="Containers that were killed for want of memory in the time range, the most often first.",
        shape=Shape.TABLE,
        queries=(Query(f"topk({_LISTED}, {queries.with_workload(kills, owned)} > 0)", instant=True),),
        unit=Unit.COUNT,
        columns=(*_OF_CONTAINERS, Column("Value", "Kills", Unit.COUNT, decimals=0)),
        sort_by="-Kills",
        no_value="none",
    )

"""The dashboard Fleet: which leaks come first, how full memory is, where it grows, what was killed, what is seen."""

from alert_rules import conventions
from dashboards import annotations, links, queries, variables
from dashboards.links import ROW_FIELD, SERIES_LABEL
from dashboards.model import Column, Dashboard, DashboardKind, Line, Options, Panel, Query, Row, Shape, Step, Unit

_INCIDENT = ", ".join(conventions.INCIDENT_LABELS)
_INFO = queries.selector(conventions.INCIDENT_INFO.name, queries.NAMESPACE)
_LISTED = 20
# Long enough that the saw-tooth of garbage collection evens out, short enough that today's leak is seen today.
_GROWTH_WINDOW = "6h"
_GROWTH_SECONDS = 6 * 3600
_HOUR_SECONDS = 3600

_BY_TIME = (Step(None, "red"), Step(4 * 3600, "orange"), Step(24 * 3600, "yellow"), Step(3 * 86400, "green"))
_BY_FULLNESS = (Step(None, "green"), Step(0.8, "yellow"), Step(0.9, "orange"), Step(0.95, "red"))
_NONE_IS_GOOD = (Step(None, "green"), Step(1, "red"))


def _build(options: Options) -> Dashboard:
    return Dashboard(
        uid=links.FLEET_UID,
        title="Fleet",
        description="Memory leaks of the whole fleet, the most urgent first, and what memory does around them.",
        rows=(
            Row("Leaks", (*_counts(options), _urgent(options), _time_to_limit())),
            Row("Memory", (_used(options), _by_namespace(options), _fullest(options))),
            Row("Growth", (_heat(options), _fastest(options))),
            Row("OOM kills", (_kills(options), _killed(options))),
            Row("Coverage", _coverage(options)),
        ),
        variables=(
            variables.DATASOURCE,
            variables.cluster("container_memory_working_set_bytes"),
            variables.namespace("container_memory_working_set_bytes"),
        ),
        annotations=annotations.of(options, ("cluster", "namespace")),
        links=(links.dashboard("Leakwatch itself", links.SERVICE_UID),),
        since="now-24h",
    )


def _once(metric: conventions.Metric, keys: str = _INCIDENT) -> str:
    """A metric of incidents, once each: every replica of leakwatch tells the same."""
    return f"max by ({keys}) ({queries.selector(metric.name, queries.NAMESPACE)})"


def _incidents(severity: str) -> str:
    chosen = queries.selector(conventions.INCIDENT_INFO.name, queries.NAMESPACE, f'severity="{severity}"')
    return f"count(max by ({_INCIDENT}) ({chosen})) or vector(0)"


def _counts(options: Options) -> tuple[Panel, ...]:
    severities = {"critical": "red", "warning": "orange", "info": "blue"}
    kills = f"sum({queries.oom_kills(options, queries.NAMESPACE, '24h')}) or vector(0)"
    return (
        *(
            Panel(
                title=f"Leaks: {severity}",
                description=f"Incidents that are not over and whose severity is {severity}.",
                shape=Shape.STAT,
                queries=(Query(_incidents(severity), severity, instant=True),),
                unit=Unit.COUNT,
                width=4,
                height=4,
                thresholds=(Step(None, "green"), Step(1, color)),
            )
            for severity, color in severities.items()
        ),
        Panel(
            title="Next limit",
            description="Time until the first of the leaking workloads is expected to run out of memory.",
            shape=Shape.STAT,
            queries=(Query(f"min({_once(conventions.INCIDENT_TIME_TO_LIMIT)})", "next", instant=True),),
            unit=Unit.SECONDS,
            width=4,
            height=4,
            thresholds=_BY_TIME,
            no_value="none in sight",
        ),
        Panel(
            title="Pods that leak",
            description="Pods of all incidents that leak now.",
            shape=Shape.STAT,
            queries=(Query(f"sum({_once(conventions.INCIDENT_PODS_LEAKING)}) or vector(0)", "pods", instant=True),),
            unit=Unit.COUNT,
            width=4,
            height=4,
            thresholds=(Step(None, "green"), Step(1, "orange")),
        ),
        Panel(
            title="OOM kills in 24 h",
            description="Restarts of containers whose last termination was an OOM kill, in the last 24 hours.",
            shape=Shape.STAT,
            queries=(Query(kills, "kills", instant=True),),
            unit=Unit.COUNT,
            width=4,
            height=4,
            decimals=0,
            thresholds=_NONE_IS_GOOD,
        ),
    )


def _urgent(options: Options) -> Panel:
    growth = f"{_once(conventions.INCIDENT_GROWTH)} * {_HOUR_SECONDS}"
    return Panel(
        title="Leaks by urgency",
        description="Every incident that is not over; those whose limit is nearest come first. Growth is one pod's.",
        shape=Shape.TABLE,
        queries=(
            Query(f"max by ({_INCIDENT}, severity, state, revision) ({_INFO})", instant=True),
            Query(_once(conventions.INCIDENT_TIME_TO_LIMIT), instant=True),
            Query(growth, instant=True),
            Query(_once(conventions.INCIDENT_PROBABILITY), instant=True),
            Query(_once(conventions.INCIDENT_PODS_LEAKING), instant=True),
        ),
        unit=Unit.NONE,
        width=16,
        height=10,
        columns=(
            Column("namespace", "Namespace"),
            Column("workload", "Workload", link=links.to_workload(ROW_FIELD)),
            Column("container", "Container"),
            Column("severity", "Severity"),
            Column("state", "State"),
            Column("revision", "Suspected revision"),
            Column("Value #B", "Time to limit", Unit.SECONDS, _BY_TIME),
            Column("Value #C", "Growth per hour", Unit.BYTES, decimals=1),
            Column("Value #D", "Probability", Unit.RATIO, decimals=0),
            Column("Value #E", "Pods leaking", Unit.COUNT),
            Column("incident_id", "Incident", link=links.incident(options, ROW_FIELD)),
            Column("cluster", "Cluster"),
        ),
        sort_by="Time to limit",
    )


def _time_to_limit() -> Panel:
    return Panel(
        title="Time to limit",
        description="How long until memory runs out, for the ten leaks whose limit is nearest.",
        shape=Shape.BARS,
        queries=(
            Query(
                f"sort(bottomk(10, {_once(conventions.INCIDENT_TIME_TO_LIMIT)}))",
                "{{namespace}}/{{workload}} {{container}}",
                instant=True,
            ),
        ),
        unit=Unit.SECONDS,
        width=8,
        height=10,
        minimum=0,
        thresholds=_BY_TIME,
        no_value="none in sight",
        series_link=links.to_workload(SERIES_LABEL),
    )


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
            Column("Value", "Of its limit", Unit.RATIO, _BY_FULLNESS, decimals=1),
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
    return Panel(
        title="OOM kills per hour",
        description="Restarts of containers whose last termination was an OOM kill, in the hour before.",
        shape=Shape.TIMESERIES,
        queries=(Query(f"sum by (cluster, namespace) ({kills}) > 0", "{{namespace}}"),),
        unit=Unit.COUNT,
        minimum=0,
        decimals=0,
        stacked=True,
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


def _coverage(options: Options) -> tuple[Panel, ...]:
    running = queries.cadvisor(options, "container_memory_working_set_bytes", queries.NAMESPACE)
    limited = queries.limits(options, queries.NAMESPACE)
    requested = queries.requests(options, queries.NAMESPACE)
    owned = queries.owners(options, queries.NAMESPACE)
    age = f"time() - max({conventions.SCAN_LAST_SUCCESS.name})"
    shares = {
        "With a limit": (limited, "have a memory limit: without one there is no time to it"),
        "With a request": (requested, "have a memory request"),
        "With a known workload": (
            f"{running} and on ({queries.POD_KEYS}) {owned}",
            "belong to a workload that kube-state-metrics knows: without it each pod stands for itself",
        ),
    }
    return (
        _stat("Containers running", "Containers that cAdvisor reports now.", f"count({running})", Unit.COUNT),
        _stat(
            "Containers judged",
            "Containers that the last successful scan of leakwatch looked at, those that are gone included.",
            f"max({conventions.SCAN_CONTAINERS.name})",
            Unit.COUNT,
        ),
        *(
            _stat(
                title,
                f"Share of the running containers that {words}.",
                f"count({running} and on ({queries.CONTAINER_KEYS}) {having}) / count({running})",
                Unit.RATIO,
                (Step(None, "red"), Step(0.5, "orange"), Step(0.9, "green")),
            )
            for title, (having, words) in shares.items()
        ),
        _stat(
            "Last scan",
            "Time since the last successful scan ended.",
            age,
            Unit.SECONDS,
            (Step(None, "green"), Step(1800, "orange"), Step(7200, "red")),
        ),
    )


def _stat(title: str, description: str, expr: str, unit: Unit, thresholds: tuple[Step, ...] = ()) -> Panel:
    return Panel(
        title=title,
        description=description,
        shape=Shape.STAT,
        queries=(Query(expr, title, instant=True),),
        unit=unit,
        width=4,
        height=4,
        thresholds=thresholds,
    )


_OF_CONTAINERS = (
    Column("namespace", "Namespace"),
    Column("workload", "Workload", link=links.to_workload(ROW_FIELD)),
    Column("pod", "Pod"),
    Column("container", "Container"),
    Column("cluster", "Cluster"),
)

FLEET = DashboardKind(
    name="fleet",
    uid=links.FLEET_UID,
    needs="cAdvisor and kube-state-metrics; leakwatch's own metrics for leaks and coverage",
    build=_build,
)

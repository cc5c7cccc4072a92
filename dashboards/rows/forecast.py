"""The floor of a workload's memory, where it leads, and its pods laid over each other by age."""

from alert_rules import conventions
from dashboards import floors, queries
from dashboards.graphs import BY_TIME, HALF, graph, limit_line
from dashboards.model import Column, Line, Options, Panel, Query, Row, Shape, Unit

_POD = queries.POD
_NAME = "{{pod}} {{container}}"
_HOUR_SECONDS = 3600
_AHEAD_SECONDS = 4 * _HOUR_SECONDS
_DAY_SECONDS = 24 * _HOUR_SECONDS
# Since this version the panel XY chart reads the options that are written here; without a version it takes them for
# old ones and draws one pod alone.
_XY_SINCE = "11.1.0"


def forecast(options: Options) -> tuple[Row, ...]:
    """The rows, of the pods that are chosen."""
    return (
        Row("Floor and forecast", (_floor(options), _forecast(options), _limits_ahead(options), _told())),
        Row("Pods by age", (_by_age(options),)),
    )


def with_limit(options: Options, title: str, description: str, expr: str) -> Panel:
    """A graph of each container's bytes, with their memory limit."""
    limits = Query(f"max by (container) ({queries.limits(options, _POD)})", "limit of {{container}}")
    return graph(title, description, Unit.BYTES, Query(expr, _NAME), limits, width=HALF, limit=True)


def _floor(options: Options) -> Panel:
    return with_limit(
        options,
        "Floor by pod",
        f"The lowest of the last {floors.FLOOR_WINDOW} of what the kernel cannot take back. What comes and goes leaves "
        "no trace here; a leak does.",
        floors.floor(options, _POD),
    )


def _forecast(options: Options) -> Panel:
    now = f"max by (container) ({floors.floor(options, _POD)})"
    told = f"max by (container) ({queries.selector(conventions.INCIDENT_GROWTH.name, queries.WORKLOAD)})"
    return Panel(
        title="Forecast: the floor in four hours",
        description=f"At each moment, where the highest floor would be four hours later: by a straight line through "
        f"its last {floors.GROWTH_WINDOW} (containers that were restarted within them are left out), and by the growth "
        "that leakwatch tells of.",
        shape=Shape.TIMESERIES,
        queries=(
            Query(now, "floor of {{container}}"),
            Query(
                f"max by (container) ({floors.ahead(options, _POD, _AHEAD_SECONDS)})", "{{container}} in 4 h, by a line"
            ),
            Query(f"{now} + on (container) {told} * {_AHEAD_SECONDS}", "{{container}} in 4 h, by leakwatch"),
            Query(f"max by (container) ({queries.limits(options, _POD)})", "limit of {{container}}"),
        ),
        unit=Unit.BYTES,
        minimum=0,
        lines=(
            Line(1, "orange", dashed=True, filled=False),
            Line(2, "purple", dashed=True, filled=False),
            limit_line(3),
        ),
    )


def _limits_ahead(options: Options) -> Panel:
    return Panel(
        title="Forecast by container",
        description=f"By a straight line through the floor of the last {floors.GROWTH_WINDOW}. Containers that were "
        "restarted within them, or have run for less than an hour, are left out.",
        shape=Shape.TABLE,
        queries=(
            Query(floors.floor(options, _POD), instant=True),
            Query(f"{floors.growth(options, _POD)} * {_HOUR_SECONDS}", instant=True),
            Query(floors.ahead(options, _POD, _AHEAD_SECONDS), instant=True),
            Query(floors.ahead(options, _POD, _DAY_SECONDS), instant=True),
            Query(queries.limits(options, _POD), instant=True),
            Query(floors.time_to_limit(options, _POD), instant=True),
        ),
        unit=Unit.BYTES,
        columns=(
            Column("pod", "Pod"),
            Column("container", "Container"),
            Column("Value #A", "Floor", Unit.BYTES, decimals=1),
            Column("Value #B", "Growth per hour", Unit.BYTES, decimals=1),
            Column("Value #C", "In 4 h", Unit.BYTES, decimals=1),
            Column("Value #D", "In 24 h", Unit.BYTES, decimals=1),
            Column("Value #E", "Limit", Unit.BYTES, decimals=1),
            Column("Value #F", "Time to limit", Unit.SECONDS, BY_TIME),
        ),
        sort_by="Time to limit",
    )


def _told() -> Panel:
    left = queries.selector(conventions.INCIDENT_TIME_TO_LIMIT.name, queries.WORKLOAD)
    return graph(
        "Time to limit, as leakwatch told it",
        "What leakwatch expected at each moment. It falls by an hour an hour where the forecast holds.",
        Unit.SECONDS,
        Query(f"max by (container, incident_id) ({left})", "{{container}} (incident {{incident_id}})"),
        width=HALF,
    )


def _by_age(options: Options) -> Panel:
    """The points of each container by its age, in Grafana's XY chart: x is the first number of each frame."""
    frames = [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {"Time": True, "cluster": True, "namespace": True},
                "indexByName": {"pod": 0, "container": 1, "Value #A": 2, "Value #B": 3},
                "renameByName": {"Value #A": "Age", "Value #B": "Memory"},
            },
        },
        {"id": "partitionByValues", "options": {"fields": ["pod", "container"], "keepFields": False}},
    ]
    age = {"matcher": {"id": "byRegexp", "options": "/^Age/"}, "properties": [{"id": "unit", "value": "s"}]}
    return Panel(
        title="Memory by age of the container",
        description="What the kernel cannot take back, by the time since the container started, the pods of the time "
        "range laid over each other. A leak in the code draws the same slope for every pod; a cache that fills draws "
        "the same curve; one pod apart from the others points to what it is asked to do.",
        shape=Shape.XY,
        queries=(Query(floors.age(options, _POD)), Query(queries.non_reclaimable(options, _POD))),
        unit=Unit.BYTES,
        width=24,
        height=10,
        minimum=0,
        extra={
            "pluginVersion": _XY_SINCE,
            "maxDataPoints": 300,
            "transformations": frames,
            "fieldConfig": {
                "defaults": {"custom": {"show": "points", "pointSize": {"fixed": 3}}},
                "overrides": [age],
            },
        },
    )

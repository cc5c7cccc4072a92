"""The dashboard Fleet: which leaks come first, how full memory is, where it grows, what was killed, what is seen."""

from alert_rules import conventions
from dashboards import annotations, links, queries, variables
from dashboards.fleet_memory import growth, kills, memory
from dashboards.graphs import BY_TIME, NONE_IS_GOOD, figure
from dashboards.links import ROW_FIELD, SERIES_LABEL
from dashboards.model import Column, Dashboard, DashboardKind, Options, Panel, Query, Row, Shape, Step, Unit

_INCIDENT = ", ".join(conventions.INCIDENT_LABELS)
_INFO = queries.selector(conventions.INCIDENT_INFO.name, queries.NAMESPACE)
_HOUR_SECONDS = 3600


def _build(options: Options) -> Dashboard:
    return Dashboard(
        uid=links.FLEET_UID,
        title="Fleet",
        description="Memory leaks of the whole fleet, the most urgent first, and what memory does around them.",
        rows=(
            Row("Leaks", (*_counts(options), _urgent(options), _time_to_limit())),
            Row("Memory", memory(options)),
            Row("Growth", growth(options)),
            Row("OOM kills", kills(options)),
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
            figure(
                f"Leaks: {severity}",
                f"Incidents that are not over and whose severity is {severity}.",
                Unit.COUNT,
                _incidents(severity),
                (Step(None, "green"), Step(1, color)),
                legend=severity,
            )
            for severity, color in severities.items()
        ),
        figure(
            "Next limit",
            "Time until the first of the leaking workloads is expected to run out of memory.",
            Unit.SECONDS,
            f"min({_once(conventions.INCIDENT_TIME_TO_LIMIT)})",
            BY_TIME,
            legend="next",
            no_value="none in sight",
        ),
        figure(
            "Pods that leak",
            "Pods of all incidents that leak now.",
            Unit.COUNT,
            f"sum({_once(conventions.INCIDENT_PODS_LEAKING)}) or vector(0)",
            (Step(None, "green"), Step(1, "orange")),
            legend="pods",
        ),
        figure(
            "OOM kills in 24 h",
            "Restarts of containers whose last termination was an OOM kill, in the last 24 hours.",
            Unit.COUNT,
            kills,
            NONE_IS_GOOD,
            legend="kills",
            decimals=0,
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
            Column("Value #B", "Time to limit", Unit.SECONDS, BY_TIME),
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
        thresholds=BY_TIME,
        no_value="none in sight",
        series_link=links.to_workload(SERIES_LABEL),
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
        figure(
            "Containers running",
            "Containers that cAdvisor reports now.",
            Unit.COUNT,
            f"count({running})",
        ),
        figure(
            "Containers judged",
            "Containers that the last successful scan of leakwatch looked at, those that are gone included.",
            Unit.COUNT,
            f"max({conventions.SCAN_CONTAINERS.name})",
        ),
        *(
            figure(
                title,
                f"Share of the running containers that {words}.",
                Unit.RATIO,
                f"count({running} and on ({queries.CONTAINER_KEYS}) {having}) / count({running})",
                (Step(None, "red"), Step(0.5, "orange"), Step(0.9, "green")),
            )
            for title, (having, words) in shares.items()
        ),
        figure(
            "Last scan",
            "Time since the last successful scan ended.",
            Unit.SECONDS,
            age,
            (Step(None, "green"), Step(1800, "orange"), Step(7200, "red")),
        ),
    )


FLEET = DashboardKind(
    name="fleet",
    uid=links.FLEET_UID,
    needs="cAdvisor and kube-state-metrics; leakwatch's own metrics for leaks and coverage",
    build=_build,
)

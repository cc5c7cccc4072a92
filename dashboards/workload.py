"""The dashboard Workload: whether one workload leaks, how fast, since when, and what its own runtime says."""

from alert_rules import conventions
from dashboards import annotations, floors, links, queries, variables
from dashboards.graphs import BY_TIME, HALF, NONE_IS_GOOD, THIRD, figure, graph
from dashboards.links import ROW_FIELD
from dashboards.model import Column, Dashboard, DashboardKind, Options, Panel, Query, Row, Shape, Step, Unit
from dashboards.rows import runtimes
from dashboards.rows.forecast import forecast, with_limit

_POD = queries.POD
_NAME = "{{pod}} {{container}}"
_INCIDENT = ", ".join(conventions.INCIDENT_LABELS)
_HOUR_SECONDS = 3600


def _build(options: Options) -> Dashboard:
    return Dashboard(
        uid=links.WORKLOAD_UID,
        title="Workload",
        description="One workload: whether it leaks, how fast, since when, and what its own runtime says.",
        rows=(
            Row("Leaks", (_incidents(options), *_figures(options))),
            Row("Memory and CPU", (_rss(options), _cpu(options), _working_set(options), _cache(options))),
            *forecast(options),
            Row("Restarts and deploys", (_restarts(options), _revisions(options), _throttled(options))),
            *runtimes.runtimes(_POD),
        ),
        variables=variables.common(options),
        annotations=annotations.of(options, ("cluster", "namespace", "workload", "pod")),
        links=(
            links.dashboard("Fleet", links.FLEET_UID, ("datasource", "cluster", "namespace")),
            links.dashboard("Stack", links.STACK_UID, ("datasource", "cluster", "namespace")),
        ),
        since="now-24h",
    )


def _once(metric: conventions.Metric) -> str:
    """A metric of the workload's incidents, once each: every replica of leakwatch tells the same."""
    return f"max by ({_INCIDENT}) ({queries.selector(metric.name, queries.WORKLOAD)})"


def _incidents(options: Options) -> Panel:
    info = queries.selector(conventions.INCIDENT_INFO.name, queries.WORKLOAD)
    return Panel(
        title="Leaks of this workload",
        description="What leakwatch has found and is not over. Growth is one pod's.",
        shape=Shape.TABLE,
        queries=(
            Query(f"max by ({_INCIDENT}, severity, state, revision) ({info})", instant=True),
            Query(_once(conventions.INCIDENT_TIME_TO_LIMIT), instant=True),
            Query(f"{_once(conventions.INCIDENT_GROWTH)} * {_HOUR_SECONDS}", instant=True),
            Query(_once(conventions.INCIDENT_PROBABILITY), instant=True),
            Query(_once(conventions.INCIDENT_PODS_LEAKING), instant=True),
        ),
        unit=Unit.NONE,
        width=24,
        height=5,
        columns=(
            Column("container", "Container"),
            Column("severity", "Severity"),
            Column("state", "State"),
            Column("revision", "Suspected revision"),
            Column("Value #B", "Time to limit", Unit.SECONDS, BY_TIME),
            Column("Value #C", "Growth per hour", Unit.BYTES, decimals=1),
            Column("Value #D", "Probability", Unit.RATIO, decimals=0),
            Column("Value #E", "Pods leaking", Unit.COUNT),
            Column("incident_id", "Incident", link=links.incident(options, ROW_FIELD)),
        ),
        sort_by="Time to limit",
        no_value="none found",
    )


def _figures(options: Options) -> tuple[Panel, ...]:
    kills = queries.oom_kills(options, _POD, "$__range")
    ready = queries.state(options, "kube_pod_status_ready", _POD, 'condition="true"', keys=queries.POD_KEYS)
    restarts = queries.selector("kube_pod_container_status_restarts_total", options.kube_state_metrics, _POD)
    running = queries.cadvisor(options, "container_memory_working_set_bytes", _POD)
    fullest = (
        f"max({queries.non_reclaimable(options, _POD)} / on ({queries.CONTAINER_KEYS}) {queries.limits(options, _POD)})"
    )
    return (
        figure("Pods ready", "Pods that take requests now.", Unit.COUNT, f"sum({ready})"),
        figure(
            "Fullest container",
            "The largest share of its limit that a container holds and the kernel cannot take back.",
            Unit.RATIO,
            fullest,
            (Step(None, "green"), Step(0.8, "yellow"), Step(0.9, "orange"), Step(0.95, "red")),
        ),
        figure(
            "Oldest container",
            "How long the oldest container has run: a leak that a restart ends is never older than it.",
            Unit.SECONDS,
            f"max({floors.age(options, _POD)})",
        ),
        figure(
            "Restarts",
            "Restarts of containers in the time range.",
            Unit.COUNT,
            f"round(sum(max by ({queries.CONTAINER_KEYS}) (increase({restarts}[$__range]))))",
            NONE_IS_GOOD,
        ),
        figure(
            "OOM kills",
            "Restarts in the time range of containers whose last termination was an OOM kill.",
            Unit.COUNT,
            f"round(sum({kills}) or 0 * count({running}))",
            NONE_IS_GOOD,
        ),
        Panel(
            title="Runtimes",
            description="Pods that tell of their runtime, by what it is. Its row is at the end, shut.",
            shape=Shape.STAT,
            queries=runtimes.seen(_POD),
            unit=Unit.COUNT,
            width=4,
            height=4,
            no_value="none tells of itself",
            extra={"options": {"textMode": "value_and_name"}},
        ),
    )


def _rss(options: Options) -> Panel:
    return with_limit(
        options,
        "RSS by pod",
        "Anonymous memory of each container: what a leak in a program's own memory makes grow.",
        queries.cadvisor(options, "container_memory_rss", _POD),
    )


def _working_set(options: Options) -> Panel:
    return with_limit(
        options,
        "Working set by pod",
        "What the kubelet evicts by. It still holds page cache in use, so that it may grow without a leak.",
        queries.cadvisor(options, "container_memory_working_set_bytes", _POD),
    )


def _cache(options: Options) -> Panel:
    return with_limit(
        options,
        "Page cache by pod",
        "Files in memory, which the kernel takes back when it must: growth here is no leak.",
        queries.cadvisor(options, "container_memory_cache", _POD),
    )


def _cpu(options: Options) -> Panel:
    limits = queries.state(options, "kube_pod_container_resource_limits", _POD, 'resource="cpu"')
    return graph(
        "CPU by pod",
        "Cores in use. Memory that follows CPU follows load; memory that rises while CPU stays is suspect.",
        Unit.CORES,
        Query(f"sum by ({queries.CONTAINER_KEYS}) ({_cpu_rate(options)})", _NAME),
        Query(f"max by (container) ({limits})", "limit of {{container}}"),
        width=HALF,
        limit=True,
    )


def _cpu_rate(options: Options) -> str:
    """cAdvisor may tell of each core apart: the sum over those, and the larger where two tell of the same."""
    series = queries.selector("container_cpu_usage_seconds_total", options.cadvisor, _POD)
    return f"max by ({queries.CONTAINER_KEYS}, cpu) (rate({series}[$__rate_interval]))"


def _restarts(options: Options) -> Panel:
    restarts = queries.selector("kube_pod_container_status_restarts_total", options.kube_state_metrics, _POD)
    reasons = "kube_pod_container_status_last_terminated_reason"
    why = queries.state(options, reasons, _POD, keys=f"{queries.CONTAINER_KEYS}, reason")
    return graph(
        "Restarts by pod",
        "Restarts so far, and why the container ended last, for as long as Kubernetes remembers it.",
        Unit.COUNT,
        Query(f"max by ({queries.CONTAINER_KEYS}) ({restarts})", _NAME),
        Query(f"{why} > 0", f"{_NAME}: {{{{reason}}}}"),
    )


def _revisions(options: Options) -> Panel:
    images = queries.state(options, "kube_pod_container_info", _POD, keys=f"{queries.CONTAINER_KEYS}, image")
    return Panel(
        title="Containers by image",
        description="How many containers run each image: where one takes another's place, a deploy happened.",
        shape=Shape.TIMESERIES,
        queries=(Query(f"count by (container, image) ({images})", "{{image}}"),),
        unit=Unit.COUNT,
        width=THIRD,
        minimum=0,
        stacked=True,
    )


def _throttled(options: Options) -> Panel:
    held = queries.cadvisor_rate(options, "container_cpu_cfs_throttled_periods_total", _POD)
    every = queries.cadvisor_rate(options, "container_cpu_cfs_periods_total", _POD)
    return graph(
        "CPU throttled",
        "Share of scheduling periods in which the container had to wait for its CPU limit. A collector that is "
        "throttled frees memory late.",
        Unit.RATIO,
        Query(f"{held} / {every}", _NAME),
    )


WORKLOAD = DashboardKind(
    name="workload",
    uid=links.WORKLOAD_UID,
    needs="cAdvisor and kube-state-metrics; leakwatch's own metrics for leaks; the runtimes' own for their rows",
    build=_build,
)

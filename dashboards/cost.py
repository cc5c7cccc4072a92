"""The panels on what scans cost Prometheus: the last one, over time."""

from alert_rules import conventions
from dashboards import queries
from dashboards.model import Panel, Query, Shape, Unit


def cost_panels(instance: str) -> tuple[Panel, ...]:
    """The panels of the replicas that a label matcher chooses."""

    def last(metric: conventions.Metric, *more: str) -> str:
        return f"max({queries.selector(metric.name, instance, *more)})"

    reading = last(conventions.SCAN_DURATION, 'stage="read"')
    return (
        _panel(
            "Time that a scan took Prometheus",
            "Time that Prometheus spent on evaluating the queries of the last successful scan, or on answering where "
            "it does not say.",
            last(conventions.COST_SECONDS),
            "seconds",
            Unit.SECONDS,
        ),
        _panel(
            "Samples looked at for a scan",
            "Samples that Prometheus looked at to answer the last successful scan: what a scan costs it most.",
            last(conventions.COST_SAMPLES),
            "samples",
            Unit.COUNT,
        ),
        _panel(
            "Bytes sent for a scan",
            "Bytes that Prometheus answered the last successful scan.",
            last(conventions.COST_BYTES),
            "bytes",
            Unit.BYTES,
        ),
        _panel(
            "Queries of a scan",
            "Requests that the last successful scan sent to Prometheus, those that were tried again included.",
            last(conventions.COST_QUERIES),
            "queries",
            Unit.COUNT,
        ),
        _panel(
            "Containers looked at by a scan",
            "Containers of pods that the last successful scan looked at, those that are gone included.",
            last(conventions.SCAN_CONTAINERS),
            "containers",
            Unit.COUNT,
        ),
        _panel(
            "Samples per second of reading",
            "How fast Prometheus answered the last successful scan. It falls when Prometheus is busy.",
            f"{last(conventions.SCAN_SAMPLES)} / ({reading} > 0)",
            "samples a second",
            Unit.PER_SECOND,
        ),
    )


def _panel(title: str, description: str, expr: str, legend: str, unit: Unit) -> Panel:
    return Panel(
        title=title,
        description=description,
        shape=Shape.TIMESERIES,
        queries=(Query(expr, legend),),
        unit=unit,
        width=8,
        minimum=0,
    )

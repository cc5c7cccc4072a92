"""The panels on what scans cost Prometheus: the last one, over time."""

from alert_rules import conventions
from dashboards import queries
from dashboards.graphs import graph
from dashboards.model import Panel, Query, Unit


def cost_panels(instance: str) -> tuple[Panel, ...]:
    """The panels of the replicas that a label matcher chooses."""

    def last(metric: conventions.Metric, *more: str) -> str:
        return f"max({queries.selector(metric.name, instance, *more)})"

    reading = last(conventions.SCAN_DURATION, 'stage="read"')
    return (
        graph(
            "Time that a scan took Prometheus",
            "Time that Prometheus spent on evaluating the queries of the last successful scan, or on answering where "
            "it does not say.",
            Unit.SECONDS,
            Query(last(conventions.COST_SECONDS), "seconds"),
        ),
        graph(
            "Samples looked at for a scan",
            "Samples that Prometheus looked at to answer the last successful scan: what a scan costs it most.",
            Unit.COUNT,
            Query(last(conventions.COST_SAMPLES), "samples"),
        ),
        graph(
            "Bytes sent for a scan",
            "Bytes that Prometheus answered the last successful scan.",
            Unit.BYTES,
            Query(last(conventions.COST_BYTES), "bytes"),
        ),
        graph(
            "Queries of a scan",
            "Requests that the last successful scan sent to Prometheus, those that were tried again included.",
            Unit.COUNT,
            Query(last(conventions.COST_QUERIES), "queries"),
        ),
        graph(
            "Containers looked at by a scan",
            "Containers of pods that the last successful scan looked at, those that are gone included.",
            Unit.COUNT,
            Query(last(conventions.SCAN_CONTAINERS), "containers"),
        ),
        graph(
            "Samples per second of reading",
            "How fast Prometheus answered the last successful scan. It falls when Prometheus is busy.",
            Unit.PER_SECOND,
            Query(f"{last(conventions.SCAN_SAMPLES)} / ({reading} > 0)", "samples a second"),
        ),
    )

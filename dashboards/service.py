"""The dashboard Leakwatch itself: whether it scans, what that costs, what comes in and what goes out."""

from alert_rules import conventions
from dashboards import links, queries, variables
from dashboards.cost import cost_panels
from dashboards.graphs import HALF, NONE_IS_GOOD, figure, graph
from dashboards.model import Dashboard, DashboardKind, Line, Options, Panel, Query, Row, Shape, Step, Unit, Variable

_INSTANCE = 'instance=~"$instance"'
_RATE = "$__rate_interval"
_LATENCY = (Step(None, "green"), Step(1, "orange"), Step(5, "red"))
_PERCENTILES = (0.5, 0.95, 0.99)


def _build(_: Options) -> Dashboard:
    return Dashboard(
        uid=links.SERVICE_UID,
        title="Leakwatch itself",
        description="Whether leakwatch scans, what that costs Prometheus, what comes in and what goes out.",
        rows=(
            Row("Scans", (*_now(), _ended(), _stages())),
            Row("Cost to Prometheus", cost_panels(_INSTANCE)),
            Row("Webhook", (_notifications(), _alerts())),
            Row("Pushes", (_to_alertmanager(), _to_grafana(), _queue())),
            Row("HTTP", (_requests(), _latency(), _slow())),
        ),
        variables=(
            variables.DATASOURCE,
            Variable(
                "instance",
                "Replica",
                f"label_values({conventions.BUILD_INFO.name}, instance)",
                multi=True,
                whole=True,
                every=".*",
            ),
        ),
        links=(links.dashboard("Fleet", links.FLEET_UID, ("datasource",)),),
    )


def _of(metric: conventions.Metric, *more: str) -> str:
    return queries.selector(metric.name, _INSTANCE, *more)


def _rate(metric: conventions.Metric, by: str, *more: str) -> str:
    return f"sum by ({by}) (rate({_of(metric, *more)}[{_RATE}]))"


def _count(metric: conventions.Metric, by: str, window: str, *more: str) -> str:
    return f"sum by ({by}) (increase({_of(metric, *more)}[{window}]))"


def _now() -> tuple[Panel, ...]:
    failed = _of(conventions.SCANS, 'state!="succeeded"')
    return (
        figure(
            "Last scan",
            "Time since the last successful scan ended.",
            Unit.SECONDS,
            f"time() - max({_of(conventions.SCAN_LAST_SUCCESS)})",
            (Step(None, "green"), Step(1800, "orange"), Step(7200, "red")),
            width=6,
        ),
        Panel(
            title="Last scan was",
            description="Whether the last successful scan read all that it planned to.",
            shape=Shape.STAT,
            queries=(Query(f"max({_of(conventions.SCAN_COMPLETE)})", "complete", instant=True),),
            unit=Unit.NONE,
            width=6,
            height=4,
            values={1: ("complete", "green"), 0: ("cut short", "red")},
        ),
        figure(
            "Scans that failed in 24 h",
            "Scans that failed or were given up in the last 24 hours, of all replicas.",
            Unit.COUNT,
            f"sum(increase({failed}[24h])) or vector(0)",
            NONE_IS_GOOD,
            width=6,
        ),
        figure(
            "Incidents no series tells of",
            "Incidents that are not over and have no series of their own, for they are more than "
            "LEAKWATCH_MAX_INCIDENT_SERIES.",
            Unit.COUNT,
            f"max({_of(conventions.INCIDENTS_UNTOLD)})",
            (Step(None, "green"), Step(1, "orange")),
            width=6,
        ),
    )


def _ended() -> Panel:
    return graph(
        "Scans per hour, by how they ended",
        "Scans that ended in the hour before, of all replicas together.",
        Unit.COUNT,
        Query(_count(conventions.SCANS, "state", "1h"), "{{state}}"),
        width=HALF,
        stacked=True,
    )


def _stages() -> Panel:
    return Panel(
        title="Duration of the last scan, by stage",
        description="How long the last successful scan took to plan, to read from Prometheus, to judge and to record.",
        shape=Shape.TIMESERIES,
        queries=(Query(f"max by (stage) ({_of(conventions.SCAN_DURATION)})", "{{stage}}"),),
        unit=Unit.SECONDS,
        minimum=0,
        stacked=True,
        legend_values=("lastNotNull", "max"),
    )


def _notifications() -> Panel:
    return graph(
        "Notifications of Alertmanager",
        "Notifications by what came of them. Of those that failed Alertmanager comes again; what is malformed is lost.",
        Unit.PER_SECOND,
        Query(_rate(conventions.WEBHOOK_NOTIFICATIONS, "result"), "{{result}}"),
        width=HALF,
        stacked=True,
    )


def _alerts() -> Panel:
    return graph(
        "Alerts in those notifications",
        "Alerts of the notifications that were kept. Set aside is what is no alert, or the database would not take.",
        Unit.PER_SECOND,
        Query(_rate(conventions.WEBHOOK_ALERTS, "result"), "{{result}}"),
        width=HALF,
        stacked=True,
    )


def _to_alertmanager() -> Panel:
    return graph(
        "Pushes to Alertmanager",
        "Pushes in the hour before to each Alertmanager, by how they ended; empty where none is set.",
        Unit.COUNT,
        Query(_count(conventions.ALERTMANAGER_PUSHES, "alertmanager, result", "1h"), "{{alertmanager}} {{result}}"),
    )


def _to_grafana() -> Panel:
    return graph(
        "Annotations pushed to Grafana",
        "Annotations in the hour before, by what came of them. A token that is refused shows as refused.",
        Unit.COUNT,
        Query(_count(conventions.GRAFANA_PUSHES, "result", "1h"), "{{result}}"),
    )


def _queue() -> Panel:
    return graph(
        "Annotations that wait for Grafana",
        "Annotations that are still to be pushed. It falls back to 0 while Grafana answers.",
        Unit.COUNT,
        Query(f"max({_of(conventions.GRAFANA_QUEUE)})", "waiting"),
    )


def _requests() -> Panel:
    count = queries.selector(f"{conventions.HTTP_REQUESTS.name}_count", _INSTANCE)
    return graph(
        "Requests, by status",
        "Requests a second that leakwatch answered, by status.",
        Unit.PER_SECOND,
        Query(f"sum by (status) (rate({count}[{_RATE}]))", "{{status}}"),
        stacked=True,
    )


def _latency() -> Panel:
    bucket = queries.selector(f"{conventions.HTTP_REQUESTS.name}_bucket", _INSTANCE)
    rate = f"sum by (le) (rate({bucket}[{_RATE}]))"
    return Panel(
        title="Time to answer",
        description="The time within which half, 95 % and 99 % of all requests were answered.",
        shape=Shape.TIMESERIES,
        queries=tuple(Query(f"histogram_quantile({share}, {rate})", f"{share:.0%}") for share in _PERCENTILES),
        unit=Unit.SECONDS,
        width=8,
        minimum=0,
        thresholds=_LATENCY,
        lines=(Line(0, "green"), Line(1, "orange"), Line(2, "red")),
    )


def _slow() -> Panel:
    bucket = queries.selector(f"{conventions.HTTP_REQUESTS.name}_bucket", _INSTANCE)
    rate = f"sum by (le, method, route) (rate({bucket}[$__range]))"
    return Panel(
        title="Slowest routes",
        description="The time within which 95 % of a route's requests were answered in the time range.",
        shape=Shape.BARS,
        queries=(Query(f"topk(8, histogram_quantile(0.95, {rate}) >= 0)", "{{method}} {{route}}", instant=True),),
        unit=Unit.SECONDS,
        width=8,
        minimum=0,
        thresholds=_LATENCY,
    )


SERVICE = DashboardKind(name="service", uid=links.SERVICE_UID, needs="leakwatch's own metrics", build=_build)

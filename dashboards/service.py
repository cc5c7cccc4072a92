"""The dashboard Leakwatch itself: whether it scans, what that costs, what comes in and what goes out."""

from alert_rules import conventions
from dashboards import links, variables
from dashboards.model import Dashboard, DashboardKind, Options, Panel, Query, Row, Shape, Unit


def _build(_: Options) -> Dashboard:
    return Dashboard(
        uid=links.SERVICE_UID,
        title="Leakwatch itself",
        description="Whether leakwatch scans, what that costs Prometheus, what comes in and what goes out.",
        rows=(Row("Scans", (_age(),)),),
        variables=(variables.DATASOURCE,),
        links=(links.dashboard("Fleet", links.FLEET_UID, ("datasource",)),),
    )


def _age() -> Panel:
    return Panel(
        title="Last scan",
        description="Time since the last successful scan ended.",
        shape=Shape.STAT,
        queries=(Query(f"time() - max({conventions.SCAN_LAST_SUCCESS.name})", "age", instant=True),),
        unit=Unit.SECONDS,
    )


SERVICE = DashboardKind(name="service", uid=links.SERVICE_UID, needs="leakwatch's own metrics", build=_build)

"""The routes that `leakwatch-rules.yml` wants below `alertmanager:`."""

from collections.abc import Sequence
from dataclasses import dataclass

from alert_rules.alertmanager.plan import Plan
from alert_rules.alertmanager.resource import Manifest
from alert_rules.alertmanager.rows import Row
from app.rules.route_plan import manifest_of, plan_of, rows_of
from app.rules.route_settings import RouteSettings


@dataclass(frozen=True, slots=True)
class RouteFile:
    """What the file says. rows: what people added to the table."""

    plan: Plan
    manifest: Manifest
    rows: tuple[Row, ...]


def routes_of(settings: RouteSettings, own_alerts: Sequence[str]) -> RouteFile:
    """What the settings mean, that `settings.load` has found to make sense."""
    return RouteFile(plan_of(settings, own_alerts), manifest_of(settings), rows_of(settings))

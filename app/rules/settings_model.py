"""What `leakwatch-rules.yml` may say, as it is written; what it means is in `chosen.py`."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StrictStr

from alert_rules.pack import Options
from app.rules.dashboard_settings import DashboardSettings
from app.rules.route_settings import RouteSettings
from app.rules.section import Section

# Where the pages are in leakwatch's own repository: a link says which page, before there is a better one.
PAGES = "docs/runbooks/{alert}.md"


def _as_value(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("is no value; write a number with its unit, such as 90%, 5MiB/h or 24h")
    return value


Thresholds = dict[str, dict[str, Annotated[str | int | float, BeforeValidator(_as_value)]]]


class Selectors(Section):
    """Label matchers, with no braces, of the series that most packs read."""

    cadvisor: StrictStr = Options().cadvisor
    kube_state_metrics: StrictStr = Options().kube_state_metrics
    backups: StrictStr = Options().backups


class OverrideSettings(Section):
    """Thresholds of one namespace, or of one workload in it."""

    namespace: StrictStr
    workload: StrictStr | None = None
    thresholds: Thresholds


class ManifestSettings(Section):
    """Of PrometheusRule manifests. labels: those by which the operator selects; kube-prometheus' are the default."""

    namespace: StrictStr | None = None
    labels: dict[str, StrictStr] = Field({"prometheus": "k8s", "role": "alert-rules"})


class RuleSettings(Section):
    """All of it. team and labels are put on every alert; packs: None for the usual ones; disable: left out alerts."""

    runbook_url: StrictStr = PAGES
    team: StrictStr | None = None
    labels: dict[str, StrictStr] = Field(default_factory=dict)
    packs: tuple[StrictStr, ...] | None = None
    selectors: Selectors = Selectors()
    thresholds: Thresholds = Field(default_factory=dict)
    overrides: tuple[OverrideSettings, ...] = ()
    disable: tuple[StrictStr, ...] = ()
    prometheusrule: ManifestSettings = ManifestSettings()
    alertmanager: RouteSettings = RouteSettings()
    dashboards: DashboardSettings = DashboardSettings()

    @property
    def common_labels(self) -> dict[str, str]:
        """The labels of every alert: the team's, and the further ones."""
        return ({"team": self.team} if self.team is not None else {}) | self.labels

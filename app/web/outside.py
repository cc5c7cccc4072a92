"""Links from an incident to what other tools show of it: Grafana's dashboard of the workload, and the runbook."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.domain.incident import Incident
from app.domain.occurrence import onset_of

# Of memory before the leak, so that the dashboard shows how it was.
_BEFORE_SECONDS = 43_200.0


@dataclass(frozen=True, slots=True)
class Outside:
    """Where other tools are. None: not known.

    workload_dashboard: the address of our dashboard Workload in Grafana; runbook: that of our alert on a leak.
    """

    workload_dashboard: str | None
    runbook: str | None

    def dashboard(self, incident: Incident) -> str | None:
        """The dashboard of the incident's workload, from before the onset to its end."""
        if self.workload_dashboard is None:
            return None
        identity, standing = incident.identity, incident.standing
        began = onset_of(incident) or standing.opened_at
        end = "now" if standing.resolved_at is None else str(round(1000 * standing.resolved_at))
        told = {"var-namespace": identity.namespace, "var-workload": identity.workload}
        told |= {"var-cluster": identity.cluster} if identity.cluster else {}
        told |= {"from": str(round(1000 * (began - _BEFORE_SECONDS))), "to": end}
        return f"{self.workload_dashboard}?{urlencode(told)}"

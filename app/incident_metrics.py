"""One series an incident that is not over, for Prometheus to alert on; only so many, and what is left out is counted.

Nothing that changes stands in the labels of a value: what does is in the labels of the info series, or is a value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, Metric

from alert_rules import conventions as names
from app.domain.incident import Incident, IncidentState

_SECONDS_AN_HOUR = 3600.0
FAMILIES = (
    names.INCIDENT_INFO,
    names.INCIDENT_PROBABILITY,
    names.INCIDENT_GROWTH,
    names.INCIDENT_TIME_TO_LIMIT,
    names.INCIDENT_PODS_LEAKING,
    names.INCIDENT_SUSPECTED,
    names.INCIDENT_SILENCED,
    names.INCIDENTS_UNTOLD,
)
UNRESOLVED = tuple(state.value for state in IncidentState if state is not IncidentState.RESOLVED)


@dataclass(frozen=True, slots=True)
class Told:
    """The incidents told one by one, most urgent first; which of them are silenced; how many are not told."""

    incidents: Sequence[Incident]
    silenced: frozenset[int]
    untold: int


def families(told: Told, now: float) -> Iterator[Metric]:
    """The series. now: unix seconds; the time to the limit goes down with the clock, from scan to scan."""
    made = {named: GaugeMetricFamily(named.name, named.help, labels=named.labels) for named in FAMILIES}
    for incident in told.incidents:
        labels, finding, standing = labels_of(incident), incident.finding, incident.standing
        info = [standing.state.value, standing.severity.value, standing.suspect or ""]
        made[names.INCIDENT_INFO].add_metric([*labels, *info], 1)
        made[names.INCIDENT_PROBABILITY].add_metric(labels, float(finding["probability"]))
        made[names.INCIDENT_GROWTH].add_metric(labels, float(finding["growth_bytes_per_hour"]) / _SECONDS_AN_HOUR)
        if incident.limit_at is not None:
            made[names.INCIDENT_TIME_TO_LIMIT].add_metric(labels, max(incident.limit_at - now, 0.0))
        made[names.INCIDENT_PODS_LEAKING].add_metric(labels, float(finding["pods"]["leaking"]))
        made[names.INCIDENT_SUSPECTED].add_metric(labels, standing.suspect is not None)
        made[names.INCIDENT_SILENCED].add_metric(labels, incident.id in told.silenced)
    made[names.INCIDENTS_UNTOLD].add_metric([], told.untold)
    yield from made.values()


def labels_of(incident: Incident) -> list[str]:
    """The values of INCIDENT_LABELS."""
    identity = incident.identity
    return [identity.cluster, identity.namespace, identity.workload, identity.container, str(incident.id)]

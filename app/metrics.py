"""What the service tells Prometheus about itself."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from alert_rules import conventions
from app.domain.finding import Severity
from app.domain.incident import IncidentFilter, IncidentState
from app.domain.listing import IncidentSort
from app.domain.mitigation.model import UNDER_WAY, ActKind, MitigationState
from app.domain.scan import ScanRecord, ScanState
from app.errors import StorageError
from app.incident_metrics import FAMILIES, UNRESOLVED, Told, families
from app.storage import grafana, incident_lists, incidents, mitigations, scans, silenced
from app.storage.engine import reading
from app.storage.scans import Outcome

_STAGES = ("plan", "read", "judge", "record")
_GRAFANA_RESULTS = ("created", "recovered", "changed", "removed", "failed", "refused")
_NOTIFICATION_RESULTS = ("kept", "malformed", "failed")
_ALERT_RESULTS = ("kept", "set_aside")


class ServiceMetrics:
    """The metrics of one service, in a registry of their own."""

    def __init__(self, engine: Engine, most_incidents: int) -> None:
        self.registry = CollectorRegistry()
        named = conventions.SCANS
        self._scans = Counter(named.name, named.help, named.labels, registry=self.registry)
        for state in (ScanState.SUCCEEDED, ScanState.FAILED, ScanState.ABANDONED):
            self._scans.labels(state.value)
        named = conventions.HTTP_REQUESTS
        self.requests = Histogram(named.name, named.help, named.labels, registry=self.registry)
        named = conventions.GRAFANA_PUSHES
        self.grafana_pushes = Counter(named.name, named.help, named.labels, registry=self.registry)
        for result in _GRAFANA_RESULTS:
            self.grafana_pushes.labels(result)
        _tell_version(self.registry)
        named = conventions.ALERTMANAGER_PUSHES
        self.pushes = Counter(named.name, named.help, named.labels, registry=self.registry)
        self.notifications = self._webhook(conventions.WEBHOOK_NOTIFICATIONS, _NOTIFICATION_RESULTS)
        self.alerts = self._webhook(conventions.WEBHOOK_ALERTS, _ALERT_RESULTS)
        self.registry.register(_Kept(engine, most_incidents))

    def count(self, outcome: Outcome) -> None:
        """Take note of how a scan ended."""
        self._scans.labels(outcome.state.value).inc()

    def _webhook(self, named: conventions.Metric, results: tuple[str, ...]) -> Counter:
        counter = Counter(named.name, named.help, named.labels, registry=self.registry)
        for result in results:
            counter.labels(result)
        return counter


def kept_metrics(engine: Engine, most_incidents: int) -> CollectorRegistry:
    """What the database knows now, and the version, for who is told once. Raises StorageError."""
    registry = CollectorRegistry()
    _tell_version(registry)
    registry.register(_AtOnce(list(_kept(engine, most_incidents))))
    return registry


def _tell_version(registry: CollectorRegistry) -> None:
    named = conventions.BUILD_INFO
    Gauge(named.name, named.help, named.labels, registry=registry).labels(version("leakwatch")).set(1)


class _AtOnce(Collector):
    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


class _Kept(Collector):
    """What the database knows, asked when Prometheus asks: it outlives restarts, and all replicas say the same.

    Where it cannot be asked, or knows nothing yet, a metric is absent, not zero.
    """

    def __init__(self, engine: Engine, most_incidents: int) -> None:
        self._engine = engine
        self._most_incidents = most_incidents

    def collect(self) -> Iterator[Metric]:
        try:
            yield from _kept(self._engine, self._most_incidents)
        except StorageError:
            yield from self.describe()

    def describe(self) -> Iterator[Metric]:
        yield from _mitigation_families()
        gauges = (conventions.INCIDENTS, *FAMILIES, *_OF_LAST_SCAN, conventions.GRAFANA_QUEUE)
        for named in (*gauges, conventions.MITIGATION_STOPPED):
            yield GaugeMetricFamily(named.name, named.help, labels=named.labels)


def _kept(engine: Engine, most_incidents: int) -> Iterator[Metric]:
    now = time.time()
    with reading(engine) as session:
        found = {(state, severity): count for state, severity, count in incidents.counts(session)}
        last = scans.latest_success(session)
        told = _told(session, most_incidents, now)
        queued = grafana.waiting(session)
        acts, stop = mitigations.counts(session), mitigations.stop_of(session)
    yield _incidents(found)
    yield from families(told, now)
    yield from _last_scan(last)
    yield GaugeMetricFamily(conventions.GRAFANA_QUEUE.name, conventions.GRAFANA_QUEUE.help, value=queued)
    yield from _mitigations(acts)
    named = conventions.MITIGATION_STOPPED
    yield GaugeMetricFamily(named.name, named.help, value=stop.in_force)


_COST = {
    conventions.COST_QUERIES: "queries",
    conventions.COST_SAMPLES: "samples",
    conventions.COST_BYTES: "bytes",
    conventions.COST_SECONDS: "seconds",
}
_OF_LAST_SCAN = (
    conventions.SCAN_DURATION,
    conventions.SCAN_SAMPLES,
    conventions.SCAN_CONTAINERS,
    conventions.SCAN_COMPLETE,
    conventions.SCAN_LAST_SUCCESS,
    *_COST,
)


def _told(session: Session, most: int, now: float) -> Told:
    wanted = IncidentFilter(states=UNRESOLVED)
    listed = incident_lists.listed(session, wanted, IncidentSort.URGENCY, None, most)
    every = sum(listed.counts[state] for state in UNRESOLVED)
    return Told(listed.incidents, silenced.silenced(session, listed.incidents, now), every - len(listed.incidents))


def _incidents(found: Mapping[tuple[str, str], int]) -> Metric:
    named = conventions.INCIDENTS
    family = GaugeMetricFamily(named.name, named.help, labels=named.labels)
    for state in IncidentState:
        for severity in Severity:
            family.add_metric([state.value, severity.value], found.get((state.value, severity.value), 0))
    return family


def _mitigation_families() -> tuple[CounterMetricFamily, GaugeMetricFamily]:
    over, under_way = conventions.MITIGATIONS, conventions.MITIGATIONS_UNDER_WAY
    return (
        CounterMetricFamily(over.name, over.help, labels=over.labels),
        GaugeMetricFamily(under_way.name, under_way.help, labels=under_way.labels),
    )


def _mitigations(found: Mapping[tuple[ActKind, MitigationState], int]) -> Iterator[Metric]:
    """Of all that are kept. They go with their incidents, long after, and the counter begins anew then."""
    over, under_way = _mitigation_families()
    for act in ActKind:
        for state in MitigationState:
            if state.is_over:
                over.add_metric([act.value, state.value], found.get((act, state), 0))
    for state in UNDER_WAY:
        under_way.add_metric([state.value], sum(found.get((act, state), 0) for act in ActKind))
    yield over
    yield under_way


def _last_scan(last: ScanRecord | None) -> Iterator[Metric]:
    for named in _OF_LAST_SCAN:
        family = GaugeMetricFamily(named.name, named.help, labels=named.labels)
        for labels, value in _values(named, last):
            family.add_metric(labels, value)
        yield family


def _values(named: conventions.Metric, last: ScanRecord | None) -> list[tuple[list[str], float]]:
    if last is None or last.summary is None:
        return []
    if named is conventions.SCAN_DURATION:
        return [([stage], float(last.summary["seconds"][stage])) for stage in _STAGES]
    if named in _COST:
        return [] if last.cost is None else [([], float(last.cost[_COST[named]]))]
    value = {
        conventions.SCAN_SAMPLES: last.summary["samples"],
        conventions.SCAN_CONTAINERS: last.summary["containers"],
        conventions.SCAN_COMPLETE: last.complete,
        conventions.SCAN_LAST_SUCCESS: last.finished_at,
    }[named]
    return [([], float(value or 0))]

"""What the service tells Prometheus about itself."""

from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from alert_rules import conventions
from app.domain.finding import Severity
from app.domain.incident import IncidentState
from app.domain.scan import ScanReport, ScanState
from app.errors import StorageError
from app.storage import incidents
from app.storage.engine import reading
from app.storage.scans import Outcome

_STAGES = ("plan", "read", "judge", "record")


class ServiceMetrics:
    """The metrics of one service, in a registry of their own."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self._duration = self._gauge(conventions.SCAN_DURATION)
        self._samples = self._gauge(conventions.SCAN_SAMPLES)
        self._containers = self._gauge(conventions.SCAN_CONTAINERS)
        self._complete = self._gauge(conventions.SCAN_COMPLETE)
        self._last_success = self._gauge(conventions.SCAN_LAST_SUCCESS)
        named = conventions.SCANS
        self._scans = Counter(named.name, named.help, named.labels, registry=self.registry)
        for state in (ScanState.SUCCEEDED, ScanState.FAILED, ScanState.ABANDONED):
            self._scans.labels(state.value)
        named = conventions.HTTP_REQUESTS
        self.requests = Histogram(named.name, named.help, named.labels, registry=self.registry)
        self._gauge(conventions.BUILD_INFO).labels(version("leakwatch")).set(1)
        self.registry.register(_IncidentCounts(engine))

    def observe(self, scan_id: int, outcome: Outcome, report: ScanReport | None) -> None:
        """Take note of how a scan ended."""
        self._scans.labels(outcome.state.value).inc()
        if report is None:
            return
        for stage in _STAGES:
            self._duration.labels(stage).set(getattr(report.seconds, stage))
        self._samples.set(report.samples)
        self._containers.set(report.containers)
        self._complete.set(report.complete)
        self._last_success.set(outcome.finished_at)

    def _gauge(self, metric: conventions.Metric) -> Gauge:
        return Gauge(metric.name, metric.help, metric.labels, registry=self.registry)


class _IncidentCounts(Collector):
    """Counts in the database, asked when Prometheus asks. Where it cannot be asked they are absent, not zero."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        named = conventions.INCIDENTS
        family = GaugeMetricFamily(named.name, named.help, labels=named.labels)
        try:
            with reading(self._engine) as session:
                found = {(state, severity): count for state, severity, count in incidents.counts(session)}
        except StorageError:
            yield family
            return
        for state in IncidentState:
            for severity in Severity:
                family.add_metric([state.value, severity.value], found.get((state.value, severity.value), 0))
        yield family

    def describe(self) -> Iterator[Metric]:
        named = conventions.INCIDENTS
        yield GaugeMetricFamily(named.name, named.help, labels=named.labels)

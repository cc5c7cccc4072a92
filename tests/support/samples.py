"""A source for tests that holds samples as a server does: what it answers depends on when it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.finding import Workload
from app.domain.scan import Problem
from app.errors import SourceError
from app.prometheus.assemble import LOOKBACK_SECONDS, assemble
from app.prometheus.batching import cut_into_batches
from app.prometheus.needless_load import needs_no_load
from app.prometheus.series import RawSeries
from app.prometheus.source import Batch, ContainerRef, Control, LabelSet, Plan, Reading, ScanRequest
from app.settings import MetricNames
from detectors.panel import Floats, History

NAMES = MetricNames()


@dataclass(frozen=True)
class Stored:
    """One series: at `arrived` each sample came in, unix seconds."""

    metric: str
    labels: LabelSet
    times: Floats
    values: Floats
    arrived: Floats

    @property
    def pod(self) -> str:
        return self.labels["pod"]


@dataclass
class SampleSource:
    """Answers from what has arrived by `now`; remembers how many columns were read of which pods.

    failing: pods whose batch cannot be read; partial: pods that are read in part
    two_passes: CPU is read only where memory moves, unless a request wants it of all
    """

    stored: Sequence[Stored]
    now: float = np.inf
    failing: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
    max_samples: int = 10**9
    two_passes: bool = False
    asked: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    name: str = "samples"
    _load_of_all: bool = True

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        self._load_of_all = request.load_of_all or not self.two_passes
        pods = {one.pod for one in self._arrived() if _within(one, request.grid.start, request.grid.end)}
        refs = [ContainerRef("shop", pod, "app", Workload("Deployment", pod.partition("-")[0])) for pod in sorted(pods)]
        return Plan(request.grid, cut_into_batches(refs, request.grid.steps, self.max_samples))

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        pods = tuple(ref.pod for ref in batch.containers)
        self.asked.append((plan.grid.steps, pods))
        if self.failing.intersection(pods):
            raise SourceError("down")
        partial = [row for row, pod in enumerate(pods) if pod in self.partial]
        series = []
        # A server promises no order.
        for one in reversed(self._arrived()):
            near = (one.times >= plan.grid.start - LOOKBACK_SECONDS) & (one.times <= plan.grid.end)
            if near.any():
                series.append(RawSeries(one.metric, one.labels, one.times[near], one.values[near]))
        problems = [Problem("server_warning", "some of it is missing")] if partial else []
        reading = assemble(series, batch.containers, plan.grid, NAMES, problems=problems, unread=partial)
        return reading if self._load_of_all else _without_needless_load(reading)

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]] | None:
        return None

    def close(self) -> None:
        pass

    def _arrived(self) -> list[Stored]:
        there = [(one, one.arrived <= self.now) for one in self.stored]
        return [
            replace(one, times=one.times[in_], values=one.values[in_], arrived=one.arrived[in_])
            for one, in_ in there
            if in_.any()
        ]


def _without_needless_load(reading: Reading) -> Reading:
    panel = reading.panel
    members = {"working_set": panel.working_set, "rss": panel.rss, "cache": panel.cache}
    still = needs_no_load(members, None, panel.limit, panel.grid)
    cpu = np.where(still[:, None], np.nan, panel.cpu)
    return replace(reading, panel=replace(panel, cpu=cpu), unasked=frozenset(np.flatnonzero(still).tolist()))


def _within(one: Stored, start: float, end: float) -> bool:
    return one.metric in {NAMES.rss, NAMES.working_set} and bool(((one.times >= start) & (one.times <= end)).any())


def pod_series(
    pod: str,
    times: Floats,
    memory: Floats,
    *,
    late_seconds: float = 0.0,
    container_id: str = "/a",
    limit: float | None = 1e9,
) -> list[Stored]:
    """All that a cluster tells of a pod whose memory is this at these times."""
    labels = {"namespace": "shop", "pod": pod, "container": "app"}
    own = {**labels, "id": container_id}
    arrived = times + late_seconds
    told = {
        NAMES.rss: (own, memory),
        NAMES.working_set: (own, memory * 1.1),
        NAMES.cpu: ({**own, "cpu": "total"}, np.arange(times.size) * 7.3),
        NAMES.start_time: (own, np.full(times.size, times[0] if times.size else 0.0)),
        NAMES.restarts: (labels, np.full(times.size, float(len(container_id)))),
    }
    if limit is not None:
        told[NAMES.limit] = ({**labels, "resource": "memory"}, np.full(times.size, limit))
    return [Stored(metric, of, times, values, arrived) for metric, (of, values) in told.items()]

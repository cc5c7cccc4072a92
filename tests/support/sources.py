"""A source for tests: workloads with a memory of their own, which may fail when they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.domain.finding import Workload
from app.domain.scan import Problem
from app.prometheus.assemble import assemble
from app.prometheus.series import RawSeries
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading, ScanRequest
from app.settings import MetricNames
from detectors.panel import Floats, History

NAMES = MetricNames()


@dataclass
class FakeSource:
    """Each workload has one pod and is a batch; its memory is bytes on the request's grid, or an error to raise."""

    memory: Mapping[str, Floats | Exception]
    problems: tuple[Problem, ...] = ()
    unread: frozenset[str] = frozenset()
    past: History | Exception | None = None
    asked_history: list[str] = field(default_factory=list)
    name: str = "fake"

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        refs = [ContainerRef("shop", f"{name}-0", "app", Workload("Deployment", name), "v1") for name in self.memory]
        return Plan(request.grid, tuple(Batch((ref,)) for ref in refs))

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        ref = batch.containers[0]
        memory = self.memory[ref.workload.name]
        if isinstance(memory, Exception):
            raise memory
        labels = {"namespace": "shop", "pod": ref.pod, "container": "app"}
        known = np.isfinite(memory)
        times = plan.grid.times[known]
        series = [
            RawSeries(NAMES.rss, labels, times, memory[known]),
            RawSeries(NAMES.start_time, labels, times, np.full(times.size, plan.grid.start - 86_400)),
        ]
        unread = [0] if ref.workload.name in self.unread else []
        return assemble(
            series, batch.containers, plan.grid, NAMES, lookback_seconds=0.0, problems=self.problems, unread=unread
        )

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]] | None:
        self.asked_history += [one.workload.name for one in containers]
        if isinstance(self.past, Exception):
            raise self.past
        return None if self.past is None else (self.past, ())

    def close(self) -> None:
        pass

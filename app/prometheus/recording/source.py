"""A recording as a source of memory series."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain.scan import Problem
from app.errors import RecordingError
from app.prometheus.assemble import assemble
from app.prometheus.batching import cut_into_batches
from app.prometheus.members import container_key
from app.prometheus.ownership import Ownership, SeenContainer, usable_refs
from app.prometheus.recording.content import Content
from app.prometheus.recording.matchers import all_accept, parse_matchers
from app.prometheus.series import RawSeries
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading, ScanRequest
from app.settings import MetricNames
from detectors.panel import History

_BATCH_SAMPLES = 2_000_000
_HISTORY_STEP_SECONDS = 1800.0

_Key = tuple[str, str, str]


class RecordingSource:
    """All of a file's series, held in memory. What lies before the window is its history."""

    name = "recording"

    def __init__(self, content: Content, names: MetricNames, where: str) -> None:
        self._names = names
        self._where = where
        self._series: dict[_Key, list[RawSeries]] = defaultdict(list)
        for series in content.series:
            key = container_key(series.labels)
            # An empty container is a pod's cgroup slice, POD its sandbox.
            if all(key) and key[2] != "POD" and series.times.size:
                self._series[key].append(series)
        known = Ownership.from_label_sets(
            content.labels[names.pod_owner], content.labels[names.replicaset_owner], content.labels[names.job_owner]
        )
        self._ownership = Ownership({**known.pods, **content.owners}, known.replicasets, known.jobs)
        self._images = {container_key(one): one.get("image", "") for one in content.labels[names.container_info]}
        self._window = self._span()

    def window(self) -> tuple[float, float]:
        """Unix seconds of the first and the last sample of memory."""
        return self._window

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """The containers with memory samples in the window that are meant. Raises RecordingError, UsageError."""
        matchers = parse_matchers(request.selector)
        seen: list[SeenContainer] = []
        for key in sorted(self._series):
            control.check()
            labels = self._labels(key)
            meant = (not request.namespaces or key[0] in request.namespaces) and all_accept(matchers, labels)
            if meant and any(self._in_window(one, request) for one in self._memory(key)):
                image = self._images.get(key) or labels.get("image") or None
                seen.append(SeenContainer(*key, image=image, node=labels.get("node")))
        if not seen:
            raise RecordingError(
                f"{self._where}: no container memory between the window's ends that --namespace and --selector mean",
                "leave out --end, or check the names",
            )
        refs, odd = usable_refs(seen, replace(self._ownership, known=request.owners))
        return Plan(request.grid, cut_into_batches(refs, request.grid.steps, _BATCH_SAMPLES), odd)

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """The batch's series on the plan's grid."""
        control.check()
        series = (one for container in batch.containers for one in self._series[_key(container)])
        return assemble(series, batch.containers, plan.grid, self._names)

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]]:
        """The lowest and highest resident memory of each half hour before the window."""
        step, blocks = _HISTORY_STEP_SECONDS, int(seconds // _HISTORY_STEP_SECONDS)
        low, high = np.full((2, len(containers), blocks), np.nan)
        begin = plan.grid.start - blocks * step
        for row, container in enumerate(containers):
            control.check()
            for one in self._series[_key(container)]:
                if one.metric != self._names.rss:
                    continue
                before = (one.times >= begin) & (one.times < plan.grid.start) & np.isfinite(one.values)
                block = ((one.times[before] - begin) // step).astype(np.int64)
                np.fmin.at(low[row], block, one.values[before])
                np.fmax.at(high[row], block, one.values[before])
        return History(step, low, high), ()

    def close(self) -> None:
        """Nothing is open: the file was read whole."""

    def _memory(self, key: _Key) -> list[RawSeries]:
        return [one for one in self._series[key] if one.metric in {self._names.working_set, self._names.rss}]

    def _labels(self, key: _Key) -> dict[str, str]:
        namespace, pod, container = key
        merged = {name: value for one in self._memory(key) for name, value in one.labels.items()}
        workload = self._ownership.workload_of(namespace, pod).name
        return {"workload": workload, **merged, "namespace": namespace, "pod": pod, "container": container}

    def _in_window(self, series: RawSeries, request: ScanRequest) -> bool:
        first, last = np.searchsorted(series.times, (request.grid.start, request.grid.end + 0.01))
        return bool(last > first)

    def _span(self) -> tuple[float, float]:
        memory = [one for key in self._series for one in self._memory(key)]
        if not memory:
            raise RecordingError(
                f"{self._where}: no container memory in it",
                f"it must hold {self._names.working_set} or {self._names.rss}",
            )
        return min(float(one.times[0]) for one in memory), max(float(one.times[-1]) for one in memory)


def _key(container: ContainerRef) -> _Key:
    return container.namespace, container.pod, container.container

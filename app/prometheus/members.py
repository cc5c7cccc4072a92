"""What becomes of a metric's series in the panel, whatever source they come from."""

from dataclasses import dataclass, field

import numpy as np

from app.prometheus.source import LabelSet
from app.settings import MetricNames
from detectors.panel import Floats

# Prometheus takes the last sample of up to five minutes before for the value at a time (its lookback delta).
LOOKBACK_SECONDS = 300.0

# Of these a source that sees every sample gives the lowest of each step: a leak is told by its floor.
MEMORY = frozenset({"working_set", "rss", "cache"})

# All labels that are looked at here.
LABELS = ("namespace", "pod", "pod_name", "container", "container_name", "id", "uid", "resource", "cpu", "reason")


def members_by_metric(metrics: MetricNames) -> dict[str, str]:
    """The panel's member that each metric becomes; `spec_limit` becomes a limit where `limit` is silent."""
    return {
        metrics.working_set: "working_set",
        metrics.rss: "rss",
        metrics.cache: "cache",
        metrics.cpu: "cpu",
        metrics.start_time: "start_time",
        metrics.restarts: "restarts",
        metrics.spec_limit: "spec_limit",
        metrics.limit: "limit",
        metrics.terminated: "oom_killed",
    }


@dataclass(slots=True)
class Versions:
    """What one metric says of one container: values on the grid by the instance of the container that said it."""

    by_instance: dict[str, Floats] = field(default_factory=dict)

    def add(self, instance: str, values: Floats) -> None:
        """Of two series of one instance the larger value counts: two Prometheus scrape the same."""
        known = self.by_instance.get(instance)
        self.by_instance[instance] = values if known is None else np.fmax(known, values)

    def merged(self) -> Floats:
        """One series: of two that overlap after a restart the newer counts; of two that scrape the same, the larger.

        cAdvisor reports a container that is gone for up to some four minutes beside the one that took its place.
        """
        instances = list(self.by_instance.values())
        if len(instances) == 1:
            return instances[0]
        result = np.full_like(instances[0], np.nan)
        for values in sorted(instances, key=_span_seen):
            result = np.where(np.isfinite(values), values, result)
        return result


def container_key(labels: LabelSet) -> tuple[str, str, str]:
    """(namespace, pod, container) of a series; old cAdvisors say pod_name and container_name."""
    return (
        labels.get("namespace", ""),
        labels.get("pod") or labels.get("pod_name", ""),
        labels.get("container") or labels.get("container_name", ""),
    )


def instance_of(labels: LabelSet) -> str:
    """Which of a container's runs, or of a pod's namesakes, a series is of."""
    return labels.get("id") or labels.get("uid") or ""


def is_wanted(member: str, labels: LabelSet) -> bool:
    """Whether a series of the member's metric is of what the panel shows."""
    if member == "limit":
        return labels.get("resource", "memory") == "memory"
    if member == "cpu":
        return labels.get("cpu", "total") == "total"
    return True


def rates(counters: Floats, step: float) -> Floats:
    """Cores in use between the grid's steps, along the last axis; a counter that fell has started again from zero."""
    before = np.concatenate((np.full_like(counters[..., :1], np.nan), counters[..., :-1]), axis=-1)
    risen = np.where(counters >= before, counters - before, counters)
    return np.where(np.isfinite(before), risen, np.nan) / step


def oom_indicator(values: Floats, labels: LabelSet) -> Floats:
    """1 where the last termination was an OOM kill, 0 where it was not; a series of another reason says 0."""
    if labels.get("reason") == "OOMKilled":
        return values
    return np.where(values > 0, 0.0, np.nan)


def _span_seen(values: Floats) -> tuple[int, int]:
    """The first column with a value, and the last: of two that were there from the start the newer lasts longer."""
    known = np.flatnonzero(np.isfinite(values))
    return (int(known[0]), int(known[-1])) if known.size else (values.size, 0)

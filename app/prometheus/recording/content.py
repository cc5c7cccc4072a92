"""What a file holds once it has been read, whatever its format."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from app.domain.finding import Workload
from app.prometheus.series import RawSeries
from app.prometheus.source import LabelSet
from app.settings import MetricNames
from detectors.panel import Floats


@dataclass(slots=True)
class Content:
    """Series of samples, label sets of series whose value says nothing (owners, images), and owners told outright."""

    series: list[RawSeries] = field(default_factory=list)
    labels: dict[str, list[LabelSet]] = field(default_factory=lambda: defaultdict(list))
    owners: dict[tuple[str, str], Workload] = field(default_factory=dict)


def sampled_metrics(names: MetricNames) -> frozenset[str]:
    """Names of the metrics whose samples count."""
    return frozenset(
        {
            names.working_set,
            names.rss,
            names.cache,
            names.cpu,
            names.start_time,
            names.spec_limit,
            names.limit,
            names.restarts,
            names.terminated,
        }
    )


def labelled_metrics(names: MetricNames) -> frozenset[str]:
    """Names of the metrics that matter for their labels alone."""
    return frozenset({names.pod_owner, names.replicaset_owner, names.job_owner, names.container_info})


def ordered(metric: str, labels: LabelSet, times: Floats, values: Floats) -> RawSeries:
    """A series with its samples in order of time, the last of several at one time kept."""
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    last = np.append(np.diff(times) > 0, True) if times.size else np.zeros(0, dtype=bool)
    return RawSeries(metric, labels, times[last], values[last])


def cpu_seconds(times: Floats, cores: Floats) -> Floats:
    """The counter that a use of so many cores would have made, as cAdvisor exports it."""
    spans = np.diff(times, prepend=times[:1])
    counter: Floats = np.cumsum(np.where(np.isfinite(cores), cores, 0.0) * spans)
    return counter

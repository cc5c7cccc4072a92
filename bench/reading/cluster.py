"""A cluster's worth of series, written into a real Prometheus in time order, as its scrapes would write them."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import requests
from numpy.typing import NDArray

from bench.reading import labels
from demo.load import encoded_labels, encoded_samples, encoded_series, send

# A kubelet is scraped every half minute; what hardly changes is told every two minutes, which Prometheus reads alike.
_OFTEN_SECONDS, _SELDOM_SECONDS = 30.0, 120.0
_SLICE_SECONDS = 3600.0
_GRID_SECONDS = 300.0
_LARGEST_MESSAGE = 4 * 2**20
_DAY = 86_400.0
_MIB = 1024.0**2
_PAGE = 4096.0
_LEAKING_RATIO = 0.05

Floats = NDArray[np.float64]
_Values = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Cluster:
    """So many containers, three to a workload. begin, end: unix seconds of the first and the last sample."""

    containers: int
    begin: float
    end: float
    seed: int = 0


class _Memory:
    """What the containers of a cluster hold. Values have shape (containers, times)."""

    def __init__(self, cluster: Cluster) -> None:
        rng = np.random.default_rng(cluster.seed)
        rows = cluster.containers
        workload = np.arange(rows) // labels.REPLICAS
        level = np.exp(rng.uniform(np.log(20), np.log(2000), workload[-1] + 1)) * _MIB
        leaks = rng.random(workload[-1] + 1) < _LEAKING_RATIO
        self._begin = cluster.begin
        self._level, self._leaks = level[workload, None], leaks[workload, None]
        self._phase = rng.uniform(0, 2 * np.pi, (rows, 1))
        self._cores = rng.uniform(0.05, 0.8, (rows, 1))
        self.started = cluster.begin - rng.uniform(1, 20, (rows, 1)) * _DAY
        self.limit = 3 * self._level

    def _daily(self, times: Floats) -> Floats:
        return np.asarray(np.sin(times / _DAY * 2 * np.pi + self._phase))

    def rss(self, times: Floats) -> Floats:
        """Whole pages, with noise that compresses no better than a real container's."""
        noise = np.random.default_rng(int(times[0])).normal(0, 0.004, (self._level.size, times.size))
        growth = self._leaks * (times - self._begin) / _DAY * 0.5
        return np.asarray(np.rint(self._level * (1 + 0.1 * self._daily(times) + growth + noise) / _PAGE) * _PAGE)

    def working_set(self, times: Floats) -> Floats:
        """RSS, and the page cache that is in use."""
        return self.rss(times) + np.rint(0.2 * self._level / _PAGE) * _PAGE

    def cache(self, times: Floats) -> Floats:
        """Page cache."""
        return np.asarray(np.rint(0.3 * self._level * (1 + 0.05 * self._daily(times)) / _PAGE) * _PAGE)

    def cpu(self, times: Floats) -> Floats:
        """CPU seconds since the start."""
        return np.asarray(self._cores * (times - self.started + 8_000 * self._daily(times)))


def fill(url: str, cluster: Cluster, told: Callable[[float], None] = lambda share: None) -> int:
    """Write all series of a cluster; how many samples there were. told: how much of it is done, 0 to 1."""
    metrics = [
        ([encoded_labels({"__name__": name, **named(row)}) for row in range(cluster.containers)], every, values)
        for name, every, named, values in _metrics(cluster)
    ]
    samples = 0
    with requests.Session() as session:
        for start in np.arange(cluster.begin, cluster.end, _SLICE_SECONDS):
            until = min(start + _SLICE_SECONDS, cluster.end)
            for heads, every, values in metrics:
                times = np.arange(start, until, every)
                samples += _write(session, url, heads, times, values(times))
            told((until - cluster.begin) / (cluster.end - cluster.begin))
    return samples


def latest(hours: float) -> tuple[float, float]:
    """A span of so many hours that ends now, on whole five minutes. Unix seconds."""
    end = time.time() // _GRID_SECONDS * _GRID_SECONDS
    return end - hours * 3600, end


def _write(session: requests.Session, url: str, heads: list[bytes], times: Floats, values: Floats) -> int:
    message = bytearray()
    for head, row in zip(heads, values, strict=True):
        message += encoded_series(head + encoded_samples(times, row))
        if len(message) > _LARGEST_MESSAGE:
            send(session, url, bytes(message))
            message.clear()
    if message:
        send(session, url, bytes(message))
    return int(values.size)


def _metrics(cluster: Cluster) -> list[tuple[str, float, Callable[[int], dict[str, str]], _Values]]:
    """What a verdict needs: name, seconds between samples, labels of a row, values of all rows."""
    memory = _Memory(cluster)

    def steady(value: Floats | float) -> _Values:
        return lambda times: np.broadcast_to(np.asarray(value, dtype=np.float64), (cluster.containers, times.size))

    often, seldom = _OFTEN_SECONDS, _SELDOM_SECONDS
    return [
        ("container_memory_rss", often, labels.cadvisor, memory.rss),
        ("container_memory_working_set_bytes", often, labels.cadvisor, memory.working_set),
        ("container_memory_cache", often, labels.cadvisor, memory.cache),
        ("container_cpu_usage_seconds_total", often, labels.cpu, memory.cpu),
        ("container_start_time_seconds", seldom, labels.cadvisor, steady(memory.started)),
        ("container_spec_memory_limit_bytes", seldom, labels.cadvisor, steady(memory.limit)),
        ("kube_pod_container_resource_limits", seldom, labels.limit, steady(memory.limit)),
        ("kube_pod_container_status_restarts_total", seldom, labels.state, steady(0.0)),
        ("kube_pod_container_info", seldom, labels.info, steady(1.0)),
        ("kube_pod_owner", seldom, labels.owner, steady(1.0)),
        ("kube_replicaset_owner", seldom, labels.replicaset_owner, steady(1.0)),
    ]

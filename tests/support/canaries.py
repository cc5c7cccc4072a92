"""Rollouts as a real Prometheus would have scraped them: a stable revision's pods, and a canary's."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from demo.load import Series, series_of
from detectors.panel import Floats
from tests.support.rollouts import STEP_SECONDS

SINCE_HOURS = 6.0


def revision(
    workload: str,
    version: str,
    shape: Callable[[Floats], Floats],
    now: float,
    *,
    hours: float = SINCE_HOURS,
    ended_hours_ago: float = 0.0,
    pods: Iterable[int] = (0, 1),
    container: str = "app",
    cpu: bool = True,
    stateful: bool = False,
) -> Iterator[Series]:
    """The series of the pods of one revision in namespace shop, a sample each half minute up to now, unix seconds.

    shape: bytes by age in hours; pods: by number; stateful: a StatefulSet's, which keep their names, not a Deployment's
    """
    count = int(hours * 3600 / STEP_SECONDS)
    begin = now // STEP_SECONDS * STEP_SECONDS - ended_hours_ago * 3600 - (count - 1) * STEP_SECONDS
    for number in pods:
        rng = np.random.default_rng([number, count])
        memory = shape(np.arange(count) * STEP_SECONDS / 3600) + rng.normal(0.0, 2e5, count)
        row = {
            "namespace": "shop",
            "workload": workload,
            "version": version,
            "pod": f"{workload}-{number}" if stateful else f"{workload}-{template_of(version)}-{'bcdfg'[number] * 5}",
            "container": container,
            "node": "node-a",
            "limit_bytes": 1024.0**3,
            "t0": begin,
            "step_s": STEP_SECONDS,
            "working_set": memory,
            "rss": memory * 0.97,
            "cache": np.full(count, 1e6),
            "start_time": np.full(count, begin - 5.0),
            "restarts": np.zeros(count),
            "cpu": np.full(count, 0.1) + rng.normal(0.0, 0.005, count),
        }
        for one in series_of(row, 0.0):
            name = one.labels["__name__"]
            if name == "kube_pod_owner" and stateful:
                yield replace(one, labels={**one.labels, "owner_kind": "StatefulSet", "owner_name": workload})
            elif not (name == "kube_replicaset_owner" and stateful) and (cpu or "_cpu_" not in name):
                yield one


def template_of(version: str) -> str:
    """The hash of the template of a version, of letters that Kubernetes might have chosen."""
    letters = "bcdfghjklmnpqrstvwxz2456789"
    return "".join(letters[(ord(version[-1]) * 7 + 5 * place) % len(letters)] for place in range(9))


def joined(series: Iterable[Series]) -> list[Series]:
    """Each series once: containers of one pod say the same of its owner, and a pod that keeps its name goes on."""
    found: dict[tuple[tuple[str, str], ...], list[Series]] = {}
    for one in series:
        found.setdefault(tuple(sorted(one.labels.items())), []).append(one)
    return [_joined(these) for these in found.values()]


def _joined(these: list[Series]) -> Series:
    times, first = np.unique(np.concatenate([one.times for one in these]), return_index=True)
    return Series(these[0].labels, times, np.concatenate([one.values for one in these])[first])

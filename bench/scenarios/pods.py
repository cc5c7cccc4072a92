"""Which pods there are, when, of which revision: deploys, evictions, scaling, jobs."""

from dataclasses import dataclass, field

import numpy as np

from bench.scenarios.allocator import high_water
from bench.scenarios.clock import HOUR
from bench.scenarios.rng import between, spread
from detectors.panel import Floats


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod from `start` to `end` (unix s, infinite when it outlives the window); `restarts` are those planned."""

    replica: int
    revision: int
    start: float
    end: float
    restarts: tuple[float, ...] = field(default=())


def deployment(
    rng: np.random.Generator, replicas: int, born: float, deploys: list[float], jitter_seconds: float = 0.0
) -> list[Pod]:
    """Pods of a Deployment that first started about `born`: each deploy replaces them one after the other."""
    stagger = spread(rng, 15, 240)
    starts = [born, *sorted(deploys)]
    pods = []
    for revision, at in enumerate(starts):
        order = rng.permutation(replicas)
        for replica in range(replicas):
            late = float(order[replica]) * stagger + between(rng, 0, 20)
            start = at + late + (between(rng, 0, jitter_seconds) if revision == 0 else 0.0)
            if revision + 1 == len(starts):
                end = np.inf
            else:
                end = max(starts[revision + 1] + late + spread(rng, 10, 60), start + 60)
            pods.append(Pod(replica, revision, start, end))
    return pods


def evicted(rng: np.random.Generator, pods: list[Pod], when: float) -> list[Pod]:
    """One pod that runs at that time moves to another node: ended, and started anew within minutes."""
    running = [index for index, pod in enumerate(pods) if pod.start + 600 < when < pod.end - 600]
    if not running:
        return pods
    chosen = int(rng.choice(running))
    pod = pods[chosen]
    again = Pod(pod.replica, pod.revision, when + spread(rng, 15, 900), pod.end)
    return [*pods[:chosen], Pod(pod.replica, pod.revision, pod.start, when), again, *pods[chosen + 1 :]]


def restarted(rng: np.random.Generator, pods: list[Pod], when: float) -> list[Pod]:
    """One container that runs at that time is started anew in its pod: a crash, a failed probe."""
    running = [index for index, pod in enumerate(pods) if pod.start + 600 < when < pod.end - 600]
    if not running:
        return pods
    chosen = int(rng.choice(running))
    pod = pods[chosen]
    again = Pod(pod.replica, pod.revision, pod.start, pod.end, tuple(sorted((*pod.restarts, when))))
    return [*pods[:chosen], again, *pods[chosen + 1 :]]


def scaled(rng: np.random.Generator, times: Floats, wanted: Floats, hold_seconds: float) -> list[Pod]:
    """Pods of a Deployment under an autoscaler: `wanted` pods at each time; pods go only after a time of calm."""
    step = float(times[-1] - times[-2])
    alive = high_water(wanted, max(int(hold_seconds / step), 1)).astype(np.int64)
    pods = []
    for replica in range(int(alive.max())):
        up = np.concatenate([[False], alive > replica, [False]])
        edges = np.flatnonzero(np.diff(up.astype(np.int8)))
        for low, high in edges.reshape(-1, 2):
            start = times[low] + between(rng, 5, 50)
            pods.append(Pod(replica, 0, start, np.inf if high >= times.size else float(times[high])))
    return pods


def jobs(rng: np.random.Generator, first: float, last: float, every: float, length: float) -> list[Pod]:
    """Pods of a CronJob: each runs for about `length` seconds and is gone."""
    at = first + every * rng.random()
    pods = []
    while at < last:
        pods.append(Pod(0, 0, at, at + length * float(np.exp(0.3 * rng.standard_normal()))))
        at += every
    return pods


def regular(rng: np.random.Generator, start: float, end: float, every_hours: tuple[float, float]) -> list[float]:
    """Times of deploys that follow each other after a number of hours between the two."""
    times = []
    at = start + HOUR * between(rng, 0, every_hours[1])
    while at < end:
        times.append(at)
        at += HOUR * between(rng, *every_hours)
    return times

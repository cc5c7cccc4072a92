"""Leaks told by which pods and lifetimes they show in."""

import numpy as np

from bench.scenarios import leaking, pods
from bench.scenarios.clock import HOUR, START
from bench.scenarios.family import Family
from bench.scenarios.leaks import pace, somewhere
from bench.scenarios.rng import between, pick, spread
from bench.scenarios.scaling import autoscale
from bench.scenarios.simulate import peak_without_leak
from bench.scenarios.workload import Workload, ordinary

_ROWS_AT_MOST = 150


def _since_deploy(rng: np.random.Generator, hours: float, step: float) -> Workload:
    at = START + between(rng, 0.15, 0.8) * hours * HOUR
    earlier = [START + between(rng, 0.02, 0.1) * hours * HOUR] if rng.random() < 0.3 else []
    w = ordinary(rng, hours, step, age_hours=(0.1 * hours, 8 * hours), deploys=[*earlier, at], events=0.1)
    w.suspect = len(earlier) + 1
    w.leaks = lambda pod: pod.revision >= len(earlier) + 1
    w.onset = at
    left = (w.clock.end - at) / HOUR
    rate = w.level * spread(rng, 0.05, 1.0) / left
    w.leak = pick(rng, [leaking.by_clock, leaking.by_request])(rate, w.onset)
    somewhere(w)
    return w


def _one_replica(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1 * hours, 2.5 * hours), replicas=(3, 12), events=0.1)
    w.leaks = lambda pod: pod.replica == 0
    w.leak = leaking.by_request(pace(w, 0.08, 1.2), w.onset)
    somewhere(w)
    return w


def _few_replicas(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1 * hours, 2.5 * hours), replicas=(5, 12), events=0.1)
    bad = int(rng.integers(2, 4))
    w.leaks = lambda pod: pod.replica < bad
    w.leak = leaking.by_clock(pace(w, 0.06, 1.0), w.onset)
    somewhere(w)
    return w


def _daily_deploys(rng: np.random.Generator, hours: float, step: float) -> Workload:
    at = START + HOUR * between(rng, 0, 24)
    deploys = [at + 24 * HOUR * day + HOUR * rng.normal(0, 0.7) for day in range(-3, int(hours / 24) + 1)]
    w = ordinary(rng, hours, step, age_hours=(100, 120), deploys=deploys, replicas=_few(deploys), events=0.1)
    w.leak = leaking.by_request(w.level * spread(rng, 0.06, 0.8) / 24, w.onset)
    somewhere(w)
    return w


def _frequent_deploys(rng: np.random.Generator, hours: float, step: float) -> Workload:
    every = between(rng, 3, 6.5)
    deploys = pods.regular(rng, START - 24 * HOUR, START + hours * HOUR, (0.8 * every, 1.2 * every))
    w = ordinary(rng, hours, step, age_hours=(25, 30), deploys=deploys, replicas=_few(deploys), events=0.0)
    w.leak = leaking.by_request(w.level * spread(rng, 0.05, 0.6) / every, w.onset)
    somewhere(w)
    return w


def _few(deploys: list[float]) -> tuple[int, int]:
    return (1, max(1, min(6, _ROWS_AT_MOST // max(len(deploys), 1))))


def _oom_loop(rng: np.random.Generator, hours: float, step: float) -> Workload:
    return _oom(rng, hours, step, between(rng, 8 / 60, 0.5), (1, 2))


def _oom_hours(rng: np.random.Generator, hours: float, step: float) -> Workload:
    return _oom(rng, hours, step, between(rng, 3, 12), (1, 8))


def _oom_days(rng: np.random.Generator, hours: float, step: float) -> Workload:
    return _oom(rng, hours, step, between(rng, 22, 46), (1, 6))


def _oom(rng: np.random.Generator, hours: float, step: float, life_hours: float, replicas: tuple[int, int]) -> Workload:
    """A leak that reaches the limit about every so many hours; replicas are apart by as much."""
    w = ordinary(rng, hours, step, age_hours=(0.05 * life_hours, life_hours), replicas=replicas, events=0.1)
    spreads = rng.uniform(0, 0.8 * life_hours * HOUR, len(w.pods))
    w.pods = [
        pods.Pod(pod.replica, pod.revision, pod.start + late, pod.end, pod.restarts)
        for pod, late in zip(w.pods, spreads, strict=True)
        if pod.start + late + HOUR < pod.end
    ]
    room = w.level * spread(rng, 0.15, 3.0)
    w.limit = peak_without_leak(w) * 1.02 + room
    w.kills, w.must_end, w.life_hours = True, True, life_hours
    w.leak = pick(rng, [leaking.by_clock, leaking.by_request])(room / life_hours, w.onset)
    w.place = "native"
    return w


def _autoscaled(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.2 * hours, hours), peaks=(2.0, 8.0), by_load=(0.05, 0.3), events=0.0)
    autoscale(w)
    w.leak = leaking.by_request(pace(w, 0.15, 1.2), w.onset)
    somewhere(w)
    return w


def _heap_exhausted(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """The runtime's own bound is reached before the container's: the process gives up, and nothing is OOM-killed."""
    w = _oom(rng, hours, step, spread(rng, 2.0, 0.7 * hours), (1, 6))
    w.kills_itself = True
    return w


FAMILIES = (
    Family(
        "leak_since_deploy", True, "A revision rolled out in the window leaks, the one before did not.", _since_deploy
    ),
    Family("leak_one_replica", True, "One replica of many leaks.", _one_replica),
    Family("leak_few_replicas", True, "Two or three of many replicas leak.", _few_replicas),
    Family("leak_daily_deploys", True, "A deploy every day cuts it short.", _daily_deploys),
    Family("leak_frequent_deploys", True, "A deploy every 3 to 8 hours cuts it short.", _frequent_deploys),
    Family("leak_oom_minutes", True, "Killed at the limit every 8 to 30 minutes.", _oom_loop),
    Family("leak_oom_hours", True, "Killed at the limit every 3 to 12 hours.", _oom_hours),
    Family("leak_oom_days", True, "Reaches the limit every one or two days.", _oom_days),
    Family("leak_autoscaled", True, "Pods come and go with load, and leak while they are there.", _autoscaled),
    Family("leak_heap_exhausted", True, "The runtime's own bound ends it: restarts, no OOM kills.", _heap_exhausted),
)

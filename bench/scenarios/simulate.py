"""Running a workload: pod after pod, lifetime after lifetime, with the limit enforced as the kernel does."""

from dataclasses import dataclass

import numpy as np

from bench.scenarios.clock import HOUR
from bench.scenarios.life import Life, Part
from bench.scenarios.pods import Pod
from bench.scenarios.rng import between
from bench.scenarios.workload import Workload
from detectors.panel import Floats

_BACK_OFF_SECONDS = (10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
_CALM_SECONDS = 600.0


@dataclass(slots=True)
class Trace:
    """A pod's memory on steps low to high of the clock, shape (high - low,), NaN where no container runs.

    lost: bytes leaked; leaked: by how many that raises what is seen (a heap hides some, or adds to them)
    lives: (low, high, started), steps of the trace and unix s; kills: unix s of OOM kills in the window
    """

    pod: Pod
    low: int
    high: int
    anon: Floats
    kernel: Floats
    file: Floats
    cpu: Floats
    lost: Floats
    leaked: Floats
    start_time: Floats
    restarts: Floats
    oom_killed: Floats
    lives: list[tuple[int, int, float]]
    kills: list[float]


def simulate(w: Workload) -> list[Trace]:
    """A trace of each pod that is seen in the window, in the order of their start."""
    traces = []
    for pod in sorted(w.pods, key=lambda one: (one.start, one.replica)):
        low, high = (int(index) for index in np.searchsorted(w.clock.times, [pod.start, pod.end]))
        if high > max(low, w.clock.first):
            traces.append(_run(w, pod, low, high))
    return traces


def peak_without_leak(w: Workload) -> float:
    """Bytes a pod uses at most when nothing leaks and nothing is killed, from one trial run."""
    pod = w.pods[0]
    low = int(np.searchsorted(w.clock.times, pod.start))
    high = w.clock.times.size
    low = min(low, high - 2)
    memory = _live(w, pod, (low, high), min(pod.start, float(w.clock.times[low])), leaking=False)
    return float(np.max(memory.anon + memory.kernel))


@dataclass(slots=True)
class _Memory:
    anon: Floats
    kernel: Floats
    file: Floats
    cpu: Floats
    lost: Floats
    leaked: Floats


def _run(w: Workload, pod: Pod, low: int, high: int) -> Trace:
    size = high - low
    unknown = [np.full(size, np.nan) for _ in range(8)]
    anon, kernel, file, cpu, lost, leaked, start_time, oom_killed = unknown
    trace = Trace(pod, low, high, anon, kernel, file, cpu, lost, leaked, start_time, np.zeros(size), oom_killed, [], [])
    started, at, failures = pod.start, low, 0
    while at < high:
        planned = next((time for time in pod.restarts if time > started), np.inf)
        stop = min(high, int(np.searchsorted(w.clock.times, planned)))
        memory, end, killed = _until_killed(w, pod, (at, max(stop, at + 1)), started)
        part = slice(at - low, end - low)
        for name in ("anon", "kernel", "file", "cpu", "lost", "leaked"):
            getattr(trace, name)[part] = getattr(memory, name)[: end - at]
        start_time[part] = started
        trace.lives.append((at - low, end - low, started))
        if end >= high and not killed:
            break
        over = between(w.rng, w.clock.times[end - 1], w.clock.times[min(end, w.clock.times.size - 1)])
        if killed and not w.kills_itself and over >= w.clock.start:
            trace.kills.append(over)
        failures = failures + 1 if killed and over - started < _CALM_SECONDS else 0
        delay = between(w.rng, 1, 6) + (_BACK_OFF_SECONDS[min(failures - 1, 5)] if failures else 0.0)
        trace.restarts[end - low :] += 1
        oom_killed[end - low :] = float(killed and not w.kills_itself)
        started = over + delay
        at = max(int(np.searchsorted(w.clock.times, started)), end)
    return trace


def _until_killed(w: Workload, pod: Pod, steps: tuple[int, int], started: float) -> tuple[_Memory, int, bool]:
    """The memory of one life, the step at which it ends, and whether the limit ended it."""
    low, high = steps
    leaking = w.leak is not None and w.leaks(pod)
    near = high
    if w.kills and np.isfinite(w.life_hours):
        near = min(high, int(np.searchsorted(w.clock.times, started + 3 * w.life_hours * HOUR)) + 4)
    for stop in (near, high):
        memory = _live(w, pod, (low, max(stop, low + 1)), started, leaking)
        if not w.kills:
            return memory, high, False
        over = np.flatnonzero(memory.anon + memory.kernel > w.limit)
        if over.size:
            return memory, low + max(int(over[0]), 1), True
        if stop == high:
            break
    return memory, high, False


def _live(w: Workload, pod: Pod, steps: tuple[int, int], started: float, leaking: bool) -> _Memory:
    times, dt = w.clock.times[slice(*steps)], w.clock.dt[slice(*steps)]
    seeds = w.rng.integers(2**62, size=3)
    own_share = 1 + 0.08 * np.random.default_rng([int(seeds[2])]).standard_normal()
    load = w.load[slice(*steps)] * max(own_share, 0.5)
    if w.share is not None:
        load = load * w.share(pod, times)
    rng = np.random.default_rng(int(seeds[0]))
    life = Life(times, dt, load, started, rng, int(seeds[1]), pod.replica, pod.revision)
    live = _total(w.live, life)
    beside, kernel, file = _total(w.outside, life), _total(w.kernel, life), _total(w.file, life)
    anon = w.heap(life, live)
    lost = leaked = np.zeros(times.size)
    if leaking and w.leak is not None:
        lost = leaked = w.leak(life)
        if w.place == "live":
            raised = w.heap(life, live + lost)
            anon, leaked = raised, raised - anon
        elif w.place == "native":
            anon = anon + lost
        else:
            # The working set less the page cache shows kernel memory only beyond what is inactive of the cache.
            hidden = (1 - w.active_share) * file
            leaked = np.maximum(kernel + lost - hidden, 0.0) - np.maximum(kernel - hidden, 0.0)
            kernel = kernel + lost
    anon = np.maximum(anon + beside, 0.2 * w.level)
    if w.grain:
        anon = np.round(anon / w.grain) * w.grain
    return _Memory(anon, np.maximum(kernel, 0.0), np.maximum(file, 0.0), _cpu(w, life, anon), lost, leaked)


def _total(parts: list[Part], life: Life) -> Floats:
    total = np.zeros(life.times.size)
    for part in parts:
        total += part(life)
    return total


def _cpu(w: Workload, life: Life, anon: Floats) -> Floats:
    """Cores: idle work, requests, a start that compiles, collections that get dearer near the limit, the rest."""
    noise = np.exp(w.cpu_noise * life.rng.standard_normal(life.times.size) * 0.5)
    busy = w.idle_share + (1 - w.idle_share) * life.load
    start = 2 * np.exp(-(life.times - life.started) / 90.0)
    cores = w.cores * (busy * noise + start)
    if w.pressure_cores and np.isfinite(w.limit):
        pressure = np.clip(anon / w.limit - 0.6, 0, 0.4) ** 2 / 0.16
        cores += w.pressure_cores * pressure * life.rng.gamma(4, 0.25, anon.size)
    used: Floats = np.maximum(cores + _total(w.cpu, life), 1e-4)
    return used

"""Look-alikes told by events: deploys, restarts, evictions, scaling, jobs, queues, spikes."""

import numpy as np

from bench.scenarios import caches, pods, wander
from bench.scenarios.clock import DAY, HOUR, START
from bench.scenarios.family import Family
from bench.scenarios.life import Life
from bench.scenarios.rng import between, chance, pick, spread
from bench.scenarios.scaling import autoscale
from bench.scenarios.simulate import peak_without_leak
from bench.scenarios.workload import Workload, ordinary
from detectors.panel import Floats

_ROWS_AT_MOST = 150


def _step_at_deploy(rng: np.random.Generator, hours: float, step: float) -> Workload:
    deploys = [START + between(rng, 0.1, 0.9) * hours * HOUR]
    return _stepping(rng, hours, step, deploys, spread(rng, 0.05, 0.8) * pick(rng, [1.0, -0.5], [0.8, 0.2]))


def _steps_at_deploys(rng: np.random.Generator, hours: float, step: float) -> Workload:
    count = int(rng.integers(2, 6))
    deploys = sorted(START + rng.uniform(0.02, 0.98, count) * hours * HOUR)
    return _stepping(rng, hours, step, deploys, spread(rng, 0.02, 0.15))


def _stepping(rng: np.random.Generator, hours: float, step: float, deploys: list[float], share: float) -> Workload:
    """Each revision needs by about the share given more than the one before, and stays there."""
    w = ordinary(
        rng, hours, step, age_hours=(0.3 * hours, 8 * hours), deploys=deploys, events=0.1, ugly=(0.0005, 0.015)
    )
    by = w.level * share * rng.uniform(0.5, 1.5, len(deploys))
    more = np.concatenate([[0.0], np.cumsum(by)])
    w.outside.append(lambda life: np.full(life.times.size, more[life.revision]))
    return w


def _rolling_deploys(rng: np.random.Generator, hours: float, step: float) -> Workload:
    every = spread(rng, 2, 14)
    deploys = pods.regular(rng, START - DAY, START + hours * HOUR, (0.7 * every, 1.3 * every))
    return ordinary(rng, hours, step, age_hours=(25, 40), deploys=deploys, replicas=_few(deploys))


def _warm_up_deploys(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Each lifetime is over while it still rises, but bends: the rate falls by a half to nine tenths within it."""
    every = between(rng, 3, 16)
    deploys = pods.regular(rng, START - DAY, START + hours * HOUR, (0.8 * every, 1.2 * every))
    w = ordinary(rng, hours, step, age_hours=(25, 40), deploys=deploys, replicas=_few(deploys), events=0.05)
    tau = every / between(rng, 0.9, 2.3)
    w.live.append(caches.warm_up(w.level * spread(rng, 0.1, 0.7), tau, between(rng, 0, 0.7)))
    w.settles_after(4 * tau)
    return w


def _few(deploys: list[float]) -> tuple[int, int]:
    return (1, max(1, min(8, _ROWS_AT_MOST // max(len(deploys), 1))))


def _refill(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Full since long; a restart or an eviction empties it, and it climbs back to where it was."""
    w = ordinary(rng, hours, step, age_hours=(2 * hours, 9 * hours), events=0.0, replicas=(1, 6))
    fill = spread(rng, 2, 0.6 * hours)
    w.live.append(caches.bounded_cache(w.level * spread(rng, 0.2, 2.0), fill, pick(rng, [0.0, between(rng, 0.3, 1)])))
    move = pick(rng, [pods.restarted, pods.evicted])
    for _ in range(int(rng.integers(1, 3))):
        w.pods = move(rng, w.pods, START + between(rng, 0.2, 0.9) * hours * HOUR)
    w.settles_after(1.6 * fill)
    return w


def _slow_recovery(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Something emptied it at once (a flush, a failover); within hours it is back where it was, and no further."""
    w = ordinary(rng, hours, step, age_hours=(1.5 * hours, 8 * hours), events=0.0, by_load=(0, 0.1))
    at = START + between(rng, 0.1, 0.7) * hours * HOUR
    lost, tau = w.level * between(rng, 0.15, 0.6), spread(rng, 1.5, 0.15 * hours)
    spreads = rng.uniform(0, 300, 16)

    def part(life: Life) -> Floats:
        after = (life.times - at - spreads[life.replica % 16]) / HOUR
        return np.where(after < 0, 0.0, -lost * np.exp(-np.maximum(after, 0) / tau))

    w.outside.append(part)
    w.transients = [(at, at + 5 * tau * HOUR)]
    return w


def _batch_peaks(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.5, 8 * hours), peaks=(1.0, 2.0))
    every, length = spread(rng, 0.5, 12), spread(rng, 0.03, 0.6)
    w.live.append(caches.batches(rng, w.level * spread(rng, 0.1, 2.0), every, min(length, 0.4 * every), 0.4))
    if chance(rng, 0.7):
        w.cpu.append(caches.batches(rng, w.cores * spread(rng, 0.2, 3), every, min(length, 0.4 * every), 0.1))
    return w


def _nightly_job(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(1.0 * hours, 8 * hours), events=0.1)
    w.live.append(caches.batches(rng, w.level * spread(rng, 0.15, 1.5), 24.0, between(rng, 3, 10), 0.08))
    return w


def _burst_ooms(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Flat, but now and then a request wants more than there is."""
    w = ordinary(rng, hours, step, age_hours=(0.3, 4 * hours), events=0.1, ugly=(0.0005, 0.015), replicas=(1, 6))
    w.limit = peak_without_leak(w) * between(rng, 1.08, 1.6)
    w.kills = w.must_end = True
    w.outside.append(wander.spikes(w.limit * between(rng, 0.15, 0.8), spread(rng, 0.7, 20), spread(rng, 2, 15)))
    return w


def _queue(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """A consumer is slow or away: the backlog builds for hours, and is gone within the next."""
    w = ordinary(rng, hours, step, age_hours=(0.5 * hours, 8 * hours), events=0.1)
    count = int(rng.integers(1, max(3, int(hours / 16)) + 1))
    slots = (np.arange(count) + rng.uniform(0.05, 0.3, count)) / count
    builds = rng.uniform(0.25, 0.5, count) * hours / count
    drains = builds * rng.uniform(0.05, 0.4, count)
    sizes = w.level * spread(rng, 0.15, 2.0) * rng.uniform(0.5, 1.2, count)

    def part(life: Life) -> Floats:
        total = np.zeros(life.times.size)
        for slot, build, drain, size in zip(slots, builds, drains, sizes, strict=True):
            since = (life.times - START) / HOUR - slot * hours
            total += size * np.interp(since, [0, build, build + drain], [0, 1, 0])
        return total

    w.outside.append(part)
    w.transients = [
        (START + slot * hours * HOUR, START + (slot * hours + build + drain) * HOUR)
        for slot, build, drain in zip(slots, builds, drains, strict=True)
    ]
    return w


def _autoscaled(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(
        rng, hours, step, age_hours=(0.2 * hours, 2 * hours), peaks=(2.0, 8.0), by_load=(0.15, 0.6), events=0.0
    )
    autoscale(w)
    return w


def _cron_jobs(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Pods that come, load their data, work, and are gone; each is as large as the one before."""
    w = ordinary(rng, hours, step, age_hours=(0.1, 3.0), by_load=(0.0, 0.05), events=0.0)
    every = spread(rng, max(0.75, hours / 64), 12) * HOUR
    length = every * between(rng, 0.1, 0.7)
    w.pods = pods.jobs(rng, START - every, START + hours * HOUR, every, length)
    ramp = length / HOUR * between(rng, 0.2, 1.2)
    w.live.append(caches.bounded_cache(w.level * spread(rng, 0.2, 3.0), ramp, pick(rng, [0.0, 0.6])))
    w.settles_after(length / HOUR)
    return w


def _crash_loop(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """It falls over for reasons of its own, again and again; memory has no part in it."""
    w = ordinary(rng, hours, step, age_hours=(0.5, 20.0), events=0.0, replicas=(1, 3))
    every = spread(rng, 0.15, 8)
    for _ in range(min(int(hours / every), 60)):
        w.pods = pods.restarted(rng, w.pods, START + rng.random() * hours * HOUR)
    return w


def _recycled_workers(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Each worker process leaks, and is replaced before it matters: the container is bounded."""
    w = ordinary(rng, hours, step, age_hours=(0.2, 3 * hours), events=0.15, heaps=("manual", "rigid"))
    workers, every = int(rng.integers(1, 9)), spread(rng, 0.5, 0.3 * hours)
    w.outside.append(caches.recycled_workers(rng, w.level * spread(rng, 0.1, 1.0) / workers, workers, every))
    w.settles_after(3 * every)
    return w


def _ramp_stops(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Data is imported, an index is built: straight growth which ends as it began, for no reason memory shows."""
    w = ordinary(rng, hours, step, age_hours=(0.5 * hours, 6 * hours), events=0.05)
    at, took = between(rng, -0.3, 0.5) * hours, spread(rng, 1.0, 0.35 * hours)
    w.outside.append(caches.ramp(w.level * spread(rng, 0.05, 0.8), START + at * HOUR, took))
    w.transients = [(START + at * HOUR, START + (at + took) * HOUR)]
    return w


FAMILIES = (
    Family("ok_step_at_deploy", False, "A deploy brings another level, flat on both sides.", _step_at_deploy),
    Family("ok_steps_at_deploys", False, "Several deploys, each a little larger.", _steps_at_deploys),
    Family("ok_rolling_deploys", False, "Deploys every few hours, without consequences.", _rolling_deploys),
    Family("ok_warm_up_deploys", False, "Warms up after each deploy and never gets to its plateau.", _warm_up_deploys),
    Family("ok_refill", False, "Climbs back to a former level after a restart or an eviction.", _refill),
    Family("ok_slow_recovery", False, "A drop, and hours until it is back where it was.", _slow_recovery),
    Family("ok_batch_peaks", False, "Peaks of batch work.", _batch_peaks),
    Family("ok_nightly_job", False, "A nightly job with a ramp of hours, released at its end.", _nightly_job),
    Family("ok_burst_ooms", False, "Spikes that end in OOM kills, from a flat level.", _burst_ooms),
    Family("ok_queue", False, "A backlog builds for hours and drains.", _queue),
    Family("ok_autoscaled", False, "Pods come and go with load, and each one's share changes.", _autoscaled),
    Family("ok_cron_jobs", False, "Pods of a CronJob: each grows while it works, and is gone.", _cron_jobs),
    Family("ok_crash_loop", False, "Restarts without end that have nothing to do with memory.", _crash_loop),
    Family("ok_recycled_workers", False, "Worker processes grow and are replaced in turn.", _recycled_workers),
    Family("ok_ramp_stops", False, "Straight growth that stops for no reason memory shows.", _ramp_stops),
)

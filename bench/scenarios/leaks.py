"""Leaks told by how memory is lost."""

import numpy as np

from bench.scenarios import caches, heap, leaking, wander
from bench.scenarios.clock import HOUR
from bench.scenarios.family import Family
from bench.scenarios.rng import between, chance, pick, spread
from bench.scenarios.simulate import peak_without_leak
from bench.scenarios.workload import MIB, Workload, ordinary


def pace(w: Workload, low: float = 0.05, high: float = 1.2) -> float:
    """Bytes/hour by which the level grows by some share in two days; in a longer window, in up to its length."""
    return w.level * spread(w.rng, low, high) / spread(w.rng, min(48.0, w.clock.hours), w.clock.hours)


def somewhere(w: Workload) -> None:
    """The leak is either in what the heap manages or beside it."""
    w.place = pick(w.rng, ["live", "native"], [0.6, 0.4])


def _age(hours: float) -> tuple[float, float]:
    """Containers that leak are younger than those that do not: their limit sees to it."""
    return (0.1 * hours, 2.5 * hours)


def _straight(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours))
    w.leak = leaking.by_clock(pace(w), w.onset)
    somewhere(w)
    return w


def _per_request(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), peaks=(3.0, 12.0))
    w.leak = leaking.by_request(pace(w, 0.06), w.onset, spread(rng, 5, 600))
    somewhere(w)
    return w


def _slow_under_noise(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), ugly=(0.005, 0.04), heaps=("collected", "generations"))
    w.outside.append(wander.jitter(w.level * spread(rng, 0.005, 0.05), 1.0))
    w.leak = leaking.by_request(pace(w, 0.04, 0.15), w.onset)
    return w


def _rising_floor(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours))
    period = spread(rng, 0.5, min(8.0, hours / 5))
    w.heap = heap.collected(w.level * between(rng, 0.4, 1.5), period, between(rng, 0.03, 0.3), between(rng, 0, 1))
    w.leak = leaking.by_request(pace(w, 0.08, 0.6), w.onset)
    return w


def _under_daily_load(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), peaks=(3.0, 10.0), by_load=(0.35, 0.75), events=0.1)
    w.leak = pick(rng, [leaking.by_clock, leaking.by_request])(pace(w, 0.1, 0.5), w.onset)
    somewhere(w)
    return w


def _accelerating(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.05 * hours, 0.8 * hours), events=0.1)
    size = w.level * spread(rng, 0.15, 2.0)
    w.leak = leaking.accelerating(size, hours, between(rng, 1.6, 4.0), w.onset)
    somewhere(w)
    return w


def _staircase(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), events=0.15)
    rest = between(rng, 2.0, max(9.0, hours / 8))
    w.leak = leaking.staircase(pace(w, 0.08, 1.0) * rest, rest, w.onset)
    somewhere(w)
    return w


def _error_bursts(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), events=0.1)
    count = int(rng.integers(3, 10))
    slots = (np.arange(count) + rng.uniform(0.1, 0.9, count)) / count
    episodes = [(w.clock.start + slot * hours * HOUR, spread(rng, 0.2, 3.0) * HOUR) for slot in slots]
    w.onset = episodes[0][0]
    w.leak = leaking.in_bursts(w.level * spread(rng, 0.1, 1.2) / (count * 1.1), episodes)
    somewhere(w)
    return w


def _late_and_steep(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.3 * hours, 10 * hours), events=0.05)
    left = between(rng, 0.08, 0.5) * hours
    w.onset = w.clock.end - left * HOUR
    rate = w.level * spread(rng, 0.15, 1.5) / left
    w.leak = pick(rng, [leaking.by_clock, leaking.by_request])(rate, w.onset)
    somewhere(w)
    return w


def _partial_release(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), events=0.15)
    share, every = between(rng, 0.2, 0.65), spread(rng, 1.5, max(8.0, hours / 7))
    w.leak = leaking.giving_back(pace(w, 0.12, 1.2) / (1 - share), share, every, w.onset)
    w.place = "native"
    return w


def _kernel(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours))
    rate = pace(w, 0.06, 0.8)
    w.leak = leaking.by_request(rate, w.onset) if chance(rng, 0.6) else leaking.by_clock(rate, w.onset)
    w.place = w.memory_kind = "kernel"
    return w


def _native(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), heaps=("committed",))
    w.leak = pick(rng, [leaking.by_clock, leaking.by_request])(pace(w), w.onset)
    w.place = "native"
    return w


def _jvm_heap(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), heaps=("committed",), events=0.1)
    w.leak = leaking.by_request(pace(w, 0.15, 1.5), w.onset)
    return w


def _threads(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), ugly=(0.0005, 0.01), level=(8 * MIB, 4096 * MIB))
    rate = pace(w, 0.05, 0.6)
    piece = float(np.clip(rate * hours / spread(rng, 8, 300), 8192, 4 * MIB))
    w.leak = leaking.in_pieces(rate, piece, w.onset)
    w.place = "native"
    return w


def _fragmentation(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), heaps=("manual",))
    w.leak = leaking.by_request(pace(w, 0.06, 0.7), w.onset, spread(rng, 0.7, 4))
    w.place = "native"
    return w


def _slowing_with_load(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(
        rng, hours, step, age_hours=(0.05 * hours, hours), by_load=(0, 0.04), events=0.1, ramp=-between(rng, 0.35, 0.65)
    )
    w.leak = leaking.by_request(pace(w, 0.1, 1.2), w.onset)
    somewhere(w)
    return w


def _unbounded_cache(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1 * hours, 1.2 * hours), events=0.1)
    w.leak = leaking.new_keys(w.level * spread(rng, 0.2, 2.0), hours, between(rng, 0.6, 0.88), w.onset)
    somewhere(w)
    return w


def _gc_pressure(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1 * hours, hours), heaps=("collected", "generations"), events=0.0)
    rate = w.level * spread(rng, 0.3, 1.5) / w.clock.hours
    w.leak = leaking.by_request(rate, w.onset)
    leaked_hours = w.clock.hours + (w.clock.start - min(pod.start for pod in w.pods)) / HOUR
    w.limit = (peak_without_leak(w) + rate * leaked_hours) * between(rng, 0.95, 1.15)
    w.kills = True
    w.pressure_cores = w.cores * spread(rng, 0.5, 6.0)
    return w


def _no_limit(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours))
    w.leak = pick(rng, [leaking.by_clock, leaking.by_request])(pace(w, 0.1, 2.0), w.onset)
    somewhere(w)
    w.unlimited = 1.0
    return w


def _tiny(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), level=(5 * MIB, 20 * MIB))
    w.leak = pick(rng, [leaking.by_clock, leaking.by_request])(pace(w, 0.06, 1.5), w.onset)
    somewhere(w)
    return w


def _huge(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours), level=(8192 * MIB, 30720 * MIB), replicas=(1, 4))
    w.leak = leaking.by_request(pace(w, 0.035, 0.3), w.onset)
    somewhere(w)
    return w


def _with_gaps(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = _straight(rng, hours, step)
    w.always_gaps = True
    return w


def _beside_page_cache(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_age(hours))
    w.file.append(caches.warm_up(w.level * spread(rng, 0.2, 2), spread(rng, 5, 60)))
    w.leak = leaking.by_request(pace(w, 0.06, 0.6), w.onset)
    somewhere(w)
    return w


FAMILIES = (
    Family("leak_straight", True, "Straight up with the clock: a timer or a poll leaks.", _straight),
    Family("leak_per_request", True, "Straight in requests, with much less of them at night.", _per_request),
    Family("leak_slow_noise", True, "A few percent in the window, under noise and collections.", _slow_under_noise),
    Family("leak_rising_floor", True, "The floor rises under a big and slow sawtooth of collections.", _rising_floor),
    Family("leak_daily_load", True, "A leak much smaller than what the day's load does to memory.", _under_daily_load),
    Family("leak_accelerating", True, "Each hour loses more than the one before.", _accelerating),
    Family("leak_staircase", True, "Steps with hours of rest between them.", _staircase),
    Family("leak_error_bursts", True, "Leaks only while errors happen, a few times in the window.", _error_bursts),
    Family("leak_late_steep", True, "Sets in late and steep, after days of calm.", _late_and_steep),
    Family("leak_partial_release", True, "Every few hours a part of what leaked is freed.", _partial_release),
    Family("leak_kernel", True, "Sockets or slab: the working set grows, neither RSS nor page cache.", _kernel),
    Family("leak_native", True, "Memory beside a JVM's heap, which itself stays as it is.", _native),
    Family("leak_jvm_heap", True, "A live set that grows under a committed heap: stairs, after a silence.", _jvm_heap),
    Family("leak_threads", True, "Threads or descriptors that are never closed: small equal steps.", _threads),
    Family("leak_fragmentation", True, "Fragmentation that goes on and on, in uneven bits.", _fragmentation),
    Family("leak_slowing", True, "Per request while load falls: looks as if it saturated.", _slowing_with_load),
    Family(
        "leak_unbounded_cache", True, "A cache without a limit: new keys get rarer but do not end.", _unbounded_cache
    ),
    Family("leak_gc_pressure", True, "CPU rises as collections get dearer near the limit.", _gc_pressure),
    Family("leak_no_limit", True, "No limit is set.", _no_limit),
    Family("leak_tiny", True, "A container of 5 to 20 MiB.", _tiny),
    Family("leak_huge", True, "A container of 8 to 30 GiB.", _huge),
    Family("leak_gaps", True, "Many samples are missing, hours of them too.", _with_gaps),
    Family("leak_page_cache_too", True, "Page cache grows at the same time.", _beside_page_cache),
)

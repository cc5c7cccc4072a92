"""Look-alikes told by what grows: load, caches, heaps, page cache; none of it a leak."""

import numpy as np

from bench.scenarios import allocator, caches, heap, wander
from bench.scenarios.family import Family
from bench.scenarios.life import Life, Part
from bench.scenarios.load import requests
from bench.scenarios.rng import between, chance, pick, spread
from bench.scenarios.workload import MIB, Workload, ordinary
from detectors.panel import Floats


def _flat(rng: np.random.Generator, hours: float, step: float) -> Workload:
    heaps = ("manual", "rigid", "collected")
    return ordinary(
        rng, hours, step, age_hours=_old(hours), peaks=(1.0, 1.3), by_load=(0, 0.05), ugly=(1e-5, 0.008), heaps=heaps
    )


def _idle(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_old(hours), by_load=(0, 0), ugly=(1e-6, 1e-4), heaps=("rigid",), events=0)
    w.outside = w.outside[:1]
    w.cores = spread(rng, 0.0002, 0.004)
    return w


def _wandering(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_old(hours), ugly=(0.002, 0.01))
    size = w.level * spread(rng, 0.008, 0.05)
    w.outside.append(wander.drift(size / 2, spread(rng, 2, 24)))
    w.outside.append(wander.drift(size / 4, spread(rng, 0.3, 3)))
    return w


def _bounded_walk(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_old(hours), ugly=(0.001, 0.01))
    w.outside.append(wander.walk(w.level * spread(rng, 0.015, 0.08), spread(rng, 6, 60)))
    return w


def _stairs(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_old(hours), ugly=(0.0005, 0.01))
    w.outside.append(wander.stairs(w.level * spread(rng, 0.01, 0.1), spread(rng, 1, 16)))
    return w


def _daily(rng: np.random.Generator, hours: float, step: float) -> Workload:
    return ordinary(rng, hours, step, age_hours=_old(hours), peaks=(2.0, 10.0), by_load=(0.15, 0.7))


def _monday(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """The window ends some hours into Monday or on Tuesday, and load with it."""
    w = ordinary(rng, hours, step, age_hours=(3 * hours, 8 * hours), peaks=(1.5, 4.0), by_load=(0.2, 0.6), events=0.1)
    w.traffic.weekend = between(rng, 0.2, 0.7)
    w.traffic.shift_hours = between(rng, 10, 34) - hours
    return _reload(w)


def _load_ramp(rng: np.random.Generator, hours: float, step: float) -> Workload:
    ramp = spread(rng, 0.3, 2.0)
    return ordinary(rng, hours, step, age_hours=_old(hours), ramp=ramp, by_load=(0.2, 0.7), events=0.1)


def _sessions(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_old(hours), peaks=(2.0, 10.0), by_load=(0.0, 0.1))
    w.live.append(caches.held_by_load(w.level * spread(rng, 0.1, 0.8), spread(rng, 0.5, 8)))
    return w


def _connections(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1 * hours, 6 * hours), peaks=(1.5, 8.0), ramp=pick(rng, [0.0, 0.6]))
    count = spread(rng, 5, 300)
    idle_hours = pick(rng, [spread(rng, 0.2, 6), 1e4], [0.6, 0.4])
    w.live.append(caches.pool(w.level * spread(rng, 0.05, 0.4) / count, count, idle_hours))
    w.settles_after(48.0 if idle_hours > 24 else 1.0)
    return w


def _ttl_cache(rng: np.random.Generator, hours: float, step: float) -> Workload:
    keep = spread(rng, 1, 24)
    w = ordinary(rng, hours, step, age_hours=(0.3, 4 * hours))
    w.live.append(caches.expiring(w.level * spread(rng, 0.1, 1.0), keep))
    w.settles_after(1.2 * keep)
    return w


def _warm_up_short(rng: np.random.Generator, hours: float, step: float) -> Workload:
    return _warming(rng, hours, step, (0.05, 0.3 * hours), spread(rng, 0.2, 3.0))


def _warm_up_long(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Ten to twenty hours until it is done: the rate has fallen to a fiftieth by then."""
    return _warming(rng, hours, step, (0.05, 0.3 * hours), between(rng, 10, 20) / 4)


def _warming(
    rng: np.random.Generator, hours: float, step: float, age_hours: tuple[float, float], tau_hours: float
) -> Workload:
    w = ordinary(rng, hours, step, age_hours=age_hours, events=0.2)
    w.live.append(caches.warm_up(w.level * spread(rng, 0.1, 1.5), tau_hours, between(rng, 0, 1)))
    w.settles_after(4 * tau_hours)
    return w


def _bounded_cache(rng: np.random.Generator, hours: float, step: float) -> Workload:
    fill = spread(rng, 2.0, min(36.0, 0.75 * hours))
    w = ordinary(rng, hours, step, age_hours=(0.02 * hours, 0.5 * hours), events=0.15)
    w.live.append(caches.bounded_cache(w.level * spread(rng, 0.15, 2.0), fill, pick(rng, [0.0, between(rng, 0.3, 1)])))
    w.settles_after(1.5 * fill)
    return w


def _catalogue(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """It grows as log t; half of the growth comes in the first eighth of the time."""
    fill = spread(rng, 0.5 * hours, 1.0 * hours)
    w = ordinary(rng, hours, step, age_hours=(0.25 * hours, 1.5 * hours), events=0.1)
    w.live.append(caches.catalogue_cache(w.level * spread(rng, 0.05, 0.6), fill))
    w.settles_after(1.2 * fill)
    return w


def _jvm_commit(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1, 2 * hours), heaps=("rigid",), peaks=(1.0, 5.0), events=0.2)
    region = w.level * spread(rng, 0.01, 0.12)
    maximum = w.level * between(rng, 1.3, 3.0)
    keep = pick(rng, [np.inf, spread(rng, 12, 48)], [0.75, 0.25])
    w.heap = heap.committed(w.level * spread(rng, 0.2, 1.0), spread(rng, 0.2, 3), region, maximum, keep)
    w.settles_after(48.0)
    return w


def _metaspace(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1, hours), heaps=("committed", "generations"))
    tau = spread(rng, 1.0, 10.0)
    w.outside.append(_in_grains(caches.warm_up(w.level * spread(rng, 0.05, 0.3), tau, 0.9), w.level * 0.01))
    w.settles_after(4 * tau)
    return w


def _in_grains(part: Part, grain: float) -> Part:
    return lambda life: allocator.in_grains(part(life), grain)


def _page_cache(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1, 3 * hours))
    size = w.level * spread(rng, 0.3, 6.0)
    tau = spread(rng, 3, 80)
    w.file += [caches.warm_up(size, tau, 0.8), wander.walk(0.1 * size, spread(rng, 2, 24))]
    if chance(rng, 0.4):
        w.file.append(caches.held_by_load(0.2 * size, spread(rng, 0.2, 4)))
    w.room = (0.05, 1.5)
    w.memory_kind = "page_cache"
    w.settles_after(4 * tau)
    return w


def _slab(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """Names and inodes of many files: kernel memory that settles, and some of which goes when asked for."""
    w = ordinary(rng, hours, step, age_hours=(0.1, 2 * hours))
    size, tau = w.level * spread(rng, 0.05, 0.6), spread(rng, 1, 12)
    w.kernel += [caches.warm_up(size, tau, 0.9), wander.stairs(0.1 * size, spread(rng, 2, 16))]
    w.memory_kind = "kernel"
    w.settles_after(4 * tau)
    return w


def _memtable(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_old(hours), heaps=("rigid",))
    size = w.level * spread(rng, 0.1, 0.8)
    w.heap = heap.collected(size, spread(rng, 0.3, 6), between(rng, 0, 0.05), between(rng, 0.6, 1.0))
    w.file += [caches.warm_up(w.level * spread(rng, 0.3, 3), spread(rng, 2, 30)), wander.walk(0.2 * size, 4.0)]
    return w


def _long_gc(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=_old(hours), heaps=("rigid",))
    w.heap = heap.collected(
        w.level * spread(rng, 0.15, 1.2), between(rng, 6, 12), between(rng, 0.05, 0.3), between(rng, 0, 0.7)
    )
    return w


def _fragments(rng: np.random.Generator, hours: float, step: float) -> Workload:
    tau = spread(rng, 1.5, 0.2 * hours)
    w = ordinary(rng, hours, step, age_hours=(0.1, 1.5 * hours), heaps=("manual",))
    w.outside.append(allocator.fragments(w.level * spread(rng, 0.08, 0.6), tau, spread(rng, 0.7, 6)))
    w.settles_after(5 * tau)
    return w


def _negligible(rng: np.random.Generator, hours: float, step: float) -> Workload:
    """KiB an hour, less than half a percent of the level in a week, and room for years."""
    w = ordinary(
        rng, hours, step, level=(512 * MIB, 16384 * MIB), age_hours=_old(hours), ugly=(1e-5, 0.002), peaks=(1.0, 1.5)
    )
    rate = w.level * spread(rng, 0.0005, 0.0045) / 168
    w.outside.append(lambda life: rate * life.hours)
    w.room = (0.8, 6.0)
    return w


def _declining(rng: np.random.Generator, hours: float, step: float) -> Workload:
    w = ordinary(rng, hours, step, age_hours=(0.1, hours))
    size, tau = w.level * between(rng, 0.1, 0.6), spread(rng, 6, 60)

    def part(life: Life) -> Floats:
        return size * np.exp(-life.hours / tau)

    w.live.append(part)
    w.settles_after(4 * tau)
    return w


def _reload(w: Workload) -> Workload:
    """The same workload with its traffic drawn anew, after the traffic's description was changed."""
    w.load = requests(w.rng, w.clock, w.traffic)
    return w


def _old(hours: float) -> tuple[float, float]:
    return (0.5, 8 * hours)


FAMILIES = (
    Family("ok_flat", False, "Flat, with little going on.", _flat),
    Family("ok_idle", False, "Asks for no memory for hours: the same bytes, sample after sample.", _idle),
    Family("ok_wander", False, "Flat, with heavy drift that turns back.", _wandering),
    Family("ok_bounded_walk", False, "A random walk within bounds of a few percent.", _bounded_walk),
    Family("ok_stairs", False, "Sudden steps up and down, at rest in between.", _stairs),
    Family("ok_daily", False, "Follows the day's load.", _daily),
    Family("ok_monday", False, "Comes back on Monday from a quiet weekend.", _monday),
    Family("ok_load_ramp", False, "Traffic grows, memory and CPU with it.", _load_ramp),
    Family("ok_sessions", False, "Sessions follow the day, some hours late.", _sessions),
    Family("ok_connections", False, "A pool of connections grows to the most that load asks for.", _connections),
    Family("ok_ttl_cache", False, "A cache whose entries expire.", _ttl_cache),
    Family("ok_warm_up", False, "Warms up within hours.", _warm_up_short),
    Family("ok_warm_up_long", False, "Warms up for 10 to 20 hours.", _warm_up_long),
    Family(
        "ok_bounded_cache",
        False,
        "A cache fills within hours or a day and a half, then stays at its limit.",
        _bounded_cache,
    ),
    Family("ok_catalogue", False, "Grows as the logarithm of time until all popular keys are in.", _catalogue),
    Family("ok_jvm_commit", False, "A JVM commits its heap in steps, up to its maximum.", _jvm_commit),
    Family("ok_metaspace", False, "Compiled code and classes grow in small steps and settle.", _metaspace),
    Family("ok_page_cache", False, "Page cache grows, anonymous memory does not.", _page_cache),
    Family("ok_slab", False, "Kernel memory of many files grows and settles.", _slab),
    Family("ok_memtable", False, "Memtables are filled and flushed.", _memtable),
    Family("ok_long_gc", False, "A sawtooth of collections 6 to 12 hours apart.", _long_gc),
    Family("ok_fragments", False, "Fragmentation that settles.", _fragments),
    Family("ok_negligible", False, "Grows by less than half a percent a week, far from any limit.", _negligible),
    Family("ok_declining", False, "Gives memory back over many hours.", _declining),
)

"""A workload before it runs: what its memory is made of, and the ordinary ugliness every family starts from."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bench.scenarios import allocator, caches, heap, pods, wander
from bench.scenarios.clock import HOUR, Clock, make_clock
from bench.scenarios.life import Heap, Life, Part
from bench.scenarios.load import Traffic, draw_traffic, requests
from bench.scenarios.pods import Pod
from bench.scenarios.rng import between, chance, pick, spread
from detectors.panel import Floats

MIB = 2.0**20
HEAPS = (
    *("manual", "manual", "manual", "committed", "committed", "committed"),
    *("rigid", "rigid", "collected", "proportional", "generations"),
)
_STEPS_AT_MOST = 400_000


@dataclass(slots=True)
class Workload:
    """One workload's container, to be run by `simulate`.

    level: bytes of anonymous memory at mean load, warmed up, without a leak
    load: of one replica, shape (n,) of the clock
    live: parts of the live set, under `heap`; outside: parts beside it; kernel, file: what they are called
    leak: bytes lost over a lifetime of a pod for which `leaks` holds; place: live, native or kernel
    limit: bytes; NaN until it is drawn around what was used, within `room` (limit over peak); with `kills`
        it is set before, and what goes beyond it is killed; with `kills_itself` the process gives up by itself
        (a runtime's own bound on its heap), and the container's limit is above that; with `must_end` a draw in which
        no lifetime of the window is ended so is none
    life_hours: about how long a lifetime is where OOM kills end it
    share: what a pod is asked for at times (unix s) beside an even share; None: even
    transient_hours: for how long a start is followed by warm-up; swing: bytes the memory wanders without cause
    active_share: of the page cache, what the working set counts; grain: bytes in which pages come and go
    """

    rng: np.random.Generator
    clock: Clock
    traffic: Traffic
    level: float
    load: Floats
    pods: list[Pod]
    heap: Heap
    live: list[Part] = field(default_factory=list)
    outside: list[Part] = field(default_factory=list)
    kernel: list[Part] = field(default_factory=list)
    file: list[Part] = field(default_factory=list)
    cores: float = 0.1
    idle_share: float = 0.1
    cpu_noise: float = 0.05
    cpu: list[Part] = field(default_factory=list)
    pressure_cores: float = 0.0
    leak: Part | None = None
    leaks: Callable[[Pod], bool] = lambda pod: True
    place: str = "live"
    onset: float = -np.inf
    suspect: int | None = None
    limit: float = np.nan
    kills: bool = False
    kills_itself: bool = False
    must_end: bool = False
    room: tuple[float, float] = (0.03, 6.0)
    unlimited: float = 0.2
    life_hours: float = np.inf
    transient_hours: float = 0.1
    transients: list[tuple[float, float]] = field(default_factory=list)
    swing: float = 0.0
    memory_kind: str = "anon"
    always_gaps: bool = False
    share: Callable[[Pod, Floats], Floats] | None = None
    active_share: float = 0.5
    grain: float = 0.0

    def settles_after(self, hours: float) -> None:
        """A start is followed by a transient of at least so many hours."""
        self.transient_hours = max(self.transient_hours, hours)


def ordinary(
    rng: np.random.Generator,
    hours: float,
    step_seconds: float,
    *,
    level: tuple[float, float] | None = None,
    replicas: tuple[int, int] = (1, 12),
    age_hours: tuple[float, float] | None = None,
    peaks: tuple[float, float] | None = None,
    by_load: tuple[float, float] = (0.0, 0.15),
    heaps: tuple[str, ...] = HEAPS,
    ugly: tuple[float, float] = (0.0005, 0.04),
    events: float = 0.3,
    deploys: list[float] | None = None,
    ramp: float = 0.0,
) -> Workload:
    """A healthy service, drawn at random; families add what makes them.

    level: bytes; age_hours: of the oldest pods at the window's start, negative when they start in it
    peaks: the busiest hour over the quietest; by_load: share of the level that load holds
    ugly: how far it wanders, of its level; events: chance of a deploy, a restart and an eviction each
    """
    size = spread(rng, *level) if level else _level(rng)
    age = spread(rng, *age_hours) if age_hours else _age(rng, hours)
    clock = make_clock(hours, step_seconds, max(age, 0.0))
    traffic = draw_traffic(rng, peaks)
    traffic.ramp = ramp
    load = requests(rng, clock, traffic)
    born = clock.start - age * HOUR
    count = max(1, min(int(spread(rng, replicas[0], replicas[1] + 0.99)), _STEPS_AT_MOST // clock.grid.steps))
    if deploys is None:
        deploys = [between(rng, clock.start, clock.end)] if chance(rng, events / 2) else []
    fleet = pods.deployment(rng, count, born, deploys, jitter_seconds=between(rng, 0, 600))
    if chance(rng, events / 2):
        fleet = pods.restarted(rng, fleet, between(rng, clock.start, clock.end))
    if chance(rng, events / 2):
        fleet = pods.evicted(rng, fleet, between(rng, clock.start, clock.end))
    swing = size * spread(rng, *ugly)
    kind = pick(rng, heaps)
    workload = Workload(rng, clock, traffic, size, load, fleet, rigid, swing=swing)
    _furnish(workload, by_load)
    if kind == "committed":
        _commit(workload)
    elif kind != "rigid":
        workload.heap = _heap(rng, size, kind)
    return workload


def _level(rng: np.random.Generator) -> float:
    """Most containers hold 20 MiB to 2 GiB."""
    return pick(rng, [spread(rng, 20 * MIB, 2048 * MIB), spread(rng, 3 * MIB, 30 * 1024 * MIB)], [0.7, 0.3])


def _age(rng: np.random.Generator, hours: float) -> float:
    choices = [spread(rng, 0.05, 6.0), spread(rng, 6.0, 72.0), spread(rng, 72.0, 20 * 24.0)]
    return pick(rng, choices, [0.2, 0.4, 0.4])


def _heap(rng: np.random.Generator, size: float, kind: str) -> Heap:
    if kind == "manual":
        grain = size * pick(rng, [0.0, spread(rng, 1e-4, 0.01)])
        return allocator.manual(between(rng, 0.0, 1.0), spread(rng, 0.1, 24.0), grain)
    if kind == "collected":
        return heap.collected(
            size * spread(rng, 0.02, 0.6), spread(rng, 0.02, 3.0), between(rng, 0.02, 0.35), between(rng, 0.2, 1.0)
        )
    if kind == "proportional":
        return heap.proportional(spread(rng, 0.1, 1.0), spread(rng, 0.02, 2.0), between(rng, 0.02, 0.2))
    young, old = size * spread(rng, 0.01, 0.2), size * spread(rng, 0.03, 0.5)
    return heap.generations(young, spread(rng, 0.01, 0.2), old, spread(rng, 0.5, 8.0))


def _commit(w: Workload) -> None:
    rng, size = w.rng, w.level
    keep_hours = pick(rng, [np.inf, spread(rng, 4, 48)], [0.6, 0.4])
    period_hours = spread(rng, 0.05, 2.0)
    garbage, region = size * spread(rng, 0.05, 0.5), size * spread(rng, 0.002, 0.06)
    w.heap = heap.committed(garbage, period_hours, region, size * 6, keep_hours)
    w.settles_after(heap.CYCLES_TO_COMMIT * period_hours)


def rigid(life: Life, live: Floats) -> Floats:
    """What is reserved at the start and used in place: Redis, pools of buffers, C programs."""
    return live


def _furnish(w: Workload, by_load: tuple[float, float]) -> None:
    """Fixed memory, what load holds, a first warm-up, wander, kernel memory, page cache, CPU."""
    rng, size = w.rng, w.level
    loaded = between(rng, *by_load)
    warm = pick(rng, [0.0, spread(rng, 0.003, 0.08)])
    warm_hours = spread(rng, 0.03, 0.8)
    w.live = [_fixed(size * max(1 - loaded - warm, 0.1), spread(rng, 5, 240))]
    w.live.append(caches.held_by_load(size * loaded, spread(rng, 0.02, 0.6)))
    if warm:
        w.live.append(caches.warm_up(size * warm, warm_hours))
        w.settles_after(4 * warm_hours if warm > 0.01 else 0.1)
    w.outside = _wander(rng, w.swing)
    noise = size * pick(rng, [0.0, spread(rng, 1e-5, 1e-3), spread(rng, 1e-3, 0.02)], [0.35, 0.45, 0.2])
    w.outside.append(wander.jitter(noise, pick(rng, [1.0, spread(rng, 0.002, 0.3)], [0.3, 0.7])))
    w.grain = size * pick(rng, [0.0, spread(rng, 3e-4, 0.012)], [0.35, 0.65])
    if chance(rng, 0.2):
        w.outside.append(wander.spikes(size * spread(rng, 0.01, 0.5), spread(rng, 0.3, 5), spread(rng, 1, 20)))
    if chance(rng, 0.1):
        every = spread(rng, 0.5, 24)
        w.live.append(caches.batches(rng, size * spread(rng, 0.02, 0.3), every, every * spread(rng, 0.02, 0.4), 0.3))
    _furnish_kernel_and_file(w)
    w.cores = spread(rng, 0.002, 2.0)
    w.idle_share = spread(rng, 0.01, 0.6)
    w.cpu_noise = spread(rng, 0.02, 0.4)
    if chance(rng, 0.3):
        w.cpu.append(wander.spikes(w.cores * spread(rng, 0.3, 4), spread(rng, 1, 24), spread(rng, 3, 60)))


def _furnish_kernel_and_file(w: Workload) -> None:
    rng, size = w.rng, w.level
    slab = size * spread(rng, 0.002, 0.05)
    w.kernel = [_fixed(slab, 60.0), caches.held_by_load(slab * between(rng, 0, 0.3), spread(rng, 0.02, 0.5))]
    w.kernel.append(wander.drift(slab * 0.02, spread(rng, 0.3, 6)))
    w.active_share = between(rng, 0.02, 0.9)
    mapped = size * pick(rng, [0.0, spread(rng, 0.005, 0.3), spread(rng, 0.3, 2.0)], [0.1, 0.6, 0.3])
    w.file = [_fixed(mapped, 30.0)]
    if chance(rng, 0.3):  # log files, reads: a little page cache comes and goes
        w.file += [caches.warm_up(mapped * 0.3, spread(rng, 0.5, 12)), wander.walk(mapped * 0.2, spread(rng, 1, 24))]


def _wander(rng: np.random.Generator, swing: float) -> list[Part]:
    kinds: list[Callable[[float], Part]] = [
        lambda size: wander.drift(size / 4, spread(rng, 0.5, 12)),
        lambda size: wander.walk(size, spread(rng, 4, 48)),
        lambda size: wander.stairs(size, spread(rng, 0.5, 16)),
    ]
    chosen = rng.permutation(3)[: int(rng.integers(1, 4))]
    return [kinds[index](swing * between(rng, 0.3, 1.0)) for index in chosen]


def _fixed(size: float, seconds: float) -> Part:
    """Memory that is there from the start, after some seconds of starting."""

    def part(life: Life) -> Floats:
        return size * (1 - 0.6 * np.exp(-(life.times - life.started) / seconds))

    return part

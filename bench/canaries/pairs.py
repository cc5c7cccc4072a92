"""One rollout: pods of a stable revision that have run for hours or days, and of a canary that started just now."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.scenarios import leaking, pods
from bench.scenarios.clock import HOUR
from bench.scenarios.life import Part
from bench.scenarios.observe import draw_limit, observe
from bench.scenarios.pods import Pod
from bench.scenarios.registry import FAMILIES
from bench.scenarios.rng import between, chance, generator, pick, spread
from bench.scenarios.simulate import peak_without_leak, simulate
from bench.scenarios.workload import Workload
from detectors.panel import Floats, Panel

CANARY_HOURS = 6.0
STEP_SECONDS = 30.0
# What both revisions of a rollout do alike: look-alikes whose pods may be placed at will.
BASES = (
    *("ok_flat", "ok_idle", "ok_wander", "ok_bounded_walk", "ok_stairs", "ok_daily", "ok_monday", "ok_load_ramp"),
    *("ok_sessions", "ok_connections", "ok_ttl_cache", "ok_warm_up", "ok_warm_up_long", "ok_bounded_cache"),
    *("ok_catalogue", "ok_jvm_commit", "ok_metaspace", "ok_page_cache", "ok_slab", "ok_memtable", "ok_long_gc"),
    *("ok_fragments", "ok_negligible", "ok_declining", "ok_batch_peaks"),
)
_STABLE, _CANARY = 0, 1


@dataclass(frozen=True, slots=True)
class Pair:
    """panel: one subject, revision 0 the stable and 1 the canary, which started at `canary_at`, unix seconds.

    rate: what a canary pod leaks, shares of its level an hour; 0.0 where it does not
    """

    name: str
    base: str
    kind: str
    panel: Panel
    canary_at: float
    rate: float


@dataclass(frozen=True, slots=True)
class Kind:
    """How the canary differs from the stable, but for a leak. change: does it to the workload, in place."""

    name: str
    change: Callable[[Workload, float], None]


def _same(w: Workload, at: float) -> None:
    """The same program, asked to do the same."""


def _higher(w: Workload, at: float) -> None:
    """It needs more, or less, and stays there."""
    more = w.level * pick(w.rng, [spread(w.rng, 0.05, 1.5), -between(w.rng, 0.05, 0.4)], [0.8, 0.2])
    seconds = spread(w.rng, 5, 120)
    w.outside.append(_of_canary(lambda life: more * (1 - np.exp(-(life.times - life.started) / seconds))))


def _warmer(w: Workload, at: float) -> None:
    """It warms up by more than the stable, within the first quarter of an hour."""
    more, hours = w.level * spread(w.rng, 0.05, 0.5), spread(w.rng, 0.01, 0.06)
    w.outside.append(_of_canary(lambda life: more * (1 - np.exp(-life.hours / hours))))


def _stepped(w: Workload, at: float) -> None:
    """Its share of the traffic is raised step by step, as a rollout does."""
    every = spread(w.rng, 120, 1800)
    shares = np.cumsum(w.rng.dirichlet(np.ones(int(w.rng.integers(3, 9)))))
    late = at + every * np.arange(1, shares.size)

    def share(pod: Pod, times: Floats) -> Floats:
        return shares[np.searchsorted(late, times)] if pod.revision == _CANARY else np.ones(times.size)

    w.share = share


def _lighter(w: Workload, at: float) -> None:
    """It is asked for less, or more, than the stable's pods are."""
    ratio = spread(w.rng, 0.2, 2.5)
    w.share = lambda pod, times: np.full(times.size, ratio if pod.revision == _CANARY else 1.0)


def _of_canary(part: Part) -> Part:
    return lambda life: part(life) if life.revision == _CANARY else np.zeros(life.times.size)


KINDS = tuple(
    Kind(name, change)
    for name, change in (
        ("same", _same),
        ("level", _higher),
        ("warm-up", _warmer),
        ("traffic steps", _stepped),
        ("load", _lighter),
    )
)


def pair(base: str, kind: Kind, seed: int, rate: float = 0.0) -> Pair:
    """A rollout whose pods behave as a look-alike does; the canary leaks `rate` of its level an hour.

    The same arguments give the same arrays for ever.
    """
    rng = generator(f"canary/{base}/{kind.name}/{rate:g}", seed)
    hours = spread(rng, 8.0, 72.0) + CANARY_HOURS
    w = FAMILIES[base].design(rng, hours, STEP_SECONDS)
    at = w.clock.end - CANARY_HOURS * HOUR
    w.pods = _pods(rng, w.clock.start + between(rng, 120, 1800), at)
    w.transients, w.kills, w.must_end = [], False, False
    kind.change(w, at)
    if rate:
        _leaks(w, rate)
    traces = simulate(w)
    revisions = np.array([trace.pod.revision for trace in traces], dtype=np.int64)
    limit = w.limit if w.kills else draw_limit(w, traces, 0.0)
    return Pair(f"{base}/{kind.name}/{rate:g}/{seed}", base, kind.name, observe(w, traces, limit, revisions), at, rate)


def _pods(rng: np.random.Generator, born: float, at: float) -> list[Pod]:
    stable, canary = int(spread(rng, 1, 8.99)), pick(rng, [1, 2, 3, 5], [0.5, 0.25, 0.15, 0.1])
    stagger = spread(rng, 15, 120)
    fleet = [Pod(i, _STABLE, born + i * stagger + between(rng, 0, 20), np.inf) for i in range(stable)]
    fleet += [Pod(stable + i, _CANARY, at + i * stagger + between(rng, 0, 20), np.inf) for i in range(canary)]
    if chance(rng, 0.15):
        fleet = pods.evicted(rng, fleet, between(rng, born + HOUR, at - HOUR))
    return fleet


def _leaks(w: Workload, rate: float) -> None:
    rng, speed = w.rng, w.level * rate
    w.limit = peak_without_leak(w) * spread(rng, 1.2, 6.0)
    w.kills = True
    w.leak = pick(
        rng,
        [
            leaking.by_clock(speed, w.onset),
            leaking.by_request(speed, w.onset),
            leaking.in_pieces(speed, speed * spread(rng, 0.002, 0.1), w.onset),
        ],
    )
    w.leaks = lambda pod: pod.revision == _CANARY
    w.place = pick(rng, ["native", "live", "kernel"], [0.6, 0.3, 0.1])

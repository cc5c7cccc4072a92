"""All families by name, which of them are held back, and the way to scenarios."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from bench.scenarios import leaks, leaks_in_lives, lookalikes, lookalikes_in_lives
from bench.scenarios.family import Family
from bench.scenarios.truth import Scenario

_ALL = (*leaks.FAMILIES, *leaks_in_lives.FAMILIES, *lookalikes.FAMILIES, *lookalikes_in_lives.FAMILIES)
FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in _ALL})

SHORTEST_HOURS = 6.0
LONGEST_STEP_SECONDS = 1800.0

# Never used in fitting: what a detector has not been fitted on tells whether it has learned more than this generator.
HELD_BACK: frozenset[str] = frozenset(
    {
        *("leak_late_steep", "leak_partial_release", "leak_jvm_heap", "leak_slowing", "leak_kernel"),
        *("leak_few_replicas", "leak_frequent_deploys", "leak_oom_hours", "leak_heap_exhausted"),
        *("ok_bounded_walk", "ok_monday", "ok_warm_up_long", "ok_catalogue", "ok_long_gc", "ok_connections"),
        *("ok_refill", "ok_warm_up_deploys", "ok_queue", "ok_cron_jobs", "ok_slab"),
    }
)


def generate(family: str, seed: int, *, hours: float = 48.0, step_seconds: float = 60.0) -> Scenario:
    """One scenario; the same family and seed give the same arrays for ever.

    Raises ValueError for an unknown family, and for a window below six hours or of steps above half an hour.
    """
    if family not in FAMILIES:
        raise ValueError(f"family {family!r} is unknown; there are {', '.join(FAMILIES)}")
    if hours < SHORTEST_HOURS:
        raise ValueError(f"hours {hours:g}: a window has at least {SHORTEST_HOURS:g}")
    if not 1 <= step_seconds <= LONGEST_STEP_SECONDS:
        raise ValueError(f"step_seconds {step_seconds:g}: a step has 1 to {LONGEST_STEP_SECONDS:g}")
    return FAMILIES[family](seed, hours=hours, step_seconds=step_seconds)


def scenarios(
    seeds: Iterable[int],
    *,
    families: Iterable[str] | None = None,
    hours: float = 48.0,
    step_seconds: float = 60.0,
) -> Iterator[Scenario]:
    """Scenarios of each seed, of all families or those named, in that order. Raises ValueError as `generate` does."""
    names = list(FAMILIES if families is None else families)
    for seed in seeds:
        for name in names:
            yield generate(name, seed, hours=hours, step_seconds=step_seconds)

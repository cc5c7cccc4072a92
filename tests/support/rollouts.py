"""Lives of pods for the gate, made of a few plain shapes: a sample each half minute."""

from collections.abc import Callable, Sequence

import numpy as np

from detectors.canary.lives import AgedLife
from detectors.panel import Floats

MIB = 1024.0**2
NOW = 1_700_000_000.0
STEP_SECONDS = 30.0
Shape = Callable[[Floats], Floats]


def life(
    hours: float,
    shape: Shape,
    *,
    pod: int = 0,
    seed: int = 0,
    noise: float = 0.2 * MIB,
    cores: Floats | float = 0.1,
    limit: float = np.nan,
    killed: bool = False,
    seen_from: float = 0.0,
) -> AgedLife:
    """A life that is so old now. shape: bytes by age in hours; seen_from: age of its first sample that is known."""
    ages = np.arange(seen_from, hours, STEP_SECONDS / 3600)
    memory = shape(ages) + np.random.default_rng([seed, pod]).normal(0.0, noise, ages.size)
    return AgedLife(
        pod=pod,
        began=NOW - hours * 3600,
        hours=ages,
        memory=memory,
        peak=memory,
        cpu=np.broadcast_to(np.asarray(cores, dtype=np.float64), ages.shape).copy(),
        limit=limit,
        from_start=seen_from == 0.0,
        told_age=True,
        ended=killed,
        killed=killed,
    )


def flat(level: float = 200 * MIB) -> Shape:
    """The same all the time."""
    return lambda hours: np.full(hours.size, level)


def growing(an_hour: float, level: float = 200 * MIB) -> Shape:
    """Straight up by so many bytes an hour."""
    return lambda hours: level + an_hour * hours


def warming(size: float, hours_to_warm: float, level: float = 200 * MIB) -> Shape:
    """Up by a size and then no more."""
    return lambda hours: level + size * (1 - np.exp(-hours / hours_to_warm))


def lives(count: int, hours: float, shape: Shape, first_seed: int = 0, **more: object) -> Sequence[AgedLife]:
    """So many pods of one shape."""
    return [life(hours, shape, pod=pod, seed=first_seed + pod, **more) for pod in range(count)]  # type: ignore[arg-type]
